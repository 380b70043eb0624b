export const auth = {
  auth: {
    emailTitle: 'Confirm your new e-mail', emailText: 'From now on you sign in with this e-mail. All sessions end.', emailDo: 'Confirm', emailDone: 'Your e-mail is changed. Sign in with it.',
    title: 'Sign in to Switchkeep', sub: 'Central management of your telephony', email: 'E-mail', password: 'Password', show: 'Show the password', signIn: 'Sign in', forgot: 'Forgot your password?',
    lockedTitle: 'Locked for a while', locked: 'Too many wrong passwords. Try again in {{time}}.', wait: 'Wait {{time}}', proof: 'Your browser will solve a short puzzle first.', proving: 'Your browser is solving a short puzzle…',
    codeHint: 'Enter the six digits that your authenticator app shows.', code: 'Code', digit: 'Digit', verify: 'Verify', useRecovery: 'Use a recovery code', recoveryHint: 'Enter one of the recovery codes that you kept. Each works once.', recoveryCode: 'Recovery code', backToPassword: 'Start again',
    changeHint: 'Your password is temporary. Choose your own to go on.', mailCode: 'Code from your mail', changePassword: 'Change password', newPassword: 'New password', again: 'The same once more',
    passwordRule_one: 'At least {{count}} character. A few unrelated words make a good one.', passwordRule_other: 'At least {{count}} characters. A few unrelated words make a good one.',
    tooShort_one: 'At least {{count}} character', tooShort_other: 'At least {{count}} characters', mismatch: 'The two are not the same', strength: 'Strength', weak: 'Weak', fair: 'Fair', good: 'Good', strong: 'Strong',
    idleTitle: 'Covered while you were away', idleText: 'You did nothing here for a while. Sign in again to go on; what you typed is still there.', endedTitle: 'Your session has ended', endedText: 'Sign in again to go on; what you typed is still there.', other: 'Sign out and use another account',
    forgotTitle: 'Forgot your password?', forgotText: 'Enter your e-mail. When we know it, a link for a new password is on its way. It works for 10 minutes.', send: 'Send the link', sentTitle: 'Look into your mail', sentText: 'When {{email}} has an account here, a link is on its way. It works for 10 minutes. Look into the spam folder, too.', backToSignIn: 'Back to sign-in',
    resetTitle: 'Choose a new password', resetText: 'For {{email}}. All your sessions end.', resetDone: 'Your new password is set. Sign in with it.', setPassword: 'Set the password',
    activateTitle: 'Welcome to Switchkeep', activateText: '{{inviter}} invited you to work in {{account}}.', activateTextPlain: 'You were invited to work in {{account}}.', first: 'First name', last: 'Last name', activate: 'Activate', activated: 'Your account is active. Sign in with your e-mail and password.', linkEnds: 'This link works until {{ends}}.',
    expiredTitle: 'This link has expired', usedTitle: 'This link was used before', expiredText: 'It was good until {{ends}}. {{who}} can send you a new one.', expiredTextPlain: 'It was good until {{ends}}. Whoever invited you can send a new one.', usedText: 'Each link works once. Sign in, or ask for a new one.', askNew: 'Ask for a new link', asked: 'Asked. A new link comes by mail as soon as it is sent.', badLinkTitle: 'This link does not work', badLinkText: 'It is incomplete or unknown. Copy the whole link out of the mail.',
    existing: 'You have an account here already. Type its password to accept.', accept: 'Accept the invitation',
    footer: 'Runs on your own server',
  },
} as const;
