import { Anchor, Progress } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Banner } from '@/ui/Blocks';
import { clock } from '@/ui/dates';
import { Icon } from '@/ui/Icon';

/** Sends the browser to the new address; when it never arrives the server goes back by itself and so does this page. */
export function Handover({ to, back }: { to: { handover_url: string; ends: string }; back: () => void }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  const [total] = useState(() => Math.max(1, Date.parse(to.ends) - Date.now()));
  const left = Math.max(0, Date.parse(to.ends) - now);
  useEffect(() => {
    const go = window.setTimeout(() => location.assign(to.handover_url), 1500);
    const tick = window.setInterval(() => setNow(Date.now()), 500);
    return () => { clearTimeout(go); clearInterval(tick); };
  }, [to.handover_url]);
  const url = new URL(to.handover_url, location.href);
  if (left === 0) return <div className="sk-card sk-wizard-body"><Banner level="warn">{t('setup.backNow')}</Banner><div><button type="button" className="sk-textbutton" onClick={back}><Icon name="arrowLeft" size={16} />{t('common.back')}</button></div></div>;
  return (
    <div className="sk-card sk-wizard-body" role="status">
      <h2>{t('setup.handover')}</h2>
      <p style={{ margin: 0 }}>{t('setup.handoverText', { url: url.origin })}</p>
      <Progress value={(100 * left) / total} size="sm" aria-label={t('setup.handoverBack', { time: clock(left / 1000) })} />
      <p className="dim num" style={{ margin: 0 }}>{t('setup.handoverBack', { time: clock(left / 1000) })}</p>
      <div><Anchor href={to.handover_url} underline="always">{t('setup.handoverOpen')}</Anchor></div>
    </div>
  );
}
