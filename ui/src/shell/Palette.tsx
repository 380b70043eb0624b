import { Modal, TextInput, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { api, base } from '@/api/client';
import type { SearchGroup, Session } from '@/api/types';
import { useGo } from '@/app/nav';
import { currentLang, setLanguage, word } from '@/i18n';
import { Icon, type IconName } from '@/ui/Icon';
import { allowedNav } from './Nav';

type Item = { id: string; icon: IconName; label: string; sub?: string; run: () => void };
type Group = { id: string; title: string; items: Item[] };
const icons: Record<string, IconName> = { account: 'building', user: 'user', pbx: 'pbx' };

/** Ctrl-K: finds accounts, people and PBXs by name, e-mail, serial; goes to pages; runs commands. */
export function Palette({ opened, close, session }: { opened: boolean; close: () => void; session: Session }) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={opened} onClose={close} centered={false} yOffset="10vh" size={620} padding={0} transitionProps={{ duration: 90 }}>
      <Modal.Overlay />
      <Modal.Content aria-label={t('shell.search')}><Finder close={close} session={session} /></Modal.Content>
    </Modal.Root>
  );
}

function Finder({ close, session }: { close: () => void; session: Session }) {
  const { t } = useTranslation();
  const go = useGo();
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 160);
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const found = useQuery({ queryKey: ['search', q], queryFn: ({ signal }) => api.get<{ groups: SearchGroup[] }>('/search', { q }, { signal }), enabled: q.length > 0, placeholderData: keepPreviousData, staleTime: 5000 });
  const fits = (s: string) => s.toLowerCase().includes(text.trim().toLowerCase());
  const to = (path: string) => {
    const [p, s] = (path.startsWith(base) ? `/${path.slice(base.length)}` : path).split('?');
    go({ to: p, search: Object.fromEntries(new URLSearchParams(s ?? '')) });
  };

  const groups: Group[] = [];
  if (q) for (const g of found.data?.groups ?? []) groups.push({ id: g.kind, title: word(`search.${g.kind}`, g.kind), items: g.items.map((i) => ({ id: `${g.kind}:${i.id}`, icon: icons[g.kind] ?? 'search', label: i.label, sub: i.sub, run: () => to(i.href) })) });
  const pages = allowedNav(session).flatMap((g) => g.items).filter((i) => fits(t(`page.${i.page}`))).map((i): Item => ({ id: i.to, icon: i.icon, label: t(`page.${i.page}`), run: () => go({ to: i.to }) }));
  groups.push({ id: 'pages', title: t('search.pages'), items: pages });
  const commands: Item[] = [
    ...(session.may.includes('pbx.enroll') ? [{ id: 'c:connect', icon: 'plug' as const, label: t('page.connect'), run: () => go({ to: '/pbxs/connect' }) }] : []),
    ...(session.may.includes('account.add') ? [{ id: 'c:new', icon: 'plus' as const, label: t('page.newAccount'), run: () => go({ to: '/accounts/new' }) }] : []),
    { id: 'c:me', icon: 'settings', label: t('page.me'), run: () => go({ to: '/me' }) },
    { id: 'c:theme', icon: 'moon', label: t('search.theme'), run: () => setColorScheme(colorScheme === 'dark' ? 'light' : 'dark') },
    { id: 'c:lang', icon: 'language', label: t('search.language'), run: () => void setLanguage(currentLang() === 'en' ? 'zh-CN' : 'en') },
  ];
  groups.push({ id: 'commands', title: t('search.commands'), items: commands.filter((c) => fits(c.label)) });
  const shown = groups.filter((g) => g.items.length > 0);
  const flat = shown.flatMap((g) => g.items);
  const active = Math.min(at, flat.length - 1);
  useEffect(() => { box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }); }, [active]);
  const run = (i: Item | undefined) => { if (i) { close(); i.run(); } };
  const onKey = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'ArrowDown') { e.preventDefault(); setAt((active + 1) % Math.max(1, flat.length)); }
    if (e.key === 'ArrowUp') { e.preventDefault(); setAt((active - 1 + flat.length) % Math.max(1, flat.length)); }
    if (e.key === 'Enter') { e.preventDefault(); run(flat[active]); }
  };
  return (
    <>
      <TextInput data-autofocus value={text} onChange={(e) => { setText(e.currentTarget.value); setAt(0); }} onKeyDown={onKey} size="lg" variant="unstyled" px="md" leftSection={<Icon name="search" />} leftSectionWidth={44}
        placeholder={t('search.hint')} aria-label={t('search.hint')} role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={flat[active] ? `palette-${active}` : undefined} aria-autocomplete="list" />
      <div className="sk-palette-list" id="palette-list" role="listbox" aria-label={t('search.results')} ref={box} style={{ borderTop: '1px solid var(--sk-line)' }}>
        {shown.map((g) => (
          <div key={g.id} role="group" aria-label={g.title}>
            <div className="sk-section sk-palette-group" aria-hidden="true">{g.title}</div>
            {g.items.map((i) => {
              const n = flat.indexOf(i);
              return <div key={i.id} id={`palette-${n}`} role="option" aria-selected={n === active} className="sk-palette-item" onMouseMove={() => setAt(n)} onClick={() => run(i)}><Icon name={i.icon} /><span>{i.label}</span>{i.sub && <bdi className="sub">{i.sub}</bdi>}</div>;
            })}
          </div>
        ))}
        {q && flat.length === 0 && !found.isFetching && <div role="option" aria-selected="false" aria-disabled="true" className="sk-palette-item dim">{t('search.none', { q })}</div>}
      </div>
    </>
  );
}
