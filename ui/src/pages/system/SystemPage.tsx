import { Button, Tabs } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Backup, Certificate, Finding, List, System } from '@/api/types';
import { useGo, usePageSearch } from '@/app/nav';
import { word } from '@/i18n';
import { useMay } from '@/session/session';
import { Banner, Empty, ErrorState, Facts, Loading, PageHead } from '@/ui/Blocks';
import { CopyText } from '@/ui/Copy';
import { bytes, fullTime, number, relative } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { said } from '@/ui/said';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { levelTone, unknownTone } from '@/ui/tones';
import { toast, toastError } from '@/ui/toast';
import { RecoveryCard } from './Recovery';
import '@/ui/wizard.css';
import './system.css';

export default function SystemPage() {
  const { t } = useTranslation();
  const search = usePageSearch();
  const go = useGo();
  return (
    <div className="sk-page">
      <PageHead title={t('page.system')} />
      <Tabs value={search.tab ?? 'state'} onChange={(v) => go({ search: v === 'state' ? {} : { tab: v ?? undefined } })} keepMounted={false}>
        <Tabs.List mb="lg"><Tabs.Tab value="state">{t('sys.state')}</Tabs.Tab><Tabs.Tab value="certificates">{t('sys.certificates')}</Tabs.Tab><Tabs.Tab value="backups">{t('sys.backups')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="state"><State /></Tabs.Panel>
        <Tabs.Panel value="certificates"><Certificates /></Tabs.Panel>
        <Tabs.Panel value="backups"><Backups /><RecoveryCard /></Tabs.Panel>
      </Tabs>
    </div>
  );
}

function State() {
  const { t } = useTranslation();
  const sys = useQuery({ queryKey: ['system'], queryFn: () => api.get<System>('/system') });
  const doctor = useQuery({ queryKey: ['system', 'doctor'], queryFn: () => api.get<{ findings: Finding[] }>('/system/doctor'), staleTime: 60_000 });
  const s = sys.data;
  const level = { error: 0, warn: 1, unknown: 2, ok: 3 };
  const findings = [...(doctor.data?.findings ?? [])].sort((a, b) => (level[a.level] ?? 2) - (level[b.level] ?? 2));
  return (
    <div className="sk-cols">
      <div style={{ display: 'grid', gap: 20, alignContent: 'start' }}>
        <section className="sk-card sk-card-pad">
          {sys.isError ? <ErrorState error={sys.error} retry={() => void sys.refetch()} /> : !s ? <Loading lines={5} /> : (
            <Facts items={[[t('sys.version'), <span key="v" className="mono">{s.version}</span>], [t('sys.started'), <Time key="s" at={s.started_at} as="full" />], [t('sys.host'), <CopyText key="h" value={s.host} label={t('sys.host')} />], [t('sys.fingerprint'), <bdi key="f" className="mono">{s.fingerprint}</bdi>],
              s.streams !== undefined && [t('sys.streams'), number(s.streams)], s.rev !== undefined && [t('sys.revision'), <span key="r" className="num">{number(s.rev)}</span>]]} />
          )}
        </section>
        {s?.restored && <RestoredCard />}
        {s && <ClockCard clock={s.clock} />}
      </div>
      <section className="sk-card">
        <header><h2>{t('sys.doctor')}</h2><Button size="compact-md" variant="default" loading={doctor.isFetching} leftSection={<Icon name="refresh" size={15} />} onClick={() => void doctor.refetch()}>{t('sys.check')}</Button></header>
        {doctor.isError && !doctor.data ? <ErrorState error={doctor.error} retry={() => void doctor.refetch()} /> : !doctor.data ? <div style={{ padding: 20 }}><Loading lines={6} /></div>
          : findings.length === 0 ? <Empty icon="check" title={t('sys.allGood')}>{t('sys.allGoodText')}</Empty> : <div style={{ padding: 16 }}><Findings findings={findings} /></div>}
      </section>
    </div>
  );
}

/** Results of checks: level, what was looked at, what was seen, what to do. */
export function Findings({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation();
  return (
    <ul className="sk-findings">
      {findings.map((f) => (
        <li key={f.id}>
          <Status {...(levelTone[f.level] ?? unknownTone)}><span className="sk-sr">{t(`health.${f.level}`)}</span></Status>
          <strong>{f.title_key ? word(f.title_key, word(`check.${f.id}`, f.id)) : f.id}</strong>
          {f.detail && <div className="dim break">{said(f.detail)}</div>}
          {f.fix && f.level !== 'ok' && <div className="break">{said(f.fix)}</div>}
        </li>
      ))}
    </ul>
  );
}

function RestoredCard() {
  const { t } = useTranslation();
  const may = useMay();
  const cache = useQueryClient();
  const confirm = useMutation({ mutationFn: () => api.post('/system/restore/confirm'), onSuccess: () => { toast(t('sys.restoredDone')); for (const k of ['system', 'session', 'overview']) void cache.invalidateQueries({ queryKey: [k] }); }, onError: toastError });
  return (
    <section className="sk-card sk-card-pad" style={{ display: 'grid', gap: 12 }}>
      <h2>{t('sys.restoredTitle')}</h2>
      <Banner level="warn">{t('sys.restoredText')}</Banner>
      {may('system.restore') && <div><Button loading={confirm.isPending} onClick={() => confirm.mutate()}>{t('sys.restoredConfirm')}</Button></div>}
    </section>
  );
}

function ClockCard({ clock }: { clock: System['clock'] }) {
  const { t } = useTranslation();
  const may = useMay();
  const cache = useQueryClient();
  const confirm = useMutation({ mutationFn: () => api.post('/system/clock/confirm'), onSuccess: () => { toast(t('sys.clockConfirmed')); for (const k of ['system', 'session', 'overview', 'state']) void cache.invalidateQueries({ queryKey: [k] }); }, onError: toastError });
  return (
    <section className="sk-card sk-card-pad" style={{ display: 'grid', gap: 12 }}>
      <div style={{ display: 'flex', gap: 12, alignItems: 'center' }}><h2>{t('sys.clock')}</h2><Status tone={clock.sure ? 'ok' : 'warn'} shape={clock.sure ? 'dot' : 'triangle'} pill>{clock.sure ? t('sys.clockSure') : t('sys.clockUnsure')}</Status></div>
      <Facts items={[[t('sys.clockNow'), <span key="n" className="num">{fullTime(clock.now)}</span>], [t('sys.clockHere'), <span key="h" className="num">{fullTime(new Date().toISOString())}</span>]]} />
      {!clock.sure && <><Banner level="warn">{t('sys.clockText')}</Banner>{may('system.edit') && <div><Button loading={confirm.isPending} onClick={() => confirm.mutate()}>{t('sys.clockConfirm')}</Button></div>}</>}
    </section>
  );
}

function Certificates() {
  const { t } = useTranslation();
  const q = useQuery({ queryKey: ['system', 'certificates'], queryFn: () => api.get<List<Certificate>>('/system/certificates') });
  if (q.isError && !q.data) return <div className="sk-card"><ErrorState error={q.error} retry={() => void q.refetch()} /></div>;
  if (!q.data) return <div className="sk-card sk-card-pad"><Loading lines={6} /></div>;
  return (
    <div className="sk-cards">
      {q.data.items.map((c) => (
        <section key={c.id} className="sk-card sk-card-pad" style={{ display: 'grid', gap: 12 }}>
          <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, justifyContent: 'space-between' }}><h2 className="break">{c.subject || c.id}</h2><Status tone={c.days_left < 7 ? 'bad' : c.days_left < 30 && !c.renew_at ? 'warn' : 'ok'} shape={c.days_left < 7 ? 'square' : c.days_left < 30 && !c.renew_at ? 'triangle' : 'dot'}>{t('sys.certDays', { count: c.days_left })}</Status></div>
          {c.problem && <Banner level="error">{c.problem}</Banner>}
          <Facts items={[[t('sys.certName'), <span key="n" className="mono">{c.names.join(', ') || c.id}</span>], [t('sys.certEnds'), <Time key="e" at={c.not_after} as="full" />], c.renew_at ? [t('sys.renew'), <Time key="r" at={c.renew_at} as="day" />] : undefined, [t('sys.fingerprint'), <bdi key="f" className="mono">{c.fingerprint}</bdi>]]} />
        </section>
      ))}
    </div>
  );
}

function Backups() {
  const { t } = useTranslation();
  const may = useMay();
  const cache = useQueryClient();
  const q = useQuery({ queryKey: ['system', 'backups'], queryFn: () => api.get<List<Backup>>('/system/backups') });
  const run = useMutation({ mutationFn: () => api.post('/system/backups', {}), onSuccess: () => { toast(t('sys.backupStarted')); void cache.invalidateQueries({ queryKey: ['operations'] }); void cache.invalidateQueries({ queryKey: ['system'] }); }, onError: toastError });
  const button = may('system.backup') && <Button loading={run.isPending} leftSection={<Icon name="backup" size={17} />} onClick={() => run.mutate()}>{t('sys.backupNow')}</Button>;
  const newest = q.data?.items.find((b) => !b.error);
  return (
    <section className="sk-card">
      <header><div><h2>{t('sys.backups')}</h2><p className="dim" style={{ margin: '4px 0 0' }}>{newest ? `${t('sys.age', { age: relative(newest.made) })} · ` : ''}{t('sys.backupText')}</p></div>{button}</header>
      {q.isError && !q.data ? <ErrorState error={q.error} retry={() => void q.refetch()} /> : !q.data ? <div style={{ padding: 20 }}><Loading lines={5} /></div>
        : q.data.items.length === 0 ? <Empty icon="backup" title={t('sys.backupNone')}>{t('sys.backupNoneText')}</Empty> : (
          <ul className="sk-people" style={{ margin: 0, padding: '4px 20px 12px' }}>
            {q.data.items.map((b) => (
              <li key={b.id}><div><strong><Time at={b.made} as="full" /></strong><div className="dim break">{b.error || `${bytes(b.size)} · ${b.secrets === false ? t('sys.without') : t('sys.with')}${b.version ? ` · ${b.version}` : ''}`}</div></div><Status tone={b.error ? 'bad' : 'ok'} shape={b.error ? 'cross' : 'dot'}>{b.error ? t('sys.failed') : t('sys.good')}</Status></li>
            ))}
          </ul>
        )}
    </section>
  );
}
