import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Account } from '@/api/types';
import { Go, useGo, usePageParams, usePageSearch } from '@/app/nav';
import { useMay } from '@/session/session';
import { ErrorState, Loading, PageHead } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { AccountBody, AccountStatus } from './AccountBody';
import { useAccountAct, type AccountAct } from './dialogs';

export default function AccountPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { id } = usePageParams();
  const search = usePageSearch();
  const go = useGo();
  const [act, setAct] = useState<AccountAct>();
  const { data, error, isError, refetch } = useQuery({ queryKey: ['accounts', 'one', id], queryFn: () => api.get<Account>(`/accounts/${id}`), retry: false });
  const dialog = useAccountAct(act, () => setAct(undefined), () => go({ to: '/accounts' }));
  const grow = data?.kind === 'channel' && may('account.add');
  return (
    <div className="sk-page sk-narrow">
      {data?.chain && data.chain.some((c) => c.id !== id) && <nav aria-label={t('account.owner')} className="sk-trail">{data.chain.filter((c) => c.id !== id).map((c) => <span key={c.id}><Go to={`/accounts/${c.id}`} className="sk-link">{c.name}</Go><Icon name="chevronRight" size={14} /></span>)}</nav>}
      <PageHead title={data?.name ?? t('page.account')} sub={data && <AccountStatus account={data} pill />}>
        {grow && <Button component={Go} to="/accounts/new" search={{ parent: id }} variant="default" leftSection={<Icon name="plus" size={16} />}>{t('account.new')}</Button>}
        <Button component={Go} to="/accounts" variant="default" leftSection={<Icon name="arrowLeft" size={16} />}>{t('page.accounts')}</Button>
      </PageHead>
      <div className="sk-card sk-card-pad">
        {isError ? <ErrorState error={error} retry={() => void refetch()} title={t('account.notFound')} /> : data
          ? <AccountBody account={data} tab={search.tab ?? ''} setTab={(tab) => go({ search: { ...search, tab: tab || undefined }, replace: true })} act={setAct} /> : <Loading lines={8} />}
      </div>
      {dialog}
    </div>
  );
}
