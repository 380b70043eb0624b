import { Button, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TOTP } from '@/api/types';
import { CopyButton, CopyField } from '@/ui/Copy';
import { Icon } from '@/ui/Icon';
import '@/ui/wizard.css';

/** A drawing made by the server as a picture: never as markup of the page. */
export function Picture({ svg, label, className }: { svg: string; label: string; className?: string }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const u = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    setUrl(u);
    return () => URL.revokeObjectURL(u);
  }, [svg]);
  return url ? <img src={url} alt={label} className={className} /> : null;
}

export function Secret({ totp }: { totp: TOTP }) {
  const { t } = useTranslation();
  return (
    <div style={{ display: 'grid', gap: 14, justifyItems: 'start' }}>
      <Picture svg={totp.qr_svg} label={t('me.mfaStep1')} className="sk-qr" />
      <div style={{ width: '100%' }}><div style={{ fontWeight: 550, marginBottom: 4 }}>{t('me.mfaKey')}</div><CopyField value={totp.secret} label={t('me.mfaKey')}>{totp.secret.replace(/(.{4})/g, '$1 ').trim()}</CopyField></div>
    </div>
  );
}

/** Shown once; the reader says that he kept them before they go. */
export function RecoveryCodes({ codes, done, label }: { codes: string[]; done: () => void; label?: string }) {
  const { t } = useTranslation();
  const save = () => {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(new Blob([codes.join('\n') + '\n'], { type: 'text/plain' }));
    a.download = 'switchkeep-recovery-codes.txt';
    a.click();
    window.setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  };
  return (
    <Stack gap="md">
      <Text>{t('me.codesText')}</Text>
      <ol className="sk-codes">{codes.map((c) => <li key={c}>{c}</li>)}</ol>
      <div className="sk-actions"><Button variant="default" leftSection={<Icon name="download" size={16} />} onClick={save}>{t('common.download')}</Button><span className="sk-copy">{t('me.copyAll')}<CopyButton value={codes.join('\n')} label={t('me.codes')} /></span></div>
      <Button onClick={done}>{label ?? t('me.codesKept')}</Button>
    </Stack>
  );
}
