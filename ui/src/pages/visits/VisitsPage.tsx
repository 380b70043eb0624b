import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Visit } from '@/api/types';
import { Go } from '@/app/nav';
import { ListView } from '@/list/ListView';
import type { Column } from '@/list/types';
import { useMay } from '@/session/session';
import { Facts, PageHead } from '@/ui/Blocks';
import { Confirm } from '@/ui/Confirm';
import { number } from '@/ui/dates';
import { Time } from '@/ui/Time';
import { toast } from '@/ui/toast';

export default function VisitsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const cache = useQueryClient();
  const [total, setTotal] = useState<number>();
  const [ending, setEnding] = useState<Visit>();
  const mayEnd = may('visit.end');
  const end = (v: Visit, size: 'compact-sm' | 'sm' = 'compact-sm') => (mayEnd || v.own) && <Button size={size} variant="light" color="red" onClick={() => setEnding(v)} aria-label={t('visit.endTitle', { name: v.pbx.name })}>{t('visit.end')}</Button>;
  const columns: Column<Visit>[] = [
    { id: 'pbx', title: t('visit.pbx'), width: 'minmax(160px, 1.3fr)', cell: (v) => v.pbx.name, narrow: 'title', fixed: true },
    { id: 'user', title: t('visit.user'), width: 'minmax(130px, 1fr)', cell: (v) => v.user.label, narrow: 'line' },
    { id: 'account', title: t('visit.account'), width: 'minmax(130px, 1fr)', cell: (v) => v.account.name, narrow: 'line' },
    { id: 'reason', title: t('visit.reason'), width: 'minmax(140px, 1.3fr)', cell: (v) => v.reason || '—' },
    { id: 'started', title: t('visit.started'), width: 'minmax(110px, 0.7fr)', sort: 'created_at', cell: (v) => <Time at={v.created_at} as="relative" /> },
    { id: 'active', title: t('visit.active'), width: 'minmax(110px, 0.7fr)', cell: (v) => <Time at={v.last_activity ?? undefined} as="relative" /> },
    { id: 'address', title: t('visit.address'), width: 'minmax(120px, 0.8fr)', cell: (v) => <bdi className="mono">{v.ip || '—'}</bdi>, hidden: true },
    { id: 'end', title: '', width: '100px', cell: (v) => end(v), fixed: true, narrow: 'side' },
  ];
  return (
    <div className="sk-page sk-page-list">
      <PageHead title={t('page.visits')} sub={total === undefined ? '' : number(total)} />
      <ListView<Visit> id="visits" path="/visits" columns={columns} defaultSort="-created_at" searchLabel={t('visit.search')} label={(v) => `${v.pbx.name}, ${v.user.label}`} onTotal={setTotal}
        empty={{ icon: 'visit', title: t('visit.emptyTitle'), text: t('visit.emptyText'), actions: may('pbx.view') && <Button component={Go} to="/pbxs" variant="default">{t('page.pbxs')}</Button> }}
        drawer={(v) => ({
          title: <strong>{v.pbx.name}</strong>,
          body: (
            <div style={{ display: 'grid', gap: 18 }}>
              <div>{end(v, 'sm')}</div>
              <Facts items={[[t('visit.user'), v.user.label], [t('visit.account'), v.account.name], [t('visit.reason'), v.reason], [t('visit.started'), <Time key="s" at={v.created_at} as="full" />], [t('visit.active'), <Time key="a" at={v.last_activity ?? undefined} as="full" />], [t('visit.address'), <bdi key="i" className="mono">{v.ip}</bdi>],
                v.mode ? [t('visit.mode'), v.mode === 'port' ? t('visit.modes.port') : t('visit.modes.host')] : undefined, v.requests !== undefined && [t('visit.requests'), number(v.requests)]]} />
            </div>
          ),
        })} />
      {ending && <Confirm danger title={t('visit.endTitle', { name: ending.pbx.name })} text={t('visit.endText', { user: ending.user.label })} action={t('visit.end')} close={() => setEnding(undefined)}
        run={() => api.del(`/visits/${ending.id}`)} done={() => { toast(t('visit.ended')); void cache.invalidateQueries({ queryKey: ['visits'] }); }} />}
    </div>
  );
}
