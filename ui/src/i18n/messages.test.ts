import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en';
import zh from './zh';

const flat = (o: object, at = ''): Map<string, string> => {
  const out = new Map<string, string>();
  for (const [k, v] of Object.entries(o)) {
    const key = at ? `${at}.${k}` : k;
    if (typeof v === 'string') out.set(key, v);
    else for (const [kk, vv] of flat(v as object, key)) out.set(kk, vv);
  }
  return out;
};
const english = flat(en);
const chinese = flat(zh);
const holes = (s: string) => [...s.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();
/** Words that are the same in both languages on purpose. */
const same = /^(Switchkeep|PBX|STARTTLS|TLS|\W*|.*切换为中文.*)$/;

describe('messages', () => {
  it('have the same keys in every language', () => expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort()));
  it('are all translated', () => {
    const left = [...english].filter(([k, v]) => chinese.get(k) === v && !same.test(v)).map(([k]) => k);
    expect(left).toEqual([]);
  });
  it('keep their placeholders', () => {
    const off = [...english].filter(([k, v]) => holes(v).join() !== holes(chinese.get(k) ?? '').join()).map(([k]) => k);
    expect(off).toEqual([]);
  });
  it('are used with keys that exist', () => {
    const root = join(__dirname, '..');
    const files = (readdirSync(root, { recursive: true }) as string[]).filter((f) => /\.tsx?$/.test(f) && !/i18n|\.test\./.test(f));
    const missing: string[] = [];
    for (const f of files) for (const m of readFileSync(join(root, f), 'utf8').matchAll(/\bt\('([\w.]+)'/g)) {
      const k = m[1]!;
      if (!english.has(k) && !english.has(`${k}_other`)) missing.push(`${f}: ${k}`);
    }
    expect(missing).toEqual([]);
  });
});
