export const system = {
  overview: {
    title: '概览', health: '设备健康状况', pbxs: '已连接的 PBX', accounts: '账户', users: '人员', visits: '正在进行的访问', awaiting: '等待批准', of: '共 {{n}}', enterprises: '企业', channels: '渠道',
    first: '快速开始', firstText: '本设备已就绪。按以下步骤即可访问第一台 PBX。', step1: '创建企业', step1Text: '在一个向导中完成账户、管理员和容量分配。', step2: '接入 PBX', step2Text: '查看需要在 PBX 上输入的内容，然后等待它连入。', step3: '访问其网页门户', step3Text: '通过隧道访问，并记入操作日志。', step4: '保护您的账号', step4Text: '设置第二验证因素并保存恢复码。', latest: '最近操作', all: '查看全部', waiting_one: '{{count}} 台 PBX 等待批准', waiting_other: '{{count}} 台 PBX 等待批准',
  },
  health: {
    disk: '磁盘', certificate: '证书', cert: '证书', backup: '最近备份', mail: '邮件队列', clock: '时钟',
    ok: '正常', warn: '请留意', error: '请立即处理', unknown: '尚不清楚', clockOk: '可信', clockUnsure: '不可信', days_one: '剩余 {{count}} 天', days_other: '剩余 {{count}} 天', waiting_one: '{{count}} 封等待发送', waiting_other: '{{count}} 封等待发送', mailNone: '未设置邮件服务器', backupNone: '尚无备份', used: '已用 {{percent}}%',
  },
} as const;
