export const common = {
  common: {
    copy: 'Copy', copied: 'Copied', copyWhat: 'Copy {{what}}', loading: 'Loading…', retry: 'Try again', close: 'Close', cancel: 'Cancel', save: 'Save', saved: 'Saved',
    back: 'Back', next: 'Next', delete: 'Delete', edit: 'Edit', rename: 'Rename', yes: 'Yes', no: 'No', none: 'None', never: 'Never', more: 'More actions', optional: 'optional',
    unlimited: 'Unlimited', required: 'This field is needed', typeName: 'Type {{name}} to confirm', done: 'Done', open: 'Open', details: 'Details', unknown: 'Not known yet', print: 'Print', download: 'Download', reason: 'Reason',
    emailBad: 'Enter a valid e-mail address', system: 'Switchkeep',
  },
  page: {
    email: 'Confirm e-mail',
    setup: 'Set up', setupConfirm: 'Confirm the new address', signIn: 'Sign in', forgot: 'Forgot password', reset: 'New password', activate: 'Activate your account', overview: 'Overview', accounts: 'Accounts', newAccount: 'New account',
    account: 'Account', subscription: 'My Subscription', pbxs: 'PBXs', connect: 'Connect a PBX', pbx: 'PBX', visits: 'Live visits', users: 'Sub accounts', audit: 'Operation log', mail: 'Mail log',
    mailSettings: 'Mail server', system: 'System', me: 'My settings',
  },
  shell: {
    skip: 'Skip to the content', menu: 'Menu', home: 'Switchkeep, to the overview', search: 'Search or jump to…', nav: 'Pages', language: 'Language', theme: 'Appearance', account: 'Account menu of {{name}}',
    switch: 'Work in', signOut: 'Sign out', scope: 'Scope: {{name}}', scopeTitle: 'Choose an account', findAccount: 'Find an account', manage: 'Manage', watch: 'Watch',
  },
  theme: { light: 'Light', dark: 'Dark', auto: 'As the system' },
  live: {
    live: 'Live', connecting: 'Connecting', polling: 'Every 15 s', off: 'Paused',
    liveHint: 'Changes appear by themselves. Live since {{since}}.', connectingHint: 'Looking for the server since {{since}}.', pollingHint: 'No live stream since {{since}}; the page is read again every 15 seconds.', offHint: 'Paused since {{since}}.',
  },
  jobs: {
    cancel: 'Cancel {{what}}', cancelling: 'It stops at the next step',
    title: 'Jobs', running_one: '{{count}} job running', running_other: '{{count}} jobs running', empty: 'Nothing is running. Long work such as a backup shows up here.', progress: 'Progress' },
  job: { backup: 'Backup', export: 'Export', restore: 'Restore', verify: 'Verification' },
  jobState: { queued: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' },
  search: {
    hint: 'Search accounts, people, PBXs, serial numbers…', results: 'Results', pages: 'Pages', commands: 'Commands', account: 'Accounts', user: 'People', pbx: 'PBXs', none: 'Nothing found for “{{q}}”',
    theme: 'Switch between light and dark', language: '切换为中文 · Switch to Chinese',
  },
  list: {
    search: 'Search', filter: 'Filter', columns: 'Columns', active: 'Active filters', remove: 'Remove filter {{what}}', clear: 'Clear filters', account: 'Account', from: 'From', to: 'To', dates: 'Dates',
    noneTitle: 'Nothing matches', noneText: 'No entry fits the search and the filters. Clear them to see everything you may see.', rows: 'List', toTop: 'Back to the top of the list',
    stale: 'The list could not be read again. What you see may be old.', selection: 'Selection', selected_one: '{{count}} selected', selected_other: '{{count}} selected', unselect: 'Clear selection', select: 'Select {{what}}', selectAll: 'Select all rows', actions: 'Actions',
    count_one: '{{n}} entry', count_other: '{{n}} entries', state: 'State',
  },
  kind: { operator: 'Operator', channel: 'Channel', enterprise: 'Enterprise' },
  role: { owner: 'Owner', admin: 'Administrator', operator: 'Operator', helpdesk: 'Help desk', auditor: 'Auditor', billing: 'Billing' },
  banner: {
    open: 'Open', mfa_missing: 'Your account has no second factor yet. Set it up to protect the appliance.', clock_unsure: 'The clock cannot be trusted yet. Nothing expires and nothing is deleted until it is confirmed.',
    restored: 'This appliance was restored from a backup. Confirm what may be stale.', recovery_missing: 'Backups have no recovery recipient: a backup could not be restored on a new host.', backup_old: 'The last backup is older than it should be.',
    mail_missing: 'No mail server is set. Activation links are shown once instead of being mailed.', certificate_expiring: 'A certificate ends soon.', account_frozen: 'This account is frozen: {{reason}}',
  },
  error: {
    title: 'This could not be read', generic: 'The server refused this ({{status}}).', offline: 'The server does not answer. Check the network; nothing that you typed is lost.', offlineTitle: 'No connection to the server', home: 'To the overview', reload: 'Load again',
    notFoundTitle: 'There is no such page', notFoundText: 'The address leads nowhere. It may be mistyped, or what it showed is gone.', forbiddenTitle: 'Not within your rights', forbiddenText: 'Your role does not include this page. Ask the owner of your account when you need it.',
    crashTitle: 'This page broke', crashText: 'Your data is safe on the server. Load the page again; when it happens once more, tell your administrator what stands below.',
    bad_credentials: 'E-mail or password is wrong.', bad_code: 'The code is wrong or was used before.', code_required: 'A code was sent to your mail. Enter it to go on.', captcha_required: 'Please try once more; your browser proves first that a person is waiting.', captcha_failed: 'The proof of work was not accepted. Try again.',
    frozen: 'This account is frozen: {{reason}}', quota_exceeded: 'The subscription is full: {{kind}} — needed {{needed}}, left {{left}}.', exceeded: 'The subscription is full: {{kind}} — needed {{needed}}, left {{left}}.', stale: 'Somebody changed this in the meantime. Load it again and repeat your change.', weak_password: 'This password is too easy to guess.',
    mail_not_configured: 'No mail server is set.', link_down: 'The PBX is not connected.', ticket_expired: 'This step took too long. Start again.', name_taken: 'This name is taken.',
    status_400: 'The request was not understood.', status_403: 'Your rights do not include this.', status_404: 'This does not exist, or it is not yours to see.', status_409: 'This does not fit the present state.', status_412: 'Somebody changed this in the meantime. Load it again and repeat your change.',
    status_413: 'That is too large.', status_422: 'Some fields need attention.', status_423: 'Locked for the moment.', status_429: 'Too many requests. Wait a moment.', status_500: 'The server made a mistake. It is in its log.', status_503: 'The server is busy. Try again in a moment.',
  },
} as const;
