export const system = {
  overview: {
    title: '概览', health: '设备健康状况', pbxs: '已连接的 PBX', accounts: '账户', users: '人员', visits: '正在进行的访问', awaiting: '等待批准', of: '共 {{n}}', enterprises: '企业', channels: '渠道',
    first: '快速开始', firstText: '本设备已就绪。按以下步骤即可访问第一台 PBX。', step1: '创建企业', step1Text: '在一个向导中完成账户、管理员和容量分配。', step2: '接入 PBX', step2Text: '查看需要在 PBX 上输入的内容，然后等待它连入。', step3: '访问其网页门户', step3Text: '通过隧道访问，并记入操作日志。', step4: '保护您的账号', step4Text: '设置第二验证因素并保存恢复码。', latest: '最近操作', all: '查看全部', waiting_one: '{{count}} 台 PBX 等待批准', waiting_other: '{{count}} 台 PBX 等待批准',
  },
  health: {
    clockFree: '未同步',
    disk: '磁盘', certificate: '证书', cert: '证书', backup: '最近备份', mail: '邮件队列', clock: '时钟',
    ok: '正常', warn: '请留意', error: '请立即处理', unknown: '尚不清楚', clockOk: '可信', clockUnsure: '不可信', days_one: '剩余 {{count}} 天', days_other: '剩余 {{count}} 天', waiting_one: '{{count}} 封等待发送', waiting_other: '{{count}} 封等待发送', mailNone: '未设置邮件服务器', backupNone: '尚无备份', used: '已用 {{percent}}%',
  },
  mailset: {
    host: '邮件服务器', port: '端口', security: '加密', starttls: 'STARTTLS', tls: 'TLS', none: '无', user: '用户名', password: '密码', kept: '留空则保留已存密码', from: '发件人', fromHint: '收件人看到的名称和地址', noneHint: '未加密时，密码和链接以明文传输。仅限可信网络内使用。', testTo: '测试邮件发送至', test: '测试', testOk: '服务器已接收：', testBad: '邮件未能发出：',
  },
  sys: {
    recovery: '恢复', recoverySet: '备份可用以下方式恢复', recoveryNone: '尚未设置恢复接收方，在此之前备份会被拒绝。', recoveryNew: '生成新的恢复单', recoveryKey: '使用自有密钥', recoveryUse: '从现在起使用', recoverySaved: '恢复方式已设置。今后的备份需要您保管的内容。', recoveryOld: '旧的备份仍需旧的恢复单，请与其一同保留。', recoveryMade: '生成时间', restoredTitle: '已从备份恢复', restoredText: '备份中的链接、认证码和会话均已失效。请核对 PBX 和人员后确认。', restoredConfirm: '确认恢复', restoredDone: '恢复已确认',
    version: '版本', started: '启动时间', host: '主机名', fingerprint: '证书指纹', streams: '打开的实时数据流', revision: '数据修订号', state: '状态', certificates: '证书', backups: '备份', doctor: '检查结果', clock: '时钟', clockSure: '时间可信', clockUnsure: '时间不可信', clockText: '在此期间，任何内容都不会过期或被删除。请与准确的时钟核对后确认。', clockNow: '本设备时间', clockHere: '您的设备时间', clockConfirm: '确认时间', clockConfirmed: '时间从现在起可信',
    check: '重新检查', allGood: '一切正常', allGoodText: '本设备的所有检查均正常。', certName: '用途', certEnds: '有效期至', certDays_one: '剩余 {{count}} 天', certDays_other: '剩余 {{count}} 天', renew: '自动续期时间', inUse: '使用中', problem: '问题',
    backupNow: '立即备份', backupStarted: '备份已开始。', backupText: '每晚进行一次本地备份，保留七份。请另存副本，并与恢复单分开保管。', backupNone: '尚无备份', backupNoneText: '今晚将进行首次备份。为安全起见，可立即备份一次。', at: '时间', size: '大小', result: '结果', with: '含密钥', without: '不含密钥', age: '最新一份：{{age}}', good: '成功', failed: '失败', running: '进行中',
  },
  me: {
    emailChange: '更改邮箱', emailNew: '新邮箱', emailText: '链接会发送到新邮箱，打开后邮箱即更改。', emailSent: '链接已发送到 {{email}}', stepTitle: '请确认是您本人', stepText: '此操作需要再次输入密码，五分钟内有效。', stepCode: '身份验证器的验证码', stepGo: '继续',
    profile: '个人资料', security: '安全', sessions: '会话', appearance: '语言与外观', language: '语言', theme: '外观', first: '名', last: '姓', phone: '电话', email: '邮箱', saved: '您的设置已保存', password: '密码', old: '当前密码', change: '修改密码', changed: '密码已修改，其他会话均已结束。', mfa: '第二验证因素', mfaOn: '已启用。登录时需要身份验证器应用的验证码。', mfaOff: '未启用。任何知道您密码的人都能登录。', mfaSet: '设置', mfaStep1: '用身份验证器应用扫描，或输入密钥。', mfaKey: '密钥', mfaStep2: '输入应用显示的六位数字。', mfaConfirm: '启用', mfaRemove: '停用', mfaRemoveText: '输入密码以停用第二验证因素。', mfaDone: '第二验证因素已启用', mfaGone: '第二验证因素已停用', codes: '恢复码', codesText: '丢失应用时，每个恢复码可登录一次。仅此时显示，请妥善保管。', codesNew: '生成新的恢复码', codesNewText: '输入密码。旧恢复码将失效。', codesKept: '我已保存', codesLeft_one: '剩余 {{count}} 个恢复码', codesLeft_other: '剩余 {{count}} 个恢复码', copyAll: '全部恢复码',
    sessionHere: '当前会话', sessionEnd: '结束', sessionEnded: '会话已结束', sessionSeen: '最近使用', sessionSince: '开始时间', sessionOf: '结束来自 {{ip}} 的会话', required: '您的账号必须启用第二验证因素。',
  },
} as const;
