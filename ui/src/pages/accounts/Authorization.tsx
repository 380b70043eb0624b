import { Button, Checkbox, SimpleGrid, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { word } from '@/i18n';
import { Banner, ErrorState, Loading, problemText } from '@/ui/Blocks';
import { Choice } from '@/ui/Choice';
import { fullTime } from '@/ui/dates';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';

type Grant = { full: boolean; features: string[] | null; from?: string; to?: string | null; extend?: boolean; state?: string; by?: string; by_label?: string; at?: string; ver: number; choices: string[] | null };

/** What an enterprise lets the accounts above do in it. */
export function Authorization({ account, editable }: { account: string; editable: boolean }) {
  const q = useQuery({ queryKey: ['accounts', 'authorization', account], queryFn: () => api.get<Grant>(`/accounts/${account}/authorization`), retry: false, refetchOnWindowFocus: false });
  if (q.isError) return <ErrorState error={q.error} retry={() => void q.refetch()} />;
  if (!q.data) return <Loading lines={5} />;
  return <Form key={q.data.ver} account={account} first={q.data} editable={editable} />;
}

function Form({ account, first, editable }: { account: string; first: Grant; editable: boolean }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [full, setFull] = useState(first.full);
  const [features, setFeatures] = useState(first.features ?? []);
  const [to, setTo] = useState(first.to && Date.parse(first.to) > 0 ? first.to.slice(0, 10) : '');
  const save = useMutation({
    mutationFn: () => api.put(`/accounts/${account}/authorization`, { full, features: full ? [] : features, to: to ? `${to}T23:59:59Z` : undefined, extend: first.extend ?? false }, first.ver),
    onSuccess: () => { toast(t('account.authSaved')); void cache.invalidateQueries({ queryKey: ['accounts'] }); },
  });
  return (
    <form onSubmit={(e) => { e.preventDefault(); save.mutate(); }} style={{ display: 'grid', gap: 16 }}>
      {save.isError && <Banner level="error">{problemText(save.error)}</Banner>}
      <fieldset disabled={!editable} style={{ border: 0, padding: 0, margin: 0, display: 'grid', gap: 16 }}>
        <Choice legend={t('account.authText')} name="auth" value={full ? 'full' : 'some'} onChange={(v) => setFull(v === 'full')} options={[{ value: 'full', label: t('account.authFull'), text: t('account.authFullText') }, { value: 'some', label: t('account.authSome'), text: '' }]} />
        {!full && <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">{(first.choices ?? []).map((c) => <Checkbox key={c} label={word(`action.${c.replaceAll('.', '_')}`, word(`feature.${c}`, c))} checked={features.includes(c)} onChange={(e) => setFeatures(e.currentTarget.checked ? [...features, c] : features.filter((x) => x !== c))} />)}</SimpleGrid>}
        {(editable || to) && <TextInput type="date" label={t('account.authTo')} description={t('account.authToHint')} value={to} onChange={(e) => setTo(e.currentTarget.value)} maw={220} />}
      </fieldset>
      {first.by_label && <p className="dim" style={{ margin: 0 }}>{t('account.authBy', { by: first.by_label, at: fullTime(first.at) })}</p>}
      {editable && <div><Button type="submit" loading={save.isPending} leftSection={<Icon name="save" size={16} />}>{t('common.save')}</Button></div>}
    </form>
  );
}
