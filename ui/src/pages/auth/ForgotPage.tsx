import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { Go } from '@/app/nav';
import { proveWork } from '@/session/captcha';
import { problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { AuthPage } from './AuthPage';

export default function ForgotPage() {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.post('/password/forgot', { email: email.trim(), captcha: await proveWork() });
      setSent(true);
    } catch (err) { setError(err); } finally { setBusy(false); }
  };
  const back = <Text ta="center"><Anchor component={Go} to="/sign-in" underline="always">{t('auth.backToSignIn')}</Anchor></Text>;
  if (sent) return <AuthPage title={t('auth.sentTitle')} sub={t('auth.sentText', { email })}>{back}</AuthPage>;
  return (
    <AuthPage title={t('auth.forgotTitle')} sub={t('auth.forgotText')}>
      <form onSubmit={(e) => void submit(e)}>
        <Stack gap="md">
          {error !== undefined && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(error)}</Alert>}
          <TextInput label={t('auth.email')} type="email" autoComplete="username" value={email} onChange={(e) => setEmail(e.currentTarget.value)} autoFocus required withAsterisk={false} size="md" />
          <Button type="submit" size="md" fullWidth loading={busy} disabled={!email}>{t('auth.send')}</Button>
          <Text c="dimmed" size="xs" role="status">{busy ? t('auth.proving') : t('auth.proof')}</Text>
          {back}
        </Stack>
      </form>
    </AuthPage>
  );
}
