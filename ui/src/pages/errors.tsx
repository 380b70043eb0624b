import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Go } from '@/app/nav';
import { Empty } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';

function Home() {
  const { t } = useTranslation();
  return <Button component={Go} to="/" leftSection={<Icon name="arrowLeft" size={16} />}>{t('error.home')}</Button>;
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return <main className="sk-splash"><Empty icon="ghost" title={t('error.notFoundTitle')} actions={<Home />}>{t('error.notFoundText')}</Empty></main>;
}

export function ForbiddenPage() {
  const { t } = useTranslation();
  return <div className="sk-page"><Empty icon="lock" title={t('error.forbiddenTitle')} actions={<Home />}>{t('error.forbiddenText')}</Empty></div>;
}

const reloaded = 'sk.reloaded';
/** A page broke. After an upgrade an old tab asks for files that are gone: one reload helps. */
export function CrashPage({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const stale = error instanceof Error && /dynamically imported module|Importing a module script failed|error loading dynamically/i.test(error.message);
  if (stale && !sessionStorage.getItem(reloaded)) { sessionStorage.setItem(reloaded, '1'); location.reload(); return null; }
  return (
    <div className="sk-page" role="alert">
      <Empty bad icon="alert" title={t('error.crashTitle')} actions={<Button variant="default" onClick={() => location.reload()}>{t('error.reload')}</Button>}>
        {t('error.crashText')}<br /><span className="mono">{error instanceof Error ? error.message : String(error)}</span>
      </Empty>
    </div>
  );
}
