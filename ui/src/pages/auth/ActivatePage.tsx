import { Alert, Button, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import { useGo } from '@/app/nav';
import { NewPassword, useNewPassword } from '@/session/NewPassword';
import { problemText } from '@/ui/Blocks';
import { fullTime } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { AuthPage } from './AuthPage';
import { useToken, useTokenGate } from './token';

export default function ActivatePage() {
  const { t } = useTranslation();
  const token = useToken();
  const go = useGo();
  const pw = useNewPassword();
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const [own, setOwn] = useState('');
  const gate = useTokenGate(token, t('auth.activateTitle'));
  const send = useMutation({
    mutationFn: () => api.post('/activate', { token, first: first.trim() || undefined, last: last.trim() || undefined, password: gate.info?.existing ? own : pw.value }),
    onSuccess: () => go({ to: '/sign-in', search: { done: 'activated' }, replace: true }),
  });
  if (!gate.info) return gate.instead;
  const { account = '', inviter, email, ends, existing } = gate.info;
  const err = send.error instanceof ApiError ? send.error : undefined;
  return (
    <AuthPage wide title={t('auth.activateTitle')} sub={inviter ? t('auth.activateText', { inviter, account }) : t('auth.activateTextPlain', { account })}>
      <form onSubmit={(e) => { e.preventDefault(); if (existing ? own : pw.check()) send.mutate(); }}>
        <Stack gap="md">
          {err && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(err)}</Alert>}
          <TextInput label={t('auth.email')} value={email} readOnly autoComplete="username" size="md" />
          {existing && <Text>{t('auth.existing')}</Text>}
          {!existing && <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label={t('auth.first')} value={first} onChange={(e) => setFirst(e.currentTarget.value)} autoComplete="given-name" autoFocus size="md" error={err?.field('first')} />
            <TextInput label={t('auth.last')} value={last} onChange={(e) => setLast(e.currentTarget.value)} autoComplete="family-name" size="md" error={err?.field('last')} />
          </SimpleGrid>}
          {existing ? <PasswordInput label={t('auth.password')} value={own} onChange={(e) => setOwn(e.currentTarget.value)} autoComplete="current-password" autoFocus size="md" error={err?.field('password')} visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} /> : <NewPassword form={pw} error={err?.field('password')} />}
          <Button type="submit" size="md" fullWidth loading={send.isPending}>{existing ? t('auth.accept') : t('auth.activate')}</Button>
          <Text size="xs" c="dimmed" ta="center">{t('auth.linkEnds', { ends: fullTime(ends) })}</Text>
        </Stack>
      </form>
    </AuthPage>
  );
}
