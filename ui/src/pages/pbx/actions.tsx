import { ActionIcon, Button, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { PBX } from '@/api/types';
import { useMay } from '@/session/session';
import { proved } from '@/session/stepUp';
import { Facts } from '@/ui/Blocks';
import { Confirm } from '@/ui/Confirm';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import { VisitDialog } from './VisitDialog';

export type Act = { kind: 'keep'; pbx: PBX; machine: string } | { kind: 'approve' | 'reject' | 'revoke' | 'rename' | 'delete' | 'visit' | 'unpair'; pbx: PBX } | { kind: 'pair'; pbxs: PBX[] };

export function canVisit(p: PBX): { ok: boolean; why?: 'pbx.noVisit' | 'pbx.notConnected' } {
  if (p.visit_allowed === false) return { ok: false, why: 'pbx.noVisit' };
  return p.state === 'connected' ? { ok: true } : { ok: false, why: 'pbx.notConnected' };
}

/** The one thing that is done most in this state, in the row itself. */
export function PBXActions({ pbx, act }: { pbx: PBX; act: (a: Act) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  if (pbx.state === 'awaiting' && may('pbx.approve')) {
    return (
      <span style={{ display: 'inline-flex', gap: 6 }}>
        <Button size="compact-sm" onClick={() => act({ kind: 'approve', pbx })}>{t('pbx.approve')}</Button>
        <ActionIcon variant="default" size={26} aria-label={t('pbx.rejectTitle', { name: pbx.name })} onClick={() => act({ kind: 'reject', pbx })}><Icon name="x" size={15} /></ActionIcon>
      </span>
    );
  }
  if (!may('pbx.visit') || pbx.state === 'awaiting') return null;
  const visit = canVisit(pbx);
  return <Button size="compact-sm" variant="light" disabled={!visit.ok} title={visit.why && t(visit.why)} leftSection={<Icon name="visit" size={15} />} onClick={() => act({ kind: 'visit', pbx })}>{t('pbx.visit')}</Button>;
}

/** The dialog of the action under way. */
export function usePBXAct(act: Act | undefined, close: () => void, gone?: () => void): ReactNode {
  const { t } = useTranslation();
  const cache = useQueryClient();
  if (!act) return null;
  const done = (message: string) => () => { toast(message); void cache.invalidateQueries({ queryKey: ['pbxs'] }); void cache.invalidateQueries({ queryKey: ['overview'] }); };
  if (act.kind === 'pair') return <PairDialog pbxs={act.pbxs} close={close} done={done(t('pbx.paired'))} />;
  const { pbx } = act;
  const name = pbx.name || pbx.serial;
  const proof = <Facts items={[[t('pbx.serial'), <bdi key="s" className="mono">{pbx.serial}</bdi>], [t('pbx.address'), <bdi key="a" className="mono">{pbx.address}</bdi>], [t('pbx.fingerprint'), <bdi key="f" className="mono">{pbx.key_pin}</bdi>], [t('pbx.account'), pbx.account.name]]} />;
  switch (act.kind) {
    case 'visit': return <VisitDialog pbx={pbx} close={close} />;
    case 'rename': return <RenameDialog pbx={pbx} close={close} done={done(t('pbx.renamed'))} />;
    case 'approve': return <Confirm title={t('pbx.approveTitle', { name })} text={t('pbx.approveText')} action={t('pbx.approve')} run={() => proved(() => api.post(`/pbxs/${pbx.id}/approve`))} done={done(t('pbx.approved', { name }))} close={close}>{proof}</Confirm>;
    case 'reject': return <Confirm danger title={t('pbx.rejectTitle', { name })} text={t('pbx.rejectText')} action={t('pbx.reject')} run={() => api.post(`/pbxs/${pbx.id}/reject`)} done={() => { done(t('pbx.rejected', { name }))(); gone?.(); }} close={close}>{proof}</Confirm>;
    case 'keep': return <Confirm danger title={t('pbx.keepTitle', { machine: act.machine })} text={t('pbx.keepText')} action={t('pbx.keep')} run={() => proved(() => api.post(`/pbxs/${pbx.id}/approve`, { machine: act.machine }))} done={done(t('pbx.approved', { name }))} close={close} />;
    case 'revoke': return <Confirm danger title={t('pbx.revokeTitle', { name })} text={t('pbx.revokeText')} action={t('pbx.revoke')} run={() => api.post(`/pbxs/${pbx.id}/revoke`)} done={done(t('pbx.revoked', { name }))} close={close}>{proof}</Confirm>;
    case 'delete': return <Confirm danger typed={name} title={t('pbx.deleteTitle', { name })} text={t('pbx.deleteText')} action={t('pbx.remove')} run={() => api.del(`/pbxs/${pbx.id}`)} done={() => { done(t('pbx.deleted', { name }))(); gone?.(); }} close={close} />;
    case 'unpair': return <Confirm danger title={t('pbx.unpairTitle')} text={t('pbx.unpairText')} action={t('pbx.unpair')} run={() => api.del(`/pbxs/pair/${pbx.pair?.id}`)} done={done(t('pbx.unpaired'))} close={close} />;
  }
}

function RenameDialog({ pbx, close, done }: { pbx: PBX; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(pbx.name);
  return (
    <Confirm title={t('pbx.rename')} text="" action={t('common.save')} run={() => api.patch(`/pbxs/${pbx.id}`, { name: name.trim() }, pbx.ver)} done={done} close={close}>
      <TextInput label={t('pbx.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus maxLength={64} />
    </Confirm>
  );
}

function PairDialog({ pbxs, close, done }: { pbxs: PBX[]; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [order, setOrder] = useState(pbxs);
  const [vip, setVip] = useState('');
  const [one, two] = order as [PBX, PBX];
  return (
    <Confirm title={t('pbx.pairTitle')} text={t('pbx.pairText')} action={t('pbx.pairAction')} run={() => api.post('/pbxs/pair', { primary: one.id, secondary: two.id, vip: vip.trim() || undefined })} done={done} close={close}>
      <Stack gap="sm">
        <div className="sk-pair">
          <div><span className="sk-section">{t('pbx.primary')}</span><strong>{one.name || one.serial}</strong><bdi className="mono dim">{one.serial}</bdi></div>
          <ActionIcon variant="default" size={32} aria-label={t('pbx.swap')} onClick={() => setOrder([two, one])}><Icon name="trunk" size={16} /></ActionIcon>
          <div><span className="sk-section">{t('pbx.secondary')}</span><strong>{two.name || two.serial}</strong><bdi className="mono dim">{two.serial}</bdi></div>
        </div>
        <TextInput label={t('pbx.vip')} description={t('common.optional')} placeholder="192.0.2.10" value={vip} onChange={(e) => setVip(e.currentTarget.value)} classNames={{ input: 'mono' }} />
      </Stack>
    </Confirm>
  );
}

