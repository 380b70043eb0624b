import { Anchor, Button, Progress, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { AuditRow, Health, List, Overview } from '@/api/types';
import { Go } from '@/app/nav';
import { actionWord } from '@/pages/log/words';
import { word } from '@/i18n';
import { useMay, useSession } from '@/session/session';
import { ErrorState, PageHead, Loading } from '@/ui/Blocks';
import { number, relative } from '@/ui/dates';
import { Icon, type IconName } from '@/ui/Icon';
import { said } from '@/ui/said';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { levelTone, resultTone, unknownTone } from '@/ui/tones';
import './overview.css';

export default function OverviewPage() {
  const { t } = useTranslation();
  const may = useMay();
  const session = useSession();
  const { data, error, isError, refetch } = useQuery({ queryKey: ['overview'], queryFn: () => api.get<Overview>('/overview') });
  if (isError && !data) return <div className="sk-page"><PageHead title={t('overview.title')} /><div className="sk-card"><ErrorState error={error} retry={() => void refetch()} /></div></div>;
  const c = data?.counts ?? {};
  const enterprise = session.acting.account.kind === 'enterprise';
  const fresh = data && !c.pbxs && !c.pbxs_awaiting;
  return (
    <div className="sk-page">
      <PageHead title={t('overview.title')} sub={session.acting.account.name} />
      {data && (c.pbxs_awaiting ?? 0) > 0 && may('pbx.enroll') && (
        <div className="sk-banner" data-level="warn" role="status"><Icon name="hourglass" /><div>{t('overview.waiting', { count: c.pbxs_awaiting ?? 0 })}</div><Button component={Go} to="/pbxs?f.state=awaiting" size="compact-md" variant="default">{t('common.open')}</Button></div>
      )}
      <div className="sk-grid sk-four">
        {may('pbx.view') && <Count to="/pbxs" icon="pbx" label={t('overview.pbxs')} value={c.pbxs_connected} of={c.pbxs} ready={!!data} />}
        {may('account.view') && !enterprise && <Count to="/accounts" icon="accounts" label={t('overview.accounts')} value={c.accounts} ready={!!data} />}
        {may('user.view') && <Count to="/users" icon="users" label={t('overview.users')} value={c.users} ready={!!data} />}
        {may('visit.view') && <Count to="/visits" icon="visit" label={t('overview.visits')} value={c.visits} ready={!!data} />}
      </div>
      {fresh && <FirstSteps enterprise={enterprise} mfa={session.user.mfa} />}
      {data?.health && data.health.length > 0 && (
        <section aria-labelledby="health">
          <h2 id="health" className="sk-over-title">{t('overview.health')}</h2>
          <div className="sk-grid">{data.health.filter((h) => h.id !== 'data' || h.level !== 'ok').map((h) => <Tile key={h.id} h={h} />)}</div>
        </section>
      )}
      {may('audit.view') && <Latest />}
    </div>
  );
}

function Count({ to, icon, label, value, of, ready }: { to: string; icon: IconName; label: string; value?: number; of?: number; ready: boolean }) {
  const { t } = useTranslation();
  return (
    <Go to={to} className="sk-card sk-count-card">
      <span className="top"><span className="dim">{label}</span><Icon name={icon} size={20} /></span>
      {ready ? <span className="big num">{number(value ?? 0)}{of !== undefined && <small className="dim"> {t('overview.of', { n: number(of) })}</small>}</span> : <Skeleton height={30} width={70} mt={6} />}
      {of !== undefined && ready && <Progress value={of ? (100 * (value ?? 0)) / of : 0} size={5} aria-label={label} mt={4} />}
    </Go>
  );
}

const healthIcons: Record<string, IconName> = { disk: 'disk', certificate: 'certificate', cert: 'certificate', backup: 'backup', mail: 'mail', clock: 'clock' };
const healthLinks: Record<string, string> = { certificate: '/system?tab=certificates', cert: '/system?tab=certificates', backup: '/system?tab=backups', mail: '/mail', disk: '/system', clock: '/system' };

function Tile({ h }: { h: Health }) {
  const { t } = useTranslation();
  const may = useMay();
  // Values are short plain text with their unit: "41 %", "21 d", "5 h", "0".
  const n = Number.parseFloat(h.value ?? '');
  const number = Number.isFinite(n);
  const shown = ((): string => {
    switch (h.id) {
      case 'disk': return number ? t('health.used', { percent: Math.round(n) }) : h.value || '—';
      case 'certificate': case 'cert': return number ? t('health.days', { count: Math.round(n) }) : h.value || '—';
      case 'backup': return h.value ? (number ? relative(new Date(Date.now() - n * 3_600_000).toISOString()) : h.value) : t('health.backupNone');
      case 'mail': return !h.value ? t('health.mailNone') : number ? t('health.waiting', { count: n }) : h.value || '—';
      case 'clock': return h.level === 'ok' ? t('health.clockOk') : h.level === 'warn' ? t('health.clockFree') : t('health.clockUnsure');
      default: return h.value || '—';
    }
  })();
  const known = h.id === 'disk' || h.id === 'certificate' || h.id === 'cert' || h.id === 'backup' || h.id === 'mail' || h.id === 'clock';
  const body = (
    <>
      <span className="top"><span className="dim">{known ? t(`health.${h.id as 'disk'}`) : word(h.title_key ?? `doctor.${h.id}`, h.id)}</span><Icon name={healthIcons[h.id] ?? 'system'} size={20} /></span>
      <span className="mid num">{shown}</span>
      <Status {...(levelTone[h.level] ?? unknownTone)}>{t(`health.${h.level}`)}</Status>
      {h.level !== 'ok' && h.detail && <span className="dim">{said(h.detail)}</span>}
    </>
  );
  const link = healthLinks[h.id];
  return link && may('system.view') ? <Go to={link} className="sk-card sk-count-card">{body}</Go> : <div className="sk-card sk-count-card">{body}</div>;
}

function FirstSteps({ enterprise, mfa }: { enterprise: boolean; mfa: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const steps: [boolean, string, string, string][] = [
    [!enterprise && may('account.add'), '/accounts/new', t('overview.step1'), t('overview.step1Text')],
    [may('pbx.enroll'), '/pbxs/connect', t('overview.step2'), t('overview.step2Text')],
    [may('pbx.visit'), '/pbxs', t('overview.step3'), t('overview.step3Text')],
    [!mfa, '/me?tab=security', t('overview.step4'), t('overview.step4Text')],
  ];
  return (
    <section className="sk-card sk-card-pad" style={{ marginTop: 20 }}>
      <h2>{t('overview.first')}</h2>
      <p className="dim" style={{ margin: '4px 0 14px' }}>{t('overview.firstText')}</p>
      <ol className="sk-steps">
        {steps.filter(([on]) => on).map(([, to, title, text], i) => <li key={to}><span className="n" aria-hidden="true">{i + 1}</span><div><Anchor component={Go} to={to} fw={600}>{title}</Anchor><div className="dim">{text}</div></div></li>)}
      </ol>
    </section>
  );
}

function Latest() {
  const { t } = useTranslation();
  const { data, isError } = useQuery({ queryKey: ['audit', 'latest'], queryFn: () => api.get<List<AuditRow>>('/audit', { sort: '-at', limit: 8 }) });
  if (isError) return null;
  return (
    <section className="sk-card" style={{ marginTop: 20 }}>
      <header><h2>{t('overview.latest')}</h2><Anchor component={Go} to="/audit">{t('overview.all')}</Anchor></header>
      <div style={{ padding: '2px 20px 10px' }}>
        {!data ? <div style={{ padding: '14px 0' }}><Loading lines={5} /></div> : data.items.length === 0 ? <p className="dim">{t('audit.emptyTitle')}</p> : (
          <ul className="sk-latest">
            {data.items.map((r) => (
              <li key={r.id}><Status {...(resultTone[r.result] ?? unknownTone)}>{actionWord(r.action)}</Status><span className="what">{r.object.label}</span><span className="dim">{r.user.label || t('common.system')}</span><span className="dim when"><Time at={r.at} as="relative" /></span></li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
