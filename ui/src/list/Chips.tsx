import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { day } from '@/ui/dates';
import type { Account } from '@/api/types';
import { useAccountName } from '@/api/names';
import type { Filter } from './types';
import type { ListState } from './urlState';

/** Every filter in force, each with its own way out, also when its option no longer exists. */
export function Chips({ state, filters, change }: { state: ListState; filters: Filter[]; change: (c: Partial<ListState>) => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const account = state.filters.account?.[0];
  const name = useAccountName(account, cache.getQueryData<Account>(['accounts', 'one', account])?.name);
  const entries = Object.entries(state.filters).flatMap(([id, values]) => values.map((v) => ({ id, v })));
  if (entries.length === 0) return null;
  const text = (id: string, v: string): string => {
    if (id === 'account') return `${t('list.account')}: ${name ?? v}`;
    if (id === 'from' || id === 'to') return `${t(`list.${id}`)}: ${day(v)}`;
    const f = filters.find((x) => x.id === id);
    const label = f && 'options' in f ? f.options.find((o) => o.value === v)?.label : undefined;
    return `${f?.title ?? id}: ${label ?? v}`;
  };
  return (
    <div className="sk-chips" role="group" aria-label={t('list.active')}>
      {entries.map(({ id, v }) => (
        <span className="sk-chip" key={`${id}:${v}`}>
          <span>{text(id, v)}</span>
          <button type="button" aria-label={t('list.remove', { what: text(id, v) })}
            onClick={() => change({ filters: { ...state.filters, [id]: (state.filters[id] ?? []).filter((x) => x !== v) } })}><Icon name="x" size={13} /></button>
        </span>
      ))}
      <Button variant="subtle" size="compact-xs" onClick={() => change({ filters: {}, q: '' })}>{t('list.clear')}</Button>
    </div>
  );
}
