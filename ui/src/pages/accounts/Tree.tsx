import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { TreeNode } from '@/api/types';
import { Go } from '@/app/nav';
import { useSession } from '@/session/session';
import { Empty, ErrorState, Loading } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';

/** The accounts below the reader's, opened level by level. */
export function AccountTree() {
  const { t } = useTranslation();
  const { acting } = useSession();
  const own = acting.account.id;
  const { data, error, isError, refetch } = useQuery({ queryKey: ['tree', 'under', own], queryFn: () => api.get<{ items: TreeNode[] }>('/accounts/tree', { under: own }) });
  const below = useMemo(() => {
    const map = new Map<string, TreeNode[]>();
    for (const n of data?.items ?? []) if (n.parent && n.id !== own) map.set(n.parent, [...(map.get(n.parent) ?? []), n]);
    for (const list of map.values()) list.sort((a, b) => a.name.localeCompare(b.name));
    return map;
  }, [data, own]);
  const top = below.get(own) ?? [];
  return (
    <nav aria-label={t('account.treeTitle')} className="sk-card" style={{ padding: '8px 10px' }}>
      {isError ? <ErrorState error={error} retry={() => void refetch()} /> : !data ? <div style={{ padding: 12 }}><Loading lines={4} /></div>
        : top.length === 0 ? <Empty icon="accounts" title={t('account.emptyTitle')}>{t('account.emptyText')}</Empty> : <Level nodes={top} below={below} depth={0} />}
    </nav>
  );
}

function Level({ nodes, below, depth }: { nodes: TreeNode[]; below: Map<string, TreeNode[]>; depth: number }) {
  return <ul className="sk-tree">{nodes.map((n) => <Node key={n.id} node={n} below={below} depth={depth} />)}</ul>;
}

function Node({ node, below, depth }: { node: TreeNode; below: Map<string, TreeNode[]>; depth: number }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const children = below.get(node.id) ?? [];
  const opens = children.length > 0;
  return (
    <li>
      <div className="sk-tree-row" style={{ paddingInlineStart: depth * 24 }}>
        {opens
          ? <ActionIcon variant="subtle" color="slate" size={26} aria-expanded={open} aria-label={open ? t('account.closeTree', { name: node.name }) : t('account.openTree', { name: node.name })} onClick={() => setOpen(!open)}><Icon name={open ? 'chevronDown' : 'chevronRight'} size={16} /></ActionIcon>
          : <span style={{ width: 26 }} />}
        <Icon name={node.kind === 'enterprise' ? 'building' : 'channel'} size={17} />
        <Go to={`/accounts/${node.id}`} className="sk-link">{node.name}</Go>
        {node.state && node.state !== 'active' && <span className="sk-role">{t(`accountState.${node.state as 'frozen'}`)}</span>}
        {opens && <span className="dim num">{children.length}</span>}
      </div>
      {open && <Level nodes={children} below={below} depth={depth + 1} />}
    </li>
  );
}
