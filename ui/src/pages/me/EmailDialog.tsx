import { PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { Confirm } from '@/ui/Confirm';
import { toast } from '@/ui/toast';

/** Asks for a new e-mail; it changes when the link that goes there is opened. */
export function EmailDialog({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const [v, set] = useState({ email: '', password: '' });
  return (
    <Confirm title={t('me.emailChange')} text={t('me.emailText')} action={t('auth.send')} run={() => api.post('/me/email', { email: v.email.trim(), password: v.password })} done={() => toast(t('me.emailSent', { email: v.email.trim() }))} close={close}>
      <Stack gap="md">
        <TextInput label={t('me.emailNew')} type="email" value={v.email} onChange={(e) => set({ ...v, email: e.currentTarget.value })} data-autofocus required />
        <PasswordInput label={t('me.old')} value={v.password} onChange={(e) => set({ ...v, password: e.currentTarget.value })} autoComplete="current-password" required visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />
      </Stack>
    </Confirm>
  );
}
