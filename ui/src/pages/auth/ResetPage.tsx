import { Alert, Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import { useGo } from '@/app/nav';
import { NewPassword, useNewPassword } from '@/session/NewPassword';
import { problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { AuthPage } from './AuthPage';
import { useToken, useTokenGate } from './token';

export default function ResetPage() {
  const { t } = useTranslation();
  const token = useToken();
  const go = useGo();
  const pw = useNewPassword();
  const gate = useTokenGate(token, t('auth.resetTitle'));
  const send = useMutation({ mutationFn: () => api.post('/password/reset', { token, password: pw.value }), onSuccess: () => go({ to: '/sign-in', search: { done: 'reset' }, replace: true }) });
  if (!gate.info) return gate.instead;
  return (
    <AuthPage title={t('auth.resetTitle')} sub={t('auth.resetText', { email: gate.info.email })}>
      <form onSubmit={(e) => { e.preventDefault(); if (pw.check()) send.mutate(); }}>
        <Stack gap="md">
          {send.isError && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(send.error)}</Alert>}
          <input type="email" name="email" autoComplete="username" value={gate.info.email} readOnly hidden />
          <NewPassword form={pw} error={send.error instanceof ApiError ? send.error.field('password') : undefined} />
          <Button type="submit" size="md" fullWidth loading={send.isPending}>{t('auth.setPassword')}</Button>
        </Stack>
      </form>
    </AuthPage>
  );
}
