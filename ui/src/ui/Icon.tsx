import { shapes, type IconName } from './icons';

export type { IconName } from './icons';

/** An outline icon. Decorative unless it gets a label. */
export function Icon({ name, size = 18, label, className }: { name: IconName; size?: number; label?: string; className?: string }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.75} strokeLinecap="round"
      strokeLinejoin="round" className={className} role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : true} focusable="false">
      {shapes[name].map((d) => <path key={d} d={d} />)}
    </svg>
  );
}
