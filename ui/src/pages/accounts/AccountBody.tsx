import { Anchor, Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Account } from '@/api/types';
import { Go } from '@/app/nav';
import { languages } from '@/i18n';
import { UserRows } from '@/pages/users/UserRows';
import { useMay } from '@/session/session';
import { Banner, Facts } from '@/ui/Blocks';
import { CopyText } from '@/ui/Copy';
import { fullTime } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { accountTone, unknownTone } from '@/ui/tones';
import { Authorization } from './Authorization';
import type { AccountAct } from './dialogs';
import { QuotaTable } from './QuotaTable';
import { countries } from './words';

export const AccountStatus = ({ account, pill }: { account: Account; pill?: boolean }) => {
  const { t } = useTranslation();
  return <Status {...(accountTone[account.state] ?? unknownTone)} pill={pill}>{t(`accountState.${account.state}`)}</Status>;
};

/** What is known of an account, its people and its capacity: in the drawer and on its own page. */
export function AccountBody({ account: row, tab, setTab, act }: { account: Account; tab: string; setTab: (t: string) => void; act: (x: AccountAct) => void }) {
  const { t, i18n } = useTranslation();
  const mayAll = useMay();
  // The row of the list is shown at once, the rest when it is there.
  const detail = useQuery({ queryKey: ['accounts', 'one', row.id], queryFn: () => api.get<Account>(`/accounts/${row.id}`), retry: false });
  const a = detail.data ?? row;
  const may = (action: string) => (a.may ? a.may.includes(action) : mayAll(action));
  return (
    <Tabs value={tab || 'overview'} onChange={(v) => setTab(v === 'overview' ? '' : (v ?? ''))} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="overview">{t('account.overview')}</Tabs.Tab>
        {may('user.view') && <Tabs.Tab value="users">{t('account.people')}</Tabs.Tab>}
        {a.kind === 'enterprise' && !a.own && <Tabs.Tab value="authorization">{t('account.authorization')}</Tabs.Tab>}
        {may('quota.view') && <Tabs.Tab value="quota">{t('account.quota')}</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <div style={{ display: 'grid', gap: 18 }}>
          {a.frozen && <Banner level="warn">{a.frozen_at && <><strong>{a.frozen_at.name}</strong>: </>}{t('account.frozenBy', { by: a.frozen.by_label, at: fullTime(a.frozen.at), reason: a.frozen.reason })}</Banner>}
          <div className="sk-actions">
            {may('account.edit') && <Button variant="default" leftSection={<Icon name="edit" size={16} />} onClick={() => act({ kind: 'edit', account: a })}>{t('account.edit')}</Button>}
            {may('account.freeze') && a.kind !== 'operator' && (a.frozen && !a.frozen_at
              ? <Button variant="default" leftSection={<Icon name="snow" size={16} />} onClick={() => act({ kind: 'unfreeze', account: a })}>{t('account.unfreeze')}</Button>
              : !a.frozen && <Button variant="default" leftSection={<Icon name="snow" size={16} />} onClick={() => act({ kind: 'freeze', account: a })}>{t('account.freeze')}</Button>)}
            {may('account.delete') && a.kind !== 'operator' && <Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => act({ kind: 'delete', account: a })}>{t('account.delete')}</Button>}
          </div>
          <Facts items={[
            [t('account.kind'), t(`kind.${a.kind}`)],
            a.owner && a.owner.id !== a.id ? [t('account.owner'), <Anchor key="o" component={Go} to={`/accounts/${a.owner.id}`}>{a.owner.name}</Anchor>] : undefined,
            [t('account.realm'), a.realm ? <CopyText key="r" value={a.realm} label={t('account.realm')} /> : undefined],
            [t('account.pbxs'), may('pbx.view') ? <Anchor key="p" component={Go} to="/pbxs" search={{ 'f.account': a.id }}>{a.pbxs}</Anchor> : a.pbxs],
            [t('account.users'), a.users],
            [t('account.zone'), a.time_zone], [t('account.lang'), languages.find((l) => l.id === a.lang)?.label ?? a.lang],
            [t('account.country'), a.country && (countries(i18n.language).find((c) => c.value === a.country)?.label ?? a.country)],
            [t('account.contact'), a.contact],
            a.kind === 'channel' && [t('account.addChannels'), a.may_add_channels ? t('common.yes') : t('common.no')],
            [t('account.created'), <Time key="c" at={a.created_at} as="full" />],
          ]} />
        </div>
      </Tabs.Panel>
      <Tabs.Panel value="users"><UserRows account={a.id} /></Tabs.Panel>
      <Tabs.Panel value="authorization"><Authorization account={a.id} editable={may('account.authorize')} /></Tabs.Panel>
      <Tabs.Panel value="quota"><div className="sk-card"><QuotaTable account={a.id} editable={may('quota.edit')} /></div></Tabs.Panel>
    </Tabs>
  );
}
