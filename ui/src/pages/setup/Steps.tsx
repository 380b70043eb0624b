import './sheet.css';
import { Badge, Loader, NumberInput, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/client';
import { languages } from '@/i18n';
import { MailFields, MailTest } from '@/pages/system/MailSettingsPage';
import { Findings } from '@/pages/system/SystemPage';
import { Facts } from '@/ui/Blocks';
import { Choice } from '@/ui/Choice';
import { fullTime } from '@/ui/dates';
import { fieldErrors, type MailDraft } from './model';
import type { StepProps } from './SetupWizard';

export function WelcomeStep({ info }: StepProps) {
  const { t } = useTranslation();
  const groups = info.fingerprint.split(':');
  return (
    <>
      <p style={{ margin: 0, fontSize: '0.9375rem', lineHeight: 1.6 }}>{t('setup.welcomeText')}</p>
      {info.fingerprint && (
        <section>
          <h2>{t('setup.compare')}</h2>
          <p className="dim" style={{ margin: '4px 0 10px' }}>{t('setup.compareText')}</p>
          <bdi className="mono sk-print">{groups.map((g, i) => <span key={i} data-first={i < 8 || undefined}>{g}</span>)}</bdi>
        </section>
      )}
      <p className="dim" style={{ margin: 0 }}>{t('setup.ends', { ends: fullTime(info.ends) })} · {info.version}</p>
    </>
  );
}

const lines = (text: string): string[] => text.split(/[\n,\s]+/).map((l) => l.trim()).filter(Boolean);

export function NamesStep({ draft, set, errors, rest, info }: StepProps) {
  const { t } = useTranslation();
  const n = draft.names;
  const put = (c: Partial<typeof n>) => set({ ...draft, names: { ...n, ...c } });
  const [calm] = useDebouncedValue(n, 700);
  // Live: what is typed is looked at as soon as the typing rests.
  const live = useQuery({ queryKey: ['setup', 'names', calm], queryFn: ({ signal }) => rest.check('names', { ...draft, names: calm }, signal), enabled: !!calm.host, retry: false, placeholderData: keepPreviousData, staleTime: 5000, refetchOnWindowFocus: false });
  const bad = { ...(live.error instanceof ApiError ? fieldErrors(live.error) : {}), ...errors };
  return (
    <>
      <p className="dim" style={{ margin: 0 }}>{t('setup.namesText')}</p>
      <div style={{ display: 'grid', gap: 14, gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))' }}>
        <TextInput style={{ gridColumn: '1 / -1' }} label={t('setup.host')} description={t('setup.hostHint')} value={n.host} onChange={(e) => put({ host: e.currentTarget.value.trim() })} error={bad['names.host']} autoFocus required classNames={{ input: 'mono' }} />
        <NumberInput label={t('setup.httpsPort')} value={n.https_port || ''} min={1} max={65535} hideControls allowDecimal={false} onChange={(v) => put({ https_port: Number(v) || 0 })} error={bad['names.https_port']} />
        <NumberInput label={t('setup.httpPort')} value={n.http_port || ''} min={0} max={65535} hideControls allowDecimal={false} onChange={(v) => put({ http_port: Number(v) || 0 })} error={bad['names.http_port']} />
      </div>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Textarea label={t('setup.public')} description={t('setup.publicHint')} rows={2} defaultValue={n.public_addresses.join('\n')} onChange={(e) => put({ public_addresses: lines(e.currentTarget.value) })} error={bad['names.public_addresses']} classNames={{ input: 'mono' }} />
        <Textarea key={n.inside_addresses.length ? 'some' : 'none'} label={t('setup.inside')} description={t('setup.insideHint')} rows={2} defaultValue={n.inside_addresses.join('\n')} onChange={(e) => put({ inside_addresses: lines(e.currentTarget.value) })} error={bad['names.inside_addresses']} classNames={{ input: 'mono' }} />
      </SimpleGrid>
      {(info.interfaces?.length ?? 0) > 0 && <div className="sk-actions"><span className="dim">{t('setup.found')}</span>{info.interfaces.map((i) => <Badge key={i} variant="light" color="ink" tt="none" className="mono">{i}</Badge>)}</div>}
      <TextInput label={t('setup.visitZone')} description={t('setup.visitZoneHint')} value={n.visit_zone} onChange={(e) => put({ visit_zone: e.currentTarget.value.trim() })} error={bad['names.visit_zone']} classNames={{ input: 'mono' }} />
      <section aria-live="polite">
        <h3 style={{ marginBottom: 8, display: 'flex', gap: 8, alignItems: 'center' }}>{t('setup.checks')}{live.isFetching && <Loader size={14} aria-label={t('setup.checking')} />}</h3>
        {live.data && <Findings findings={live.data.findings} />}
      </section>
    </>
  );
}

export function CertificateStep({ draft, set, errors }: StepProps) {
  const { t } = useTranslation();
  const c = draft.certificate;
  return (
    <>
      <Choice legend={t('setup.certText')} name="cert" value={c.mode} onChange={(mode) => set({ ...draft, certificate: mode === 'internal' ? { mode } : { ...c, mode } })}
        options={[{ value: 'internal', label: t('setup.internal'), text: t('setup.internalText') }, { value: 'own', label: t('setup.own'), text: t('setup.ownText') }]} />
      {c.mode === 'own' && (
        <>
          <Textarea label={t('setup.chain')} rows={6} value={c.chain ?? ''} onChange={(e) => set({ ...draft, certificate: { ...c, chain: e.currentTarget.value } })} error={errors['certificate.chain']} classNames={{ input: 'mono' }} spellCheck={false} placeholder="-----BEGIN CERTIFICATE-----" />
          <Textarea label={t('setup.key')} rows={4} value={c.key ?? ''} onChange={(e) => set({ ...draft, certificate: { ...c, key: e.currentTarget.value } })} error={errors['certificate.key']} classNames={{ input: 'mono' }} spellCheck={false} autoComplete="off" placeholder="-----BEGIN PRIVATE KEY-----" />
        </>
      )}
    </>
  );
}

const noMail: MailDraft = { host: '', port: 587, security: 'starttls', user: '', password: '', from: '' };

export function MailStep({ draft, set, errors, rest }: StepProps) {
  const { t } = useTranslation();
  const mail = draft.mail;
  return (
    <>
      <Choice legend={t('setup.mailText')} name="mail" value={mail ? 'now' : 'later'} onChange={(v) => set({ ...draft, mail: v === 'now' ? noMail : null })}
        options={[{ value: 'now', label: t('setup.mailNow'), text: t('setup.mailNowText') }, { value: 'later', label: t('setup.mailLater'), text: t('setup.mailLaterText') }]} />
      {mail && <MailFields v={mail} set={(m) => set({ ...draft, mail: m })} error={(k) => errors[`mail.${k}`]} />}
      {mail && <MailTest to={draft.operator.email} send={(to) => rest.mailTest(mail, to)} />}
    </>
  );
}

export function ReviewStep({ draft, errors }: StepProps) {
  const { t } = useTranslation();
  const { names: n, certificate: c, mail: m, recovery: r, operator: o } = draft;
  return (
    <div className="sk-review">
      <p className="dim" style={{ margin: 0 }}>{t('setup.reviewText')}</p>
      {Object.keys(errors).length > 0 && <ul role="alert" style={{ color: 'var(--mantine-color-error)', margin: 0 }}>{Object.entries(errors).map(([k, v]) => <li key={k}><span className="mono">{k}</span>: {v}</li>)}</ul>}
      <section><h3>{t('setup.names')}</h3><Facts items={[[t('setup.host'), <strong key="h" className="mono">{n.host}</strong>], [t('setup.port'), <span key="p" className="mono">{n.https_port} / {n.http_port}</span>], [t('setup.public'), n.public_addresses.join(', ') || t('setup.none')], [t('setup.inside'), n.inside_addresses.join(', ') || t('setup.none')], [t('setup.visitZone'), n.visit_zone && <span key="v" className="mono">*.{n.visit_zone}</span>]]} /></section>
      <section><h3>{t('setup.certificate')}</h3>{c.mode === 'own' ? t('setup.own') : t('setup.internal')}</section>
      <section><h3>{t('setup.mail')}</h3>{m ? <Facts items={[[t('mailset.host'), `${m.host}:${m.port}`], [t('mailset.from'), m.from]]} /> : t('setup.mailLaterText')}</section>
      <section><h3>{t('setup.recovery')}</h3>{r.kind === 'passphrase' ? t('setup.passphrase') : r.kind === 'age' ? <span className="mono break">{r.recipient}</span> : t('setup.laterText')}</section>
      <section><h3>{t('setup.operator')}</h3><Facts items={[[t('setup.organization'), o.organization], [t('users.name'), `${o.first} ${o.last}`], [t('setup.email'), o.email], [t('setup.zone'), o.time_zone], [t('account.lang'), languages.find((l) => l.id === o.lang)?.label], [t('me.mfa'), o.totp ? t('users.on') : t('setup.later')]]} /></section>
    </div>
  );
}
