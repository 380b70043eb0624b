import { Button, Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Path } from '@/api/types';
import { Empty, ErrorState } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { number } from '@/ui/dates';
import { useGo, useHref, usePageSearch } from '@/app/nav';
import { Chips } from './Chips';
import { CardRow, SkeletonRows, TableRow, TableHead, type SharedRowProps } from './Rows';
import { Toolbar } from './Toolbar';
import type { ListProps, Row } from './types';
import { useChoice } from './useChoice';
import { useRows } from './useRows';
import { readState, writeState, type ListState } from './urlState';
import './list.css';

/** The one list of the console: the server filters and sorts, the URL keeps the state, only rows in view are drawn. */
export function ListView<T extends Row>(props: ListProps<T>) {
  const { id, columns, filters = [], defaultSort = '', empty, drawer, bulk } = props;
  const { t } = useTranslation();
  const search = usePageSearch();
  const go = useGo();
  const hrefOf = useHref();
  const state = useMemo(() => readState(search, defaultSort), [search, defaultSort]);
  const latest = useRef(search);
  useEffect(() => { latest.current = search; }, [search]);
  const change = (c: Partial<ListState>, replace = false) => go({ search: writeState(latest.current, c, defaultSort), replace });
  const list = useRows<T>(id, props.path, state, props.query);
  const rows = useMemo(() => (props.arrange ? props.arrange(list.rows) : list.rows), [list.rows, props.arrange]); // eslint-disable-line react-hooks/exhaustive-deps
  const [shown, setShown] = useChoice(`${id}.columns`, columns.filter((c) => !c.hidden).map((c) => c.id));
  const visible = columns.filter((c) => c.fixed || shown.includes(c.id));
  const narrow = useMediaQuery('(max-width: 47.99em)', window.innerWidth < 768);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((r) => picked.has(r.id));
  const pick = (r: T) => setPicked((old) => { const n = new Set(old); if (!n.delete(r.id)) n.add(r.id); return n; });
  const { onTotal } = props;
  useEffect(() => { if (list.total !== undefined) onTotal?.(list.total); }, [list.total, onTotal]);

  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => (narrow ? 66 : 42), overscan: 8, getItemKey: (i) => rows[i]?.id ?? i,
  });
  useEffect(() => { virtual.measure(); }, [narrow, virtual]);
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastIndex >= rows.length - 20 && rows.length > 0) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastIndex, rows.length]);

  // The cursor of the page in view goes into the URL, so that a reload or a shared link lands there.
  const first = virtual.scrollOffset && virtual.range ? virtual.range.startIndex : 0;
  const cursor = first > 0 || list.from ? list.cursorOf(first) : '';
  useEffect(() => {
    if (list.isPlaceholderData || rows.length === 0) return;
    const id = window.setTimeout(() => { if ((latest.current.after ?? '') !== cursor) go({ search: writeState(latest.current, { after: cursor }, defaultSort), replace: true }); }, 400);
    return () => clearTimeout(id);
  }, [cursor, defaultSort, go, list.isPlaceholderData, rows.length]);

  const filtered = !!state.q || Object.keys(state.filters).length > 0;
  const inList = state.open ? rows.find((r) => r.id === state.open) : undefined;
  // A linked row may stand on a page that is not loaded; then it is read alone.
  const alone = useQuery({ queryKey: [id, 'one', state.open], queryFn: () => api.get<T>(`${props.path}/${state.open}` as Path<'get'>), enabled: !!drawer && !!props.href && state.open !== '' && !inList && !list.isPending, retry: false });
  const opened = drawer && state.open ? (inList ?? alone.data) : undefined;
  const close = () => change({ open: '' });
  const open = (r: T) => { if (drawer) change({ open: r.id }); else if (props.href) go({ to: props.href(r) }); };
  const face = opened && drawer ? drawer(opened, close) : undefined;
  const rowProps = ({ columns: visible, selectable: !!bulk, label: props.label, pick, open, indent: props.indent, href: (r: T) => props.href && hrefOf(props.href(r)) }) as unknown as SharedRowProps;
  const template = `${bulk ? '46px ' : ''}${visible.map((c) => c.width).join(' ')}`;
  const minWidth = visible.reduce((sum, c) => sum + Number(/(\d+)px/.exec(c.width)?.[1] ?? 100), bulk ? 46 : 0);

  let body;
  if (list.isError && rows.length === 0) body = <ErrorState error={list.error} retry={() => void list.refetch()} />;
  else if (list.isPending) body = <SkeletonRows narrow={!!narrow} columns={visible.length} />;
  else if (rows.length === 0) {
    body = filtered
      ? <Empty icon="search" title={t('list.noneTitle')} actions={<Button variant="default" onClick={() => change({ filters: {}, q: '' })}>{t('list.clear')}</Button>}>{t('list.noneText')}</Empty>
      : <Empty icon={empty.icon} title={empty.title} actions={empty.actions}>{empty.text}</Empty>;
  } else {
    body = (
      <div className="sk-scroll" ref={scroller} tabIndex={0} role="region" aria-label={t('list.rows')}>
        {list.from && <div className="sk-foot"><Button size="compact-sm" variant="subtle" leftSection={<Icon name="arrowUp" size={15} />} onClick={list.toTop}>{t('list.toTop')}</Button></div>}
        <div role="table" aria-rowcount={list.total ?? -1} className="sk-rows" style={narrow ? undefined : ({ '--sk-cols': template, '--sk-min': `${minWidth}px` } as React.CSSProperties)}>
          {!narrow && <TableHead columns={visible} sort={state.sort} onSort={(sort) => change({ sort })} selectable={!!bulk}
            all={chosen.length > 0 && chosen.length === rows.length} some={chosen.length > 0} pickAll={() => setPicked(chosen.length === rows.length ? new Set() : new Set(rows.map((r) => r.id)))} />}
          <div role="rowgroup" className="sk-tbody" style={{ height: virtual.getTotalSize() }}>
            {items.map((v) => {
              const row = rows[v.index];
              if (!row) return null;
              const One = narrow ? CardRow : TableRow;
              return <One key={row.id} row={row} index={v.index} top={v.start} picked={picked.has(row.id)} opened={state.open === row.id} {...rowProps} />;
            })}
          </div>
        </div>
        {isFetchingNextPage && <div className="sk-foot dim">{t('common.loading')}</div>}
      </div>
    );
  }
  return (
    <div className="sk-list">
      <Toolbar state={state} change={change} filters={filters} columns={columns} shown={shown} setShown={setShown} searchLabel={props.searchLabel} tools={props.tools} />
      <Chips state={state} filters={filters} change={change} />
      {list.isError && rows.length > 0 && <div className="sk-banner" data-level="warn" role="status"><Icon name="alert" /><div>{t('list.stale')}</div><Button size="compact-sm" variant="subtle" onClick={() => void list.refetch()}>{t('common.retry')}</Button></div>}
      <div className="sk-card sk-table" aria-busy={list.isFetching}>
        {list.isPlaceholderData && <div className="sk-fetching" />}
        {body}
      </div>
      <VisibleCount total={list.total} />
      {bulk && chosen.length > 0 && (
        <div className="sk-bulk" role="region" aria-label={t('list.selection')}>
          <span className="num">{t('list.selected', { count: chosen.length })}</span>
          {bulk(chosen, () => setPicked(new Set()))}
          <Button variant="subtle" size="compact-sm" onClick={() => setPicked(new Set())}>{t('list.unselect')}</Button>
        </div>
      )}
      <Drawer opened={!!face} onClose={close} size={480} title={face?.title} closeButtonProps={{ 'aria-label': t('common.close') }}>{face?.body}</Drawer>
    </div>
  );
}

/** Says the number of rows to screen readers when it changes. */
function VisibleCount({ total }: { total?: number }) {
  const { t } = useTranslation();
  return <div role="status" className="sk-sr">{total === undefined ? '' : t('list.count', { count: total, n: number(total) })}</div>;
}
