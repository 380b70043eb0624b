import { Button, Modal, PasswordInput, PinInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { TOTP } from '@/api/types';
import { useSession } from '@/session/session';
import { proved } from '@/session/stepUp';
import { Banner, Loading, problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { toast } from '@/ui/toast';
import { RecoveryCodes, Secret } from './codes';

/** The second factor: set up with a QR code, recovery codes shown once, switched off with the password. */
export function TwoFactor() {
  const { t } = useTranslation();
  const { user, mfa_required } = useSession();
  const cache = useQueryClient();
  const [open, setOpen] = useState<'' | 'setup' | 'remove' | 'codes'>('');
  const [codes, setCodes] = useState<string[]>();
  const fresh = () => { void cache.invalidateQueries({ queryKey: ['session'] }); void cache.invalidateQueries({ queryKey: ['me'] }); };
  const close = () => { setOpen(''); setCodes(undefined); };
  const modal = { opened: true, onClose: close, closeButtonProps: { 'aria-label': t('common.close') } };
  return (
    <section className="sk-card sk-card-pad">
      <Stack gap="md">
        <div style={{ display: 'flex', gap: 12, alignItems: 'center' }}><h2>{t('me.mfa')}</h2>{user.mfa ? <Status tone="ok" shape="dot" pill>{t('users.on')}</Status> : <Status tone="warn" shape="triangle" pill>{t('users.off')}</Status>}</div>
        <Text c="dimmed">{user.mfa ? t('me.mfaOn') : t('me.mfaOff')}</Text>
        {mfa_required && !user.mfa && <Banner level="warn">{t('me.required')}</Banner>}
        <div className="sk-actions">
          {!user.mfa && <Button leftSection={<Icon name="shield" size={17} />} onClick={() => setOpen('setup')}>{t('me.mfaSet')}</Button>}
          {user.mfa && <Button variant="default" leftSection={<Icon name="key" size={16} />} onClick={() => setOpen('codes')}>{t('me.codesNew')}</Button>}
          {user.mfa && <Button variant="default" onClick={() => setOpen('remove')}>{t('me.mfaRemove')}</Button>}
        </div>
      </Stack>
      {open !== '' && codes && <Modal {...modal} title={<strong>{t('me.codes')}</strong>} size="lg" closeOnClickOutside={false}><RecoveryCodes codes={codes} done={close} /></Modal>}
      {open === 'setup' && !codes && <Modal {...modal} title={<strong>{t('me.mfa')}</strong>}><SetUp done={(c) => { setCodes(c); fresh(); toast(t('me.mfaDone')); }} /></Modal>}
      {open === 'codes' && !codes && <Modal {...modal} title={<strong>{t('me.codesNew')}</strong>}><WithPassword text={t('me.codesNewText')} action={t('me.codesNew')} run={(password) => proved(() => api.post<{ recovery_codes: string[] }>('/me/recovery-codes', { password }))} done={(a) => setCodes(a.recovery_codes)} /></Modal>}
      {open === 'remove' && <Modal {...modal} title={<strong>{t('me.mfaRemove')}</strong>}><WithPassword text={t('me.mfaRemoveText')} action={t('me.mfaRemove')} run={(password) => proved(() => api.del('/me/totp', { body: { password } }))} done={() => { fresh(); toast(t('me.mfaGone')); close(); }} /></Modal>}
    </section>
  );
}

function SetUp({ done }: { done: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [started, setStarted] = useState(false);
  const totp = useMutation({ mutationFn: () => api.post<TOTP>('/me/totp') });
  const confirm = useMutation({ mutationFn: (c: string) => api.post<{ recovery_codes: string[] }>('/me/totp/confirm', { code: c }), onSuccess: (a) => done(a.recovery_codes), onError: () => setCode('') });
  if (!started) { setStarted(true); queueMicrotask(() => totp.mutate()); }
  if (totp.isError) return <Banner level="error">{problemText(totp.error)}</Banner>;
  if (!totp.data) return <Loading />;
  return (
    <Stack gap="md">
      <Text>{t('me.mfaStep1')}</Text>
      <Secret totp={totp.data} />
      <Text>{t('me.mfaStep2')}</Text>
      <PinInput length={6} type="number" oneTimeCode value={code} onChange={setCode} onComplete={(c) => confirm.mutate(c)} ariaLabel={t('auth.digit')} />
      {confirm.isError && <Banner level="error">{problemText(confirm.error)}</Banner>}
      <Button loading={confirm.isPending} disabled={code.length < 6} onClick={() => confirm.mutate(code)}>{t('me.mfaConfirm')}</Button>
    </Stack>
  );
}

function WithPassword<T>({ text, action, run, done }: { text: string; action: string; run: (password: string) => Promise<T>; done: (a: T) => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const job = useMutation({ mutationFn: () => run(password), onSuccess: done });
  return (
    <form onSubmit={(e) => { e.preventDefault(); job.mutate(); }}>
      <Stack gap="md">
        <Text>{text}</Text>
        <PasswordInput label={t('me.old')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="current-password" data-autofocus visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />
        {job.isError && <Banner level="error">{problemText(job.error)}</Banner>}
        <Button type="submit" loading={job.isPending} disabled={!password}>{action}</Button>
      </Stack>
    </form>
  );
}
