export const auth = {
  auth: {
    emailTitle: '确认您的新邮箱', emailText: '今后请用此邮箱登录，所有会话将结束。', emailDo: '确认', emailDone: '邮箱已更改，请用它登录。',
    title: '登录 Switchkeep', sub: '电话系统集中管理', email: '邮箱', password: '密码', show: '显示密码', signIn: '登录', forgot: '忘记密码？',
    lockedTitle: '暂时锁定', locked: '密码错误次数过多，请在 {{time}} 后重试。', wait: '请等待 {{time}}', proof: '浏览器会先完成一个小计算。', proving: '浏览器正在完成一个小计算…',
    codeHint: '请输入身份验证器应用显示的六位数字。', code: '验证码', digit: '数字', verify: '验证', useRecovery: '使用恢复码', recoveryHint: '请输入您保存的恢复码之一，每个只能使用一次。', recoveryCode: '恢复码', backToPassword: '重新开始',
    changeHint: '您的密码是临时密码，请设置自己的密码后继续。', mailCode: '邮件中的验证码', changePassword: '修改密码', newPassword: '新密码', again: '再次输入密码',
    passwordRule_one: '至少 {{count}} 个字符。几个互不相关的词语就很好。', passwordRule_other: '至少 {{count}} 个字符。几个互不相关的词语就很好。',
    tooShort_one: '至少 {{count}} 个字符', tooShort_other: '至少 {{count}} 个字符', mismatch: '两次输入不一致', strength: '强度', weak: '弱', fair: '一般', good: '良好', strong: '强',
    idleTitle: '您离开期间页面已遮盖', idleText: '您有一段时间没有操作。请重新登录后继续，已输入的内容仍然保留。', endedTitle: '会话已结束', endedText: '请重新登录后继续，已输入的内容仍然保留。', other: '退出并使用其他账号',
    forgotTitle: '忘记密码？', forgotText: '请输入您的邮箱。若该邮箱已登记，我们会发送设置新密码的链接，有效期 10 分钟。', send: '发送链接', sentTitle: '请查收邮件', sentText: '若 {{email}} 在此有账号，链接已在发送途中，有效期 10 分钟。请同时检查垃圾邮件文件夹。', backToSignIn: '返回登录',
    resetTitle: '设置新密码', resetText: '账号 {{email}}。您的所有会话都将结束。', resetDone: '新密码已设置，请用它登录。', setPassword: '设置密码',
    activateTitle: '欢迎使用 Switchkeep', activateText: '{{inviter}} 邀请您加入 {{account}}。', activateTextPlain: '您被邀请加入 {{account}}。', first: '名', last: '姓', activate: '激活', activated: '您的账号已激活，请用邮箱和密码登录。', linkEnds: '此链接有效至 {{ends}}。',
    expiredTitle: '此链接已过期', usedTitle: '此链接已被使用', expiredText: '链接有效期至 {{ends}}。{{who}} 可以为您重新发送。', expiredTextPlain: '链接有效期至 {{ends}}。邀请您的人可以重新发送。', usedText: '每个链接只能使用一次。请直接登录，或申请新链接。', askNew: '申请新链接', asked: '已申请。对方发送后，新链接会通过邮件送达。', badLinkTitle: '此链接无效', badLinkText: '链接不完整或无法识别。请从邮件中复制完整链接。',
    existing: '您在此处已有账号，请输入其密码以接受邀请。', accept: '接受邀请',
    footer: '运行在您自己的服务器上',
  },
} as const;
