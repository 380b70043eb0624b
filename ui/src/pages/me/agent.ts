/** "Chrome · Linux" out of a browser's own description of itself. */
export function agentWords(agent: string): string {
  const browser = ([['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari'], ['curl/', 'curl']] as const).find(([k]) => agent.includes(k))?.[1];
  const system = ([['Windows', 'Windows'], ['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Mac OS X', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']] as const).find(([k]) => agent.includes(k))?.[1];
  return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 60) || '—';
}
