/// <reference lib="webworker" />
import { solve } from './sha256';

self.onmessage = (e: MessageEvent<{ salt: string; challenge: string; max: number }>) => {
  self.postMessage(solve(e.data.salt, e.data.challenge, e.data.max));
};
