import { currentLang } from '@/i18n';

let zone: string | undefined;
/** Sets the zone of the acting account; undefined is the browser's own. */
export function setTimeZone(z: string | undefined): void {
  try { if (z) new Intl.DateTimeFormat('en', { timeZone: z }); zone = z || undefined; } catch { zone = undefined; }
}

const parse = (v: string | undefined): Date | undefined => {
  if (!v) return undefined;
  const d = new Date(v);
  return Number.isNaN(d.getTime()) || d.getTime() <= 0 ? undefined : d;
};

export const fullTime = (v?: string): string => {
  const d = parse(v);
  return d ? new Intl.DateTimeFormat(currentLang(), { dateStyle: 'medium', timeStyle: 'medium', timeZone: zone }).format(d) : '—';
};
export const shortTime = (v?: string): string => {
  const d = parse(v);
  return d ? new Intl.DateTimeFormat(currentLang(), { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone, ...(d.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' }) }).format(d) : '—';
};
export const day = (v?: string): string => {
  const d = parse(v);
  return d ? new Intl.DateTimeFormat(currentLang(), { dateStyle: 'medium', timeZone: zone }).format(d) : '—';
};
export const utc = (v?: string): string => parse(v)?.toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC') ?? '';

const steps: [Intl.RelativeTimeFormatUnit, number][] = [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];
export function relative(v: string | undefined, now = Date.now()): string {
  const d = parse(v);
  if (!d) return '—';
  const s = (d.getTime() - now) / 1000;
  const [unit, size] = steps.find(([, n]) => Math.abs(s) >= n) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(currentLang(), { numeric: 'auto', style: 'narrow' }).format(Math.trunc(s / size), unit);
}

/** A length of time in its two largest units: "3 d 4 h". */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined || seconds < 0) return '—';
  const parts: string[] = [];
  let rest = Math.floor(seconds);
  for (const [unit, size] of steps) {
    if (unit === 'month' || unit === 'year') continue;
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 && parts.length < 2) parts.push(new Intl.NumberFormat(currentLang(), { style: 'unit', unit, unitDisplay: 'narrow' }).format(n));
    else if (parts.length === 1) break;
  }
  return parts.join(' ') || new Intl.NumberFormat(currentLang(), { style: 'unit', unit: 'second', unitDisplay: 'narrow' }).format(0);
}

/** mm:ss for countdowns. */
export const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.max(0, Math.floor(seconds % 60))).padStart(2, '0')}`;

export const number = (n: number): string => new Intl.NumberFormat(currentLang()).format(n);
export function bytes(n: number | undefined): string {
  if (n === undefined) return '—';
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let i = 0;
  let v = n;
  while (v >= 1000 && i < units.length - 1) { v /= 1000; i++; }
  return new Intl.NumberFormat(currentLang(), { style: 'unit', unit: units[i], unitDisplay: 'short', maximumFractionDigits: v < 10 && i > 0 ? 1 : 0 }).format(v);
}
