import { Button, NumberInput, Select, SimpleGrid, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { Created, Plan, Quota, Review } from '@/api/types';
import { Go, useGo, usePageSearch } from '@/app/nav';
import { currentLang, languages } from '@/i18n';
import { useMay, useSession } from '@/session/session';
import { Banner, ErrorState, Loading, PageHead, problemText } from '@/ui/Blocks';
import { Choice } from '@/ui/Choice';
import { Wizard, WizardNav } from '@/ui/Wizard';
import { AccountSelect } from './AccountSelect';
import { CreatedView, ReviewView } from './ReviewView';
import { countries, ownZone, quotaNumber, quotaWord, zones } from './words';

const order = ['account', 'admin', 'capacity', 'review'] as const;
type Step = (typeof order)[number];
/** Which step of the wizard holds a field that the server refused. */
const home = (path: string): Step => (path.includes('admin') ? 'admin' : path.includes('quota') ? 'capacity' : 'account');

const blank = (parent: string, zone: string): Plan => ({
  kind: 'enterprise', parent, quota: {},
  account: { name: '', time_zone: zone, lang: currentLang(), country: '', contact: '', may_add_channels: false },
  admin: { first: '', last: '', email: '', phone: '', lang: currentLang() },
});

export default function NewAccountPage() {
  const { t } = useTranslation();
  const { acting } = useSession();
  const may = useMay();
  const search = usePageSearch();
  const go = useGo();
  const cache = useQueryClient();
  const [plan, set] = useState<Plan>(() => blank(search.parent ?? acting.account.id, acting.account.time_zone ?? ownZone()));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [created, setCreated] = useState<Created>();
  const key = useRef(crypto.randomUUID());
  const step: Step = order.find((s) => s === search.step) ?? 'account';
  const at = order.indexOf(step);
  const [reached, setReached] = useState(0);
  const to = (s: Step) => { setReached((r) => Math.max(r, order.indexOf(s))); go({ search: { ...search, step: s } }); };
  const dirty = plan.account.name !== '' && !created;
  useBlocker({ shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname && !window.confirm(t('wizard.leave')), enableBeforeUnload: () => dirty });
  const quota = useQuery({ queryKey: ['subscription', plan.parent], queryFn: () => api.get<Quota>(`/accounts/${plan.parent}/quota`), enabled: may('quota.view') });
  const refuse = (e: unknown) => {
    if (!(e instanceof ApiError) || !e.problem.errors?.length) return;
    const found = Object.fromEntries(e.problem.errors.map((x) => [x.path.replace(/^body\./, ''), x.message]));
    setErrors(found);
    to(home(Object.keys(found)[0] ?? ''));
  };
  const body = { ...plan, quota: Object.fromEntries(Object.entries(plan.quota).filter(([, v]) => v === null || v > 0)) };
  const dry = useMutation({ mutationFn: () => api.post<{ review: Review }>('/accounts', body, { query: { dry_run: 1 } }), onSuccess: () => to('review'), onError: refuse });
  const make = useMutation({
    mutationFn: () => api.post<Created>('/accounts', body, { key: key.current }),
    onSuccess: (c) => { setCreated(c); for (const k of ['accounts', 'tree', 'overview', 'subscription', 'users']) void cache.invalidateQueries({ queryKey: [k] }); }, onError: refuse,
  });
  const again = () => { key.current = crypto.randomUUID(); set(blank(plan.parent, plan.account.time_zone)); setCreated(undefined); setReached(0); dry.reset(); make.reset(); go({ search: {} }); };
  if (created) return <div className="sk-page"><PageHead title={t('account.new')} /><CreatedView made={created} again={again} /></div>;

  const account = (c: Partial<Plan['account']>) => set((p) => ({ ...p, account: { ...p.account, ...c } }));
  const admin = (c: Partial<NonNullable<Plan['admin']>>) => set((p) => ({ ...p, admin: p.admin && { ...p.admin, ...c } }));
  const check = (s: Step): boolean => {
    const bad: Record<string, string> = {};
    if (s === 'account' && !plan.account.name.trim()) bad['account.name'] = t('common.required');
    if (s === 'admin' && plan.admin) {
      if (!/^[^@\s]+@[^@\s]+$/.test(plan.admin.email.trim())) bad['admin.email'] = t('common.emailBad');
      for (const k of ['first', 'last'] as const) if (!plan.admin[k].trim()) bad[`admin.${k}`] = t('common.required');
    }
    if (s === 'capacity') for (const k of quota.data?.kinds ?? []) if (!k.unlimited && k.left !== null && (plan.quota[k.kind] ?? 0) > k.left) bad[`quota.${k.kind}`] = t('wizard.over', { n: quotaNumber(k.kind, k.left) });
    setErrors(bad);
    return Object.keys(bad).length === 0;
  };
  const next = () => { if (!check(step)) return; if (step === 'capacity') dry.mutate(); else if (step === 'review') make.mutate(); else to(order[at + 1]!); };
  const failed = [dry.error, make.error].find((e) => e && !(e instanceof ApiError && e.problem.errors?.length));
  const kinds = quota.data?.kinds.filter((k) => k.unlimited || (k.left ?? 0) > 0) ?? [];
  return (
    <div className="sk-page">
      <PageHead title={plan.kind === 'channel' ? t('account.newChannel') : t('account.newEnterprise')} />
      <Wizard steps={order.map((s) => ({ id: s, title: t(`wizard.${s}`) }))} at={at} reached={reached} jump={(i) => to(order[i]!)}
        footer={<WizardNav back={at > 0 ? () => to(order[at - 1]!) : undefined} next={next} busy={dry.isPending || make.isPending} label={step === 'review' ? t('wizard.create') : undefined} />}>
        {failed !== undefined && failed !== null && <Banner level="error">{problemText(failed)}</Banner>}
        {step === 'account' && (
          <>
            <Choice legend={t('wizard.what')} name="kind" value={plan.kind} onChange={(kind) => set({ ...plan, kind })}
              options={[{ value: 'enterprise', label: t('kind.enterprise'), text: t('wizard.enterpriseText') }, { value: 'channel', label: t('kind.channel'), text: t('wizard.channelText') }]} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput label={t('wizard.name')} description={t('wizard.nameHint')} value={plan.account.name} onChange={(e) => account({ name: e.currentTarget.value })} error={errors['account.name'] ?? errors.name} maxLength={64} autoFocus required />
              <AccountSelect label={t('wizard.parent')} value={plan.parent} onChange={(parent) => set({ ...plan, parent })} kinds={['channel']} error={errors.parent} />
              <Select label={t('wizard.zone')} data={zones()} value={plan.account.time_zone} onChange={(z) => z && account({ time_zone: z })} searchable limit={60} error={errors['account.time_zone']} />
              <Select label={t('wizard.lang')} data={languages.map((l) => ({ value: l.id, label: l.label }))} value={plan.account.lang} onChange={(lang) => lang && account({ lang })} />
              <Select label={t('wizard.country')} data={countries(currentLang())} value={plan.account.country || null} onChange={(c) => account({ country: c ?? '' })} searchable clearable clearButtonProps={{ 'aria-label': t('common.delete') }} limit={80} error={errors['account.country']} />
              <TextInput label={t('wizard.contact')} description={t('wizard.contactHint')} value={plan.account.contact} onChange={(e) => account({ contact: e.currentTarget.value })} maxLength={128} error={errors['account.contact']} inputWrapperOrder={['label', 'input', 'description', 'error']} />
            </SimpleGrid>
            {plan.kind === 'channel' && <Switch label={t('wizard.addChannels')} checked={plan.account.may_add_channels} onChange={(e) => account({ may_add_channels: e.currentTarget.checked })} />}
          </>
        )}
        {step === 'admin' && (
          <>
            <Switch label={t('wizard.withAdmin')} description={t('wizard.withAdminText')} checked={!!plan.admin} onChange={(e) => set({ ...plan, admin: e.currentTarget.checked ? blank('', '').admin : null })} />
            {plan.admin && (
              <SimpleGrid cols={{ base: 1, xs: 2 }}>
                <TextInput label={t('wizard.first')} value={plan.admin.first} onChange={(e) => admin({ first: e.currentTarget.value })} error={errors['admin.first']} autoFocus required />
                <TextInput label={t('wizard.last')} value={plan.admin.last} onChange={(e) => admin({ last: e.currentTarget.value })} error={errors['admin.last']} required />
                <TextInput label={t('wizard.email')} type="email" value={plan.admin.email} onChange={(e) => admin({ email: e.currentTarget.value })} error={errors['admin.email']} required />
                <TextInput label={t('wizard.phone')} type="tel" value={plan.admin.phone} onChange={(e) => admin({ phone: e.currentTarget.value })} error={errors['admin.phone']} />
              </SimpleGrid>
            )}
          </>
        )}
        {step === 'capacity' && (
          <>
            <p className="dim" style={{ margin: 0 }}>{t('wizard.capacityText')}</p>
            {quota.isError ? <ErrorState error={quota.error} retry={() => void quota.refetch()} /> : !quota.data ? <Loading lines={6} /> : (
              <div className="sk-amounts">
                {kinds.map((k) => {
                  const v = plan.quota[k.kind] === undefined ? 0 : plan.quota[k.kind]!;
                  const put = (n: number | null) => set((p) => ({ ...p, quota: { ...p.quota, [k.kind]: n } }));
                  return (
                    <div key={k.kind} style={{ display: 'grid', gap: 6 }}>
                      <NumberInput label={quotaWord(k.kind)} description={k.unlimited ? t('wizard.leftUnlimited') : t('wizard.left', { n: quotaNumber(k.kind, k.left ?? 0) })} min={0} allowNegative={false} allowDecimal={false} thousandSeparator=" " hideControls
                        value={plan.quota[k.kind] === null ? '' : v} placeholder={t('common.unlimited')} disabled={plan.quota[k.kind] === null} onChange={(n) => put(Number(n) || 0)} error={errors[`quota.${k.kind}`]} />
                      {k.unlimited && <Switch size="xs" label={t('wizard.unlimited')} aria-label={`${quotaWord(k.kind)}: ${t('wizard.unlimited')}`} checked={plan.quota[k.kind] === null} onChange={(e) => put(e.currentTarget.checked ? null : 0)} />}
                    </div>
                  );
                })}
              </div>
            )}
          </>
        )}
        {step === 'review' && (dry.data ? <ReviewView review={dry.data.review} /> : <><p>{t('wizard.reviewText')}</p><Button variant="default" loading={dry.isPending} onClick={() => dry.mutate()}>{t('common.retry')}</Button></>)}
      </Wizard>
      <p style={{ marginTop: 18 }}><Go to="/accounts" className="sk-link">{t('common.cancel')}</Go></p>
    </div>
  );
}
