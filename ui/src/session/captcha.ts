import { api } from '@/api/client';
import type { Captcha } from '@/api/types';

/** Asks for a puzzle, solves it in a worker and returns the answer to send along. */
export async function proveWork(signal?: AbortSignal): Promise<string> {
  const c = await api.get<Captcha>('/captcha', undefined, { signal });
  const n = await new Promise<number>((resolve, reject) => {
    const worker = new Worker(new URL('./pow.worker.ts', import.meta.url), { type: 'module' });
    const done = (fn: () => void) => { worker.terminate(); fn(); };
    worker.onmessage = (e: MessageEvent<number>) => done(() => resolve(e.data));
    worker.onerror = (e) => done(() => reject(new Error(e.message)));
    signal?.addEventListener('abort', () => done(() => reject(new DOMException('aborted', 'AbortError'))));
    worker.postMessage({ salt: c.salt, challenge: c.challenge, max: c.max });
  });
  return btoa(JSON.stringify({ salt: c.salt, expires: c.expires, challenge: c.challenge, signature: c.signature, number: n }));
}
