import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';

export function CopyButton({ value, label }: { value: string; label?: string }) {
  const { t } = useTranslation();
  const clip = useClipboard({ timeout: 1600 });
  const text = clip.copied ? t('common.copied') : label ? t('common.copyWhat', { what: label }) : t('common.copy');
  return (
    <Tooltip label={text}>
      <ActionIcon variant="subtle" color={clip.copied ? 'teal' : 'slate'} size={26} aria-label={text}
        onClick={(e) => { e.stopPropagation(); clip.copy(value); }}>
        <Icon name={clip.copied ? 'check' : 'copy'} size={15} />
      </ActionIcon>
    </Tooltip>
  );
}

/** A value to be typed or pasted elsewhere, in a box with a copy button. */
export function CopyField({ value, label, children }: { value: string; label: string; children?: ReactNode }) {
  return <div className="sk-copy-field"><bdi className="mono">{children ?? value}</bdi><CopyButton value={value} label={label} /></div>;
}

export function CopyText({ value, label }: { value: string; label: string }) {
  return <span className="sk-copy"><bdi className="mono break">{value}</bdi><CopyButton value={value} label={label} /></span>;
}
