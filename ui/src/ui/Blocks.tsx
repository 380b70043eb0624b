import { Button, Skeleton } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/client';
import { word } from '@/i18n';
import { Icon, type IconName } from './Icon';

export function PageHead({ title, sub, children }: { title: ReactNode; sub?: ReactNode; children?: ReactNode }) {
  return <div className="sk-page-head"><h1>{title}</h1>{sub && <span className="dim num">{sub}</span>}<span className="grow" />{children}</div>;
}

export function Empty({ icon, title, children, actions, bad }: { icon: IconName; title: string; children?: ReactNode; actions?: ReactNode; bad?: boolean }) {
  return (
    <div className="sk-empty">
      <span className="sk-empty-mark" data-tone={bad ? 'bad' : undefined}><Icon name={icon} size={28} /></span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className="sk-actions" style={{ marginTop: 10, justifyContent: 'center' }}>{actions}</div>}
    </div>
  );
}

/** What went wrong in the words of the reader: the code's own sentence, else the server's. */
export function problemText(err: unknown): string {
  if (!(err instanceof ApiError)) return err instanceof Error ? err.message : String(err);
  const { code, detail, title } = err.problem;
  const params = { ...(err.problem.details ?? {}), retry: err.retryAfter };
  if (err.status === 0) return word('error.offline');
  if (typeof err.problem.details?.kind === 'string') Object.assign(params, { kind: word(`quota.${err.problem.details.kind}`, err.problem.details.kind) });
  const known = code ? word(`error.${code}`, word(`fault.${code}`, '', params), params) : '';
  return known || detail || title || word(`error.status_${err.status}`, word('error.generic', '', { status: String(err.status) }));
}

export function ErrorState({ error, retry, title }: { error: unknown; retry?: () => void; title?: string }) {
  const { t } = useTranslation();
  const api = error instanceof ApiError ? error : undefined;
  const offline = api?.status === 0;
  return (
    <div role="alert">
      <Empty bad icon={offline ? 'wifiOff' : api?.status === 403 ? 'lock' : 'alert'} title={title ?? (offline ? t('error.offlineTitle') : t('error.title'))}
        actions={retry && <Button variant="default" leftSection={<Icon name="refresh" size={16} />} onClick={retry}>{t('common.retry')}</Button>}>
        {problemText(error)}
        {api?.problem.request && <><br /><span className="mono dim">{api.problem.request}</span></>}
      </Empty>
    </div>
  );
}

export function Banner({ level, children, action }: { level: 'info' | 'warn' | 'error' | 'ok'; children: ReactNode; action?: ReactNode }) {
  const icon: IconName = level === 'error' ? 'error' : level === 'warn' ? 'alert' : level === 'ok' ? 'check' : 'info';
  return <div className="sk-banner" data-level={level} role={level === 'error' ? 'alert' : 'status'}><Icon name={icon} size={18} /><div>{children}</div>{action}</div>;
}

export function Facts({ items }: { items: (false | null | undefined | [label: string, value: ReactNode])[] }) {
  return (
    <dl className="sk-dl">
      {items.filter((i): i is [string, ReactNode] => Array.isArray(i)).map(([label, value]) => <Fragment key={label}><dt>{label}</dt><dd>{value === undefined || value === '' || value === null ? '—' : value}</dd></Fragment>)}
    </dl>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('common.loading')} style={{ display: 'grid', gap: 12 }}>
      {Array.from({ length: lines }, (_, i) => <Skeleton key={i} height={18} width={`${90 - ((i * 17) % 45)}%`} />)}
    </div>
  );
}
