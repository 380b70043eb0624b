export const pbx = {
  pbx: {
    revoke: '作废密钥', revokeTitle: '作废 {{name}} 的密钥？', revokeText: '其链路立即断开，此密钥不再可用。该行保留，重新接入 PBX 即可恢复。', revoked: '{{name}} 的密钥已作废', revokedHint: '其密钥已作废。请重新接入该 PBX。',
    search: '名称、序列号、地址…', name: '名称', account: '账户', state: '状态', since: '起始时间', address: '地址', version: '连接器', firmware: '固件', model: '型号', serial: '序列号', uptime: '运行时间', pair: '热备', fingerprint: '密钥指纹', enrolledBy: '接入人', created: '接入时间', role: '服务器',
    connect: '接入 PBX', visit: '访问', approve: '批准', reject: '拒绝', pairAction: '组成热备', unpair: '拆分热备', rename: '重命名', remove: '删除', fold: '折叠热备对', unfold: '显示两台服务器',
    emptyTitle: '尚未接入任何 PBX', emptyText: '在 PBX 上选择服务器类型“自定义”并输入本设备的地址，或在其旁边运行连接器。下一页会准确说明要输入的内容。',
    approveTitle: '批准 {{name}}？', approveText: '请与 PBX 旁的人员看到的内容核对。批准后它可以连接，并占用订阅中的一个连接。', approved: '{{name}} 现在可以连接', rejected: '已拒绝 {{name}}',
    rejectTitle: '拒绝 {{name}}？', rejectText: '对方只会得知未被接受，之后仍可再次申请。', deleteTitle: '删除 {{name}}？', deleteText: '其密钥立即失效，连接名额随即释放。PBX 本身继续工作，需重新接入才能恢复管理。', deleted: '已删除 {{name}}', renamed: '已重命名',
    pairTitle: '将两台 PBX 组成热备', pairText: '两台合计占用一个连接。当前由哪台承担业务会自动识别。', primary: '主服务器', secondary: '备服务器', vip: '虚拟 IP 地址', swap: '互换', paired: '热备已建立', unpairTitle: '拆分热备？', unpairText: '两台都保持连接，各占用一个连接。', unpaired: '热备已拆分',
    ofPair: '热备中的{{role}}', noVisit: '此 PBX 已关闭访问', notConnected: '未连接，无法访问', awaitingHint: '等待批准。请先核对序列号、地址和指纹。', duplicateHint: '有两台机器同时声称是此 PBX，两者均已搁置。请确认正确的一台，删除此行后重新接入。', unknownHint: '本设备刚刚启动，尚未见到此 PBX。', overview: '概览', actions: '操作', latest: '最近操作',
    notFound: '此 PBX 已不存在', portal: '网页门户', portalDown: '无响应', machine: '机器', keep: '保留这一台', keepTitle: '保留机器 {{machine}}？', keepText: '另一台从此将被拒绝。', splitBrain: '热备的两台都声称处于主用状态，请检查它们之间的网络。', allowVisit: '允许访问', ends: '等待至', replaces: '此申请为一台已接入的 PBX 更换密钥。仅当该 PBX 确已更换或重装时才批准。', lastEnd: '上次连接结束原因',
  },
  pbxState: { connected: '已连接', disconnected: '未连接', awaiting: '等待批准', unknown: '未知', duplicate: '身份重复', standby: '备用', revoked: '密钥已作废' },
  pbxLive: { active: '主用', standby: '备用' },
  connect: {
    title: '接入 PBX', lead: '只需在 PBX 或连接器上输入三项内容。防火墙无需开放任何端口：由 PBX 主动向外连接。', byEmail: '通过邮箱', byCode: '通过认证码',
    step1: '打开 PBX 的远程管理页面，或安装连接器', step1Text: '在 PBX 旁的机器上运行连接器，它只有一个文件，无需安装其他内容。', step2: '输入服务器地址', step2Text: '服务器类型选“自定义”，填写此地址和端口。', server: '服务器地址', port: '端口', step3Email: '用您的邮箱登录', step3EmailText: '使用您在控制台的邮箱和密码。密码在终端中输入，只用一次，不会保存。', email: '邮箱', step3Code: '生成认证码', step3CodeText: '认证码无需密码，仅可使用一次。请交给 PBX 旁的人员。',
    pin: '服务器指纹（pin）', pinText: '连接器在发送任何内容之前用它核对服务器。', fingerprint: '或核对指纹的前几组', command: '命令', codeFor: '账户', codeName: 'PBX 名称', codeMake: '生成认证码', codeNew: '认证码', codeOnce: '仅显示一次，有效至 {{ends}}。', codes: '未使用的认证码', codeEnds: '有效至 {{ends}}', codeDelete: '撤回 {{name}} 的认证码',
    waiting: '正在等待 PBX…', waitingText: '请保持此页面打开，PBX 连入后会立即显示。', arrived: '{{name}} 已到达', arrivedAwaiting: '正在等待您的批准。', arrivedConnected: '已连接。', show: '查看 PBX', download: '获取连接器', failures: '如果没有出现', fail1: '邮箱、密码或认证码错误：PBX 会提示“请等待批准或检查您的信息”。具体原因见操作日志。', fail2: '证书不受信任：提供 pin，或核对指纹。', fail3: '订阅已满：请在“我的订阅”中增加 PBX 连接数。', fail4: '完全没有响应：PBX 必须能通过 TCP 访问上述地址。',
  },
  visit: {
    title: '访问 {{name}}', text: 'PBX 自己的网页门户会通过隧道在新标签页中打开。访问会记入操作日志，15 分钟未使用即结束。', reason: '原因', reasonHint: '记入操作日志，例如工单号', start: '开始访问', opening: '正在打开…', probing: '正在选择最佳方式…', blocked: '浏览器阻止了新标签页。请自行打开门户：', openPortal: '打开门户', wait: '门户即将在此打开…',
    search: 'PBX、人员、原因…', pbx: 'PBX', account: '账户', user: '人员', started: '开始时间', active: '最近使用', address: '来源', end: '结束', endTitle: '结束对 {{name}} 的访问？', endText: '{{user}} 将立即失去该门户。PBX 上的操作不会撤销。', ended: '访问已结束', mode: '方式', modes: { host: '独立域名', port: '独立端口' }, requests: '请求数',
    emptyTitle: '当前没有人访问 PBX', emptyText: '访问从 PBX 列表开始。进行期间会显示在这里，您可以将其结束。',
  },
} as const;
