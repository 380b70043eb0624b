import { Alert, Button, Modal, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { Invited, User, Path } from '@/api/types';
import { currentLang, languages } from '@/i18n';
import { ResetDialog, RoleDialog } from './more';
import { roles } from './roles';
import { AccountSelect } from '@/pages/accounts/AccountSelect';
import { useSession } from '@/session/session';
import { problemText } from '@/ui/Blocks';
import { Confirm } from '@/ui/Confirm';
import { CopyField } from '@/ui/Copy';
import { fullTime } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';

export type UserAct = { kind: 'resend' | 'reset' | 'role' | 'remove'; user: User } | { kind: 'invite'; account?: string } | { kind: 'link'; email: string; made: Invited };

export function useUserAct(act: UserAct | undefined, set: (a: UserAct | undefined) => void): ReactNode {
  const { t } = useTranslation();
  const cache = useQueryClient();
  if (!act) return null;
  const close = () => set(undefined);
  const fresh = () => void cache.invalidateQueries({ queryKey: ['users'] });
  const show = (email: string, made: Invited | undefined, word: string) => { fresh(); if (made?.link) set({ kind: 'link', email, made }); else { toast(word); close(); } };
  if (act.kind === 'invite') return <InviteDialog account={act.account} close={close} made={(email, m) => show(email, m, t('users.invited', { email }))} />;
  if (act.kind === 'link') {
    return (
      <Modal opened onClose={close} title={<strong>{t('wizard.link')}</strong>} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <Stack gap="md">
          <Text>{t('users.linkOnce', { email: act.email, ends: fullTime(act.made.ends) })}</Text>
          <CopyField value={act.made.link ?? ''} label={t('wizard.link')} />
          <Button onClick={close}>{t('common.done')}</Button>
        </Stack>
      </Modal>
    );
  }
  const { email, id } = act.user;
  switch (act.kind) {
    case 'resend': return <SendDialog title={t('users.resendTitle', { email })} text={t('users.resendText')} action={t('users.resend')} path={`/users/${id}/resend`} close={close} made={(m) => show(email, m, t('users.mailed', { email }))} />;
    case 'reset': return <ResetDialog user={act.user} close={close} typed={() => { fresh(); toast(t('users.tempSet', { email })); close(); }} made={(m) => show(email, m, t('users.mailed', { email }))} />;
    case 'role': return <RoleDialog user={act.user} close={close} done={() => { fresh(); toast(t('users.roleSaved', { email })); }} />;
    case 'remove': return <Confirm danger typed={email} title={t('users.removeTitle', { email })} text={t('users.removeText')} action={t('users.remove')} run={() => api.del(`/users/${id}`)} done={() => { fresh(); toast(t('users.removed', { email })); }} close={close} />;
  }
}

/** A question whose answer may hold a link that is shown once, so it must not close by itself. */
function SendDialog({ title, text, action, path, close, made }: { title: string; text: string; action: string; path: Path<'post'>; close: () => void; made: (m: Invited) => void }) {
  const { t } = useTranslation();
  const send = useMutation({ mutationFn: () => api.post<Invited>(path), onSuccess: made });
  return (
    <Modal opened onClose={close} title={<strong>{title}</strong>} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack gap="md">
        <Text>{text}</Text>
        {send.isError && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(send.error)}</Alert>}
        <div className="sk-actions" style={{ justifyContent: 'flex-end' }}><Button variant="default" onClick={close}>{t('common.cancel')}</Button><Button loading={send.isPending} onClick={() => send.mutate()}>{action}</Button></div>
      </Stack>
    </Modal>
  );
}

function InviteDialog({ account, close, made }: { account?: string; close: () => void; made: (email: string, m: Invited) => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [v, set] = useState({ account: account ?? session.acting.account.id, email: '', first: '', last: '', phone: '', lang: currentLang() as string, role: 'admin' });
  const send = useMutation({ mutationFn: () => api.post<Invited>('/users', { ...v, email: v.email.trim() }), onSuccess: (m) => made(v.email.trim(), m) });
  const err = send.error instanceof ApiError ? send.error : undefined;
  const text = (k: 'email' | 'first' | 'last' | 'phone') => ({ value: v[k], onChange: (e: React.ChangeEvent<HTMLInputElement>) => { const value = e.currentTarget.value; set((o) => ({ ...o, [k]: value })); }, error: err?.field(k) });
  return (
    <Modal opened onClose={close} title={<strong>{t('users.invite')}</strong>} size="lg" closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={(e) => { e.preventDefault(); send.mutate(); }}>
        <Stack gap="md">
          <Text c="dimmed">{t('users.inviteText')}</Text>
          {err && !err.problem.errors?.length && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(err)}</Alert>}
          <TextInput label={t('users.email')} type="email" required data-autofocus {...text('email')} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label={t('auth.first')} {...text('first')} /><TextInput label={t('auth.last')} {...text('last')} />
            <TextInput label={t('users.phone')} type="tel" {...text('phone')} />
            <Select label={t('account.lang')} data={languages.map((l) => ({ value: l.id, label: l.label }))} value={v.lang} onChange={(lang) => lang && set({ ...v, lang })} />
            <Select label={t('users.role')} data={roles.map((r) => ({ value: r, label: t(`role.${r}`) }))} value={v.role} onChange={(role) => role && set({ ...v, role })} error={err?.field('role')} />
            {!account && <AccountSelect label={t('users.account')} value={v.account} onChange={(id) => set({ ...v, account: id })} error={err?.field('account')} />}
          </SimpleGrid>
          <div className="sk-actions" style={{ justifyContent: 'flex-end' }}><Button variant="default" onClick={close}>{t('common.cancel')}</Button><Button type="submit" loading={send.isPending} leftSection={<Icon name="send" size={16} />}>{t('users.send')}</Button></div>
        </Stack>
      </form>
    </Modal>
  );
}
