import { Alert, Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from './Blocks';
import { Icon } from './Icon';

type Props = {
  title: string; text: ReactNode; action: string; danger?: boolean;
  /** A name that has to be typed before something is destroyed. */
  typed?: string;
  /** Asks for a reason, which goes into the operation log. */
  reason?: boolean | 'needed';
  run: (reason: string) => Promise<unknown>;
  done: () => void; close: () => void; children?: ReactNode;
};

export function Confirm({ title, text, action, danger, typed, reason, run, done, close, children }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [why, setWhy] = useState('');
  const job = useMutation({ mutationFn: () => run(why.trim()), onSuccess: () => { done(); close(); } });
  const ready = (!typed || name.trim() === typed) && (reason !== 'needed' || why.trim() !== '');
  return (
    <Modal opened onClose={close} title={<strong>{title}</strong>} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={(e) => { e.preventDefault(); if (ready) job.mutate(); }}>
        <Stack gap="md">
          <Text component="div">{text}</Text>
          {children}
          {reason && <TextInput label={t('common.reason')} description={reason === 'needed' ? undefined : t('common.optional')} value={why} onChange={(e) => setWhy(e.currentTarget.value)} data-autofocus required={reason === 'needed'} maxLength={200} />}
          {typed && <TextInput label={t('common.typeName', { name: typed })} value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="off" data-autofocus={!reason || undefined} />}
          {job.isError && <Alert color="red" variant="light" role="alert" icon={<Icon name="error" />}>{problemText(job.error)}</Alert>}
          <div className="sk-actions" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={close}>{t('common.cancel')}</Button>
            <Button type="submit" color={danger ? 'red.8' : undefined} loading={job.isPending} disabled={!ready}>{action}</Button>
          </div>
        </Stack>
      </form>
    </Modal>
  );
}
