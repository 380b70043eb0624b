import { ActionIcon, Button, PasswordInput, Select, SimpleGrid, Stack, Tabs, TextInput, useMantineColorScheme } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ApiError } from '@/api/client';
import type { List, MySession } from '@/api/types';
import { useGo, usePageSearch } from '@/app/nav';
import { currentLang, languages, setLanguage, type Lang } from '@/i18n';
import { NewPassword, useNewPassword } from '@/session/NewPassword';
import { saveMe, useSession } from '@/session/session';
import { Banner, ErrorState, Loading, PageHead, problemText } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { Time } from '@/ui/Time';
import { toast, toastError } from '@/ui/toast';
import { agentWords } from './agent';
import { EmailDialog } from './EmailDialog';
import { TwoFactor } from './TwoFactor';

export default function MePage() {
  const { t } = useTranslation();
  const search = usePageSearch();
  const go = useGo();
  return (
    <div className="sk-page sk-narrow">
      <PageHead title={t('page.me')} />
      <Tabs value={search.tab ?? 'profile'} onChange={(v) => go({ search: v === 'profile' ? {} : { tab: v ?? undefined } })} keepMounted={false}>
        <Tabs.List mb="lg"><Tabs.Tab value="profile">{t('me.profile')}</Tabs.Tab><Tabs.Tab value="security">{t('me.security')}</Tabs.Tab><Tabs.Tab value="sessions">{t('me.sessions')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="profile"><Profile /></Tabs.Panel>
        <Tabs.Panel value="security"><Stack gap="lg"><Password /><TwoFactor /></Stack></Tabs.Panel>
        <Tabs.Panel value="sessions"><Sessions /></Tabs.Panel>
      </Tabs>
    </div>
  );
}

function Profile() {
  const { t } = useTranslation();
  const { user } = useSession();
  const cache = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [v, set] = useState({ first: user.first, last: user.last, phone: user.phone ?? '' });
  const [lang, setLang] = useState<string>(currentLang());
  const [theme, setTheme] = useState(colorScheme);
  const [mail, setMail] = useState(false);
  const save = useMutation({
    mutationFn: () => saveMe(cache, { ...v, lang, theme }),
    onSuccess: async () => { setColorScheme(theme); await setLanguage(lang as Lang); toast(t('me.saved')); },
  });
  const err = save.error instanceof ApiError ? save.error : undefined;
  return (
    <form className="sk-card sk-card-pad" onSubmit={(e) => { e.preventDefault(); save.mutate(); }}>
      <Stack gap="md">
        {err && <Banner level="error">{problemText(err)}</Banner>}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput label={t('me.first')} value={v.first} onChange={(e) => set({ ...v, first: e.currentTarget.value })} error={err?.field('first')} autoComplete="given-name" />
          <TextInput label={t('me.last')} value={v.last} onChange={(e) => set({ ...v, last: e.currentTarget.value })} error={err?.field('last')} autoComplete="family-name" />
          <TextInput label={t('me.email')} value={user.email} readOnly rightSectionWidth={40} rightSection={<ActionIcon variant="subtle" color="slate" aria-label={t('me.emailChange')} title={t('me.emailChange')} onClick={() => setMail(true)}><Icon name="edit" size={16} /></ActionIcon>} />
          <TextInput label={t('me.phone')} type="tel" value={v.phone} onChange={(e) => set({ ...v, phone: e.currentTarget.value })} error={err?.field('phone')} autoComplete="tel" />
          <Select label={t('me.language')} data={languages.map((l) => ({ value: l.id, label: l.label }))} value={lang} onChange={(l) => l && setLang(l)} />
          <Select label={t('me.theme')} data={(['light', 'dark', 'auto'] as const).map((s) => ({ value: s, label: t(`theme.${s}`) }))} value={theme} onChange={(s) => s && setTheme(s as 'light')} />
        </SimpleGrid>
        <div><Button type="submit" loading={save.isPending} leftSection={<Icon name="save" size={16} />}>{t('common.save')}</Button></div>
      </Stack>
      {mail && <EmailDialog close={() => setMail(false)} />}
    </form>
  );
}

function Password() {
  const { t } = useTranslation();
  const { user } = useSession();
  const [old, setOld] = useState('');
  const pw = useNewPassword();
  const cache = useQueryClient();
  const [done, setDone] = useState(false);
  const save = useMutation({ mutationFn: () => api.post('/password/change', { old, new: pw.value }), onSuccess: () => { setDone(true); setOld(''); pw.set(''); pw.setAgain(''); void cache.invalidateQueries({ queryKey: ['me'] }); void cache.invalidateQueries({ queryKey: ['session'] }); } });
  const err = save.error instanceof ApiError ? save.error : undefined;
  return (
    <form className="sk-card sk-card-pad" onSubmit={(e) => { e.preventDefault(); setDone(false); if (pw.check()) save.mutate(); }}>
      <Stack gap="md" maw={460}>
        <h2>{t('me.password')}</h2>
        {done && <Banner level="ok">{t('me.changed')}</Banner>}
        {err && <Banner level="error">{problemText(err)}</Banner>}
        <input type="email" name="email" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordInput label={t('me.old')} value={old} onChange={(e) => setOld(e.currentTarget.value)} autoComplete="current-password" error={err?.field('old')} visibilityToggleButtonProps={{ 'aria-label': t('auth.show') }} />
        {!done && <NewPassword form={pw} size="sm" error={err?.field('new')} />}
        {!done && <div><Button type="submit" loading={save.isPending} disabled={!old}>{t('me.change')}</Button></div>}
      </Stack>
    </form>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const q = useQuery({ queryKey: ['me', 'sessions'], queryFn: () => api.get<List<MySession>>('/me/sessions') });
  const end = useMutation({ mutationFn: (id: string) => api.del(`/me/sessions/${id}`), onSuccess: () => { toast(t('me.sessionEnded')); void cache.invalidateQueries({ queryKey: ['me'] }); }, onError: toastError });
  if (q.isError) return <div className="sk-card"><ErrorState error={q.error} retry={() => void q.refetch()} /></div>;
  return (
    <div className="sk-card sk-card-pad">
      {!q.data ? <Loading /> : (
        <ul className="sk-people" style={{ margin: 0 }}>
          {q.data.items.map((s) => (
            <li key={s.id}>
              <div><strong>{agentWords(s.user_agent)}</strong>{s.current && <span className="sk-role">{t('me.sessionHere')}</span>}<div className="dim"><bdi className="mono">{s.ip}</bdi> · {t('me.sessionSince')} <Time at={s.created_at} /> · {t('me.sessionSeen')} <Time at={s.seen_at} as="relative" /></div></div>
              {!s.current && <Button size="compact-sm" variant="default" onClick={() => end.mutate(s.id)} aria-label={t('me.sessionOf', { ip: s.ip })}>{t('me.sessionEnd')}</Button>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
