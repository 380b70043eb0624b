import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { Go } from '@/app/nav';
import { Banner, problemText } from '@/ui/Blocks';
import { AuthPage } from './AuthPage';

/** The link in the mail to a new address: the e-mail changes when its reader says so. */
export default function EmailPage() {
  const { t } = useTranslation();
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('t') ?? '');
  const confirm = useMutation({ mutationFn: () => api.post('/email', { token }), onSuccess: () => history.replaceState(history.state, '', location.pathname) });
  const toSignIn = <Button component={Go} to="/sign-in" size="md" variant={confirm.isSuccess ? 'filled' : 'default'}>{t('setup.toSignIn')}</Button>;
  if (!token) return <AuthPage title={t('auth.badLinkTitle')} sub={t('auth.badLinkText')}>{toSignIn}</AuthPage>;
  if (confirm.isSuccess) return <AuthPage title={t('auth.emailTitle')} sub={t('auth.emailDone')}>{toSignIn}</AuthPage>;
  return (
    <AuthPage title={t('auth.emailTitle')} sub={t('auth.emailText')}>
      {confirm.isError && <Banner level="error">{problemText(confirm.error)}</Banner>}
      <Button size="md" loading={confirm.isPending} onClick={() => confirm.mutate()}>{t('auth.emailDo')}</Button>
    </AuthPage>
  );
}
