import type { ComponentType } from 'react';

type Page = () => Promise<{ default: ComponentType }>;

export type RouteDef = {
  path: string;
  /** Names the page: `page.<name>` is its title. */
  name: string;
  /** "public" stands outside the console, "self" needs a session only; anything else is the action that the page needs. */
  needs: 'public' | 'self' | (string & {});
  page: Page;
};

/** Every page of the application. The router is built from this table and the browser walk visits it. */
export const routes = [
  { path: '/setup', name: 'setup', needs: 'public', page: () => import('@/pages/setup/SetupPage') },
  { path: '/setup/confirm', name: 'setupConfirm', needs: 'public', page: () => import('@/pages/setup/ConfirmPage') },
  { path: '/sign-in', name: 'signIn', needs: 'public', page: () => import('@/pages/auth/SignInPage') },
  { path: '/forgot', name: 'forgot', needs: 'public', page: () => import('@/pages/auth/ForgotPage') },
  { path: '/reset', name: 'reset', needs: 'public', page: () => import('@/pages/auth/ResetPage') },
  { path: '/activate', name: 'activate', needs: 'public', page: () => import('@/pages/auth/ActivatePage') },
  { path: '/email', name: 'email', needs: 'public', page: () => import('@/pages/auth/EmailPage') },
  { path: '/', name: 'overview', needs: 'self', page: () => import('@/pages/overview/OverviewPage') },
  { path: '/accounts', name: 'accounts', needs: 'account.view', page: () => import('@/pages/accounts/AccountsPage') },
  { path: '/accounts/new', name: 'newAccount', needs: 'account.add', page: () => import('@/pages/accounts/NewAccountPage') },
  { path: '/accounts/$id', name: 'account', needs: 'account.view', page: () => import('@/pages/accounts/AccountPage') },
  { path: '/subscription', name: 'subscription', needs: 'quota.view', page: () => import('@/pages/subscription/SubscriptionPage') },
  { path: '/pbxs', name: 'pbxs', needs: 'pbx.view', page: () => import('@/pages/pbx/PBXsPage') },
  { path: '/pbxs/connect', name: 'connect', needs: 'pbx.enroll', page: () => import('@/pages/pbx/ConnectPage') },
  { path: '/pbxs/$id', name: 'pbx', needs: 'pbx.view', page: () => import('@/pages/pbx/PBXPage') },
  { path: '/visits', name: 'visits', needs: 'visit.view', page: () => import('@/pages/visits/VisitsPage') },
  { path: '/users', name: 'users', needs: 'user.view', page: () => import('@/pages/users/UsersPage') },
  { path: '/audit', name: 'audit', needs: 'audit.view', page: () => import('@/pages/log/AuditPage') },
  { path: '/mail', name: 'mail', needs: 'mail.view', page: () => import('@/pages/log/MailPage') },
  { path: '/mail/settings', name: 'mailSettings', needs: 'system.view', page: () => import('@/pages/system/MailSettingsPage') },
  { path: '/system', name: 'system', needs: 'system.view', page: () => import('@/pages/system/SystemPage') },
  { path: '/me', name: 'me', needs: 'self', page: () => import('@/pages/me/MePage') },
] as const satisfies readonly RouteDef[];

export type RouteName = (typeof routes)[number]['name'];
