import { useSyncExternalStore } from 'react';
import { apiURL } from '@/api/client';

export type LiveState = { state: 'live' | 'connecting' | 'polling' | 'off'; since: number };
type Change = { type: string; id: string; rev?: number };
type Message = { kind: 'open' } | { kind: 'lost' } | { kind: 'event'; name: string; data: string };

let current: LiveState = { state: 'off', since: Date.now() };
const watchers = new Set<() => void>();
const set = (state: LiveState['state']): void => {
  if (current.state === state) return;
  current = { state, since: Date.now() };
  watchers.forEach((w) => w());
};

export const useLive = (): LiveState => useSyncExternalStore((fn) => { watchers.add(fn); return () => watchers.delete(fn); }, () => current);

const fallbackAfter = 20_000;
const pollEvery = 15_000;

/**
 * Follows the server's event stream, one for all tabs of the browser. When no stream can be had the
 * caller is told to reload every 15 s. Returns a function that ends it.
 */
export function follow(onChange: (c: Change) => void, onReload: () => void): () => void {
  const url = apiURL('/events');
  let ended = false;
  let poll: number | undefined;
  let lostTimer: number | undefined;

  const live = () => { set('live'); clearInterval(poll); clearTimeout(lostTimer); poll = lostTimer = undefined; };
  const lost = () => {
    if (ended || poll !== undefined) return;
    set('connecting');
    lostTimer ??= window.setTimeout(() => { set('polling'); poll = window.setInterval(onReload, pollEvery); }, fallbackAfter);
  };
  const handle = (m: Message) => {
    if (m.kind === 'open') { const again = current.state === 'polling'; live(); if (again) onReload(); }
    else if (m.kind === 'lost') lost();
    else if (m.name === 'reload' || m.name === 'end') onReload();
    else if (m.name === 'change') try { onChange(JSON.parse(m.data) as Change); } catch { onReload(); }
  };

  set('connecting');
  let stop: () => void;
  if (typeof SharedWorker === 'function') {
    const worker = new SharedWorker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'live' });
    worker.port.onmessage = (e: MessageEvent<Message>) => handle(e.data);
    worker.onerror = lost;
    worker.port.start();
    worker.port.postMessage({ do: 'open', url });
    const again = window.setInterval(() => { if (current.state !== 'live') worker.port.postMessage({ do: 'open', url }); }, pollEvery);
    const leave = () => worker.port.postMessage({ do: 'leave' });
    const back = (e: PageTransitionEvent) => { if (e.persisted) worker.port.postMessage({ do: 'open', url }); };
    window.addEventListener('pagehide', leave);
    window.addEventListener('pageshow', back);
    stop = () => { clearInterval(again); leave(); window.removeEventListener('pagehide', leave); window.removeEventListener('pageshow', back); worker.port.close(); };
  } else {
    // Without shared workers one tab at a time holds the stream and passes it on.
    stop = followByLock(url, handle);
  }
  return () => { ended = true; stop(); clearInterval(poll); clearTimeout(lostTimer); set('off'); };
}

function followByLock(url: string, handle: (m: Message) => void): () => void {
  const channel = new BroadcastChannel('sk-live');
  const gone = new AbortController();
  channel.onmessage = (e: MessageEvent<Message>) => handle(e.data);
  const pass = (m: Message) => { handle(m); channel.postMessage(m); };
  if ('locks' in navigator) {
    void navigator.locks.request('sk-live', { signal: gone.signal }, () => new Promise<void>((release) => {
      const source = new EventSource(url);
      source.onopen = () => pass({ kind: 'open' });
      source.onerror = () => pass({ kind: 'lost' });
      for (const name of ['change', 'reload', 'end']) source.addEventListener(name, (e) => pass({ kind: 'event', name, data: (e as MessageEvent<string>).data }));
      gone.signal.addEventListener('abort', () => { source.close(); release(); });
    })).catch(() => undefined);
  } else handle({ kind: 'lost' });
  return () => { gone.abort(); channel.close(); };
}
