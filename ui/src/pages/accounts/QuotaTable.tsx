import { Button, NumberInput, Progress, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { Quota, QuotaKind } from '@/api/types';
import { Banner, Empty, ErrorState, Loading, problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import { isFlag, quotaNumber, quotaWord } from './words';
import './quota.css';

/** The capacities of one account: total, given below, used, left; editable where the reader may. */
export function QuotaTable({ account, editable, own }: { account: string; editable: boolean; own?: boolean }) {
  const { t } = useTranslation();
  const [edit, setEdit] = useState(false);
  const q = useQuery({ queryKey: ['subscription', account], queryFn: () => api.get<Quota>(`/accounts/${account}/quota`) });
  if (q.isError && !q.data) return <ErrorState error={q.error} retry={() => void q.refetch()} />;
  if (!q.data) return <div style={{ padding: 20 }}><Loading lines={8} /></div>;
  if (edit) return <QuotaForm quota={q.data} close={() => setEdit(false)} />;
  if (q.data.kinds.length === 0) return <Empty icon="wallet" title={t('quota.none')}>{t('quota.noneText')}</Empty>;
  return (
    <>
      {editable && <div className="sk-quota-bar"><span className="dim">{own && q.data.kinds.every((k) => k.unlimited) ? t('quota.unlimitedHint') : ''}</span><Button variant="default" leftSection={<Icon name="edit" size={16} />} onClick={() => setEdit(true)}>{own ? t('quota.edit') : t('quota.editOf')}</Button></div>}
      <div className="sk-quota-wrap" tabIndex={0} role="region" aria-label={t('page.subscription')}>
        <table className="sk-quota">
          <thead><tr><th scope="col">{t('quota.kind')}</th><th scope="col" className="n">{t('quota.total')}</th><th scope="col" className="n">{t('quota.children')}</th><th scope="col" className="n">{t('quota.used')}</th><th scope="col" className="n">{t('quota.left')}</th><th scope="col" className="bar"><span className="sk-sr">{t('quota.used')}</span></th></tr></thead>
          <tbody>{q.data.kinds.map((k) => <Line key={k.kind} k={k} />)}</tbody>
        </table>
      </div>
    </>
  );
}

function Line({ k }: { k: QuotaKind }) {
  const { t } = useTranslation();
  const n = (v: number) => quotaNumber(k.kind, v);
  const held = k.children + k.used;
  const share = !k.unlimited && k.granted ? (100 * held) / k.granted : 0;
  const deficit = !k.unlimited && k.granted !== null && held > k.granted;
  return (
    <tr>
      <th scope="row">{quotaWord(k.kind)}</th>
      <td className="n num">{k.unlimited ? t('common.unlimited') : n(k.granted ?? 0)}</td>
      <td className="n num">{n(k.children)}</td>
      <td className="n num">{n(k.used)}</td>
      <td className="n num"><strong>{k.unlimited || k.left === null ? '∞' : n(k.left)}</strong></td>
      <td className="bar">{k.unlimited || isFlag(k.kind) ? null : (
        <span title={deficit ? t('quota.deficit') : t('quota.usage', { percent: Math.round(share) })}><Progress value={Math.min(100, share)} size={7} color={deficit ? 'red' : share >= 90 ? 'yellow' : 'ink'} aria-label={`${quotaWord(k.kind)}: ${t('quota.usage', { percent: Math.round(share) })}`} /></span>
      )}</td>
    </tr>
  );
}

function QuotaForm({ quota, close }: { quota: Quota; close: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [values, setValues] = useState<Record<string, number | null>>(Object.fromEntries(quota.kinds.map((k) => [k.kind, k.unlimited ? null : (k.granted ?? 0)])));
  const changed = quota.kinds.filter((k) => values[k.kind] !== (k.unlimited ? null : (k.granted ?? 0)));
  const save = useMutation({
    mutationFn: () => api.patch(`/accounts/${quota.account.id}/quota`, { set: Object.fromEntries(changed.map((k) => [k.kind, values[k.kind]])) }, quota.ver),
    onSuccess: () => { toast(t('quota.saved')); void cache.invalidateQueries({ queryKey: ['subscription'] }); close(); },
  });
  const err = save.error instanceof ApiError ? save.error : undefined;
  return (
    <form style={{ padding: 20, display: 'grid', gap: 16 }} onSubmit={(e) => { e.preventDefault(); save.mutate(); }}>
      {save.isError && <Banner level="error">{problemText(save.error)}</Banner>}
      <div className="sk-quota-form">
        {quota.kinds.map((k) => {
          const v = values[k.kind] ?? null;
          if (isFlag(k.kind)) return <div key={k.kind} className="one" style={{ alignContent: 'center' }}><Switch label={quotaWord(k.kind)} checked={v !== 0} onChange={(e) => setValues({ ...values, [k.kind]: e.currentTarget.checked ? (k.unlimited ? null : 1) : 0 })} /></div>;
          return (
            <div key={k.kind} className="one">
              <NumberInput label={quotaWord(k.kind)} description={`${t('quota.used')}: ${quotaNumber(k.kind, k.children + k.used)}`} value={v ?? ''} placeholder={v === null ? t('common.unlimited') : undefined} disabled={v === null} min={0} allowNegative={false} allowDecimal={false} thousandSeparator=" "
                onChange={(n) => setValues({ ...values, [k.kind]: Number(n) || 0 })} error={err?.field(`set.${k.kind}`)} hideControls />
              <Switch label={t('common.unlimited')} aria-label={`${quotaWord(k.kind)}: ${t('common.unlimited')}`} checked={v === null} onChange={(e) => setValues({ ...values, [k.kind]: e.currentTarget.checked ? null : k.children + k.used })} />
            </div>
          );
        })}
      </div>
      <div className="sk-actions"><Button type="submit" loading={save.isPending} disabled={changed.length === 0}>{t('quota.save')}</Button><Button variant="default" onClick={close}>{t('common.cancel')}</Button></div>
    </form>
  );
}
