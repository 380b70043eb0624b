export const logs = {
  audit: {
    search: 'Person, object, action…', at: 'Time', user: 'Person', action: 'Operation', object: 'Object', account: 'Account', ip: 'Address', result: 'Result', code: 'Why', detail: 'Details', subject: 'In the name of', request: 'Request', agent: 'Browser', reason: 'Reason',
    export: 'Export', exportHint: 'Exports what the filters show', kind: 'Type', emptyTitle: 'Nothing was done yet', emptyText: 'Every operation, failures too, is written here and cannot be changed.',
  },
  result: { ok: 'Done', refused: 'Refused', failed: 'Failed' },
  action: {
    account_view: 'Accounts: view', account_add: 'Account created', account_edit: 'Account changed', account_delete: 'Account deleted', account_freeze: 'Account frozen', account_unfreeze: 'Account unfrozen', account_login_as: 'Log in as',
    user_add: 'User invited', user_edit: 'User changed', user_delete: 'User removed', user_resend: 'Activation mail sent again', user_reset: 'Password reset', user_activate: 'Account activated', user_view: 'Users: view',
    session_sign_in: 'Signed in', session_signin: 'Signed in', session_sign_out: 'Signed out', session_signout: 'Signed out', session_end: 'Session ended', session_lock: 'Locked after wrong passwords', session_code: 'Second factor', session_switch: 'Account switched',
    password_change: 'Password changed', password_reset: 'Password reset', password_forgot: 'Password link asked for', mfa_enroll: 'Second factor set up', mfa_remove: 'Second factor removed', mfa_reset: 'Second factor reset',
    pbx_enroll: 'PBX connected', pbx_approve: 'PBX approved', pbx_reject: 'PBX rejected', pbx_edit: 'PBX changed', pbx_delete: 'PBX deleted', pbx_pair: 'Hot standby joined', pbx_unpair: 'Hot standby separated', pbx_visit: 'PBX visited', pbx_code: 'Authentication code made', pbx_view: 'PBXs: view',
    visit_start: 'Visit started', visit_end: 'Visit ended', visit_view: 'Visits: view', mail_edit: 'Mail server changed', mail_resend: 'Mail sent again', mail_test: 'Mail server tested', mail_view: 'Mail: view', audit_export: 'Operation log exported', audit_view: 'Operation log: view',
    quota_edit: 'Subscription changed', quota_view: 'Subscription: view', system_setup: 'Appliance set up', system_edit: 'System changed', system_backup: 'Backup', system_restore: 'Restored from a backup', system_clock: 'Clock confirmed', system_view: 'System: view', setup_apply: 'Appliance set up',
  },
  mail: {
    search: 'Recipient, subject…', at: 'Time', to: 'To', template: 'Mail', account: 'Account', state: 'State', answer: 'Answer of the mail server', attempts: 'Attempts', next: 'Next attempt', resend: 'Send again', resent: 'It is on its way again', settings: 'Mail server',
    hintTitle: 'It was sent, but did not arrive?', hint: 'Ask the recipient to look into the spam folder. When it is not there either, his IT staff should search their mail server for the answer shown here and allow the sender.', emptyTitle: 'No mail yet', emptyText: 'Every mail of the appliance stands here with the answer of the mail server.', notSet: 'No mail server is set. Mails wait until there is one; activation links are shown once instead.', setUp: 'Set up the mail server',
  },
  mailState: { queued: 'Queued', sent: 'Sent', deferred: 'Deferred', refused: 'Refused' },
  template: { setup_test: 'Test mail', activation: 'Activation', password_reset: 'Password reset', password_changed: 'Password changed', email_code: 'Code', pbx_connected: 'PBX connected', account_frozen: 'Account frozen', resend_asked: 'New link asked for' },
} as const;
