import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types';
import { Go } from '@/app/nav';
import { Icon, type IconName } from '@/ui/Icon';

type Item = { to: string; page: 'account' | 'overview' | 'accounts' | 'pbxs' | 'visits' | 'subscription' | 'users' | 'audit' | 'mail' | 'system'; icon: IconName; needs?: string; notFor?: string };
type Group = { title?: 'manage' | 'watch'; items: Item[] };

export const navGroups: Group[] = [
  { items: [
    { to: '/', page: 'overview', icon: 'gauge' },
    { to: '/accounts', page: 'accounts', icon: 'accounts', needs: 'account.view', notFor: 'enterprise' },
    { to: '/pbxs', page: 'pbxs', icon: 'pbx', needs: 'pbx.view' },
    { to: '/visits', page: 'visits', icon: 'visit', needs: 'visit.view' },
  ] },
  { title: 'manage', items: [
    { to: '/subscription', page: 'subscription', icon: 'wallet', needs: 'quota.view' },
    { to: '/users', page: 'users', icon: 'users', needs: 'user.view' },
  ] },
  { title: 'watch', items: [
    { to: '/audit', page: 'audit', icon: 'log', needs: 'audit.view' },
    { to: '/mail', page: 'mail', icon: 'mail', needs: 'mail.view' },
    { to: '/system', page: 'system', icon: 'system', needs: 'system.view' },
  ] },
];

/** An enterprise has no list of accounts, but its own with the channels that it authorizes. */
const own = (s: Session, g: Group): Item[] =>
  g.title === 'manage' && s.acting.account.kind === 'enterprise' ? [{ to: `/accounts/${s.acting.account.id}`, page: 'account', icon: 'building', needs: 'account.view' }] : [];

/** What the session may see; the rest is absent. */
export const allowedNav = (s: Session): Group[] =>
  navGroups.map((g) => ({ ...g, items: [...g.items, ...own(s, g)].filter((i) => (!i.needs || s.may.includes(i.needs)) && i.notFor !== s.acting.account.kind) })).filter((g) => g.items.length > 0);

export function Nav({ session }: { session: Session }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const here = (to: string) => (to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`));
  return allowedNav(session).map((g) => (
    <div key={g.title ?? 'main'}>
      {g.title && <span className="sk-section sk-nav-title">{t(`shell.${g.title}`)}</span>}
      <ul className="sk-navlist">
        {g.items.map((i) => (
          <li key={i.to}><Go to={i.to} className="sk-navlink" aria-current={here(i.to) ? 'page' : undefined}><Icon name={i.icon} />{t(`page.${i.page}`)}</Go></li>
        ))}
      </ul>
    </div>
  ));
}
