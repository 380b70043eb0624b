import { Select, Stack, Switch, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Account } from '@/api/types';
import { languages } from '@/i18n';
import { Confirm } from '@/ui/Confirm';
import { toast } from '@/ui/toast';
import { countries, zones } from './words';

export type AccountAct = { kind: 'freeze' | 'unfreeze' | 'delete' | 'edit'; account: Account };

export function useAccountAct(act: AccountAct | undefined, close: () => void, gone?: () => void): ReactNode {
  const { t } = useTranslation();
  const cache = useQueryClient();
  if (!act) return null;
  const a = act.account;
  const name = a.name;
  const done = (message: string) => () => { toast(message); for (const k of ['accounts', 'tree', 'overview', 'subscription']) void cache.invalidateQueries({ queryKey: [k] }); };
  switch (act.kind) {
    case 'freeze': return <Confirm danger reason="needed" title={t('account.freezeTitle', { name })} text={t('account.freezeText')} action={t('account.freeze')} run={(reason) => api.post(`/accounts/${a.id}/freeze`, { reason }, { ver: a.ver })} done={done(t('account.frozen', { name }))} close={close} />;
    case 'unfreeze': return <Confirm title={t('account.unfreezeTitle', { name })} text={t('account.unfreezeText')} action={t('account.unfreeze')} run={() => api.post(`/accounts/${a.id}/unfreeze`, undefined, { ver: a.ver })} done={done(t('account.unfrozen', { name }))} close={close} />;
    case 'delete': return <Confirm danger typed={name} title={t('account.deleteTitle', { name })} text={t('account.deleteText')} action={t('account.delete')} run={() => api.del(`/accounts/${a.id}`, { ver: a.ver })} done={() => { done(t('account.deleted', { name }))(); gone?.(); }} close={close} />;
    case 'edit': return <EditDialog account={a} close={close} done={done(t('account.saved'))} />;
  }
}

function EditDialog({ account, close, done }: { account: Account; close: () => void; done: () => void }) {
  const { t, i18n } = useTranslation();
  const [v, set] = useState({ name: account.name, time_zone: account.time_zone ?? 'UTC', lang: account.lang || 'en', country: account.country ?? '', contact: account.contact ?? '', may_add_channels: account.may_add_channels ?? false });
  const body = account.kind === 'channel' ? v : { ...v, may_add_channels: undefined };
  return (
    <Confirm title={account.name} text="" action={t('common.save')} run={() => api.patch(`/accounts/${account.id}`, body, account.ver)} done={done} close={close}>
      <Stack gap="md">
        <TextInput label={t('account.name')} value={v.name} onChange={(e) => set({ ...v, name: e.currentTarget.value })} data-autofocus maxLength={64} />
        <Select label={t('account.zone')} data={zones()} value={v.time_zone} onChange={(z) => set({ ...v, time_zone: z ?? v.time_zone })} searchable limit={60} />
        <Select label={t('account.lang')} data={languages.map((l) => ({ value: l.id, label: l.label }))} value={v.lang} onChange={(l) => set({ ...v, lang: l ?? v.lang })} />
        <Select label={t('account.country')} data={countries(i18n.language)} value={v.country || null} onChange={(c) => set({ ...v, country: c ?? '' })} searchable clearable clearButtonProps={{ 'aria-label': t('common.delete') }} limit={80} />
        <TextInput label={t('account.contact')} value={v.contact} onChange={(e) => set({ ...v, contact: e.currentTarget.value })} maxLength={128} />
        {account.kind === 'channel' && <Switch label={t('account.addChannels')} checked={v.may_add_channels} onChange={(e) => set({ ...v, may_add_channels: e.currentTarget.checked })} />}
      </Stack>
    </Confirm>
  );
}
