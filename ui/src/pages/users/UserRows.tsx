import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { List, User } from '@/api/types';
import { word } from '@/i18n';
import { useMay } from '@/session/session';
import { Empty, ErrorState, Loading } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { userTone, unknownTone } from '@/ui/tones';
import { useUserAct, type UserAct } from './dialogs';

/** A name in the order of its script: Chinese names have the family name first and no space. */
export const fullName = (u: Pick<User, 'first' | 'last' | 'email'>): string =>
  (/^\p{Script=Han}+$/u.test(u.first + u.last) ? u.last + u.first : [u.first, u.last].filter(Boolean).join(' ')) || u.email;

export function UserStatus({ user, pill }: { user: User; pill?: boolean }) {
  const { t } = useTranslation();
  return <Status {...(userTone[user.state] ?? unknownTone)} pill={pill}>{t(`userState.${user.state}`)}</Status>;
}

export function UserActions({ user, act, small }: { user: User; act: (a: UserAct) => void; small?: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const size = small ? 'compact-sm' : 'sm';
  return (
    <div className="sk-actions">
      {user.state !== 'active' && may('user.resend') && <Button size={size} variant={small ? 'light' : 'filled'} leftSection={<Icon name="send" size={15} />} onClick={() => act({ kind: 'resend', user })}>{t('users.resend')}</Button>}
      {user.state === 'active' && !user.self && user.managed !== false && may('user.reset') && !small && <Button size={size} variant="default" leftSection={<Icon name="key" size={16} />} onClick={() => act({ kind: 'reset', user })}>{t('users.reset')}</Button>}
      {!user.self && may('user.edit') && !small && <Button size={size} variant="default" leftSection={<Icon name="edit" size={16} />} onClick={() => act({ kind: 'role', user })}>{t('users.changeRole')}</Button>}
      {!user.self && may('user.delete') && !small && <Button size={size} variant="default" leftSection={<Icon name="trash" size={16} />} onClick={() => act({ kind: 'remove', user })}>{t('users.remove')}</Button>}
    </div>
  );
}

/** The people of one account, short, for its drawer. */
export function UserRows({ account }: { account: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [act, setAct] = useState<UserAct>();
  const dialog = useUserAct(act, setAct);
  const q = useQuery({ queryKey: ['users', 'of', account], queryFn: () => api.get<List<User>>('/users', { 'filter[account]': account, limit: 100 }) });
  const own = q.data?.items.filter((u) => u.account.id === account) ?? [];
  const invite = may('user.add') && <Button variant="default" leftSection={<Icon name="plus" size={16} />} onClick={() => setAct({ kind: 'invite', account })}>{t('users.invite')}</Button>;
  return (
    <>
      {q.isError ? <ErrorState error={q.error} retry={() => void q.refetch()} /> : !q.data ? <Loading /> : own.length === 0 ? <Empty icon="users" title={t('users.emptyTitle')} actions={invite}>{t('users.emptyText')}</Empty> : (
        <>
          <ul className="sk-people">
            {own.map((u) => (
              <li key={u.id}><div><strong>{fullName(u)}</strong>{u.self && <span className="sk-role">{t('users.you')}</span>}<div className="dim break">{u.email} · {word(`role.${u.role}`, u.role)}</div></div><div className="end"><UserStatus user={u} /><UserActions user={u} act={setAct} small /></div></li>
            ))}
          </ul>
          {invite}
        </>
      )}
      {dialog}
    </>
  );
}
