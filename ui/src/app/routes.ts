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
  { path: '/sign-in', name: 'signIn', needs: 'public', page: () => import('@/pages/auth/SignInPage') },
  { path: '/forgot', name: 'forgot', needs: 'public', page: () => import('@/pages/auth/ForgotPage') },
  { path: '/reset', name: 'reset', needs: 'public', page: () => import('@/pages/auth/ResetPage') },
  { path: '/activate', name: 'activate', needs: 'public', page: () => import('@/pages/auth/ActivatePage') },
  { path: '/', name: 'overview', needs: 'self', page: () => import('@/pages/overview/OverviewPage') },
  { path: '/pbxs', name: 'pbxs', needs: 'pbx.view', page: () => import('@/pages/pbx/PBXsPage') },
] as const satisfies readonly RouteDef[];

export type RouteName = (typeof routes)[number]['name'];
