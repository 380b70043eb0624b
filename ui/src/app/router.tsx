import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { base } from '@/api/client';
import { parseSearch, stringifySearch } from '@/list/urlState';
import { CrashPage, NotFoundPage } from '@/pages/errors';
import { ConsoleGate, PublicGate, Splash } from './gates';
import { routes } from './routes';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });
const open = createRoute({ getParentRoute: () => root, id: 'public', component: PublicGate });
const consoleRoute = createRoute({ getParentRoute: () => root, id: 'console', component: ConsoleGate });

const build = (parent: typeof open | typeof consoleRoute, isPublic: boolean) =>
  routes.filter((r) => (r.needs === 'public') === isPublic).map((r) =>
    createRoute({ getParentRoute: () => parent as typeof open, path: r.path as '/', component: lazyRouteComponent(r.page), staticData: { name: r.name, needs: r.needs }, pendingComponent: Splash, errorComponent: CrashPage }));

// Links of mails from before the fragment form carry their token in the path.
const tokenPaths = (['activate', 'reset'] as const).map((p) =>
  createRoute({ getParentRoute: () => open, path: `/${p}/$token` as '/', component: lazyRouteComponent(p === 'activate' ? () => import('@/pages/auth/ActivatePage') : () => import('@/pages/auth/ResetPage')) }));

export const router = createRouter({
  routeTree: root.addChildren([open.addChildren([...build(open, true), ...tokenPaths] as never), consoleRoute.addChildren(build(consoleRoute, false) as never)] as never[]),
  basepath: base === '/' ? undefined : base.replace(/\/$/, ''),
  parseSearch: (s) => parseSearch(s), stringifySearch,
  defaultPreload: 'intent', defaultPendingMs: 300, scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption { name?: string; needs?: string }
}
