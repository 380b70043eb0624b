import { Alert, Button, Modal, PasswordInput, Select, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { Invited, User } from '@/api/types';
import { problemText } from '@/ui/Blocks';
import { Choice } from '@/ui/Choice';
import { Confirm } from '@/ui/Confirm';
import { Icon } from '@/ui/Icon';
import { minLength } from '@/session/NewPassword';
import { roles } from './roles';

export function RoleDialog({ user, close, done }: { user: User; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [role, setRole] = useState<string>(user.role);
  return (
    <Confirm title={t('users.roleTitle', { email: user.email })} text={t('users.roleText')} action={t('common.save')} run={() => api.patch(`/users/${user.id}`, { role }, user.ver)} done={done} close={close}>
      <Select label={t('users.role')} data={roles.map((r) => ({ value: r, label: t(`role.${r}`) }))} value={role} onChange={(r) => r && setRole(r)} data-autofocus />
    </Confirm>
  );
}

/** A superior makes a link or types a temporary password; he never sees the one in use. */
export function ResetDialog({ user, close, made, typed }: { user: User; close: () => void; made: (m: Invited) => void; typed: () => void }) {
  const { t } = useTranslation();
  const [how, setHow] = useState<'generate' | 'type'>('generate');
  const [password, setPassword] = useState('');
  const send = useMutation({
    mutationFn: () => api.post<Invited>(`/users/${user.id}/reset`, how === 'type' ? { password } : {}),
    onSuccess: (m) => (how === 'type' ? typed() : made(m)),
  });
  const err = send.error instanceof ApiError ? send.error : undefined;
  return (
    <Modal opened onClose={close} size="lg" title={<strong>{t('users.resetTitle', { email: user.email })}</strong>} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={(e) => { e.preventDefault(); send.mutate(); }}>
        <Stack gap="md">
          <Choice legend={t('users.resetHow')} name="reset" value={how} onChange={setHow} options={[{ value: 'generate', label: t('users.generate'), text: t('users.generateText') }, { value: 'type', label: t('users.typeOne'), text: t('users.typeOneText') }]} />
          {how === 'type' && <PasswordInput label={t('users.tempPassword')} description={t('auth.passwordRule', { count: minLength })} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" error={err?.field('password')} visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />}
          {err && !err.field('password') && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(err)}</Alert>}
          <div className="sk-actions" style={{ justifyContent: 'flex-end' }}><Button variant="default" onClick={close}>{t('common.cancel')}</Button><Button type="submit" loading={send.isPending} disabled={how === 'type' && password.length < minLength}>{t('users.reset')}</Button></div>
        </Stack>
      </form>
    </Modal>
  );
}
