export const common = {
  common: {
    copy: '复制', copied: '已复制', copyWhat: '复制{{what}}', loading: '正在加载…', retry: '重试', close: '关闭', cancel: '取消', save: '保存', saved: '已保存',
    back: '上一步', next: '下一步', delete: '删除', edit: '编辑', rename: '重命名', yes: '是', no: '否', none: '无', never: '从未', more: '更多操作', optional: '可选',
    unlimited: '不限', required: '此项必填', typeName: '输入 {{name}} 以确认', done: '完成', open: '打开', details: '详情', unknown: '尚不清楚', print: '打印', download: '下载', reason: '原因',
    emailBad: '请输入有效的邮箱地址', system: 'Switchkeep',
  },
  page: {
    email: '确认邮箱',
    setup: '初始设置', setupConfirm: '确认新地址', signIn: '登录', forgot: '忘记密码', reset: '设置新密码', activate: '激活账号', overview: '概览', accounts: '账户', newAccount: '新建账户',
    account: '账户', subscription: '我的订阅', pbxs: 'PBX', connect: '接入 PBX', pbx: 'PBX', visits: '正在进行的访问', users: '子账号', audit: '操作日志', mail: '邮件日志',
    mailSettings: '邮件服务器', system: '系统', me: '个人设置',
  },
  shell: {
    skip: '跳到正文', menu: '菜单', home: 'Switchkeep，返回概览', search: '搜索或跳转…', nav: '页面', language: '语言', theme: '外观', account: '{{name}} 的账户菜单',
    switch: '切换工作账户', signOut: '退出登录', scope: '范围：{{name}}', scopeTitle: '选择账户', findAccount: '查找账户', manage: '管理', watch: '监控',
  },
  theme: { light: '浅色', dark: '深色', auto: '跟随系统' },
  live: {
    live: '实时', connecting: '连接中', polling: '每 15 秒', off: '已暂停',
    liveHint: '变化会自动显示。自 {{since}} 起实时。', connectingHint: '自 {{since}} 起正在连接服务器。', pollingHint: '自 {{since}} 起没有实时数据流，页面每 15 秒重新读取一次。', offHint: '自 {{since}} 起已暂停。',
  },
  jobs: {
    cancel: '取消{{what}}', cancelling: '将在下一步停止',
    title: '任务进度', running_one: '{{count}} 个任务正在运行', running_other: '{{count}} 个任务正在运行', empty: '没有正在运行的任务。备份等耗时工作会显示在这里。', progress: '进度' },
  job: { backup: '备份', export: '导出', restore: '恢复', verify: '校验' },
  jobState: { queued: '等待中', running: '运行中', done: '已完成', failed: '失败', cancelled: '已取消' },
  search: {
    hint: '搜索账户、人员、PBX、序列号…', results: '结果', pages: '页面', commands: '命令', account: '账户', user: '人员', pbx: 'PBX', none: '没有找到“{{q}}”',
    theme: '切换浅色与深色', language: 'Switch to English · 切换为英文',
  },
  list: {
    search: '搜索', filter: '筛选', columns: '列', active: '当前筛选', remove: '移除筛选 {{what}}', clear: '清除筛选', account: '账户', from: '从', to: '到', dates: '日期',
    noneTitle: '没有匹配项', noneText: '没有符合搜索和筛选条件的条目。清除条件即可查看您有权查看的全部内容。', rows: '列表', toTop: '回到列表顶部',
    stale: '列表未能重新读取，当前内容可能已过时。', selection: '所选项', selected_one: '已选 {{count}} 项', selected_other: '已选 {{count}} 项', unselect: '取消选择', select: '选择 {{what}}', selectAll: '选择所有行', actions: '操作',
    count_one: '共 {{n}} 条', count_other: '共 {{n}} 条', state: '状态',
  },
  kind: { operator: '运营商', channel: '渠道', enterprise: '企业' },
  role: { owner: '所有者', admin: '管理员', operator: '操作员', helpdesk: '服务台', auditor: '审计员', billing: '账务' },
  banner: {
    open: '打开', mfa_missing: '您的账号还没有第二验证因素。请尽快设置以保护本设备。', clock_unsure: '时钟暂不可信。在确认之前，任何内容都不会过期，也不会被删除。',
    restored: '本设备由备份恢复而来。请确认可能已过时的内容。', recovery_missing: '备份没有恢复接收方：备份将无法在新主机上恢复。', backup_old: '最近一次备份已经过旧。',
    mail_missing: '未设置邮件服务器。激活链接不会发送邮件，只显示一次。', certificate_expiring: '有证书即将到期。', account_frozen: '此账户已冻结：{{reason}}',
  },
  error: {
    title: '无法读取', generic: '服务器拒绝了请求（{{status}}）。', offline: '服务器没有响应。请检查网络，已输入的内容不会丢失。', offlineTitle: '无法连接服务器', home: '返回概览', reload: '重新加载',
    notFoundTitle: '没有这个页面', notFoundText: '该地址不存在，可能输入有误，或内容已被删除。', forbiddenTitle: '超出您的权限', forbiddenText: '您的角色不包含此页面。如有需要，请联系账户的所有者。',
    crashTitle: '页面出错', crashText: '您的数据在服务器上是安全的。请重新加载页面；若再次出现，请把下面的内容告诉管理员。',
    bad_credentials: '邮箱或密码错误。', bad_code: '验证码错误或已被使用。', code_required: '验证码已发送到您的邮箱，请输入后继续。', captcha_required: '请再试一次；浏览器会先证明操作者是真人。', captcha_failed: '工作量证明未被接受，请重试。',
    frozen: '此账户已冻结：{{reason}}', quota_exceeded: '订阅已满：{{kind}}，需要 {{needed}}，剩余 {{left}}。', exceeded: '订阅已满：{{kind}}，需要 {{needed}}，剩余 {{left}}。', stale: '内容已被他人修改。请重新加载后再修改。', weak_password: '该密码太容易被猜到。',
    mail_not_configured: '未设置邮件服务器。', link_down: 'PBX 未连接。', ticket_expired: '此步骤耗时过长，请重新开始。', name_taken: '该名称已被使用。',
    status_400: '无法理解该请求。', status_403: '您的权限不包含此操作。', status_404: '内容不存在，或您无权查看。', status_409: '与当前状态不符。', status_412: '内容已被他人修改。请重新加载后再修改。',
    status_413: '内容过大。', status_422: '部分字段需要修改。', status_423: '暂时锁定。', status_429: '请求过多，请稍候。', status_500: '服务器出错，详情见其日志。', status_503: '服务器繁忙，请稍后再试。',
  },
} as const;
