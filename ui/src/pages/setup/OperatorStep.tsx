import { Button, PasswordInput, Progress, Select, SimpleGrid, Switch, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TOTP } from '@/api/types';
import { languages } from '@/i18n';
import { zones } from '@/pages/accounts/words';
import { Secret } from '@/pages/me/codes';
import { minLength, strength } from '@/session/NewPassword';
import { Banner, problemText } from '@/ui/Blocks';
import type { StepProps } from './SetupWizard';

export function OperatorStep({ draft, set, errors, rest, again, setAgain }: StepProps & { again: string; setAgain: (v: string) => void }) {
  const { t } = useTranslation();
  const o = draft.operator;
  const put = (c: Partial<typeof o>) => set({ ...draft, operator: { ...o, ...c } });
  const [totp, setTotp] = useState<TOTP>();
  const [want, setWant] = useState(!!o.totp);
  const make = useMutation({ mutationFn: () => rest.totp(o.email.trim()), onSuccess: (x) => { setTotp(x); put({ totp: { secret: x.secret, code: '' } }); } });
  const show = { 'aria-label': t('auth.show') };
  const s = strength(o.password);
  return (
    <>
      <p className="dim" style={{ margin: 0 }}>{t('setup.operatorText')}</p>
      <TextInput label={t('setup.organization')} value={o.organization} onChange={(e) => put({ organization: e.currentTarget.value })} error={errors['operator.organization']} autoFocus required autoComplete="organization" />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput label={t('setup.first')} value={o.first} onChange={(e) => put({ first: e.currentTarget.value })} error={errors['operator.first']} required autoComplete="given-name" />
        <TextInput label={t('setup.last')} value={o.last} onChange={(e) => put({ last: e.currentTarget.value })} error={errors['operator.last']} required autoComplete="family-name" />
        <TextInput label={t('setup.email')} type="email" value={o.email} onChange={(e) => put({ email: e.currentTarget.value })} error={errors['operator.email']} required autoComplete="username" />
        <Select label={t('setup.zone')} data={zones()} value={o.time_zone} onChange={(z) => z && put({ time_zone: z })} searchable limit={60} error={errors['operator.time_zone']} />
        <div>
          <PasswordInput label={t('auth.password')} description={t('auth.passwordRule', { count: minLength })} value={o.password} onChange={(e) => put({ password: e.currentTarget.value })} error={errors['operator.password']} required autoComplete="new-password" visibilityToggleButtonProps={show} />
          {o.password !== '' && <Progress value={s * 25} size={5} mt={6} color={s >= 3 ? 'teal' : s === 2 ? 'yellow' : 'red'} aria-label={t('auth.strength')} />}
        </div>
        <PasswordInput label={t('auth.again')} description={'\u00a0'} value={again} onChange={(e) => setAgain(e.currentTarget.value)} error={errors.again} required autoComplete="new-password" visibilityToggleButtonProps={show} />
        <Select label={t('account.lang')} data={languages.map((l) => ({ value: l.id, label: l.label }))} value={o.lang} onChange={(lang) => lang && put({ lang })} />
      </SimpleGrid>
      <Switch label={t('setup.totpNow')} description={t('setup.totpText')} checked={want} onChange={(e) => { setWant(e.currentTarget.checked); if (!e.currentTarget.checked) { put({ totp: null }); setTotp(undefined); } }} />
      {want && !totp && <div><Button variant="default" loading={make.isPending} disabled={!o.email} onClick={() => make.mutate()}>{t('setup.totpStart')}</Button></div>}
      {make.isError && <Banner level="error">{problemText(make.error)}</Banner>}
      {want && totp && o.totp && <><Secret totp={totp} /><TextInput label={t('setup.code')} value={o.totp.code} inputMode="numeric" maxLength={6} autoComplete="one-time-code" onChange={(e) => put({ totp: { secret: totp.secret, code: e.currentTarget.value.replace(/\D/g, '') } })} error={errors['operator.totp.code']} classNames={{ input: 'mono' }} maw={180} /></>}
    </>
  );
}
