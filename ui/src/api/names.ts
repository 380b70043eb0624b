import { useQuery } from '@tanstack/react-query';
import { api } from './client';
import type { Account } from './types';

/** The name of an account, read once when only its id is known. */
export function useAccountName(id: string | undefined, known?: string): string | undefined {
  const { data } = useQuery({ queryKey: ['accounts', 'one', id], queryFn: () => api.get<Account>(`/accounts/${id}`), enabled: !!id && !known, staleTime: 60_000, retry: false });
  return known ?? data?.name;
}
