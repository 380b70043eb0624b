import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, ApiError, tellUnauthorized } from '@/api/client';
import type { Session, State } from '@/api/types';

let had = false;

export const stateQuery = { queryKey: ['state'], queryFn: () => api.get<State>('/state'), staleTime: 30_000 };

/** The session in force, or null when nobody is signed in. */
export const sessionQuery = {
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      const s = await api.get<Session>('/session');
      had = true;
      return s;
    } catch (e) {
      if (!(e instanceof ApiError) || e.status !== 401) throw e;
      // The page in view stays, covered, with what was typed on it; a fresh page goes to the sign-in.
      if (!had) return null;
      tellUnauthorized(e);
      throw e;
    }
  },
  staleTime: 60_000,
};

export const useSessionQuery = () => useQuery(sessionQuery);

/** The session of a page of the console; such pages are drawn only when there is one. */
export function useSession(): Session {
  const cache = useQueryClient();
  const { data } = useQuery(sessionQuery);
  const session = data ?? cache.getQueryData<Session>(['session']);
  if (!session) throw new Error('no session');
  return session;
}

export function useMay(): (action: string) => boolean {
  const { may } = useSession();
  return (action) => may.includes(action);
}

/** Changes the signed-in person's own settings. */
export async function saveMe(cache: QueryClient, change: Partial<Pick<Session['user'], 'first' | 'last' | 'lang' | 'theme' | 'phone' | 'time_zone'>>): Promise<void> {
  const ver = cache.getQueryData<Session>(['session'])?.user.ver;
  await api.patch('/me', change, ver);
  await cache.invalidateQueries({ queryKey: ['session'] });
  await cache.invalidateQueries({ queryKey: ['me'] });
}

export async function signOut(cache: QueryClient): Promise<void> {
  await api.del('/session').catch(() => undefined);
  had = false;
  cache.clear();
}
