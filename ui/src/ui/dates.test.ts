import { beforeAll, describe, expect, it } from 'vitest';
import { setLanguage, startLanguage } from '@/i18n';
import { bytes, clock, duration, fullTime, relative, setTimeZone, utc } from './dates';

beforeAll(async () => { await startLanguage('en'); });

describe('times', () => {
  const at = '2026-11-22T18:00:00Z';
  it('stand in the zone of the account, UTC beside it', () => {
    setTimeZone('Asia/Shanghai');
    expect(fullTime(at)).toContain('Nov 23, 2026');
    expect(utc(at)).toBe('2026-11-22 18:00:00 UTC');
    setTimeZone('');
    expect(fullTime(at)).not.toBe('—');
    setTimeZone('No/Where');
    expect(fullTime(at)).not.toBe('—');
  });
  it('show a dash for nothing, for the zero time and for nonsense', () => {
    for (const v of [undefined, '', '0001-01-01T00:00:00Z', 'soon']) expect(fullTime(v)).toBe('—');
  });
  it('follow the language', async () => {
    const now = Date.parse(at);
    expect(relative('2026-11-22T15:00:00Z', now)).toBe('3h ago');
    await setLanguage('zh-CN', false);
    expect(relative('2026-11-22T15:00:00Z', now)).toBe('3小时前');
    await setLanguage('en', false);
  });
  it('name lengths by their two largest units', () => {
    expect(duration(90_061)).toBe('1d 1h');
    expect(duration(86_400 + 5)).toBe('1d');
    expect(duration(59)).toBe('59s');
    expect(duration(0)).toBe('0s');
    expect(duration(undefined)).toBe('—');
    expect(clock(299)).toBe('4:59');
  });
  it('count bytes', () => { expect(bytes(48_200_000)).toBe('48 MB'); expect(bytes(undefined)).toBe('—'); });
});
