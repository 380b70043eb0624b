import { Alert, Anchor, Button, Checkbox, PasswordInput, PinInput, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { SignInAnswer } from '@/api/types';
import { Go } from '@/app/nav';
import { problemText } from '@/ui/Blocks';
import { clock } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { proveWork } from './captcha';
import { NewPassword, useNewPassword } from './NewPassword';

type Step = { name: 'password' } | { name: 'code'; ticket: string } | { name: 'change'; ticket: string; mailed: boolean };

/** E-mail and password, then the second factor or the forced change of password. */
export function SignInForm({ email: fixed, done, forgot = true }: { email?: string; done: () => void; forgot?: boolean }) {
  const [step, setStep] = useState<Step>({ name: 'password' });
  const [email, setEmail] = useState(fixed ?? '');
  const [password, setPassword] = useState('');
  const next = (a: SignInAnswer) => {
    if (a.state === 'ok') done();
    else if (a.state === 'mfa') setStep({ name: 'code', ticket: a.ticket ?? '' });
    else setStep({ name: 'change', ticket: a.ticket ?? '', mailed: !!a.mail_code });
  };
  const restart = () => { setPassword(''); setStep({ name: 'password' }); };
  if (step.name === 'code') return <CodeStep ticket={step.ticket} next={next} back={restart} />;
  if (step.name === 'change') return <ChangeStep ticket={step.ticket} mailed={step.mailed} old={password} done={restart} next={next} />;
  return <PasswordStep email={email} setEmail={setEmail} fixed={!!fixed} password={password} setPassword={setPassword} next={next} forgot={forgot} />;
}

/** Seconds until a lock ends, counted down. */
export function useCountdown(): [number, (s: number) => void] {
  const [ends, setEnds] = useState(0);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!ends) return;
    const tick = () => { const s = Math.max(0, Math.ceil((ends - Date.now()) / 1000)); setLeft(s); if (s === 0) setEnds(0); };
    tick();
    const id = window.setInterval(tick, 500);
    return () => clearInterval(id);
  }, [ends]);
  return [left, (s) => setEnds(Date.now() + s * 1000)];
}

function PasswordStep({ email, setEmail, fixed, password, setPassword, next, forgot }: {
  email: string; setEmail: (v: string) => void; fixed: boolean; password: string; setPassword: (v: string) => void; next: (a: SignInAnswer) => void; forgot: boolean;
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState<'' | 'proof' | 'send'>('');
  const [error, setError] = useState<ApiError | Error>();
  const [captcha, setCaptcha] = useState(false);
  const [locked, lockFor] = useCountdown();
  const pass = useRef<HTMLInputElement>(null);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setError(undefined);
    try {
      let proof: string | undefined;
      if (captcha) { setBusy('proof'); proof = await proveWork(); }
      setBusy('send');
      next(await api.post<SignInAnswer>('/session', { email: email.trim(), password, captcha: proof }));
    } catch (err) {
      if (err instanceof ApiError) {
        if (err.problem.details?.captcha) setCaptcha(true);
        if (err.status === 423 || err.status === 429) lockFor(err.retryAfter || 300);
      }
      setError(err as Error);
      pass.current?.select();
    } finally { setBusy(''); }
  };
  const isLock = error instanceof ApiError && (error.status === 423 || error.status === 429);
  return (
    <form onSubmit={(e) => void submit(e)}>
      <Stack gap="md">
        {error && !(isLock && locked === 0) && (
          <Alert color="red" variant="light" role="alert" icon={<Icon name={isLock ? 'lock' : 'error'} />} title={isLock ? t('auth.lockedTitle') : undefined}>
            {isLock ? <span className="num">{t('auth.locked', { time: clock(locked) })}</span> : problemText(error)}
          </Alert>
        )}
        <TextInput label={t('auth.email')} type="email" name="email" autoComplete="username" value={email} onChange={(e) => setEmail(e.currentTarget.value)} readOnly={fixed} autoFocus={!fixed} required withAsterisk={false} size="md" />
        <PasswordInput ref={pass} label={t('auth.password')} name="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoFocus={fixed} required withAsterisk={false} size="md"
          visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />
        <Button type="submit" size="md" fullWidth loading={busy !== ''} disabled={locked > 0}>{locked > 0 ? t('auth.wait', { time: clock(locked) }) : t('auth.signIn')}</Button>
        {captcha && <Text c="dimmed" size="xs" role="status">{busy === 'proof' ? t('auth.proving') : t('auth.proof')}</Text>}
        {forgot && <Text ta="center"><Anchor component={Go} to="/forgot" underline="always">{t('auth.forgot')}</Anchor></Text>}
      </Stack>
    </form>
  );
}

function CodeStep({ ticket, next, back }: { ticket: string; next: (a: SignInAnswer) => void; back: () => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async (value: string) => {
    setBusy(true);
    setError(undefined);
    try { next(await api.post<SignInAnswer>('/session/code', { ticket, code: value.trim() })); } catch (e) { setError(e); setCode(''); } finally { setBusy(false); }
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); void send(code); }}>
      <Stack gap="md">
        <Text>{recovery ? t('auth.recoveryHint') : t('auth.codeHint')}</Text>
        {error !== undefined && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(error)}</Alert>}
        {recovery
          ? <TextInput label={t('auth.recoveryCode')} value={code} onChange={(e) => setCode(e.currentTarget.value)} autoFocus autoComplete="one-time-code" classNames={{ input: 'mono' }} size="md" />
          : <PinInput length={6} type="number" oneTimeCode autoFocus value={code} onChange={setCode} onComplete={(v) => void send(v)} disabled={busy} size="md" ariaLabel={t('auth.digit')} aria-label={t('auth.code')} styles={{ root: { justifyContent: 'space-between' } }} />}
        <Button type="submit" size="md" fullWidth loading={busy} disabled={recovery ? !code : code.length < 6}>{t('auth.verify')}</Button>
        <Checkbox label={t('auth.useRecovery')} checked={recovery} onChange={(e) => { setRecovery(e.currentTarget.checked); setCode(''); }} />
        <Button variant="subtle" onClick={back}>{t('auth.backToPassword')}</Button>
      </Stack>
    </form>
  );
}

function ChangeStep({ ticket, mailed, old, done, next }: { ticket: string; mailed: boolean; old: string; done: () => void; next: (a: SignInAnswer) => void }) {
  const { t } = useTranslation();
  const pw = useNewPassword();
  const [code, setCode] = useState('');
  const [wantCode, setWantCode] = useState(mailed);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (!pw.check()) return;
    setBusy(true);
    setError(undefined);
    try {
      const a = await api.post<SignInAnswer | undefined>('/password/change', { old, new: pw.value, ticket, code: code || undefined });
      if (a?.state) next(a); else done();
    } catch (err) {
      if (err instanceof ApiError && (err.code === 'code_required' || err.field('code'))) setWantCode(true);
      setError(err);
    } finally { setBusy(false); }
  };
  return (
    <form onSubmit={(e) => void submit(e)}>
      <Stack gap="md">
        <Text>{t('auth.changeHint')}</Text>
        {error !== undefined && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(error)}</Alert>}
        <NewPassword form={pw} />
        {wantCode && <TextInput label={t('auth.mailCode')} value={code} onChange={(e) => setCode(e.currentTarget.value)} autoComplete="one-time-code" classNames={{ input: 'mono' }} />}
        <Button type="submit" size="md" fullWidth loading={busy}>{t('auth.changePassword')}</Button>
        <Button variant="subtle" onClick={done}>{t('auth.backToPassword')}</Button>
      </Stack>
    </form>
  );
}
