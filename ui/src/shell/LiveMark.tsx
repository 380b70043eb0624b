import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLive } from '@/live/live';
import { shortTime } from '@/ui/dates';
import { Shape } from '@/ui/Status';

/** Whether what is on the screen is live. */
export function LiveMark() {
  const { t } = useTranslation();
  const live = useLive();
  const since = shortTime(new Date(live.since).toISOString());
  const tone = live.state === 'live' ? 'ok' : live.state === 'polling' ? 'warn' : 'idle';
  const shape = live.state === 'live' ? 'dot' : live.state === 'polling' ? 'triangle' : 'turn';
  return (
    <Tooltip label={t(`live.${live.state}Hint`, { since })}>
      <span className="sk-status sk-live" data-tone={tone} role="status" data-live={live.state} aria-label={t(`live.${live.state}`)}><Shape name={shape} /><span aria-hidden="true">{t(`live.${live.state}`)}</span></span>
    </Tooltip>
  );
}
