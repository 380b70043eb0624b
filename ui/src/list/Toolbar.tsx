import { ActionIcon, Button, Checkbox, Menu, Popover, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Column, Filter, Row } from './types';
import type { ListState } from './urlState';

type Props<T extends Row> = {
  state: ListState;
  change: (c: Partial<ListState>, replace?: boolean) => void;
  filters: Filter[];
  columns: Column<T>[];
  shown: string[];
  setShown: (ids: string[]) => void;
  searchLabel?: string;
  tools?: ReactNode;
};

export function Toolbar<T extends Row>({ state, change, filters, columns, shown, setShown, searchLabel, tools }: Props<T>) {
  const { t } = useTranslation();
  const [text, setText] = useState(state.q);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(state.q);
  const send = useDebouncedCallback((q: string) => { sent.current = q; change({ q }, true); }, 220);
  useEffect(() => { if (state.q !== sent.current) { sent.current = state.q; setText(state.q); } }, [state.q]);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      const el = e.target as HTMLElement;
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable) return;
      e.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const toggle = (f: string, v: string, single?: boolean) => {
    const now = state.filters[f] ?? [];
    change({ filters: { ...state.filters, [f]: now.includes(v) ? now.filter((x) => x !== v) : single ? [v] : [...now, v] } });
  };
  const choices = filters.filter((f) => 'options' in f);
  const dates = filters.filter((f) => 'kind' in f);
  return (
    <div className="sk-toolbar">
      <TextInput ref={input} className="search" type="search" aria-label={searchLabel ?? t('list.search')} placeholder={searchLabel ?? t('list.search')} value={text}
        leftSection={<Icon name="search" size={16} />} onChange={(e) => { setText(e.currentTarget.value); send(e.currentTarget.value); }} />
      {choices.length > 0 && (
        <Menu closeOnItemClick={false} withInitialFocusPlaceholder={false} position="bottom-start" withinPortal>
          <Menu.Target><Button variant="default" leftSection={<Icon name="filter" size={16} />}>{t('list.filter')}</Button></Menu.Target>
          <Menu.Dropdown mah={420} style={{ overflow: 'auto' }}>
            {choices.map((f) => 'options' in f && (
              <div key={f.id} role="group" aria-label={f.title}>
                <Menu.Label>{f.title}</Menu.Label>
                {f.options.map((o) => (
                  <Menu.CheckboxItem key={o.value} checked={(state.filters[f.id] ?? []).includes(o.value)} onChange={() => toggle(f.id, o.value, f.single)}>{o.label}</Menu.CheckboxItem>
                ))}
              </div>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {dates.map((f) => <DateRange key={f.id} title={f.title} state={state} change={change} />)}
      <Popover position="bottom-end" withinPortal trapFocus>
        <Popover.Target>
          <Tooltip label={t('list.columns')}><ActionIcon variant="default" size={36} aria-label={t('list.columns')} visibleFrom="sm"><Icon name="columns" size={17} /></ActionIcon></Tooltip>
        </Popover.Target>
        <Popover.Dropdown>
          <div style={{ display: 'grid', gap: 10 }}>
            {columns.filter((c) => !c.fixed && c.title).map((c) => (
              <Checkbox key={c.id} label={c.title} checked={shown.includes(c.id)} onChange={() => setShown(shown.includes(c.id) ? shown.filter((x) => x !== c.id) : [...shown, c.id])} />
            ))}
          </div>
        </Popover.Dropdown>
      </Popover>
      <span style={{ flex: 1 }} />
      {tools}
    </div>
  );
}

function DateRange({ title, state, change }: { title: string; state: ListState; change: Props<Row>['change'] }) {
  const { t } = useTranslation();
  const part = (id: string) => state.filters[id]?.[0]?.slice(0, 10) ?? '';
  const set = (id: 'from' | 'to', v: string) => {
    const at = v ? new Date(`${v}T${id === 'from' ? '00:00:00' : '23:59:59'}`).toISOString() : '';
    change({ filters: { ...state.filters, [id]: at ? [at] : [] } });
  };
  return (
    <Popover position="bottom-start" withinPortal trapFocus>
      <Popover.Target><Button variant="default" leftSection={<Icon name="calendar" size={16} />}>{title}</Button></Popover.Target>
      <Popover.Dropdown>
        <div style={{ display: 'grid', gap: 10 }}>
          <TextInput type="date" label={t('list.from')} value={part('from')} onChange={(e) => set('from', e.currentTarget.value)} />
          <TextInput type="date" label={t('list.to')} value={part('to')} onChange={(e) => set('to', e.currentTarget.value)} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
