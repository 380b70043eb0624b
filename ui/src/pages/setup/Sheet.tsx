import './sheet.css';
import { useTranslation } from 'react-i18next';
import { Facts } from '@/ui/Blocks';
import { CopyField } from '@/ui/Copy';
import { fullTime } from '@/ui/dates';
import { said } from '@/ui/said';
import type { Sheet } from './model';

/** The recovery sheet as it is shown and printed. */
export function SheetView({ sheet, host, passphrase }: { sheet?: Sheet; host?: string; passphrase: string }) {
  const { t } = useTranslation();
  const made = sheet?.created && (fullTime(sheet.created) === '—' ? sheet.created : fullTime(sheet.created));
  return (
    <article className="sk-sheet">
      <h2>{sheet?.product ?? 'Switchkeep'} · {t('setup.sheet')}</h2>
      <Facts items={[[t('setup.sheetFor'), sheet?.host || host], sheet?.installation ? [t('setup.installation'), <span key="i" className="mono">{sheet.installation}</span>] : undefined, made ? [t('setup.sheetMade'), made] : undefined, sheet?.fingerprint ? [t('sys.fingerprint'), <span key="f" className="mono">{sheet.fingerprint}</span>] : undefined]} />
      <div><div className="sk-section">{t('setup.sheetPass')}</div><CopyField value={passphrase} label={t('setup.sheetPass')}><strong className="sk-pass">{passphrase}</strong></CopyField></div>
      {sheet && sheet.how.length > 0 && <div><div className="sk-section">{t('setup.sheetHow')}</div><ol>{sheet.how.map((h) => <li key={h}>{said(h)}</li>)}</ol></div>}
    </article>
  );
}
