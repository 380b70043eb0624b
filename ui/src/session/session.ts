import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, ApiError } from '@/api/client';
import type { Session, State } from '@/api/types';

export const stateQuery = { queryKey: ['state'], queryFn: () => api.get<State>('/state'), staleTime: 30_000 };

/** The session in force, or null when nobody is signed in. */
export const sessionQuery = {
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try { return await api.get<Session>('/session'); } catch (e) { if (e instanceof ApiError && e.status === 401) return null; throw e; }
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

export async function signOut(cache: QueryClient): Promise<void> {
  await api.del('/session').catch(() => undefined);
  cache.clear();
}
