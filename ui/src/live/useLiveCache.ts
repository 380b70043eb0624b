import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { follow } from './live';

/** Which cached answers a change of a kind makes stale: the first part of their query key. */
const touches: Record<string, string[]> = {
  account: ['accounts', 'tree', 'overview', 'session'], user: ['users', 'me'], membership: ['users', 'session'],
  pbx: ['pbxs', 'overview', 'subscription'], code: ['codes'], visit: ['visits'], mail: ['mail', 'overview'], audit: ['audit'],
  operation: ['operations', 'system'], session: ['me', 'session'], quota: ['subscription'], backup: ['system', 'overview'],
  presence: ['pbxs', 'overview'], system: ['system', 'overview', 'session'],
};

/** Keeps the cache fresh: changes are gathered for a moment, then only the answers in view are read again. */
export function useLiveCache(on: boolean): void {
  const cache = useQueryClient();
  useEffect(() => {
    if (!on) return;
    const stale = new Set<string>();
    let timer: number | undefined;
    const flush = () => {
      timer = undefined;
      const keys = [...stale];
      stale.clear();
      for (const k of keys) void cache.invalidateQueries({ queryKey: [k] });
    };
    const end = follow(
      ({ type }) => {
        for (const k of touches[type] ?? [type, `${type}s`]) stale.add(k);
        timer ??= window.setTimeout(flush, 250);
      },
      () => void cache.invalidateQueries(),
    );
    return () => { end(); clearTimeout(timer); };
  }, [cache, on]);
}
