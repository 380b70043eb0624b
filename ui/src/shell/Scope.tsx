import { Popover, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Account, List, Session, TreeNode } from '@/api/types';
import { useGo, usePageParams, usePageSearch } from '@/app/nav';
import { Loading } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';

/** Lists that can be narrowed to one account and what is below it. */
const scoped = ['/pbxs', '/visits', '/users', '/audit', '/mail', '/accounts'];

/** Where in the tree the page stands; picking an account narrows the list in view, or opens that account. */
export function Scope({ session }: { session: Session }) {
  const { t } = useTranslation();
  const search = usePageSearch();
  const params = usePageParams();
  const { pathname } = useLocation();
  const go = useGo();
  const [opened, { toggle, close }] = useDisclosure(false);
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 200);
  const own = session.acting.account;
  const id = pathname.startsWith('/accounts/') ? params.id : search['f.account'];
  const one = useQuery({ queryKey: ['accounts', 'one', id], queryFn: () => api.get<Account>(`/accounts/${id}`), enabled: !!id && id !== own.id, retry: false });
  const found = useQuery({
    queryKey: ['tree', q, own.id], enabled: opened && own.kind !== 'enterprise', staleTime: 10_000,
    queryFn: async () => (q ? (await api.get<List<Account>>('/accounts', { q, limit: 30 })).items.map((a): TreeNode => ({ id: a.id, name: a.name, kind: a.kind })) : (await api.get<{ items: TreeNode[] }>('/accounts/tree', { under: own.id })).items.filter((n) => !n.parent || n.parent === own.id)),
  });
  const chain = one.data && id !== own.id ? [...(one.data.chain ?? [{ id: own.id, name: own.name }]).filter((c) => c.id !== one.data.id), { id: one.data.id, name: one.data.name }] : [{ id: own.id, name: own.name }];
  const pick = (node: { id: string }) => {
    close();
    const list = scoped.includes(pathname);
    if (list) go({ to: pathname, search: { ...search, 'f.account': node.id === own.id ? undefined : node.id, after: undefined, open: undefined } });
    else go({ to: `/accounts/${node.id}` });
  };
  const label = chain.map((c) => c.name).join(' › ');
  if (own.kind === 'enterprise') return <span className="sk-scope" style={{ cursor: 'default' }}><span>{own.name}</span></span>;
  return (
    <Popover opened={opened} onChange={(o) => { if (!o) close(); }} position="bottom-start" withinPortal trapFocus width={320} shadow="md">
      <Popover.Target><button type="button" className="sk-scope" onClick={toggle} title={label} aria-label={t('shell.scope', { name: label })}><span>{chain.length > 2 ? `… › ${chain.at(-1)?.name}` : label}</span><Icon name="chevronDown" size={14} /></button></Popover.Target>
      <Popover.Dropdown p="sm" aria-label={t('shell.scopeTitle')}>
        <TextInput data-autofocus aria-label={t('shell.findAccount')} placeholder={t('shell.findAccount')} value={text} onChange={(e) => setText(e.currentTarget.value)} leftSection={<Icon name="search" size={15} />} mb="xs" />
        <div className="sk-scope-list">
          {!q && <ScopeItem node={{ id: own.id, name: own.name, kind: own.kind }} current={!id || id === own.id} pick={pick} />}
          {found.isPending ? <Loading lines={3} /> : found.data?.map((n) => n.id !== own.id && <ScopeItem key={n.id} node={n} current={n.id === id} pick={pick} inset={!q} />)}
          {found.data?.length === 0 && q && <p className="dim">{t('list.noneTitle')}</p>}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function ScopeItem({ node, current, pick, inset }: { node: TreeNode; current: boolean; pick: (n: TreeNode) => void; inset?: boolean }) {
  return (
    <button type="button" className="sk-navlink sk-scope-item" aria-current={current ? 'page' : undefined} onClick={() => pick(node)} style={inset ? { paddingInlineStart: 24 } : undefined}>
      <Icon name={node.kind === 'enterprise' ? 'building' : 'channel'} size={16} /><span>{node.name}</span>
    </button>
  );
}
