import { Button, NumberInput, PasswordInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { MailSettings } from '@/api/types';
import { Go } from '@/app/nav';
import { useMay, useSession } from '@/session/session';
import { Banner, ErrorState, Loading, PageHead, problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';

export default function MailSettingsPage() {
  const { t } = useTranslation();
  const q = useQuery({ queryKey: ['system', 'mail'], queryFn: () => api.get<MailSettings>('/mail/settings'), refetchOnWindowFocus: false });
  return (
    <div className="sk-page sk-narrow">
      <PageHead title={t('page.mailSettings')}><Button component={Go} to="/mail" variant="default" leftSection={<Icon name="arrowLeft" size={16} />}>{t('page.mail')}</Button></PageHead>
      {q.isError ? <div className="sk-card"><ErrorState error={q.error} retry={() => void q.refetch()} /></div> : !q.data ? <div className="sk-card sk-card-pad"><Loading lines={6} /></div> : <Form key={q.data.ver} first={q.data} />}
    </div>
  );
}

type Values = Pick<MailSettings, 'host' | 'port' | 'security' | 'user' | 'from'> & { password: string };
/** The fields of a mail server, here and in the set-up wizard. */
export function MailFields({ v, set, error, hasPassword }: { v: Values; set: (v: Values) => void; error?: (k: string) => string | undefined; hasPassword?: boolean }) {
  const { t } = useTranslation();
  const ports = { starttls: 587, tls: 465, none: 25 };
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <TextInput label={t('mailset.host')} placeholder="mail.example.com" value={v.host} onChange={(e) => set({ ...v, host: e.currentTarget.value.trim() })} error={error?.('host')} required />
        <Select label={t('mailset.security')} value={v.security} data={(['starttls', 'tls', 'none'] as const).map((s) => ({ value: s, label: t(`mailset.${s}`) }))} onChange={(s) => s && set({ ...v, security: s as Values['security'], port: Object.values(ports).includes(v.port) || !v.port ? ports[s as 'tls'] : v.port })} error={error?.('security')} />
        <NumberInput label={t('mailset.port')} value={v.port || ''} min={1} max={65535} allowDecimal={false} hideControls onChange={(n) => set({ ...v, port: Number(n) || 0 })} error={error?.('port')} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput label={t('mailset.user')} description={t('common.optional')} value={v.user} autoComplete="off" onChange={(e) => set({ ...v, user: e.currentTarget.value })} error={error?.('user')} />
        <PasswordInput label={t('mailset.password')} description={hasPassword ? t('mailset.kept') : t('common.optional')} value={v.password} autoComplete="new-password" onChange={(e) => set({ ...v, password: e.currentTarget.value })} error={error?.('password')} visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />
      </SimpleGrid>
      <TextInput label={t('mailset.from')} description={t('mailset.fromHint')} placeholder="Switchkeep <console@example.com>" value={v.from} onChange={(e) => set({ ...v, from: e.currentTarget.value })} error={error?.('from')} required />
      {v.security === 'none' && <Banner level="warn">{t('mailset.noneHint')}</Banner>}
    </>
  );
}

/** Sends a test mail and shows what the mail server said. */
export function MailTest({ send, to: first }: { send: (to: string) => Promise<{ ok: boolean; answer: string }>; to: string }) {
  const { t } = useTranslation();
  const [to, setTo] = useState(first);
  const test = useMutation({ mutationFn: () => send(to.trim()) });
  return (
    <Stack gap="sm">
      <div className="sk-actions" style={{ alignItems: 'end' }}>
        <TextInput style={{ flex: '1 1 220px' }} label={t('mailset.testTo')} type="email" value={to} onChange={(e) => setTo(e.currentTarget.value)} />
        <Button variant="default" loading={test.isPending} disabled={!to} leftSection={<Icon name="send" size={16} />} onClick={() => test.mutate()}>{t('mailset.test')}</Button>
      </div>
      {test.data && <Banner level={test.data.ok ? 'ok' : 'error'}>{test.data.ok ? t('mailset.testOk') : t('mailset.testBad')} <span className="mono break">{test.data.answer}</span></Banner>}
      {test.isError && <Banner level="error">{problemText(test.error)}</Banner>}
    </Stack>
  );
}

function Form({ first }: { first: MailSettings }) {
  const { t } = useTranslation();
  const may = useMay();
  const cache = useQueryClient();
  const { user } = useSession();
  const [v, set] = useState<Values>({ host: first.host, port: first.port || 587, security: first.security || 'starttls', user: first.user, password: '', from: first.from });
  const settings = { ...v, password: v.password || undefined, ca: first.ca || undefined };
  const save = useMutation({ mutationFn: () => api.put('/mail/settings', settings, first.ver ?? 0), onSuccess: () => { toast(t('common.saved')); void cache.invalidateQueries({ queryKey: ['system'] }); void cache.invalidateQueries({ queryKey: ['session'] }); } });
  const err = save.error instanceof ApiError ? save.error : undefined;
  return (
    <form className="sk-card sk-card-pad" onSubmit={(e) => { e.preventDefault(); save.mutate(); }}>
      <Stack gap="md">
        {err && <Banner level="error">{problemText(err)}</Banner>}
        <MailFields v={v} set={set} error={(k) => err?.field(k)} hasPassword={first.has_password} />
        <MailTest to={user.email} send={(to) => api.post('/mail/test', { to, settings })} />
        {may('system.edit') && <div><Button type="submit" loading={save.isPending} leftSection={<Icon name="save" size={16} />}>{t('common.save')}</Button></div>}
      </Stack>
    </form>
  );
}
