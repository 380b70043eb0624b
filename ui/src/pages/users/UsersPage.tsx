import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { ListView } from '@/list/ListView';
import type { Column, Filter } from '@/list/types';
import { useMay } from '@/session/session';
import { Facts, PageHead } from '@/ui/Blocks';
import { CopyText } from '@/ui/Copy';
import { number } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { Time } from '@/ui/Time';
import { word } from '@/i18n';
import { useUserAct, type UserAct } from './dialogs';
import { roles } from './roles';
import { fullName, UserActions, UserStatus } from './UserRows';

export default function UsersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [total, setTotal] = useState<number>();
  const [act, setAct] = useState<UserAct>();
  const dialog = useUserAct(act, setAct);
  const columns: Column<User>[] = [
    { id: 'name', title: t('users.name'), width: 'minmax(160px, 1.2fr)', sort: 'name', cell: (u) => <>{fullName(u)}{u.self && <span className="sk-role">{t('users.you')}</span>}</>, narrow: 'title', fixed: true },
    { id: 'email', title: t('users.email'), width: 'minmax(190px, 1.5fr)', sort: 'email', cell: (u) => <bdi>{u.email}</bdi>, narrow: 'line' },
    { id: 'role', title: t('users.role'), width: 'minmax(110px, 0.8fr)', sort: 'role', cell: (u) => word(`role.${u.role}`, u.role), narrow: 'line' },
    { id: 'account', title: t('users.account'), width: 'minmax(130px, 1fr)', sort: 'account', cell: (u) => u.account.name },
    { id: 'state', title: t('users.state'), width: 'minmax(120px, 0.8fr)', sort: 'state', cell: (u) => <UserStatus user={u} />, narrow: 'side' },
    { id: 'mfa', title: t('users.mfa'), width: 'minmax(110px, 0.6fr)', cell: (u) => (u.mfa ? t('users.on') : <span className="dim">{t('users.off')}</span>) },
    { id: 'seen', title: t('users.seen'), width: 'minmax(110px, 0.7fr)', sort: 'signed_in_at', cell: (u) => <Time at={u.signed_in_at ?? undefined} as="relative" /> },
    { id: 'created', title: t('users.created'), width: 'minmax(110px, 0.7fr)', sort: 'created_at', cell: (u) => <Time at={u.created_at} as="day" />, hidden: true },
  ];
  const filters: Filter[] = [
    { id: 'state', title: t('users.state'), options: (['active', 'invited', 'expired'] as const).map((s) => ({ value: s, label: t(`userState.${s}`) })) },
    { id: 'role', title: t('users.role'), options: roles.map((r) => ({ value: r, label: t(`role.${r}`) })) },
  ];
  const invite = may('user.add') && <Button leftSection={<Icon name="plus" size={17} />} onClick={() => setAct({ kind: 'invite' })}>{t('users.invite')}</Button>;
  return (
    <div className="sk-page sk-page-list">
      <PageHead title={t('page.users')} sub={total === undefined ? '' : number(total)}>{invite}</PageHead>
      <ListView<User> id="users" path="/users" columns={columns} filters={filters} defaultSort="email" searchLabel={t('users.search')} label={(u) => u.email} onTotal={setTotal}
        empty={{ icon: 'users', title: t('users.emptyTitle'), text: t('users.emptyText'), actions: invite }}
        drawer={(u) => ({
          title: <strong>{fullName(u)}</strong>,
          body: (
            <div style={{ display: 'grid', gap: 18 }}>
              <div><UserStatus user={u} pill /></div>
              <UserActions user={u} act={setAct} />
              <Facts items={[[t('users.email'), <CopyText key="e" value={u.email} label={t('users.email')} />], [t('users.role'), word(`role.${u.role}`, u.role)], [t('users.account'), u.account.name], [t('users.phone'), u.phone], [t('users.mfa'), u.mfa ? t('users.on') : t('users.off')],
                [t('users.seen'), <Time key="s" at={u.signed_in_at ?? undefined} as="full" />], [t('users.created'), <Time key="c" at={u.created_at} as="full" />]]} />
            </div>
          ),
        })} />
      {dialog}
    </div>
  );
}
