import type { Path } from '@/api/types';
import type { ReactNode } from 'react';
import type { IconName } from '@/ui/icons';

export type Row = { id: string };

export type Column<T> = {
  id: string;
  title: string;
  /** A CSS grid track, e.g. "minmax(160px, 2fr)". */
  width: string;
  /** The field name for the server's order; absent = not sortable. */
  sort?: string;
  cell: (row: T) => ReactNode;
  /** On a narrow screen: "title" heads the card, "side" stands at its end, "line" is below; absent = left out. */
  narrow?: 'title' | 'side' | 'line';
  /** Shown only when chosen. */
  hidden?: boolean;
  /** Cannot be switched off. */
  fixed?: boolean;
};

export type Filter =
  | { id: string; title: string; options: { value: string; label: string }[]; /** The server takes one value only. */ single?: boolean }
  | { id: string; title: string; kind: 'dates' };

export type EmptyText = { icon: IconName; title: string; text: string; actions?: ReactNode };

export type ListProps<T extends Row> = {
  /** Names the list in the cache and in the saved choices. */
  id: string;
  path: Path<'get'>;
  columns: Column<T>[];
  filters?: Filter[];
  /** Fixed part of the query. */
  query?: Record<string, string>;
  defaultSort?: string;
  searchLabel?: string;
  empty: EmptyText;
  /** The words of one row, for screen readers. */
  label: (row: T) => string;
  /** Where Ctrl-click and the middle button lead; without it the row has only a drawer. */
  href?: (row: T) => string;
  drawer?: (row: T, close: () => void) => { title: ReactNode; body: ReactNode };
  bulk?: (rows: T[], clear: () => void) => ReactNode;
  /** Beside the search. */
  tools?: ReactNode;
  /** Rows that stand below another one are set in. */
  indent?: (row: T) => boolean;
  arrange?: (rows: T[]) => T[];
  onTotal?: (n: number) => void;
};
