import { Button, Switch } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PBX, PBXState } from '@/api/types';
import { Go } from '@/app/nav';
import { ListView } from '@/list/ListView';
import { useChoice } from '@/list/useChoice';
import type { Column, Filter } from '@/list/types';
import { useMay } from '@/session/session';
import { PageHead } from '@/ui/Blocks';
import { duration, number } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { Time } from '@/ui/Time';
import { PBXActions, usePBXAct, type Act } from './actions';
import { PBXBody, PBXStatus } from './PBXBody';

const states: PBXState[] = ['connected', 'disconnected', 'standby', 'awaiting', 'unknown', 'duplicate', 'revoked'];

/** The two halves of a pair stand together, the primary first; folded, the primary stands for both. */
function arrange(rows: PBX[], fold: boolean): PBX[] {
  const byPair = new Map<string, PBX[]>();
  for (const r of rows) if (r.pair) byPair.set(r.pair.id, [...(byPair.get(r.pair.id) ?? []), r]);
  const seen = new Set<string>();
  return rows.flatMap((r) => {
    if (!r.pair) return [r];
    if (seen.has(r.pair.id)) return [];
    seen.add(r.pair.id);
    const both = [...(byPair.get(r.pair.id) ?? [])].sort((a, b) => (a.pair?.role ?? '').localeCompare(b.pair?.role ?? ''));
    return fold ? both.slice(0, 1) : both;
  });
}

export default function PBXsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [total, setTotal] = useState<number>();
  const [fold, setFold] = useChoice('pbxs.fold', false);
  const [act, setAct] = useState<Act>();
  const dialog = usePBXAct(act, () => setAct(undefined));
  const order = useCallback((rows: PBX[]) => arrange(rows, fold), [fold]);
  const columns: Column<PBX>[] = [
    { id: 'name', title: t('pbx.name'), width: 'minmax(184px, 1.6fr)', sort: 'name', cell: (r) => <>{r.name || r.serial}{r.pair && <span className="sk-role" title={t(`pbx.${r.pair.role}`)}><span aria-hidden="true">{r.pair.role === 'primary' ? 1 : 2}</span><span className="sk-sr">{t(`pbx.${r.pair.role}`)}</span></span>}</>, narrow: 'title', fixed: true },
    { id: 'state', title: t('pbx.state'), width: 'minmax(152px, 1.1fr)', sort: 'state', cell: (r) => <PBXStatus pbx={r} />, narrow: 'side', fixed: true },
    { id: 'account', title: t('pbx.account'), width: 'minmax(104px, 1.1fr)', cell: (r) => r.account.name, narrow: 'line' },
    { id: 'role', title: t('pbx.role'), width: 'minmax(126px, 0.8fr)', cell: (r) => (r.pair ? t(`pbx.${r.pair.role}`) : <span className="dim">—</span>), hidden: true },
    { id: 'model', title: t('pbx.model'), width: 'minmax(90px, 0.7fr)', sort: 'model', cell: (r) => r.model || '—', hidden: true },
    { id: 'serial', title: t('pbx.serial'), width: 'minmax(108px, 0.9fr)', sort: 'serial', cell: (r) => <bdi className="mono">{r.serial}</bdi>, narrow: 'line' },
    { id: 'address', title: t('pbx.address'), width: 'minmax(112px, 0.8fr)', sort: 'address', cell: (r) => <bdi className="mono">{r.address || '—'}</bdi> },
    { id: 'firmware', title: t('pbx.firmware'), width: 'minmax(110px, 0.7fr)', sort: 'firmware', cell: (r) => <bdi className="mono">{r.firmware || '—'}</bdi> },
    { id: 'version', title: t('pbx.version'), width: 'minmax(84px, 0.5fr)', sort: 'version', cell: (r) => <bdi className="mono">{r.version || '—'}</bdi>, hidden: true },
    { id: 'uptime', title: t('pbx.uptime'), width: 'minmax(70px, 0.5fr)', cell: (r) => <span className="num">{duration(r.uptime_s || undefined)}</span> },
    { id: 'since', title: t('pbx.since'), width: 'minmax(76px, 0.6fr)', sort: 'since', cell: (r) => <Time at={r.since} as="relative" /> },
    { id: 'visit', title: '', width: '124px', cell: (r) => <PBXActions pbx={r} act={setAct} />, fixed: true },
  ];
  const filters: Filter[] = [
    { id: 'state', title: t('pbx.state'), options: states.map((s) => ({ value: s, label: t(`pbxState.${s}`) })) },
  ];
  const connect = may('pbx.enroll') && <Button component={Go} to="/pbxs/connect" leftSection={<Icon name="plug" size={17} />}>{t('pbx.connect')}</Button>;
  return (
    <div className="sk-page sk-page-list">
      <PageHead title={t('page.pbxs')} sub={total === undefined ? '' : number(total)}>{connect}</PageHead>
      <ListView<PBX> id="pbxs" path="/pbxs" columns={columns} filters={filters} defaultSort="name" searchLabel={t('pbx.search')} label={(r) => r.name || r.serial} href={(r) => `/pbxs/${r.id}`}
        onTotal={setTotal} arrange={order} indent={(r) => !fold && r.pair?.role === 'secondary'}
        tools={<Switch label={t('pbx.fold')} checked={fold} onChange={(e) => setFold(e.currentTarget.checked)} />}
        empty={{ icon: 'pbx', title: t('pbx.emptyTitle'), text: t('pbx.emptyText'), actions: connect }}
        bulk={may('pbx.pair') || may('pbx.delete') ? (rows) => (
          <>
            {may('pbx.pair') && rows.length === 2 && rows.every((r) => !r.pair) && <Button size="compact-md" onClick={() => setAct({ kind: 'pair', pbxs: rows })}>{t('pbx.pairAction')}</Button>}
            {may('pbx.delete') && rows.length === 1 && <Button size="compact-md" variant="default" onClick={() => setAct({ kind: 'delete', pbx: rows[0]! })}>{t('pbx.remove')}</Button>}
          </>
        ) : undefined}
        drawer={(r) => ({ title: <strong>{r.name || r.serial}</strong>, body: <PBXBody pbx={r} act={setAct} /> })} />
      {dialog}
    </div>
  );
}
