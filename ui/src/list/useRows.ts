import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '@/api/client';
import type { List, Path } from '@/api/types';
import { toQuery, type ListState } from './urlState';
import type { Row } from './types';

const pageSize = 100;

/** The rows of a list: read page by page from a cursor, kept in view while the next answer is under way. */
export function useRows<T extends Row>(id: string, path: Path<'get'>, state: ListState, fixed: Record<string, string> | undefined) {
  const query = { ...toQuery(state), ...fixed };
  const signature = JSON.stringify(query);
  // The first page stays where the link pointed to; scrolling moves only the cursor in the URL.
  const [start, setStart] = useState({ signature, after: state.after });
  if (start.signature !== signature) setStart({ signature, after: '' });
  const from = start.signature === signature ? start.after : '';
  const result = useInfiniteQuery({
    queryKey: [id, 'list', path, query, from],
    initialPageParam: from,
    queryFn: ({ pageParam, signal }) => api.get<List<T>>(path, { ...query, limit: pageSize, after: pageParam }, { signal }),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const pages = result.data?.pages;
  const params = result.data?.pageParams as string[] | undefined;
  const rows = useMemo(() => pages?.flatMap((p) => p.items) ?? [], [pages]);
  /** The cursor of the page that holds row i. */
  const cursorOf = (i: number): string => {
    let n = 0;
    for (const [k, p] of (pages ?? []).entries()) { n += p.items.length; if (i < n) return params?.[k] ?? ''; }
    return '';
  };
  return { ...result, rows, total: (pages?.at(-1)?.total ?? -1) < 0 ? undefined : pages?.at(-1)?.total, from, toTop: () => setStart({ signature, after: '' }), cursorOf };
}
