/** The built-in roles, the strongest first. */
export const roles = ['owner', 'admin', 'operator', 'helpdesk', 'auditor', 'billing'] as const;
