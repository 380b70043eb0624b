import { Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, base } from '@/api/client';
import type { Session } from '@/api/types';
import { useGo } from '@/app/nav';
import { signOut } from '@/session/session';
import { toastError } from '@/ui/toast';
import { Icon } from '@/ui/Icon';

const initials = (s: Session): string => ((s.user.first[0] ?? '') + (s.user.last[0] ?? '') || s.user.email[0] || '?').toUpperCase();

export function AccountMenu({ session }: { session: Session }) {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const others = session.memberships.filter((m) => m.id !== session.acting.membership);
  const leave = () => void signOut(cache).then(() => location.assign(`${base}sign-in`));
  const change = (membership: string) => void api.post('/session/switch', { membership }).then(() => location.assign(base), toastError);
  const name = [session.user.first, session.user.last].filter(Boolean).join(' ') || session.user.email;
  return (
    <Menu position="bottom-end" withinPortal width={272}>
      <Menu.Target><button type="button" className="sk-avatar-button" aria-label={`${initials(session)} · ${t('shell.account', { name })}`}><span className="sk-avatar" aria-hidden="true">{initials(session)}</span></button></Menu.Target>
      <Menu.Dropdown>
        <div className="sk-whoami"><strong>{name}</strong><span className="dim break">{session.user.email}</span><span className="dim">{session.acting.account.name} · {t(`kind.${session.acting.account.kind}`)}</span></div>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="settings" size={16} />} onClick={() => go({ to: '/me' })}>{t('page.me')}</Menu.Item>
        {others.length > 0 && (
          <>
            <Menu.Label>{t('shell.switch')}</Menu.Label>
            {others.map((m) => <Menu.Item key={m.id} leftSection={<Icon name={m.account.kind === 'enterprise' ? 'building' : 'channel'} size={16} />} onClick={() => change(m.id)}>{m.account.name}</Menu.Item>)}
          </>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="logout" size={16} />} onClick={leave}>{t('shell.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
