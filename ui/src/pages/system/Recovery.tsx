import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { Sheet } from '@/pages/setup/model';
import { SheetView } from '@/pages/setup/Sheet';
import { useMay } from '@/session/session';
import { proved } from '@/session/stepUp';
import { Banner, ErrorState, Facts, Loading, problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { Time } from '@/ui/Time';
import { toast } from '@/ui/toast';

type Recovery = { set: boolean; kind: 'passphrase' | 'recipient' | 'key' | ''; recipient?: string; made?: string; fingerprint?: string; ver: number };

/** Who can restore a backup on a new host, and how that is changed after the set-up. */
export function RecoveryCard() {
  const { t } = useTranslation();
  const may = useMay();
  const cache = useQueryClient();
  const [way, setWay] = useState<'' | 'sheet' | 'age'>('');
  const [kept, setKept] = useState(false);
  const [recipient, setRecipient] = useState('');
  const q = useQuery({ queryKey: ['system', 'recovery'], queryFn: () => api.get<Recovery>('/system/recovery'), refetchOnWindowFocus: false });
  const make = useMutation({ mutationFn: () => proved(() => api.post<{ passphrase: string; sheet: Sheet }>('/system/recovery', {})), onSuccess: () => { setKept(false); setWay('sheet'); } });
  const save = useMutation({
    mutationFn: () => proved(() => api.put('/system/recovery', way === 'age' ? { kind: 'age', recipient: recipient.trim() } : { kind: 'passphrase', passphrase: make.data?.passphrase }, q.data?.ver ?? 0)),
    onSuccess: () => { toast(t('sys.recoverySaved')); setWay(''); make.reset(); for (const k of ['system', 'session', 'overview']) void cache.invalidateQueries({ queryKey: [k] }); },
  });
  const r = q.data;
  const err = save.error ?? make.error;
  const ready = way === 'age' ? recipient.trim() !== '' : kept && !!make.data;
  return (
    <section className="sk-card" style={{ marginTop: 20 }}>
      <header><h2>{t('sys.recovery')}</h2></header>
      <div style={{ padding: 20, display: 'grid', gap: 16 }}>
        {q.isError && !r ? <ErrorState error={q.error} retry={() => void q.refetch()} /> : !r ? <Loading lines={3} /> : (
          <>
            {!r.set && <Banner level="warn">{t('sys.recoveryNone')}</Banner>}
            {r.set && <Facts items={[[t('sys.recoverySet'), r.kind === 'passphrase' ? t('setup.passphrase') : t('setup.age')], r.recipient ? [t('setup.recipient'), <bdi key="r" className="mono break">{r.recipient}</bdi>] : undefined, r.made ? [t('sys.recoveryMade'), <Time key="m" at={r.made} as="full" />] : undefined, r.fingerprint ? [t('setup.installation'), <bdi key="f" className="mono">{r.fingerprint}</bdi>] : undefined]} />}
            {err && <Banner level="error">{(err instanceof ApiError && (err.field('recipient') ?? err.field('passphrase'))) || problemText(err)}</Banner>}
            {may('system.edit') && way === '' && <div className="sk-actions"><Button variant={r.set ? 'default' : 'filled'} loading={make.isPending} leftSection={<Icon name="key" size={16} />} onClick={() => make.mutate()}>{t('sys.recoveryNew')}</Button><Button variant="default" onClick={() => { save.reset(); setWay('age'); }}>{t('sys.recoveryKey')}</Button></div>}
            {way === 'sheet' && make.data && <><SheetView sheet={make.data.sheet} passphrase={make.data.passphrase} /><div><Button variant="default" leftSection={<Icon name="printer" size={16} />} onClick={() => window.print()}>{t('common.print')}</Button></div><Checkbox label={t('setup.sheetKept')} checked={kept} onChange={(e) => setKept(e.currentTarget.checked)} /></>}
            {way === 'age' && <TextInput label={t('setup.recipient')} description={t('setup.ageText')} value={recipient} onChange={(e) => setRecipient(e.currentTarget.value)} placeholder="age1…" classNames={{ input: 'mono' }} maw={620} />}
            {way !== '' && <>{r.set && <p className="dim" style={{ margin: 0 }}>{t('sys.recoveryOld')}</p>}<div className="sk-actions"><Button loading={save.isPending} disabled={!ready} onClick={() => save.mutate()}>{t('sys.recoveryUse')}</Button><Button variant="default" onClick={() => { setWay(''); make.reset(); save.reset(); }}>{t('common.cancel')}</Button></div></>}
          </>
        )}
      </div>
    </section>
  );
}
