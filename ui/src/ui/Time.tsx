import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { day, fullTime, relative, shortTime, utc } from './dates';

/** A moment in the account's zone, UTC on hover. */
export function Time({ at, as = 'short' }: { at?: string | null; as?: 'short' | 'full' | 'relative' | 'day' }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (as !== 'relative') return;
    const id = window.setInterval(() => tick((n) => n + 1), 30_000);
    return () => clearInterval(id);
  }, [as]);
  if (!at) return <span className="dim">—</span>;
  const text = { short: shortTime, full: fullTime, relative, day }[as](at);
  return <Tooltip label={<span className="num">{fullTime(at)}<br />{utc(at)}</span>}><time dateTime={at} className="num nowrap">{text}</time></Tooltip>;
}
