import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageMenu, ThemeMenu } from '@/shell/Menus';
import { Logo } from '@/ui/Logo';
import '@/session/auth.css';
import '@/shell/shell.css';

/** The frame of the pages outside the console. */
export function AuthPage({ title, sub, children, wide }: { title: ReactNode; sub?: ReactNode; children: ReactNode; wide?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="sk-auth">
      <header className="sk-auth-top"><LanguageMenu label /><ThemeMenu /></header>
      <main className="sk-auth-mid">
        <div className={wide ? 'sk-auth-card sk-card wide' : 'sk-auth-card sk-card'}>
          <Logo size={32} />
          <div><h1>{title}</h1>{sub && <p className="dim" style={{ margin: '6px 0 0' }}>{sub}</p>}</div>
          {children}
        </div>
      </main>
      <footer className="sk-auth-foot">Switchkeep · {t('auth.footer')}</footer>
    </div>
  );
}
