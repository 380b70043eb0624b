import { useCallback, useState } from 'react';

/** A choice kept in this browser under a name. */
export function useChoice<T>(name: string, first: T): [T, (v: T) => void] {
  const key = `sk.choice.${name}`;
  const [value, set] = useState<T>(() => {
    try { const v = localStorage.getItem(key); return v === null ? first : (JSON.parse(v) as T); } catch { return first; }
  });
  const save = useCallback((v: T) => {
    set(v);
    try { localStorage.setItem(key, JSON.stringify(v)); } catch { /* private mode: kept as long as the tab */ }
  }, [key]);
  return [value, save];
}
