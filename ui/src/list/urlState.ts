/** The state of a list, as it stands in the URL: a filtered list is a link. */
export type ListState = {
  q: string;
  /** Field names, "-" before a descending one. */
  sort: string;
  filters: Record<string, string[]>;
  /** Cursor of the page at the top of the view; empty is the start. */
  after: string;
  /** Row whose drawer is open. */
  open: string;
  tab: string;
};

export type Search = Record<string, string | undefined>;

export function readState(search: Search, defaultSort: string): ListState {
  const filters: Record<string, string[]> = {};
  for (const [k, v] of Object.entries(search)) if (k.startsWith('f.') && v) filters[k.slice(2)] = v.split(',').filter(Boolean);
  return { q: search.q ?? '', sort: search.sort ?? defaultSort, filters, after: search.after ?? '', open: search.open ?? '', tab: search.tab ?? '' };
}

/** The search of a list after a change. Another filter or order starts from the top; unknown keys stay. */
export function writeState(search: Search, change: Partial<ListState>, defaultSort: string): Search {
  const next: Search = { ...search };
  const put = (k: string, v: string | undefined) => { if (v) next[k] = v; else delete next[k]; };
  if (change.q !== undefined) put('q', change.q);
  if (change.sort !== undefined) put('sort', change.sort === defaultSort ? undefined : change.sort);
  if (change.filters) {
    for (const k of Object.keys(next)) if (k.startsWith('f.')) delete next[k];
    for (const [k, v] of Object.entries(change.filters)) put(`f.${k}`, v.join(','));
  }
  if (change.q !== undefined || change.sort !== undefined || change.filters) delete next.after;
  if (change.after !== undefined) put('after', change.after);
  if (change.open !== undefined) { put('open', change.open); if (!change.open) delete next.tab; }
  if (change.tab !== undefined) put('tab', change.tab);
  return next;
}

/** The same state as the API takes it. */
export function toQuery(s: Pick<ListState, 'q' | 'sort' | 'filters'>): Record<string, string> {
  const out: Record<string, string> = {};
  if (s.q) out.q = s.q;
  if (s.sort) out.sort = s.sort;
  for (const [k, v] of Object.entries(s.filters)) if (v.length) out[`filter[${k}]`] = v.join(',');
  return out;
}

export const nextSort = (current: string, field: string): string => (current === field ? `-${field}` : field);

export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}
export function stringifySearch(search: Record<string, unknown>): string {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(search)) if (v !== undefined && v !== null && v !== '') p.set(k, String(v));
  const s = p.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return s ? `?${s}` : '';
}
