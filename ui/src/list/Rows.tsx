import { Skeleton } from '@mantine/core';
import { memo, useEffect, useRef, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Column, Row } from './types';
import { nextSort } from './urlState';

type RowProps<T extends Row = Row> = {
  row: T; index: number; top: number; picked: boolean; opened: boolean; columns: Column<T>[]; selectable: boolean;
  label: (r: T) => string; pick: (r: T) => void; open: (r: T) => void; href?: (r: T) => string | undefined; indent?: (r: T) => boolean;
};

export type SharedRowProps = Pick<RowProps, 'columns' | 'selectable' | 'label' | 'pick' | 'open' | 'href' | 'indent'>;

const plain = (e: MouseEvent) => e.button === 0 && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.altKey;
/** A click on a control inside the row is that control's own. */
const onControl = (e: MouseEvent) => !!(e.target as Element).closest('a, button, input, label, [role="menuitem"]');

function Title<T extends Row>({ row, open, href, children }: { row: T; open: (r: T) => void; href?: (r: T) => string | undefined; children: React.ReactNode }) {
  const to = href?.(row);
  return <a className="sk-link" href={to ?? '#'} onClick={(e) => { if (!plain(e)) return; e.preventDefault(); open(row); }}>{children}</a>;
}

export const TableRow = memo(function TableRow({ row, index, top, picked, opened, columns, selectable, label, pick, open, href, indent }: RowProps) {
  const { t } = useTranslation();
  return (
    <div role="row" aria-rowindex={index + 2} aria-selected={selectable ? picked : undefined} className="sk-tr sk-row" data-open={opened || undefined}
      style={{ transform: `translateY(${top}px)` }} onClick={(e) => { if (!onControl(e) && plain(e) && !getSelection()?.toString()) open(row); }}>
      {selectable && <div role="cell" className="sk-td sk-td-check"><input type="checkbox" checked={picked} onChange={() => pick(row)} aria-label={t('list.select', { what: label(row) })} /></div>}
      {columns.map((c) => (
        <div role="cell" className="sk-td" key={c.id}>
          {c.narrow === 'title' ? <span className="sk-indent" data-in={indent?.(row) || undefined}><Title row={row} open={open} href={href}>{c.cell(row)}</Title></span> : c.cell(row)}
        </div>
      ))}
    </div>
  );
});

export const CardRow = memo(function CardRow({ row, index, top, picked, opened, columns, selectable, label, pick, open, href, indent }: RowProps) {
  const { t } = useTranslation();
  const at = (n: Column<Row>['narrow']) => columns.filter((c) => c.narrow === n);
  return (
    <div role="row" aria-rowindex={index + 1} aria-selected={selectable ? picked : undefined} className="sk-cardrow" data-open={opened || undefined}
      style={{ transform: `translateY(${top}px)` }} onClick={(e) => { if (!onControl(e) && plain(e)) open(row); }}>
      <span role="cell">{selectable && <input type="checkbox" checked={picked} onChange={() => pick(row)} aria-label={t('list.select', { what: label(row) })} />}</span>
      <div role="cell" className="title"><span className="sk-indent" data-in={indent?.(row) || undefined}><Title row={row} open={open} href={href}>{at('title').map((c) => <span key={c.id}>{c.cell(row)}</span>)}</Title></span></div>
      <div role="cell">{at('side').map((c) => <span key={c.id}>{c.cell(row)}</span>)}</div>
      <div role="cell" className="lines">{at('line').map((c) => <span key={c.id}>{c.cell(row)}</span>)}</div>
    </div>
  );
});

type HeadProps<T extends Row> = { columns: Column<T>[]; sort: string; onSort: (s: string) => void; selectable: boolean; all: boolean; some: boolean; pickAll: () => void };

export function TableHead<T extends Row>({ columns, sort, onSort, selectable, all, some, pickAll }: HeadProps<T>) {
  const { t } = useTranslation();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => { if (box.current) box.current.indeterminate = some && !all; }, [some, all]);
  return (
    <div role="rowgroup" className="sk-thead-group" style={{ display: 'contents' }}>
      <div role="row" aria-rowindex={1} className="sk-tr sk-thead">
        {selectable && <div role="columnheader" className="sk-td sk-td-check"><input ref={box} type="checkbox" checked={all} onChange={pickAll} aria-label={t('list.selectAll')} /></div>}
        {columns.map((c) => {
          const field = c.sort;
          const dir = field && sort === field ? 'ascending' : field && sort === `-${field}` ? 'descending' : undefined;
          return (
            <div role="columnheader" key={c.id} className="sk-td" aria-sort={field ? (dir ?? 'none') : undefined}>
              {field ? <button type="button" className="sk-th-sort" data-sorted={dir} onClick={() => onSort(nextSort(sort, field))}>{c.title}<Icon name={dir === 'descending' ? 'arrowDown' : 'arrowUp'} size={13} /></button>
                : c.title || <span className="sk-sr">{t('list.actions')}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function SkeletonRows({ narrow, columns }: { narrow: boolean; columns: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('common.loading')} style={{ padding: narrow ? 14 : '12px 18px', display: 'grid', gap: narrow ? 26 : 22 }}>
      {Array.from({ length: 9 }, (_, i) => (
        <div key={i} style={{ display: 'grid', gridTemplateColumns: narrow ? '2fr 1fr' : `2fr repeat(${Math.max(1, columns - 1)}, 1fr)`, gap: 24 }}>
          {Array.from({ length: narrow ? 2 : columns }, (_, k) => <Skeleton key={k} height={14} width={`${86 - ((i * 13 + k * 29) % 40)}%`} />)}
        </div>
      ))}
    </div>
  );
}
