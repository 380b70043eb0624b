import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { strength } from './NewPassword';
import { sha256, solve } from './sha256';

const theirs = (s: string) => createHash('sha256').update(s).digest('hex');

describe('sha256', () => {
  it('agrees with another implementation at every length around a block', () => {
    for (let n = 0; n < 200; n++) { const s = randomBytes(n).toString('latin1'); expect(sha256(s)).toBe(theirs(s)); }
  });
});
describe('the proof of work', () => {
  it('finds the number, also the first and the last', () => {
    for (const n of [0, 777, 2000]) expect(solve('salt', theirs(`salt${n}`), 2000)).toBe(n);
  });
  it('says when there is none', () => expect(solve('salt', theirs('other'), 500)).toBe(-1));
});
describe('the strength of a password', () => {
  it('needs length before anything else', () => {
    expect(strength('')).toBe(0);
    expect(strength('Aa1!Aa1!')).toBe(1);
    expect(strength('aaaaaaaaaaaaaaaa')).toBe(1);
    expect(strength('copper lantern orbit velvet')).toBe(4);
  });
});
