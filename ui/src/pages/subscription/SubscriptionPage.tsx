import { useTranslation } from 'react-i18next';
import { QuotaTable } from '@/pages/accounts/QuotaTable';
import { useMay, useSession } from '@/session/session';
import { PageHead } from '@/ui/Blocks';

export default function SubscriptionPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { acting } = useSession();
  const top = acting.account.kind === 'operator';
  return (
    <div className="sk-page">
      <PageHead title={t('quota.title')} sub={acting.account.name} />
      <p className="dim" style={{ margin: '-8px 0 16px' }}>{t('quota.lead')}</p>
      <div className="sk-card"><QuotaTable account={acting.account.id} editable={top && may('quota.edit')} own /></div>
    </div>
  );
}
