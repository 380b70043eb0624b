import { currentLang, word } from '@/i18n';
import type { FieldError, Path, Problem } from './types';

/** What is wrong with a field: the server's own sentence says more, where it is in the reader's language. */
export const fieldText = (e: FieldError): string => (currentLang() === 'en' ? e.message || word(`field.${e.code}`, e.code) : word(`field.${e.code}`, e.message));

/** What the server refused, or why it could not be reached (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;
  constructor(status: number, problem: Problem) {
    super(problem.detail || problem.title || `status ${status}`);
    this.status = status;
    this.problem = problem;
  }
  get code(): string { return this.problem.code ?? ''; }
  get retryAfter(): number { return this.problem.retry_after ?? 0; }
  /** The message of one input field, by its path in the request. */
  field(path: string): string | undefined {
    const e = this.problem.errors?.find((x) => x.path === path || x.path === `body.${path}`);
    return e && fieldText(e);
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>;
type Options = { query?: Query; body?: unknown; ver?: number | string; key?: string; headers?: Record<string, string>; signal?: AbortSignal };

const listeners = new Set<(e: ApiError) => void>();
export const tellUnauthorized = (e: ApiError): void => listeners.forEach((fn) => fn(e));
/** Refusals of a typed secret, not of the session. */
const signInCodes = new Set(['bad_credentials', 'bad_code', 'ticket_ended', 'bad_password']);
/** Calls back on every 401 outside of sign-in, so that the session layer can cover the page. */
export function onUnauthorized(fn: (e: ApiError) => void): () => void {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

let lastAction = Date.now();
/** Notes that a person did something; requests long after it are marked passive and prolong no session. */
export function noteAction(): void { lastAction = Date.now(); }
const passive = () => Date.now() - lastAction > 10_000;

/** Where the application is mounted, always with a trailing slash. */
export const base = new URL('./', document.baseURI).pathname;
export const apiURL = (path: string, query?: Query): string => {
  const u = new URL(`${base}api/v1${path}`, location.origin);
  for (const [k, v] of Object.entries(query ?? {})) if (v !== undefined && v !== null && v !== '') u.searchParams.set(k, String(v));
  return u.pathname + u.search;
};

async function request<T>(method: string, path: string, o: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json', ...o.headers };
  if (o.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['Idempotency-Key'] = o.key ?? crypto.randomUUID();
  if (o.ver !== undefined) headers['If-Match'] = `"${o.ver}"`;
  if (method === 'GET' && passive()) headers['X-Passive'] = '1';
  let res: Response;
  try {
    res = await fetch(apiURL(path, o.query), { method, headers, body: o.body === undefined ? undefined : JSON.stringify(o.body), signal: o.signal, credentials: 'same-origin' });
  } catch (err) {
    if (err instanceof DOMException && err.name === 'AbortError') throw err;
    throw new ApiError(0, { title: 'offline', code: 'offline' });
  }
  if (res.ok) return (res.status === 204 || res.headers.get('Content-Length') === '0' ? undefined : await readJSON(res)) as T;
  const problem = ((await readJSON(res).catch(() => undefined)) ?? {}) as Problem;
  const retry = Number(res.headers.get('Retry-After'));
  if (problem.retry_after === undefined && retry > 0) problem.retry_after = retry;
  const error = new ApiError(res.status, problem);
  if (res.status === 401 && !path.startsWith('/session') && !signInCodes.has(error.code)) tellUnauthorized(error);
  throw error;
}

async function readJSON(res: Response): Promise<unknown> {
  const text = await res.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** Every path is one of the route table's, below /api/v1. */
export const api = {
  get: <T>(path: Path<'get'>, query?: Query, o: Options = {}) => request<T>('GET', path, { ...o, query }),
  post: <T>(path: Path<'post'>, body?: unknown, o: Options = {}) => request<T>('POST', path, { ...o, body }),
  put: <T>(path: Path<'put'>, body: unknown, ver: number | string | undefined, o: Options = {}) => request<T>('PUT', path, { ...o, body, ver }),
  patch: <T>(path: Path<'patch'>, body: unknown, ver: number | string | undefined, o: Options = {}) => request<T>('PATCH', path, { ...o, body, ver }),
  del: <T>(path: Path<'delete'>, o: Options = {}) => request<T>('DELETE', path, o),
};
