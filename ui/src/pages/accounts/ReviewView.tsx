import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Created, Review } from '@/api/types';
import { Go } from '@/app/nav';
import { useMay } from '@/session/session';
import { Banner, Facts } from '@/ui/Blocks';
import { CopyField } from '@/ui/Copy';
import { fullTime } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { word } from '@/i18n';
import { quotaNumber, quotaWord } from './words';

/** What the server would do, as its dry run says. */
export function ReviewView({ review: r }: { review: Review }) {
  const { t } = useTranslation();
  return (
    <div className="sk-review">
      <p className="dim" style={{ margin: 0 }}>{t('wizard.reviewText')}</p>
      {(r.warnings ?? []).map((w) => <Banner key={w} level="warn">{word(`warning.${w}`, w)}</Banner>)}
      <section><h3>{t('wizard.account')}</h3><Facts items={[[t('account.name'), <strong key="n">{r.account.name}</strong>], [t('account.kind'), t(`kind.${r.kind}`)], r.realm ? [t('wizard.realm'), <bdi key="r" className="mono">{r.realm}</bdi>] : undefined]} /></section>
      <section><h3>{t('wizard.admin')}</h3>
        {r.admin ? <Facts items={[[t('users.name'), `${r.admin.first} ${r.admin.last}`], [t('users.email'), r.admin.email], r.admin.phone ? [t('users.phone'), r.admin.phone] : undefined]} /> : t('wizard.doneNoAdmin')}
        {r.admin && <p className="dim" style={{ margin: '10px 0 0' }}>{r.mail ? t('wizard.mailYes', { email: r.admin.email }) : t('wizard.mailNo')}</p>}
      </section>
      {r.quota.length > 0 && <section><h3>{t('wizard.capacity')}</h3><Facts items={r.quota.map((q) => [quotaWord(q.kind), <span key={q.kind} className="num"><strong>{q.amount === null ? t('common.unlimited') : quotaNumber(q.kind, q.amount)}</strong>{q.left_after !== null && <span className="dim"> · {t('wizard.leftAfter', { n: quotaNumber(q.kind, q.left_after) })}</span>}</span>])} /></section>}
    </div>
  );
}

export function CreatedView({ made, again }: { made: Created; again: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const a = made.activation;
  return (
    <div className="sk-card sk-card-pad sk-wizard" style={{ padding: 28 }}>
      <div style={{ display: 'flex', gap: 14, alignItems: 'center' }}><span className="sk-empty-mark" style={{ margin: 0 }}><Icon name="check" size={28} /></span><h2>{t('wizard.doneTitle', { name: made.account.name })}</h2></div>
      {!a && <p style={{ margin: 0 }}>{t('wizard.doneNoAdmin')}</p>}
      {a?.mailed && <p style={{ margin: 0 }}>{t('wizard.doneMailed', { ends: fullTime(a.ends) })}</p>}
      {a?.link && <div><p style={{ margin: '0 0 8px' }}>{t('wizard.doneLink', { ends: fullTime(a.ends) })}</p><CopyField value={a.link} label={t('wizard.link')} /></div>}
      <div className="sk-actions">
        <Button component={Go} to={`/accounts/${made.account.id}`}>{t('wizard.show')}</Button>
        {may('pbx.enroll') && <Button component={Go} to="/pbxs/connect" variant="default" leftSection={<Icon name="plug" size={16} />}>{t('wizard.connect')}</Button>}
        <Button variant="default" onClick={again}>{t('wizard.another')}</Button>
      </div>
    </div>
  );
}
