import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import { Go } from '@/app/nav';
import { AuthPage } from '@/pages/auth/AuthPage';
import { ErrorState, Loading } from '@/ui/Blocks';
import { CopyField } from '@/ui/Copy';
import { keepToken, readToken, setupAPI, tokenIn } from './model';
import { SetupWizard } from './SetupWizard';

/** The wizard of the first start: opened by a one-time link. */
export default function SetupPage() {
  const { t } = useTranslation();
  const [token, setToken] = useState(readToken);
  const status = useQuery({ queryKey: ['setup', 'status'], queryFn: () => api.get<{ state: 'open' | 'waiting' | 'done' | 'closed' | 'not_needed'; ends?: string }>('/setup/status') });
  const info = useQuery({ queryKey: ['setup', 'info', token], queryFn: () => setupAPI(token).info(), enabled: token !== '' && (status.data?.state === 'open' || status.data?.state === 'waiting'), retry: false, staleTime: Infinity, refetchOnWindowFocus: false });
  if (status.isPending) return <AuthPage title={t('setup.welcomeTitle')}><Loading /></AuthPage>;
  if (status.isError) return <AuthPage title={t('setup.welcomeTitle')}><ErrorState error={status.error} retry={() => void status.refetch()} /></AuthPage>;
  const state = status.data.state;
  if (state === 'done' || state === 'not_needed') return <AuthPage title={t('setup.doneTitle')} sub={t('setup.doneText')}><Button component={Go} to="/sign-in" size="md">{t('setup.toSignIn')}</Button></AuthPage>;
  const refused = info.error instanceof ApiError && (info.error.status === 401 || info.error.status === 403 || info.error.status === 404);
  if (state === 'closed' || refused) return <Closed again={() => { keepToken(''); setToken(''); void status.refetch(); }} />;
  if (token === '') return <AskToken done={(x) => { keepToken(x); setToken(x); }} />;
  if (info.isError) return <AuthPage title={t('setup.welcomeTitle')}><ErrorState error={info.error} retry={() => void info.refetch()} /></AuthPage>;
  if (!info.data) return <AuthPage title={t('setup.welcomeTitle')}><Loading /></AuthPage>;
  return <SetupWizard info={info.data} rest={setupAPI(token)} />;
}

function AskToken({ done }: { done: (token: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  return (
    <AuthPage title={t('setup.tokenTitle')} sub={t('setup.tokenText')}>
      <form onSubmit={(e) => { e.preventDefault(); if (tokenIn(text)) done(tokenIn(text)); }} style={{ display: 'grid', gap: 14 }}>
        <TextInput label={t('setup.token')} value={text} onChange={(e) => setText(e.currentTarget.value)} autoFocus size="md" autoComplete="off" classNames={{ input: 'mono' }} />
        <Button type="submit" size="md">{t('setup.tokenGo')}</Button>
      </form>
    </AuthPage>
  );
}

function Closed({ again }: { again: () => void }) {
  const { t } = useTranslation();
  return (
    <AuthPage title={t('setup.closedTitle')} sub={t('setup.closedText')}>
      <CopyField value="switchkeep setup" label="switchkeep setup" />
      <Button size="md" variant="default" onClick={again}>{t('common.retry')}</Button>
    </AuthPage>
  );
}
