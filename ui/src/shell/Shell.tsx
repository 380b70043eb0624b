import { ActionIcon, Burger, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types';
import { Go } from '@/app/nav';
import { useLiveCache } from '@/live/useLiveCache';
import { useLock } from '@/session/lock';
import { LockOverlay } from '@/session/LockOverlay';
import { StepUp } from '@/session/stepUp';
import { setTimeZone } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { Logo } from '@/ui/Logo';
import { AccountMenu } from './AccountMenu';
import { Banners } from './Banners';
import { JobsTray } from './JobsTray';
import { LanguageMenu, ThemeMenu } from './Menus';
import { LiveMark } from './LiveMark';
import { Nav } from './Nav';
import { Palette } from './Palette';
import { Scope } from './Scope';
import './shell.css';
import '@/session/auth.css';

export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const { t } = useTranslation();
  const [menu, { toggle, close }] = useDisclosure(false);
  const [palette, { open: openPalette, close: closePalette }] = useDisclosure(false);
  const [lock, unlock] = useLock(session.user.id);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  setTimeZone(session.acting.account.time_zone);
  useLiveCache(lock === null);
  useEffect(() => { close(); main.current?.scrollTo(0, 0); }, [pathname, close]);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => { if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); openPalette(); } };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openPalette]);
  return (
    <div className="sk-shell">
      <a className="sk-skip" href="#main" onClick={(e) => { e.preventDefault(); main.current?.focus(); }}>{t('shell.skip')}</a>
      <header className="sk-header">
        <Burger opened={menu} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('shell.menu')} />
        <Go to="/" className="sk-home" aria-label={t('shell.home')}><Logo /></Go>
        <Scope session={session} />
        <button type="button" className="sk-search" onClick={openPalette} aria-keyshortcuts="Control+K">
          <Icon name="search" size={16} /><span>{t('shell.search')}</span><kbd>Ctrl K</kbd>
        </button>
        <div className="sk-header-end">
          <ActionIcon hiddenFrom="md" variant="subtle" color="slate" size={36} onClick={openPalette} aria-label={t('shell.search')}><Icon name="search" /></ActionIcon>
          <LiveMark />
          <JobsTray />
          <span className="sk-wide"><LanguageMenu saved /><ThemeMenu saved /></span>
          <AccountMenu session={session} />
        </div>
      </header>
      <nav className="sk-nav" aria-label={t('shell.nav')}><Nav session={session} /></nav>
      <main className="sk-main" id="main" ref={main} tabIndex={-1}>
        <Banners session={session} />
        {children}
      </main>
      <Drawer opened={menu} onClose={close} position="left" size={272} title={<Logo />} hiddenFrom="md" closeButtonProps={{ 'aria-label': t('common.close') }}>
        <nav aria-label={t('shell.nav')}><Nav session={session} /></nav>
        <div className="sk-actions" style={{ marginTop: 18 }}><LanguageMenu saved /><ThemeMenu saved /></div>
      </Drawer>
      <Palette opened={palette} close={closePalette} session={session} />
      <StepUp mfa={session.user.mfa} email={session.user.email} />
      {lock && <LockOverlay lock={lock} session={session} open={unlock} />}
    </div>
  );
}
