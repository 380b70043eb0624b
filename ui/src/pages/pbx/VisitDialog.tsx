import { Alert, Anchor, Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { PBX } from '@/api/types';
import { problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';

const probeTime = 2500;

/** Whether a page of the visit zone answers this browser: then a visit gets an origin by name, else by port. */
export async function probe(): Promise<boolean> {
  try {
    const { probe_url } = await api.get<{ probe_url: string }>('/visits/probe');
    if (!probe_url) return false;
    await fetch(probe_url, { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(probeTime) });
    return true;
  } catch { return false; }
}

export function VisitDialog({ pbx, close }: { pbx: PBX; close: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState<'' | 'probe' | 'open'>('');
  const [error, setError] = useState<unknown>();
  const [blocked, setBlocked] = useState('');
  const start = async (e: FormEvent) => {
    e.preventDefault();
    setError(undefined);
    // Opened now, within the click, or the browser would keep it closed.
    const tab = window.open('about:blank', '_blank');
    if (tab) { tab.opener = null; tab.document.title = pbx.name; tab.document.body.append(t('visit.wait')); }
    try {
      setBusy('probe');
      const probe_ok = await probe();
      setBusy('open');
      const { url } = await api.post<{ id: string; url: string }>(`/pbxs/${pbx.id}/visits`, { reason: reason.trim(), probe_ok });
      void cache.invalidateQueries({ queryKey: ['visits'] });
      if (tab && !tab.closed) { tab.location.replace(url); close(); } else setBlocked(url);
    } catch (err) { tab?.close(); setError(err); } finally { setBusy(''); }
  };
  return (
    <Modal opened onClose={close} title={<strong>{t('visit.title', { name: pbx.name || pbx.serial })}</strong>} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={(e) => void start(e)}>
        <Stack gap="md">
          <Text>{t('visit.text')}</Text>
          {blocked
            ? <Alert color="ink" variant="light" icon={<Icon name="info" />}>{t('visit.blocked')} <Anchor href={blocked} target="_blank" rel="noopener noreferrer" underline="always" onClick={close}>{t('visit.openPortal')}</Anchor></Alert>
            : <TextInput label={t('visit.reason')} description={t('visit.reasonHint')} value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={200} data-autofocus />}
          {error !== undefined && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(error)}</Alert>}
          <div className="sk-actions" style={{ justifyContent: 'flex-end' }}>
            {busy && <span className="dim" role="status">{t(busy === 'probe' ? 'visit.probing' : 'visit.opening')}</span>}
            <Button variant="default" onClick={close}>{t('common.cancel')}</Button>
            {!blocked && <Button type="submit" loading={busy !== ''} leftSection={<Icon name="visit" size={16} />}>{t('visit.start')}</Button>}
          </div>
        </Stack>
      </form>
    </Modal>
  );
}
