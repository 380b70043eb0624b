import type { Level, PBXState } from '@/api/types';

/** Colour, shape and word together: never colour alone. */
export type Tone = 'ok' | 'warn' | 'bad' | 'idle' | 'info';
export type ShapeName = 'dot' | 'triangle' | 'cross' | 'ring' | 'half' | 'bars' | 'turn' | 'square' | 'diamond' | 'question';

export const pbxTone: Record<PBXState, { tone: Tone; shape: ShapeName }> = {
  connected: { tone: 'ok', shape: 'dot' },
  disconnected: { tone: 'bad', shape: 'cross' },
  awaiting: { tone: 'warn', shape: 'ring' },
  standby: { tone: 'info', shape: 'half' },
  revoked: { tone: 'idle', shape: 'bars' },
  unknown: { tone: 'idle', shape: 'question' },
  duplicate: { tone: 'warn', shape: 'triangle' },
};
export const liveTone: Record<'active' | 'standby', { tone: Tone; shape: ShapeName }> = {
  active: { tone: 'ok', shape: 'dot' }, standby: { tone: 'info', shape: 'half' },
};
export const accountTone: Record<'active' | 'frozen' | 'unactivated', { tone: Tone; shape: ShapeName }> = {
  active: { tone: 'ok', shape: 'dot' }, frozen: { tone: 'idle', shape: 'bars' }, unactivated: { tone: 'warn', shape: 'ring' },
};
export const userTone: Record<'active' | 'invited' | 'expired', { tone: Tone; shape: ShapeName }> = {
  active: { tone: 'ok', shape: 'dot' }, invited: { tone: 'warn', shape: 'ring' }, expired: { tone: 'bad', shape: 'cross' },
};
export const levelTone: Record<Level, { tone: Tone; shape: ShapeName }> = {
  ok: { tone: 'ok', shape: 'dot' }, warn: { tone: 'warn', shape: 'triangle' }, error: { tone: 'bad', shape: 'square' }, unknown: { tone: 'idle', shape: 'question' },
};
export const resultTone: Record<'ok' | 'refused' | 'failed', { tone: Tone; shape: ShapeName }> = {
  ok: { tone: 'ok', shape: 'dot' }, refused: { tone: 'warn', shape: 'triangle' }, failed: { tone: 'bad', shape: 'cross' },
};
export const mailTone: Record<'queued' | 'sent' | 'deferred' | 'refused', { tone: Tone; shape: ShapeName }> = {
  queued: { tone: 'idle', shape: 'ring' }, sent: { tone: 'ok', shape: 'dot' }, deferred: { tone: 'warn', shape: 'turn' }, refused: { tone: 'bad', shape: 'cross' },
};
export const operationTone: Record<'queued' | 'running' | 'done' | 'failed' | 'cancelled', { tone: Tone; shape: ShapeName }> = {
  queued: { tone: 'idle', shape: 'ring' }, running: { tone: 'info', shape: 'turn' }, done: { tone: 'ok', shape: 'dot' }, failed: { tone: 'bad', shape: 'cross' }, cancelled: { tone: 'idle', shape: 'bars' },
};
export const unknownTone = { tone: 'idle', shape: 'question' } as const;
