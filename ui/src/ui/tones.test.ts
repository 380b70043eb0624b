import { describe, expect, it } from 'vitest';
import en from '@/i18n/en';
import { accountTone, levelTone, liveTone, mailTone, operationTone, pbxTone, resultTone, userTone } from './tones';

const tables = { pbxTone, liveTone, accountTone, userTone, levelTone, resultTone, mailTone, operationTone };

describe('states', () => {
  it('never differ by colour alone', () => {
    for (const [name, table] of Object.entries(tables)) {
      const shapes = new Map<string, string>();
      for (const [state, { tone, shape }] of Object.entries(table)) {
        const other = shapes.get(shape);
        expect(other === undefined || other === tone, `${name}.${state} has the shape ${shape} of another colour`).toBe(true);
        shapes.set(shape, tone);
      }
    }
  });
  it('have a word each', () => {
    const words: Record<string, object> = { pbxTone: en.pbxState, liveTone: en.pbxLive, accountTone: en.accountState, userTone: en.userState, levelTone: en.health, resultTone: en.result, mailTone: en.mailState, operationTone: en.jobState };
    for (const [name, table] of Object.entries(tables)) for (const state of Object.keys(table)) expect(Object.keys(words[name]!), `${name}.${state}`).toContain(state);
  });
});
