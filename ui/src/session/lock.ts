import { useEffect, useState } from 'react';
import { api, noteAction, onUnauthorized } from '@/api/client';

export type Lock = 'idle' | 'ended' | null;
const key = 'sk.locked';
const touchEvery = 60_000;

/**
 * Covers the page after a time without a person's action, counted over all tabs, or when the server
 * says that the session is over. Live updates are no action.
 */
export function useLock(userId: string): [Lock, () => void] {
  const [lock, set] = useState<Lock>(() => (read() === userId ? 'idle' : null));
  useEffect(() => {
    const channel = new BroadcastChannel('sk-activity');
    let last = Date.now();
    let touched = Date.now();
    let idleSeconds = 1800;
    const touch = () => api.post<{ idle_seconds?: number } | undefined>('/session/touch').then((a) => { if (a?.idle_seconds) idleSeconds = a.idle_seconds; }, () => undefined);
    // Opening a page is an action; the answer says how long the session waits for the next one.
    void touch();
    const cover = (why: Exclude<Lock, null>) => { write(userId); set(why); };
    const act = () => {
      if (read() === userId) return;
      last = Date.now();
      noteAction();
      if (last - touched < touchEvery) return;
      touched = last;
      channel.postMessage('act');
      void touch();
    };
    channel.onmessage = (e: MessageEvent<string>) => {
      if (e.data === 'act') { last = Date.now(); touched = Date.now(); }
      if (e.data === 'open') { last = Date.now(); set(null); }
    };
    const timer = window.setInterval(() => { if (Date.now() - last >= idleSeconds * 1000) cover('idle'); }, 1000);
    const kinds = ['pointerdown', 'keydown', 'wheel', 'touchstart', 'pointermove'] as const;
    for (const k of kinds) window.addEventListener(k, act, { passive: true, capture: true });
    const off = onUnauthorized((e) => cover(e.code === 'idle' ? 'idle' : 'ended'));
    return () => {
      clearInterval(timer);
      for (const k of kinds) window.removeEventListener(k, act, { capture: true });
      off();
      channel.close();
    };
  }, [userId]);
  const open = () => {
    write(null);
    set(null);
    const channel = new BroadcastChannel('sk-activity');
    channel.postMessage('open');
    channel.close();
  };
  return [lock, open];
}

const read = (): string | null => { try { return localStorage.getItem(key); } catch { return null; } };
const write = (v: string | null): void => { try { if (v) localStorage.setItem(key, v); else localStorage.removeItem(key); } catch { /* private mode: this tab alone is covered */ } };
/** A sign-in by the front page lifts a cover that was left behind. */
export const clearLock = (): void => write(null);
