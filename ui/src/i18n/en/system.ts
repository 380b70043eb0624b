export const system = {
  overview: {
    title: 'Overview', health: 'Health of the appliance', pbxs: 'PBXs connected', accounts: 'Accounts', users: 'People', visits: 'Live visits', awaiting: 'Awaiting approval', of: 'of {{n}}', enterprises: 'Enterprises', channels: 'Channels',
    first: 'Get started', firstText: 'The appliance is ready. These steps lead to the first visited PBX.', step1: 'Create an enterprise', step1Text: 'An account, its administrator and its share of the capacity, in one wizard.', step2: 'Connect a PBX', step2Text: 'See what to type on the PBX, then watch it arrive.', step3: 'Visit its web portal', step3Text: 'Through the tunnel, with an entry in the operation log.', step4: 'Protect your account', step4Text: 'Set up the second factor and keep the recovery codes.', latest: 'Latest operations', all: 'Show all', waiting_one: '{{count}} PBX waits for approval', waiting_other: '{{count}} PBXs wait for approval',
  },
  health: {
    disk: 'Disk', certificate: 'Certificate', cert: 'Certificate', backup: 'Last backup', mail: 'Mail queue', clock: 'Clock',
    ok: 'Good', warn: 'Look at this', error: 'Act now', unknown: 'Not known yet', clockOk: 'Trusted', clockUnsure: 'Not trusted', days_one: '{{count}} day left', days_other: '{{count}} days left', waiting_one: '{{count}} waiting', waiting_other: '{{count}} waiting', mailNone: 'No mail server', backupNone: 'None yet', used: '{{percent}} % used',
  },
} as const;
