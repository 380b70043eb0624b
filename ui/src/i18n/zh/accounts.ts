export const accounts = {
  account: {
    direct: '直属于您', ownDevices: '自有 PBX', authorization: '授权渠道', authText: '上级账户除供应外可在此企业中做什么：查看和访问 PBX、邀请人员、批准。', authFull: '全部权限', authFullText: '完全授权且无截止日期，直到企业更改。', authSome: '仅限以下', authTo: '截止', authToHint: '留空：无截止', authBy: '由 {{by}} 于 {{at}} 设置', authSaved: '授权已保存',
    search: '名称、域、管理员…', name: '名称', kind: '类型', owner: '所属', state: '状态', realm: '域', pbxs: 'PBX', users: '人员', created: '创建时间', zone: '时区', lang: '语言', country: '国家/地区', contact: '联系方式', addChannels: '允许新增下级渠道',
    new: '新建账户', newEnterprise: '新建企业', newChannel: '新建渠道', emptyTitle: '您的下级还没有账户', emptyText: '为拥有 PBX 的公司创建企业，或创建可自行管理企业的渠道。',
    freeze: '冻结', unfreeze: '解冻', freezeTitle: '冻结 {{name}}？', freezeText: '其人员登录后只能看到原因，下级账户同样如此。正在进行的通话不受影响，但不会开始新的操作。任何话机都不会失去可用的账号。', frozen: '{{name}} 已冻结', unfreezeTitle: '解冻 {{name}}？', unfreezeText: '其人员可立即恢复工作。', unfrozen: '{{name}} 已恢复',
    frozenBy: '由 {{by}} 于 {{at}} 冻结：{{reason}}', edit: '编辑', delete: '删除', deleteTitle: '删除 {{name}}？', deleteText: '仅当其下没有账户和 PBX 时可以删除。容量归还上级。', deleted: '已删除 {{name}}', saved: '账户已保存',
    overview: '概览', people: '人员', quota: '订阅', tree: '树形', list: '列表', below: '下级', showPBXs: '其 PBX', notFound: '此账户已不存在', openTree: '展开 {{name}}', closeTree: '收起 {{name}}', treeTitle: '账户树',
  },
  accountState: { active: '正常', frozen: '已冻结', unactivated: '未激活' },
  wizard: {
    account: '账户', admin: '管理员', capacity: '容量', review: '核对', created: '已创建', what: '类型', enterpriseText: '拥有自己的 PBX 和话机的公司。', channelText: '创建并管理企业的合作伙伴。', parent: '所属', name: '名称', nameHint: '保存时据此生成域，之后不可更改。', zone: '时区', lang: '邮件语言', country: '国家/地区', contact: '联系方式', contactHint: '电话、地址或联系人，最多 128 个字符', addChannels: '允许新增下级渠道',
    withAdmin: '设置专属管理员', withAdminText: '管理员会收到激活链接。不设置则不发送邮件，您通过代登录在该账户中工作。', first: '名', last: '姓', email: '邮箱', phone: '电话', capacityText: '从您自己的订阅中划拨。填 0 表示不分配。', left: '剩余 {{n}}', leftUnlimited: '不限', over: '仅剩 {{n}}', unlimited: '不限', reviewText: '尚未创建任何内容。服务器将一次完成以下操作。', create: '创建', realm: '域', mailYes: '激活链接将发送至 {{email}}。', mailNo: '未设置邮件服务器：激活链接在创建后显示一次。', leftAfter: '之后剩余 {{n}}',
    doneTitle: '{{name}} 已创建', doneMailed: '激活链接已通过邮件发送，有效至 {{ends}}。', doneLink: '请将此链接交给管理员。链接仅显示一次，有效至 {{ends}}。', doneNoAdmin: '该账户没有自己的用户，请通过代登录在其中工作。', link: '激活链接', another: '继续创建', show: '查看账户', connect: '接入 PBX', leave: '已输入的内容尚未保存。',
  },
  quota: {
    pbx_instances: '托管 PBX', transcription_minutes: '转写分钟数', templates: '模板',
    extensions: '分机', concurrent_calls: '并发通话', pbx_connections: 'PBX 连接', sip_devices: 'SIP 设备', rps_devices: 'RPS 设备', trunk_in: '呼入中继', trunk_out: '呼出中继', trunk_two: '双向中继', ha_slots: '热备对', recording_minutes: '录音分钟数', accounts: '账户', users: '人员', storage_bytes: '存储空间', min_extensions: '每台 PBX 最少分机数', ha: '热备', remote_management: '远程管理连接', phones: '话机', channels: '渠道', enterprises: '企业', log_backup: '日志备份', recordings: '录音', sites: '站点',
    title: '我的订阅', lead: '此账户可用的容量、已分配给下级的部分和剩余部分。', total: '总量', children: '已分配下级', used: '自身使用', left: '剩余', kind: '容量', edit: '修改总量', editOf: '修改容量', unlimitedHint: '在您填写总量之前，每种容量都不限。填写后即成为普通限额。', save: '保存', saved: '订阅已保存', usage: '已用 {{percent}}%', deficit: '占用超过已授予的量', none: '尚未授予任何容量', noneText: '请向管理此账户的人申请容量。',
  },
  users: {
    changeRole: '更改角色', roleTitle: '{{email}} 的角色', roleText: '立即生效，包括所有打开的会话。', roleSaved: '{{email}} 的角色已更改', resetHow: '方式', generate: '生成链接', generateText: '由本人设置密码，您看不到。', typeOne: '输入临时密码', typeOneText: '7 天内有效，首次登录时必须更改。', tempPassword: '临时密码', tempSet: '临时密码已设置，请告知 {{email}}。',
    search: '姓名或邮箱', name: '姓名', email: '邮箱', role: '角色', account: '账户', state: '状态', seen: '最近在线', mfa: '第二验证因素', on: '已启用', off: '未启用', invite: '邀请人员', you: '本人', emptyTitle: '还没有人员', emptyText: '邀请一位同事。对方会收到链接，设置密码后即可看到其角色允许的内容。',
    inviteText: '对方会收到 7 天内有效的链接。已有账号的人只需接受即可。', send: '发送邀请', invited: '已邀请 {{email}}', resend: '重发链接', resendTitle: '向 {{email}} 重发激活链接？', resendText: '旧链接将失效。', linkOnce: '未设置邮件服务器。请将此链接交给 {{email}}；链接仅显示一次，有效至 {{ends}}。', mailed: '新链接已发送至 {{email}}', reset: '重置密码', resetTitle: '重置 {{email}} 的密码？', resetText: '其所有会话将结束，并生成设置新密码的链接。您不会看到密码。', remove: '移除', removeTitle: '移除 {{email}}？', removeText: '此人在此处的会话、密钥和链接立即失效。其操作记录仍保留在操作日志中。', removed: '已移除 {{email}}', phone: '电话', created: '加入时间',
  },
  userState: { active: '正常', invited: '已邀请', expired: '链接已过期' },
} as const;
