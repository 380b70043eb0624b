import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Account, AccountKind, List } from '@/api/types';
import { useSession } from '@/session/session';

/** Picks an account within the reader's scope; the server searches. */
export function AccountSelect({ label, value, onChange, kinds, error }: { label: string; value: string; onChange: (id: string) => void; kinds?: AccountKind[]; error?: string }) {
  const { t } = useTranslation();
  const { acting } = useSession();
  const own = acting.account;
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text === own.name ? '' : text, 200);
  const { data } = useQuery({ queryKey: ['accounts', 'pick', q, kinds], queryFn: () => api.get<List<Account>>('/accounts', { q, limit: 50, 'filter[kind]': kinds?.join(',') }), placeholderData: keepPreviousData, enabled: own.kind !== 'enterprise' });
  const known = new Map([[own.id, own.name], ...(data?.items ?? []).map((a): [string, string] => [a.id, a.name])]);
  return <Select label={label} data={[...known].map(([v, l]) => ({ value: v, label: l }))} value={value} onChange={(v) => v && onChange(v)} searchable onSearchChange={setText} nothingFoundMessage={t('list.noneTitle')} filter={({ options }) => options} error={error} maxDropdownHeight={280} />;
}
