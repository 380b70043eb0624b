import { api, fieldText, type ApiError } from '@/api/client';
import type { Finding, TOTP } from '@/api/types';
import { currentLang } from '@/i18n';
import { ownZone } from '@/pages/accounts/words';

export type Names = { host: string; https_port: number; http_port: number; public_addresses: string[]; inside_addresses: string[]; visit_zone: string };
export type MailDraft = { host: string; port: number; security: 'starttls' | 'tls' | 'none'; user: string; password: string; from: string };
export type Draft = {
  names: Names; certificate: { mode: 'internal' | 'own'; chain?: string; key?: string }; mail: MailDraft | null;
  recovery: { kind: 'passphrase' | 'age' | 'later'; passphrase?: string; recipient?: string };
  operator: { organization: string; first: string; last: string; email: string; password: string; lang: string; time_zone: string; totp: { secret: string; code: string } | null };
};
export type SetupInfo = { defaults: Draft; interfaces: string[]; ends: string; fingerprint: string; version: string };
export type Sheet = { product: string; installation: string; host: string; created: string; fingerprint: string; how: string[] };

export const steps = ['welcome', 'names', 'certificate', 'mail', 'recovery', 'operator', 'review'] as const;
export type StepName = (typeof steps)[number];

/** Which page of the wizard holds a field that the server refused. */
export const stepOf = (path: string): StepName => steps.find((s) => path.replace(/^(body\.)?(draft\.)?/, '').startsWith(s)) ?? 'review';
export const fieldErrors = (e: ApiError): Record<string, string> => Object.fromEntries((e.problem.errors ?? []).map((x) => [x.path.replace(/^(body\.)?(draft\.)?/, ''), fieldText(x)]));

/** The draft with this browser's language and zone where the server has none. */
export const filled = (d: Draft): Draft => ({
  ...d, mail: d.mail ?? null, certificate: { ...d.certificate, mode: d.certificate?.mode || 'internal' }, recovery: { ...d.recovery, kind: d.recovery?.kind || 'passphrase' },
  names: { ...d.names, public_addresses: d.names.public_addresses ?? [], inside_addresses: d.names.inside_addresses ?? [] },
  operator: { ...d.operator, lang: d.operator.lang || currentLang(), time_zone: d.operator.time_zone && d.operator.time_zone !== 'UTC' ? d.operator.time_zone : ownZone(), totp: d.operator.totp ?? null },
});

const key = 'sk.setup';
/** The token of the link's fragment: kept for this tab, so that a reload does not end the wizard. */
export function readToken(): string {
  const hash = location.hash.slice(1);
  const found = new URLSearchParams(hash).get('t');
  if (found) {
    keepToken(found);
    history.replaceState(history.state, '', location.pathname + location.search);
    return found;
  }
  return sessionStorage.getItem(key) ?? '';
}
export const keepToken = (t: string): void => (t ? sessionStorage.setItem(key, t) : sessionStorage.removeItem(key));
/** A token out of whatever was pasted: the link or the token alone. */
export const tokenIn = (text: string): string => /[#&]t=([^&\s]+)/.exec(text)?.[1] ?? text.trim();

export function setupAPI(token: string) {
  const headers = { 'X-Setup-Token': token };
  return {
    info: () => api.get<SetupInfo>('/setup', undefined, { headers }),
    check: (step: StepName | 'all', draft: Draft, signal?: AbortSignal) => api.post<{ findings: Finding[] }>('/setup/check', { step, draft }, { headers, signal }),
    mailTest: (mail: MailDraft, to: string) => api.post<{ ok: boolean; answer: string }>('/setup/mail-test', { mail, to }, { headers }),
    recovery: (kind: 'passphrase' | 'age', recipient?: string, host?: string) => api.post<{ passphrase?: string; sheet: Sheet }>('/setup/recovery', { kind, recipient, host }, { headers }),
    totp: (email: string) => api.post<TOTP>('/setup/totp', { email }, { headers }),
    apply: (draft: Draft) => api.post<{ handover_url: string; ends: string }>('/setup/apply', { draft }, { headers }),
  };
}
export type SetupAPI = ReturnType<typeof setupAPI>;

/** Whether a check found the same once more; figures in it, such as the free space, change all the time. */
export const sameFindings = (a: Finding[], b: Finding[]): boolean => {
  const mark = (list: Finding[]) => list.map((f) => `${f.id} ${f.level}`).sort().join('\n');
  return mark(a) === mark(b);
};
