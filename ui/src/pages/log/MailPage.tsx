import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { MailRow } from '@/api/types';
import { Go } from '@/app/nav';
import { word } from '@/i18n';
import { ListView } from '@/list/ListView';
import type { Column, Filter } from '@/list/types';
import { useMay, useSession } from '@/session/session';
import { Banner, Facts, PageHead } from '@/ui/Blocks';
import { CopyText } from '@/ui/Copy';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { toast, toastError } from '@/ui/toast';
import { mailTone, unknownTone } from '@/ui/tones';

export default function MailPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { mail_configured, acting } = useSession();
  const cache = useQueryClient();
  const mayResend = may('mail.edit');
  const maySet = may('system.view') && acting.account.kind === 'operator';
  const resend = (rows: MailRow[], after?: () => void) => void Promise.all(rows.map((m) => api.post(`/mail/${m.id}/resend`))).then(() => { toast(t('mail.resent')); after?.(); void cache.invalidateQueries({ queryKey: ['mail'] }); }, toastError);
  const state = (m: MailRow, pill?: boolean) => <Status {...(mailTone[m.state] ?? unknownTone)} pill={pill}>{t(`mailState.${m.state}`)}</Status>;
  const template = (m: MailRow) => word(`template.${m.template}`, m.template);
  const columns: Column<MailRow>[] = [
    { id: 'to', title: t('mail.to'), width: 'minmax(190px, 1.3fr)', cell: (m) => <bdi>{m.to}</bdi>, narrow: 'title', fixed: true },
    { id: 'template', title: t('mail.template'), width: 'minmax(120px, 0.8fr)', cell: template, narrow: 'line' },
    { id: 'state', title: t('mail.state'), width: 'minmax(110px, 0.6fr)', cell: (m) => state(m), narrow: 'side', fixed: true },
    { id: 'answer', title: t('mail.answer'), width: 'minmax(220px, 1.8fr)', cell: (m) => <span className="mono">{m.answer || '—'}</span>, narrow: 'line' },
    { id: 'account', title: t('mail.account'), width: 'minmax(120px, 0.8fr)', cell: (m) => m.account?.name || '—' },
    { id: 'tries', title: t('mail.attempts'), width: 'minmax(90px, 0.4fr)', cell: (m) => <span className="num">{m.tries ?? 0}</span>, hidden: true },
    { id: 'at', title: t('mail.at'), width: 'minmax(130px, 0.7fr)', sort: 'at', cell: (m) => <Time at={m.at} /> },
  ];
  const filters: Filter[] = [
    { id: 'state', title: t('mail.state'), single: true, options: (['queued', 'sent', 'deferred', 'refused'] as const).map((s) => ({ value: s, label: t(`mailState.${s}`) })) },
    { id: 'dates', title: t('list.dates'), kind: 'dates' },
  ];
  const settings = maySet && <Button component={Go} to="/mail/settings" variant={mail_configured ? 'default' : 'filled'} leftSection={<Icon name="settings" size={16} />}>{mail_configured ? t('mail.settings') : t('mail.setUp')}</Button>;
  return (
    <div className="sk-page sk-page-list">
      <PageHead title={t('page.mail')}>{settings}</PageHead>
      {!mail_configured && <Banner level="warn">{t('mail.notSet')}</Banner>}
      <ListView<MailRow> id="mail" path="/mail" columns={columns} filters={filters} defaultSort="-at" searchLabel={t('mail.search')} label={(m) => `${template(m)}, ${m.to}`}
        empty={{ icon: 'mail', title: t('mail.emptyTitle'), text: t('mail.emptyText') }}
        bulk={mayResend ? (rows, clear) => <Button size="compact-md" leftSection={<Icon name="send" size={15} />} onClick={() => resend(rows, clear)}>{t('mail.resend')}</Button> : undefined}
        drawer={(m) => ({
          title: <strong>{template(m)}</strong>,
          body: (
            <div style={{ display: 'grid', gap: 18 }}>
              <div>{state(m, true)}</div>
              {mayResend && <div><Button variant="default" leftSection={<Icon name="send" size={16} />} onClick={() => resend([m])}>{t('mail.resend')}</Button></div>}
              <Facts items={[[t('mail.to'), <CopyText key="t" value={m.to} label={t('mail.to')} />], [t('mail.at'), <Time key="a" at={m.at} as="full" />], [t('mail.account'), m.account?.name], [t('mail.answer'), m.answer && <span key="s" className="mono">{m.answer}</span>], [t('mail.attempts'), m.tries], m.next ? [t('mail.next'), <Time key="n" at={m.next} as="full" />] : undefined]} />
              {m.state === 'sent' && <div className="sk-card sk-card-pad"><strong>{t('mail.hintTitle')}</strong><p className="dim" style={{ margin: '6px 0 0' }}>{t('mail.hint')}</p></div>}
            </div>
          ),
        })} />
    </div>
  );
}
