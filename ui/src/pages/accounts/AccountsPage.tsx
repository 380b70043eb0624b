import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/types';
import { Go, useGo, usePageSearch } from '@/app/nav';
import { ListView } from '@/list/ListView';
import type { Column, Filter } from '@/list/types';
import { useMay } from '@/session/session';
import { PageHead } from '@/ui/Blocks';
import { number } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { Time } from '@/ui/Time';
import { AccountBody, AccountStatus } from './AccountBody';
import { useAccountAct, type AccountAct } from './dialogs';
import { AccountTree } from './Tree';

export default function AccountsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const go = useGo();
  const search = usePageSearch();
  const [total, setTotal] = useState<number>();
  const [act, setAct] = useState<AccountAct>();
  const dialog = useAccountAct(act, () => setAct(undefined), () => go({ search: { ...search, open: undefined } }));
  const tree = search.view === 'tree';
  const columns: Column<Account>[] = [
    { id: 'name', title: t('account.name'), width: 'minmax(180px, 1.6fr)', sort: 'name', cell: (a) => <>{a.name}{a.own && a.kind === 'enterprise' && <span className="sk-role">{t('account.ownDevices')}</span>}</>, narrow: 'title', fixed: true },
    { id: 'kind', title: t('account.kind'), width: 'minmax(110px, 0.7fr)', sort: 'kind', cell: (a) => <span className="sk-indent" style={{ verticalAlign: 'middle' }}><Icon name={a.kind === 'enterprise' ? 'building' : 'channel'} size={16} />{t(`kind.${a.kind}`)}</span>, narrow: 'line' },
    { id: 'state', title: t('account.state'), width: 'minmax(130px, 0.8fr)', sort: 'state', cell: (a) => <AccountStatus account={a} />, narrow: 'side' },
    { id: 'owner', title: t('account.owner'), width: 'minmax(140px, 1fr)', sort: 'owner', cell: (a) => (!a.owner || a.owner.id === a.id ? <span className="dim">{a.kind === 'operator' ? '—' : t('account.direct')}</span> : a.owner.name), narrow: 'line' },
    { id: 'pbxs', title: t('account.pbxs'), width: 'minmax(70px, 0.4fr)', cell: (a) => <span className="num">{number(a.pbxs)}</span> },
    { id: 'users', title: t('account.users'), width: 'minmax(80px, 0.4fr)', cell: (a) => <span className="num">{number(a.users)}</span> },
    { id: 'realm', title: t('account.realm'), width: 'minmax(150px, 1fr)', sort: 'realm', cell: (a) => <bdi className="mono">{a.realm}</bdi> },
    { id: 'created', title: t('account.created'), width: 'minmax(110px, 0.6fr)', sort: 'created_at', cell: (a) => <Time at={a.created_at} as="day" /> },
  ];
  const filters: Filter[] = [
    { id: 'kind', title: t('account.kind'), options: (['channel', 'enterprise'] as const).map((k) => ({ value: k, label: t(`kind.${k}`) })) },
    { id: 'state', title: t('account.state'), options: (['active', 'frozen', 'unactivated'] as const).map((s) => ({ value: s, label: t(`accountState.${s}`) })) },
  ];
  const add = may('account.add') && <Button component={Go} to="/accounts/new" leftSection={<Icon name="plus" size={17} />}>{t('account.new')}</Button>;
  const view = <SegmentedControl size="sm" aria-label={t('page.accounts')} value={tree ? 'tree' : 'list'} data={[{ value: 'list', label: t('account.list') }, { value: 'tree', label: t('account.tree') }]} onChange={(v) => go({ search: v === 'tree' ? { view: 'tree' } : {} })} />;
  return (
    <div className={tree ? 'sk-page' : 'sk-page sk-page-list'}>
      <PageHead title={t('page.accounts')} sub={total === undefined || tree ? '' : number(total)}>{tree && view}{add}</PageHead>
      {tree ? <AccountTree /> : (
        <ListView<Account> id="accounts" path="/accounts" columns={columns} filters={filters} defaultSort="name" searchLabel={t('account.search')} label={(a) => a.name} href={(a) => `/accounts/${a.id}`} onTotal={setTotal} tools={view}
          empty={{ icon: 'accounts', title: t('account.emptyTitle'), text: t('account.emptyText'), actions: add }}
          drawer={(a) => ({ title: <span className="sk-indent"><strong>{a.name}</strong><AccountStatus account={a} pill /></span>, body: <AccountBody account={a} tab={search.tab ?? ''} setTab={(tab) => go({ search: { ...search, tab: tab || undefined }, replace: true })} act={setAct} /> })} />
      )}
      {dialog}
    </div>
  );
}
