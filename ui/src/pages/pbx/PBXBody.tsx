import { Anchor, Button, Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { AuditRow, List, PBX } from '@/api/types';
import { Go } from '@/app/nav';
import { useMay } from '@/session/session';
import { Banner, Facts } from '@/ui/Blocks';
import { CopyText } from '@/ui/Copy';
import { duration } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { toastError } from '@/ui/toast';
import { liveTone, pbxTone, resultTone, unknownTone } from '@/ui/tones';
import { actionWord } from '@/pages/log/words';
import { canVisit, type Act } from './actions';

/** The state of a PBX; a half of a pair says whether it works or stands by. */
export function PBXStatus({ pbx, pill }: { pbx: PBX; pill?: boolean }) {
  const { t } = useTranslation();
  if (pbx.state === 'connected' && pbx.pair?.live) return <Status {...liveTone[pbx.pair.live]} pill={pill}>{t('pbxState.connected')} · {t(`pbxLive.${pbx.pair.live}`)}</Status>;
  if (pbx.state === 'disconnected' && pbx.pair?.live === 'standby') return <Status {...liveTone.standby} pill={pill}>{t('pbxLive.standby')}</Status>;
  return <Status {...(pbxTone[pbx.state] ?? unknownTone)} pill={pill}>{t(`pbxState.${pbx.state}`)}</Status>;
}

export function PBXBody({ pbx: row, act, full }: { pbx: PBX; act: (a: Act) => void; full?: boolean }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  // The row of the list is shown at once, the rest when it is there.
  const detail = useQuery({ queryKey: ['pbxs', 'one', row.id], queryFn: () => api.get<PBX>(`/pbxs/${row.id}`), retry: false });
  const pbx = detail.data ?? row;
  const allow = (on: boolean) => void api.patch(`/pbxs/${pbx.id}`, { visit_allowed: on }, pbx.ver).then(() => cache.invalidateQueries({ queryKey: ['pbxs'] }), toastError);
  const may = useMay();
  const hint = pbx.state === 'awaiting' ? t('pbx.awaitingHint') : pbx.state === 'duplicate' ? t('pbx.duplicateHint') : pbx.state === 'unknown' ? t('pbx.unknownHint') : pbx.state === 'revoked' ? t('pbx.revokedHint') : '';
  const visit = canVisit(pbx);
  const facts = (
    <Facts items={[
      [t('pbx.account'), <Anchor key="a" component={Go} to={`/accounts/${pbx.account.id}`}>{pbx.account.name}</Anchor>],
      pbx.pair && [t('pbx.role'), t(`pbx.${pbx.pair.role}`)],
      [t('pbx.since'), <Time key="s" at={pbx.since} as="full" />],
      [t('pbx.serial'), <CopyText key="n" value={pbx.serial} label={t('pbx.serial')} />],
      [t('pbx.model'), pbx.model],
      [t('pbx.firmware'), pbx.firmware && <bdi className="mono">{pbx.firmware}</bdi>],
      [t('pbx.address'), pbx.address ? <CopyText key="i" value={pbx.address} label={t('pbx.address')} /> : undefined],
      [t('pbx.version'), pbx.version && <bdi className="mono">{pbx.version}</bdi>],
      [t('pbx.uptime'), <span key="u" className="num">{duration(pbx.uptime_s || undefined)}</span>],
      pbx.portal ? [t('pbx.portal'), <span key="p"><bdi className="mono">{pbx.portal}</bdi>{pbx.portal_up === false && <span className="dim"> · {pbx.problem || t('pbx.portalDown')}</span>}</span>] : undefined,
      pbx.vip ? [t('pbx.vip'), <bdi key="v" className="mono">{pbx.vip}</bdi>] : undefined,
      pbx.key_pin ? [t('pbx.fingerprint'), <bdi key="f" className="mono">{pbx.key_pin}</bdi>] : undefined,
      pbx.machine_id ? [t('pbx.machine'), <bdi key="m" className="mono">{pbx.machine_id}</bdi>] : undefined,
      pbx.reason && pbx.state !== 'connected' ? [t('pbx.lastEnd'), pbx.reason] : undefined,
      pbx.state === 'awaiting' && pbx.ends ? [t('pbx.ends'), <Time key="e" at={pbx.ends} as="full" />] : undefined,
      pbx.enrolled_by ? [t('pbx.enrolledBy'), pbx.enrolled_by] : undefined,
      pbx.created_at ? [t('pbx.created'), <Time key="c" at={pbx.created_at} as="full" />] : undefined,
    ]} />
  );
  return (
    <div style={{ display: 'grid', gap: 18 }}>
      {!full && <div><PBXStatus pbx={pbx} pill /></div>}
      {hint && <Banner level={pbx.state === 'unknown' ? 'info' : 'warn'}>{hint}</Banner>}
      <div className="sk-actions">
        {pbx.state === 'awaiting' && may('pbx.approve') && <Button leftSection={<Icon name="check" size={16} />} onClick={() => act({ kind: 'approve', pbx })}>{t('pbx.approve')}</Button>}
        {pbx.state === 'awaiting' && may('pbx.approve') && <Button variant="default" onClick={() => act({ kind: 'reject', pbx })}>{t('pbx.reject')}</Button>}
        {may('pbx.visit') && pbx.state !== 'awaiting' && <Button leftSection={<Icon name="visit" size={16} />} disabled={!visit.ok} title={visit.why && t(visit.why)} onClick={() => act({ kind: 'visit', pbx })}>{t('pbx.visit')}</Button>}
        {may('pbx.edit') && <Button variant="default" leftSection={<Icon name="edit" size={16} />} onClick={() => act({ kind: 'rename', pbx })}>{t('pbx.rename')}</Button>}
        {may('pbx.pair') && pbx.pair && <Button variant="default" leftSection={<Icon name="unlink" size={16} />} onClick={() => act({ kind: 'unpair', pbx })}>{t('pbx.unpair')}</Button>}
        {may('pbx.delete') && pbx.state !== 'awaiting' && pbx.state !== 'revoked' && <Button variant="default" leftSection={<Icon name="key" size={16} />} onClick={() => act({ kind: 'revoke', pbx })}>{t('pbx.revoke')}</Button>}
        {may('pbx.delete') && <Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => act({ kind: 'delete', pbx })}>{t('pbx.remove')}</Button>}
      </div>
      {!visit.ok && visit.why && pbx.state !== 'awaiting' && <span className="dim">{t(visit.why)}</span>}
      {pbx.split_brain && <Banner level="error">{t('pbx.splitBrain')}</Banner>}
      {pbx.state === 'awaiting' && pbx.replaces && <Banner level="warn">{t('pbx.replaces')}</Banner>}
      {pbx.state === 'duplicate' && pbx.rival && may('pbx.approve') && (
        <div className="sk-pair" style={{ gridTemplateColumns: '1fr 1fr' }}>
          {[{ machine_id: pbx.machine_id ?? '', address: pbx.address ?? '' }, pbx.rival].map((m) => (
            <div key={m.machine_id}><span className="sk-section">{t('pbx.machine')}</span><bdi className="mono">{m.machine_id}</bdi><bdi className="mono dim">{m.address}</bdi><Button size="compact-sm" variant="default" onClick={() => act({ kind: 'keep', pbx, machine: m.machine_id })}>{t('pbx.keep')}</Button></div>
          ))}
        </div>
      )}
      {facts}
      {may('pbx.edit') && detail.data && pbx.state !== 'awaiting' && <Switch label={t('pbx.allowVisit')} checked={pbx.visit_allowed !== false} onChange={(e) => allow(e.currentTarget.checked)} />}
      {may('audit.view') && <Latest pbx={pbx} />}
    </div>
  );
}

function Latest({ pbx }: { pbx: PBX }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ['audit', 'of', pbx.id], queryFn: () => api.get<List<AuditRow>>('/audit', { 'filter[object_id]': pbx.id, sort: '-at', limit: 6 }) });
  if (!data?.items.length) return null;
  return (
    <section>
      <h2 className="sk-section" style={{ marginBottom: 8 }}>{t('pbx.latest')}</h2>
      <ul className="sk-timeline">
        {data.items.map((r) => <li key={r.id}><Status {...(resultTone[r.result] ?? unknownTone)}>{actionWord(r.action)}</Status><span className="dim">{r.user.label} · <Time at={r.at} /></span></li>)}
      </ul>
    </section>
  );
}
