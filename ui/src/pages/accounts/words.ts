import { word } from '@/i18n';
import { bytes, number } from '@/ui/dates';

export const quotaWord = (kind: string): string => word(`quota.${kind}`, kind.replaceAll('_', ' '));
export const quotaNumber = (kind: string, n: number): string => (isFlag(kind) ? word(n > 0 ? 'common.yes' : 'common.no') : kind === 'storage_bytes' ? bytes(n) : number(n));
/** A kind that is held or not, without a number. */
export const isFlag = (kind: string): boolean => kind === 'ha' || kind === 'remote_management';

/** All zones that this browser knows; the account's own first. */
export const zones = (): string[] => [...new Set([ownZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

let countryCache: { lang: string; list: { value: string; label: string }[] } | undefined;
/** Countries in the words of the reader; the browser knows the names. */
export function countries(lang: string): { value: string; label: string }[] {
  if (countryCache?.lang === lang) return countryCache.list;
  const names = new Intl.DisplayNames([lang], { type: 'region', fallback: 'none' });
  const list: { value: string; label: string }[] = [];
  for (let a = 65; a <= 90; a++) for (let b = 65; b <= 90; b++) {
    const value = String.fromCharCode(a, b);
    const label = names.of(value);
    // Private, withdrawn and grouping codes have names as well.
    if (label && !/^(A[A]|Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN|UK|SU|YU|DD|FX|TP|ZR|BU|NT|CS|AN|AC|CP|CQ|DG|EA|IC|TA)$/.test(value)) list.push({ value, label });
  }
  list.sort((x, y) => x.label.localeCompare(y.label, lang));
  countryCache = { lang, list };
  return list;
}
