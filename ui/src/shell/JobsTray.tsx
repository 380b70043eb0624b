import { ActionIcon, Button, Popover, Progress } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { List, Operation } from '@/api/types';
import { word } from '@/i18n';
import { ErrorState, Loading } from '@/ui/Blocks';
import { Icon } from '@/ui/Icon';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { toast, toastError } from '@/ui/toast';
import { operationTone, unknownTone } from '@/ui/tones';

/** The running and recent work of the appliance on the user's behalf. */
export function JobsTray() {
  const { t } = useTranslation();
  const { data, isError, error, refetch } = useQuery({ queryKey: ['operations'], queryFn: () => api.get<List<Operation & { cancel?: boolean }>>('/operations', { limit: 20 }), staleTime: 15_000 });
  const cache = useQueryClient();
  const cancel = useMutation({ mutationFn: (id: string) => api.post(`/operations/${id}/cancel`), onSuccess: () => { toast(t('jobs.cancelling')); void cache.invalidateQueries({ queryKey: ['operations'] }); }, onError: toastError });
  const jobs = data?.items ?? [];
  const busy = jobs.filter((j) => j.state === 'running' || j.state === 'queued').length;
  return (
    <Popover position="bottom-end" withinPortal trapFocus width={340} shadow="md">
      <Popover.Target>
        <ActionIcon variant="subtle" color="slate" size={36} aria-label={busy ? t('jobs.running', { count: busy }) : t('jobs.title')} style={{ position: 'relative', overflow: 'visible' }}>
          <Icon name="jobs" />{busy > 0 && <span className="sk-count" aria-hidden="true">{busy}</span>}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('jobs.title')}>
        <div className="sk-tray">
          <h2>{t('jobs.title')}</h2>
          {isError ? <ErrorState error={error} retry={() => void refetch()} /> : !data ? <Loading lines={3} /> : jobs.length === 0 ? <p className="dim">{t('jobs.empty')}</p> : (
            <ul>
              {jobs.map((j) => (
                <li key={j.id}>
                  <div className="row"><strong>{word(`job.${j.kind}`, j.label || j.kind)}</strong><Status {...(operationTone[j.state] ?? unknownTone)}>{word(`jobState.${j.state}`, j.state)}</Status></div>
                  {j.state === 'running' && <Progress value={j.total ? (100 * j.done) / j.total : 100} animated={!j.total} size="sm" aria-label={t('jobs.progress')} />}
                  {(j.state === 'running' || j.state === 'queued') && !j.cancel && <div><Button size="compact-sm" variant="default" onClick={() => cancel.mutate(j.id)} aria-label={t('jobs.cancel', { what: word(`job.${j.kind}`, j.label || j.kind) })}>{t('common.cancel')}</Button></div>}
                  <div className="row dim"><span>{j.error ?? (j.total ? `${j.done} / ${j.total}` : j.label)}</span><Time at={j.ended_at ?? j.started_at ?? j.created_at} as="relative" /></div>
                </li>
              ))}
            </ul>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
