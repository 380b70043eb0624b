import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { usePageSearch } from '@/app/nav';
import { base } from '@/api/client';
import { currentLang, pick, setLanguage } from '@/i18n';
import { clearLock } from '@/session/lock';
import { sessionQuery } from '@/session/session';
import { SignInForm } from '@/session/SignInForm';
import { Banner } from '@/ui/Blocks';
import { useGo } from '@/app/nav';
import { AuthPage } from './AuthPage';

export default function SignInPage() {
  const { t } = useTranslation();
  const search = usePageSearch();
  const go = useGo();
  const cache = useQueryClient();
  const done = () => {
    clearLock();
    cache.removeQueries({ queryKey: ['session'] });
    void cache.fetchQuery(sessionQuery).then((s) => {
      const lang = pick(s?.user.lang);
      let chosen: string | null = null;
      try { chosen = localStorage.getItem('sk.lang'); } catch { /* private mode */ }
      if (lang && !chosen && lang !== currentLang()) void setLanguage(lang, false);
      void cache.invalidateQueries();
      const next = search.next;
      // Only a path of our own, never another host.
      if (next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\')) {
        const u = new URL(next, location.origin);
        go({ to: u.pathname.startsWith(base) && base !== '/' ? `/${u.pathname.slice(base.length)}` : u.pathname, search: Object.fromEntries(u.searchParams), replace: true });
      } else go({ to: '/', replace: true });
    });
  };
  return (
    <AuthPage title={t('auth.title')} sub={t('auth.sub')}>
      {search.done === 'activated' && <Banner level="ok">{t('auth.activated')}</Banner>}
      {search.done === 'reset' && <Banner level="ok">{t('auth.resetDone')}</Banner>}
      <SignInForm email={undefined} done={done} />
    </AuthPage>
  );
}
