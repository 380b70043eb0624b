import { Button, Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { apiURL } from '@/api/client';
import type { AuditRow } from '@/api/types';
import { usePageSearch } from '@/app/nav';
import { ListView } from '@/list/ListView';
import type { Column, Filter } from '@/list/types';
import { readState, toQuery } from '@/list/urlState';
import { useMay } from '@/session/session';
import { Facts, PageHead } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { resultTone, unknownTone } from '@/ui/tones';
import { actionWord } from './words';

const kinds = ['pbx.enroll', 'pbx.edit', 'pbx.delete', 'pbx.visit', 'visit.end', 'account.add', 'account.edit', 'account.freeze', 'account.delete', 'user.add', 'user.edit', 'user.delete', 'session.sign_in', 'session.end', 'quota.edit', 'mail.edit', 'system.edit', 'system.backup'];

export default function AuditPage() {
  const { t } = useTranslation();
  const may = useMay();
  const search = usePageSearch();
  const Result = ({ row, pill }: { row: AuditRow; pill?: boolean }) => <Status {...(resultTone[row.result] ?? unknownTone)} pill={pill}>{t(`result.${row.result}`)}</Status>;
  const who = (r: AuditRow) => r.user.label || t('common.system');
  const columns: Column<AuditRow>[] = [
    { id: 'action', title: t('audit.action'), width: 'minmax(170px, 1.2fr)', cell: (r) => actionWord(r.action), narrow: 'title', fixed: true },
    { id: 'at', title: t('audit.at'), width: 'minmax(130px, 0.7fr)', sort: 'at', cell: (r) => <Time at={r.at} />, narrow: 'line' },
    { id: 'user', title: t('audit.user'), width: 'minmax(130px, 1fr)', cell: (r) => <>{who(r)}{r.subject && <span className="dim"> → {r.subject.label}</span>}</>, narrow: 'line' },
    { id: 'object', title: t('audit.object'), width: 'minmax(150px, 1.2fr)', cell: (r) => r.object.label || '—', narrow: 'line' },
    { id: 'account', title: t('audit.account'), width: 'minmax(120px, 0.9fr)', cell: (r) => r.account?.name || '—' },
    { id: 'ip', title: t('audit.ip'), width: 'minmax(120px, 0.8fr)', cell: (r) => <bdi className="mono">{r.ip || '—'}</bdi> },
    { id: 'result', title: t('audit.result'), width: 'minmax(110px, 0.7fr)', cell: (r) => <Result row={r} />, narrow: 'side' },
    { id: 'code', title: t('audit.code'), width: 'minmax(140px, 0.8fr)', cell: (r) => (r.code ? <span className="mono">{r.code}</span> : ''), hidden: true },
  ];
  const filters: Filter[] = [
    { id: 'result', title: t('audit.result'), single: true, options: (['ok', 'refused', 'failed'] as const).map((r) => ({ value: r, label: t(`result.${r}`) })) },
    { id: 'action', title: t('audit.action'), single: true, options: kinds.map((k) => ({ value: k, label: actionWord(k) })) },
    { id: 'dates', title: t('list.dates'), kind: 'dates' },
  ];
  const query = toQuery(readState(search, '-at'));
  const download = (format: string) => apiURL('/audit/export', { ...query, format });
  return (
    <div className="sk-page sk-page-list">
      <PageHead title={t('page.audit')}>
        {may('audit.export') && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target><Button variant="default" leftSection={<Icon name="download" size={16} />} rightSection={<Icon name="chevronDown" size={14} />}>{t('audit.export')}</Button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{t('audit.exportHint')}</Menu.Label>
              {[['xlsx', 'Excel (.xlsx)'], ['csv', 'CSV (.csv)'], ['json', 'JSON (.json)']].map(([f, label]) => <Menu.Item key={f} component="a" href={download(f!)} download>{label}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
        )}
      </PageHead>
      <ListView<AuditRow> id="audit" path="/audit" columns={columns} filters={filters} defaultSort="-at" searchLabel={t('audit.search')} label={(r) => `${actionWord(r.action)}, ${who(r)}`}
        empty={{ icon: 'log', title: t('audit.emptyTitle'), text: t('audit.emptyText') }}
        drawer={(r) => ({
          title: <strong>{actionWord(r.action)}</strong>,
          body: (
            <div style={{ display: 'grid', gap: 18 }}>
              <div><Result row={r} pill /></div>
              <Facts items={[
                [t('audit.at'), <Time key="t" at={r.at} as="full" />], [t('audit.user'), who(r)], r.subject ? [t('audit.subject'), r.subject.label] : undefined,
                [t('audit.object'), r.object.label], [t('audit.account'), r.account?.name], [t('audit.ip'), <bdi key="i" className="mono">{r.ip}</bdi>],
                r.reason ? [t('audit.reason'), r.reason] : undefined, r.code ? [t('audit.code'), <span key="c" className="mono">{r.code}</span>] : undefined,
                [t('audit.kind'), <span key="k" className="mono">{r.action}</span>], r.request ? [t('audit.request'), <bdi key="q" className="mono">{r.request}</bdi>] : undefined, r.user_agent ? [t('audit.agent'), <span key="u" className="dim">{r.user_agent}</span>] : undefined,
              ]} />
              {r.detail && Object.keys(r.detail).length > 0 && <section><h2 className="sk-section" style={{ marginBottom: 8 }}>{t('audit.detail')}</h2><Facts items={Object.entries(r.detail).map(([k, v]) => [k, <span key={k} className="mono">{v}</span>])} /></section>}
            </div>
          ),
        })} />
    </div>
  );
}
