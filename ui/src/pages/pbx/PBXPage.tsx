import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { PBX } from '@/api/types';
import { Go, useGo, usePageParams } from '@/app/nav';
import { ErrorState, Loading, PageHead } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { usePBXAct, type Act } from './actions';
import { PBXBody, PBXStatus } from './PBXBody';

export default function PBXPage() {
  const { t } = useTranslation();
  const { id } = usePageParams();
  const go = useGo();
  const [act, setAct] = useState<Act>();
  const { data, error, isError, refetch } = useQuery({ queryKey: ['pbxs', 'one', id], queryFn: () => api.get<PBX>(`/pbxs/${id}`), retry: false });
  const dialog = usePBXAct(act, () => setAct(undefined), () => go({ to: '/pbxs' }));
  const back = <Button component={Go} to="/pbxs" variant="default" leftSection={<Icon name="arrowLeft" size={16} />}>{t('page.pbxs')}</Button>;
  return (
    <div className="sk-page sk-narrow">
      <PageHead title={data?.name || data?.serial || t('page.pbx')} sub={data && <PBXStatus pbx={data} pill />}>{back}</PageHead>
      <div className="sk-card sk-card-pad">
        {isError ? <ErrorState error={error} retry={() => void refetch()} title={t('pbx.notFound')} /> : data ? <PBXBody pbx={data} act={setAct} full /> : <Loading lines={8} />}
      </div>
      {dialog}
    </div>
  );
}
