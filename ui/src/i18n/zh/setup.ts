export const setup = {
  setup: {
    anyway: '仍然继续',
    welcome: '欢迎', names: '地址', certificate: '证书', mail: '邮件', recovery: '恢复', operator: '管理员', review: '核对',
    welcomeTitle: '设置您的设备', welcomeText: '只需几分钟：名称、证书、邮件服务器、恢复方式和您的账号。最后一步之前不会有任何更改，地址填错也不会把任何人锁在外面。', compare: '核对证书', compareText: '打印链接的终端会显示相同的分组。若不一致，说明有人介于您与设备之间。', ends: '此链接有效至 {{ends}}。', start: '开始',
    tokenTitle: '打开设置链接', tokenText: '设备的终端会显示一个 30 分钟内有效的链接。请打开它，或粘贴到此处。', token: '设置链接或令牌', tokenGo: '继续', closedTitle: '设置链接已失效', closedText: '请在主机上输入下面的命令，它会打印新的链接。', doneTitle: '本设备已完成设置', doneText: '请用管理员账号登录。',
    namesText: '人员和 PBX 如何访问本设备。', host: '主机名', hostHint: '地址栏中显示的名称，例如 console.example.internal', httpsPort: 'HTTPS 端口', httpPort: 'HTTP 端口', public: '公网地址', publicHint: '如可从外部访问，请填写，每行一个', inside: '内网地址', insideHint: '本主机在您网络中的地址，每行一个', found: '在本主机上发现', visitZone: '访问域', visitZoneHint: '每台被访问的 PBX 在其下获得一个名称，需要 DNS 通配符记录；没有时访问使用端口。', checks: '检查', checking: '正在检查…', recheck: '重新检查',
    certText: '浏览器和 PBX 用它核对本设备。', internal: '设备自有的证书颁发机构', internalText: '自动生成并续期。请在使用控制台的设备上安装一次根证书。', own: '自有证书', ownText: '证书及其链、私钥的 PEM。', chain: '证书与证书链（PEM）', key: '私钥（PEM）',
    mailText: '用于激活链接、密码重置和通知。可稍后设置，此前链接只显示一次。', mailNow: '现在设置', mailLater: '稍后', mailLaterText: '激活链接在屏幕上显示一次。', mailNowText: '使用您的邮件服务器，可进行测试。',
    recoveryText: '备份是加密的。持有此处所选内容的人可在新主机上恢复，没有它则无人能恢复。', passphrase: '打印在恢复单上的口令', passphraseText: '立即生成。请打印恢复单并妥善锁存。', age: '自有密钥', ageText: '由您保管私钥的 age 接收方。', later: '稍后', laterText: '完成之前会一直提示。备份将不含密钥。', make: '生成口令', recipient: 'age 接收方', sheet: '恢复单', sheetFor: '设备', sheetMade: '生成时间', sheetPass: '口令', sheetHow: '恢复方法', sheetKept: '我已打印恢复单或抄写口令', sheetNeed: '请先打印恢复单或抄写口令。', installation: '安装标识',
    operatorText: '第一个账号，可在此进行所有操作。', organization: '您的组织', first: '名', last: '姓', email: '邮箱', zone: '时区', totpNow: '现在设置第二验证因素', totpText: '使用身份验证器应用。也可稍后设置，会有提示。', totpStart: '显示二维码', code: '应用显示的六位数字',
    reviewText: '尚未更改任何内容。应用后会在现有地址旁打开新地址，并将浏览器切换过去。若新地址两分钟内没有响应，一切恢复原状。', apply: '应用', fix: '请先更正此项', applying: '正在应用…', handover: '正在转到新地址', handoverText: '浏览器将打开 {{url}}。若出现证书警告，请与终端核对指纹。', handoverOpen: '打开新地址', handoverBack: '若新地址未打开，将在 {{time}} 后恢复原状。', backNow: '新地址未能打开，因此未做任何更改。您输入的内容仍在。',
    confirming: '正在确认新地址…', confirmedTitle: '设备设置完成', confirmedText: '新地址可用。请用管理员账号登录。', confirmFailed: '无法确认', toSignIn: '登录', port: '端口', none: '无',
  },
  doctor: {
    failed: '检查',
    port: '端口', name: '主机名', visit_zone: '访问域', clock: '时钟', disk: '磁盘', data: '数据目录', certificate: '证书', cert: '证书', backup: '备份', mail: '邮件', store: '存储', recovery: '恢复', address: '地址', addresses: '地址', key: '主密钥', audit: '操作日志', memory: '内存', resolver: '名称解析', password: '密码', operator: '首位管理员', time: '时间', public: '公网地址', inside: '内网地址', chain: '证书链', expiry: '有效期', names: '名称', files: '打开的文件', version: '版本', setup: '初始设置', link: '链路', listen: '监听', secrets: '密钥',
  },
} as const;
