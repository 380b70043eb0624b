// Opens every page of the router's own table in each of its states and looks for what must be zero.
import { choose, langs, routes, schemes, widths } from './harness.mjs';

export const states = ['data', 'empty', 'loading', 'error'];

/** All combinations, or a reduced set that still meets each page, state, scheme, language and width. */
export function combinations(full) {
  const all = [];
  for (const scheme of schemes) for (const lang of langs) for (const width of widths) all.push({ scheme, lang, width });
  if (full) return all.map((c) => ({ ...c, states }));
  // The first meets all states; each of the others adds a scheme, a language, a width or all of them.
  return [[0, states], [3, ['data']], [5, ['data']], [6, ['data']], [7, states]].map(([i, s]) => ({ ...all[i], states: s, plain: s.length === 1 }));
}

// What the shell itself needs: a page's state is about the page's own data.
const shell = [/\/api\/v1\/(session|state|events|captcha|operations)(\/|$|\?)/, /\/api\/v1\/setup/, /\/api\/v1\/tokens\//];

/** Takes the rows out of every list in the page itself: only the browser resolves and trusts the appliance. */
function emptied(context) {
  return context.addInitScript((sources) => {
    const real = window.fetch;
    const needed = sources.map((s) => new RegExp(s));
    window.fetch = async (input, init) => {
      const answer = await real(input, init);
      const path = new URL(typeof input === 'string' ? input : (input.url ?? String(input)), location.href).pathname;
      if (!path.startsWith('/api/v1/') || needed.some((s) => s.test(path))) return answer;
      const body = await answer.clone().json().catch(() => null);
      if (!Array.isArray(body?.items)) return answer;
      return new Response(JSON.stringify({ ...body, items: [], next: null, total: 0 }), { status: answer.status, headers: answer.headers });
    };
  }, shell.map((s) => s.source));
}

/** Makes the page's own data empty, never arriving, or failing. */
export async function arrange(context, state) {
  if (state === 'data') return;
  if (state === 'empty') return emptied(context);
  await context.route(/\/api\/v1\//, async (route) => {
    const r = route.request();
    if (r.method() !== 'GET' || shell.some((s) => s.test(new URL(r.url()).pathname))) return route.fallback();
    if (state === 'loading') return undefined;
    if (state === 'error')
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'walk', detail: 'the walk refuses' }) });
    return route.fallback();
  });
}

/**
 * Visits the pages of the router's table that `which` picks. `fill` turns a path with parameters into a
 * real one, or returns null when there is no such object; `more` adds views of a page, such as its drawer.
 * Returns the counters and a line for each finding; a page of which no view was made is one.
 */
export async function visitPages({ browser, base, hosts, storageState, which = () => true, fill = (p) => (p.includes('$') ? null : p), more = {}, expect = [], full = false, log = () => {} }) {
  const table = (await routes()).filter(which);
  const counters = { pages: table.length, views: 0, console: 0, page: 0, csp: 0, foreign: 0, axe: 0, overflow: 0, blank: 0 };
  const findings = [];
  const missed = new Set(table.map((r) => r.path));
  const jobs = [];
  for (const c of combinations(full)) for (const state of c.states) jobs.push({ ...c, state });
  const look = async (tab, job, path, where) => {
    const before = tab.problems.length;
    try {
      // A change of the fragment alone would load nothing.
      if (path.includes('#')) await tab.page.goto('about:blank');
      await tab.page.goto(base + path, { waitUntil: 'load' });
      if (job.state === 'loading') {
        // The splash has no words; the shell, which has some, stands when the page inside it waits.
        await tab.page.waitForFunction(() => document.body.innerText.trim().length >= 10, undefined, { timeout: 15_000 });
        await tab.page.waitForTimeout(200);
      } else await tab.settle();
    } catch (e) {
      findings.push(`${where}: ${e.message.split('\n')[0]}`);
      counters.page++;
      return;
    }
    counters.views++;
    const text = await tab.page.evaluate(() => document.body.innerText.trim());
    if (text.length < 10) { counters.blank++; findings.push(`${where}: the page is blank`); }
    for (const v of await tab.axe()) { counters.axe++; findings.push(`${where}: axe ${v.id} ${v.nodes[0]}`); }
    const wide = await tab.overflow();
    if (wide > 0) { counters.overflow++; findings.push(`${where}: ${wide} px too wide`); }
    for (const p of tab.problems.slice(before)) { counters[p.kind]++; findings.push(`${where}: ${p.kind} ${p.text}`); }
  };
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const tab = await browser.tab({ ...job, hosts, storageState, expect: job.state === 'error' ? [...expect, /status of 503/] : expect });
      await choose(tab.context, job);
      await arrange(tab.context, job.state);
      for (const r of table) {
        if (r.needs === 'public' && job.state !== 'data') continue;
        const path = fill(r.path);
        if (path === null) continue;
        missed.delete(r.path);
        for (const view of job.state === 'data' && !job.plain ? ['', ...(more[r.path] ?? [])] : ['']) await look(tab, job, path + view, `${r.path}${view} ${job.state} ${job.scheme} ${job.lang} ${job.width}`);
      }
      log(`${job.state} ${job.scheme} ${job.lang} ${job.width}: ${counters.views} views`);
      await tab.close();
    }
  };
  await Promise.all([worker(), worker()]);
  for (const p of missed) findings.push(`${p}: no view of this page`);
  return { counters: { ...counters, missed: missed.size }, findings };
}

/** Opens n tabs of one browser at once; all must load and turn live. */
export async function manyTabs({ browser, base, hosts, storageState, n = 10, path = '/pbxs', isLive }) {
  const tab = await browser.tab({ hosts, storageState });
  const pages = [tab.page];
  while (pages.length < n) pages.push(await tab.context.newPage());
  await Promise.all(pages.map((p) => p.goto(base + path, { waitUntil: 'load' })));
  const live = await Promise.all(pages.map((p) => isLive(p).then(() => true, () => false)));
  const out = { tabs: n, live: live.filter(Boolean).length, problems: tab.problems };
  await tab.close();
  return out;
}
