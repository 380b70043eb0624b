import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
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

export function PBXBody({ pbx, act, full }: { pbx: PBX; act: (a: Act) => void; full?: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const hint = pbx.state === 'awaiting' ? t('pbx.awaitingHint') : pbx.state === 'duplicate' ? t('pbx.duplicateHint') : pbx.state === 'unknown' ? t('pbx.unknownHint') : '';
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
      [t('pbx.uptime'), <span key="u" className="num">{duration(pbx.uptime_s)}</span>],
      pbx.fingerprint ? [t('pbx.fingerprint'), <bdi key="f" className="mono">{pbx.fingerprint}</bdi>] : undefined,
      pbx.enrolled_by ? [t('pbx.enrolledBy'), pbx.enrolled_by] : undefined,
      pbx.created_at ? [t('pbx.created'), <Time key="c" at={pbx.created_at} as="full" />] : undefined,
    ]} />
  );
  return (
    <div style={{ display: 'grid', gap: 18 }}>
      {!full && <div><PBXStatus pbx={pbx} pill /></div>}
      {hint && <Banner level={pbx.state === 'unknown' ? 'info' : 'warn'}>{hint}</Banner>}
      <div className="sk-actions">
        {pbx.state === 'awaiting' && may('pbx.enroll') && <Button leftSection={<Icon name="check" size={16} />} onClick={() => act({ kind: 'approve', pbx })}>{t('pbx.approve')}</Button>}
        {pbx.state === 'awaiting' && may('pbx.enroll') && <Button variant="default" onClick={() => act({ kind: 'reject', pbx })}>{t('pbx.reject')}</Button>}
        {may('pbx.visit') && pbx.state !== 'awaiting' && <Button leftSection={<Icon name="visit" size={16} />} disabled={!visit.ok} title={visit.why && t(visit.why)} onClick={() => act({ kind: 'visit', pbx })}>{t('pbx.visit')}</Button>}
        {may('pbx.edit') && <Button variant="default" leftSection={<Icon name="edit" size={16} />} onClick={() => act({ kind: 'rename', pbx })}>{t('pbx.rename')}</Button>}
        {may('pbx.edit') && pbx.pair && <Button variant="default" leftSection={<Icon name="unlink" size={16} />} onClick={() => act({ kind: 'unpair', pbx })}>{t('pbx.unpair')}</Button>}
        {may('pbx.delete') && <Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => act({ kind: 'delete', pbx })}>{t('pbx.remove')}</Button>}
      </div>
      {!visit.ok && visit.why && pbx.state !== 'awaiting' && <span className="dim">{t(visit.why)}</span>}
      {facts}
      {may('audit.view') && <Latest pbx={pbx} />}
    </div>
  );
}

function Latest({ pbx }: { pbx: PBX }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ['audit', 'of', pbx.id], queryFn: () => api.get<List<AuditRow>>('/audit', { 'filter[object]': pbx.id, sort: '-at', limit: 6 }) });
  if (!data?.items.length) return null;
  return (
    <section>
      <h2 className="sk-section" style={{ marginBottom: 8 }}>{t('pbx.latest')}</h2>
      <ul className="sk-timeline">
        {data.items.map((r) => <li key={r.id}><Status {...(resultTone[r.result] ?? unknownTone)}>{actionWord(r.action)}</Status><span className="dim">{r.user} · <Time at={r.at} /></span></li>)}
      </ul>
    </section>
  );
}
