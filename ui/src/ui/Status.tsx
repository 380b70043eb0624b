import type { ReactNode } from 'react';
import type { ShapeName, Tone } from './tones';

const paths: Record<ShapeName, ReactNode> = {
  dot: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  half: <><circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" /><path d="M6 2a4 4 0 0 0 0 8z" fill="currentColor" /></>,
  triangle: <path d="M6 1.500 11 10.500H1z" fill="currentColor" strokeLinejoin="round" />,
  cross: <path d="M2.500 2.500 9.500 9.500M9.500 2.500 2.500 9.500" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />,
  bars: <path d="M3 1.500h2v9H3zM7 1.500h2v9H7z" fill="currentColor" />,
  turn: <path d="M10 6a4 4 0 1 1-1.300-2.950M9.800 1v2.500H7.300" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />,
  square: <rect x="1.500" y="1.500" width="9" height="9" rx="1.500" fill="currentColor" />,
  diamond: <path d="M6 1 11 6 6 11 1 6z" fill="currentColor" />,
  question: <path d="M3.500 4.200a2.500 2.500 0 1 1 3.600 2.200C6.200 6.900 6 7.300 6 8M6 10.300v.2" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />,
};

export function Shape({ name }: { name: ShapeName }) {
  return <svg className="sk-shape" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{paths[name]}</svg>;
}

/** The state of a thing: colour, shape and word. */
export function Status({ tone, shape, children, pill }: { tone: Tone; shape: ShapeName; children: ReactNode; pill?: boolean }) {
  return <span className={pill ? 'sk-status sk-status-pill' : 'sk-status'} data-tone={tone}><Shape name={shape} /><span>{children}</span></span>;
}
