export const logs = {
  audit: {
    search: '人员、对象、操作…', at: '时间', user: '人员', action: '操作', object: '对象', account: '账户', ip: '地址', result: '结果', code: '原因代码', detail: '详情', subject: '代表', request: '请求', agent: '浏览器', reason: '原因',
    export: '导出', exportHint: '导出当前筛选的内容', kind: '类型', emptyTitle: '尚无任何操作', emptyText: '所有操作（包括失败的）都会记录在此，且无法更改。',
  },
  result: { ok: '成功', refused: '被拒绝', failed: '失败' },
  action: {
    account_move: '移动账户', account_authorize: '授权访问', role_view: '查看角色', role_edit: '修改角色', quota_force: '强制修改订阅', quota_expire: '授予到期', operation_view: '查看任务', system_restore_confirm: '确认恢复', system_start: '设备启动', user_accept: '接受邀请', user_ask_resend: '申请新链接', user_email: '修改邮箱', user_forgot: '申请密码链接', user_mfa: '修改第二验证因素', user_password: '修改密码', user_recovery_used: '使用恢复码', user_reset_done: '设置新密码', pbx_code_create: '生成认证码', pbx_code_delete: '撤回认证码', pbx_enroll_wait: 'PBX 等待批准', pbx_expire: '等待的 PBX 已过期', pbx_identity: 'PBX 身份变化', pbx_rekey: '更新 PBX 密钥', pbx_report: 'PBX 上报新信息', pbx_revoke: '作废 PBX 密钥',
    account_view: '查看账户', account_add: '创建账户', account_edit: '修改账户', account_delete: '删除账户', account_freeze: '冻结账户', account_unfreeze: '解冻账户', account_login_as: '代登录',
    user_add: '邀请用户', user_edit: '修改用户', user_delete: '移除用户', user_resend: '重发激活邮件', user_reset: '重置密码', user_activate: '激活账号', user_view: '查看用户',
    session_sign_in: '登录', session_signin: '登录', session_sign_out: '退出登录', session_signout: '退出登录', session_end: '会话结束', session_lock: '密码错误后锁定', session_code: '第二验证因素', session_switch: '切换账户',
    password_change: '修改密码', password_reset: '重置密码', password_forgot: '申请密码链接', mfa_enroll: '设置第二验证因素', mfa_remove: '移除第二验证因素', mfa_reset: '重置第二验证因素',
    pbx_enroll: '接入 PBX', pbx_approve: '批准 PBX', pbx_reject: '拒绝 PBX', pbx_edit: '修改 PBX', pbx_delete: '删除 PBX', pbx_pair: '组成热备', pbx_unpair: '拆分热备', pbx_visit: '访问 PBX', pbx_code: '生成认证码', pbx_view: '查看 PBX',
    visit_start: '开始访问', visit_end: '结束访问', visit_view: '查看访问', mail_edit: '修改邮件服务器', mail_resend: '重发邮件', mail_test: '测试邮件服务器', mail_view: '查看邮件', audit_export: '导出操作日志', audit_view: '查看操作日志',
    quota_edit: '修改订阅', quota_view: '查看订阅', system_setup: '初始设置', system_edit: '修改系统', system_backup: '备份', system_restore: '由备份恢复', system_clock: '确认时钟', system_view: '查看系统', setup_apply: '初始设置',
  },
  mail: {
    search: '收件人、主题…', at: '时间', to: '收件人', template: '邮件', account: '账户', state: '状态', answer: '邮件服务器的应答', attempts: '尝试次数', next: '下次尝试', resend: '重新发送', resent: '已重新发送', settings: '邮件服务器',
    hintTitle: '已发送但没有收到？', hint: '请收件人检查垃圾邮件文件夹。若仍找不到，请其 IT 人员按此处显示的应答在邮件服务器中查找，并放行该发件人。', emptyTitle: '尚无邮件', emptyText: '本设备发出的每封邮件及邮件服务器的应答都会显示在这里。', notSet: '未设置邮件服务器。邮件会等待，激活链接则只显示一次。', setUp: '设置邮件服务器',
  },
  mailState: { queued: '排队中', sent: '已发送', deferred: '已推迟', refused: '被拒绝' },
  template: { operator_notice: '致运营方的通知', test: '测试邮件', resend_request: '申请新链接', email_change: '确认新邮箱', email_changed: '邮箱已修改', invitation: '邀请', invited: '邀请', mfa_changed: '第二验证因素已修改', pbx_waiting: 'PBX 等待批准', setup_test: '测试邮件', activation: '激活', password_reset: '重置密码', password_changed: '密码已修改', email_code: '验证码', pbx_connected: 'PBX 已接入', account_frozen: '账户已冻结', resend_asked: '申请新链接' },
} as const;
