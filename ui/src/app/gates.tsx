import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/Blocks';
import { sessionQuery, stateQuery } from '@/session/session';
import { ForbiddenPage } from '@/pages/errors';
import { Shell } from '@/shell/Shell';
import { useGo } from './nav';
import { routes, type RouteName } from './routes';

export function Splash() {
  const { t } = useTranslation();
  return <div className="sk-splash"><Loader aria-label={t('common.loading')} role="status" /></div>;
}

/** The name and the needed action of the page in view. */
export function usePageData(): { name?: RouteName; needs?: string } {
  const matches = useMatches();
  return (matches.at(-1)?.staticData ?? {}) as { name?: RouteName; needs?: string };
}

function useTitle(): void {
  const { t } = useTranslation();
  const { name } = usePageData();
  useEffect(() => { document.title = name ? `${t(`page.${name}`)} · Switchkeep` : 'Switchkeep'; }, [name, t]);
}

/** Pages outside the console. Before the first set-up every way leads to the wizard. */
export function PublicGate() {
  useTitle();
  const go = useGo();
  const { pathname } = useLocation();
  const state = useQuery(stateQuery);
  const away = state.data?.setup && !pathname.startsWith('/setup');
  useEffect(() => { if (away) go({ to: '/setup', replace: true }); }, [away, go]);
  if (state.isPending || away) return <Splash />;
  if (state.isError && !pathname.startsWith('/setup')) return <div className="sk-splash"><ErrorState error={state.error} retry={() => void state.refetch()} /></div>;
  return <Outlet />;
}

const outside = routes.filter((r) => r.needs === 'public').map((r) => r.path as string);
const isOutside = (pathname: string): boolean => outside.includes(pathname);

/** Pages of the console: they need a session, and each its own right. */
export function ConsoleGate() {
  useTitle();
  const go = useGo();
  const { pathname, searchStr } = useLocation();
  const state = useQuery(stateQuery);
  const session = useQuery({ ...sessionQuery, enabled: state.data !== undefined && !state.data.setup });
  const { needs } = usePageData();
  const toSetup = state.data?.setup;
  const toSignIn = session.data === null;
  useEffect(() => {
    // While the page outside is fetched the address is its own already, and this gate still stands.
    if (isOutside(pathname)) return;
    if (toSetup) go({ to: '/setup', replace: true });
    else if (toSignIn) go({ to: '/sign-in', search: pathname === '/' ? {} : { next: pathname + searchStr }, replace: true });
  }, [toSetup, toSignIn, go, pathname, searchStr]);
  const failed = state.isError ? state : session.isError && !session.data ? session : undefined;
  if (failed) return <div className="sk-splash"><ErrorState error={failed.error} retry={() => void failed.refetch()} /></div>;
  if (!session.data || toSetup) return <Splash />;
  const allowed = !needs || needs === 'self' || needs === 'public' || session.data.may.includes(needs);
  return <Shell session={session.data}>{allowed ? <Outlet /> : <ForbiddenPage />}</Shell>;
}
