import { Button, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import { Banner, problemText } from '@/ui/Blocks';

let ask: (() => Promise<boolean>) | undefined;

/** Does something that needs a fresh proof of the password: asks for it when the server wants it, then does it again. */
export async function proved<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (e) {
    if (!(e instanceof ApiError) || e.code !== 'step_up_required' || !ask || !(await ask())) throw e;
    return run();
  }
}

/** The dialog behind `proved`; it stands once in the shell. */
export function StepUp({ mfa, email }: { mfa: boolean; email: string }) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState<(ok: boolean) => void>();
  const [v, set] = useState({ password: '', code: '' });
  useEffect(() => {
    ask = () => new Promise<boolean>((resolve) => { set({ password: '', code: '' }); setAnswer(() => resolve); });
    return () => { ask = undefined; };
  }, []);
  const end = (ok: boolean) => { answer?.(ok); setAnswer(undefined); send.reset(); };
  const send = useMutation({ mutationFn: () => api.post('/session/step-up', { password: v.password, code: mfa ? v.code.trim() : undefined }), onSuccess: () => end(true) });
  const err = send.error instanceof ApiError ? send.error : undefined;
  return (
    <Modal opened={!!answer} onClose={() => end(false)} title={<strong>{t('me.stepTitle')}</strong>} closeButtonProps={{ 'aria-label': t('common.close') }} zIndex={400}>
      <form onSubmit={(e) => { e.preventDefault(); send.mutate(); }}>
        <Stack gap="md">
          <Text>{t('me.stepText')}</Text>
          {err && !err.problem.errors?.length && <Banner level="error">{problemText(err)}</Banner>}
          <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
          <PasswordInput label={t('auth.password')} value={v.password} onChange={(e) => set({ ...v, password: e.currentTarget.value })} autoComplete="current-password" error={err?.field('password')} data-autofocus visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />
          {mfa && <TextInput label={t('me.stepCode')} value={v.code} onChange={(e) => set({ ...v, code: e.currentTarget.value })} inputMode="numeric" autoComplete="one-time-code" error={err?.field('code')} classNames={{ input: 'mono' }} />}
          <div className="sk-actions" style={{ justifyContent: 'flex-end' }}><Button variant="default" onClick={() => end(false)}>{t('common.cancel')}</Button><Button type="submit" loading={send.isPending} disabled={!v.password || (mfa && !v.code)}>{t('me.stepGo')}</Button></div>
        </Stack>
      </form>
    </Modal>
  );
}
