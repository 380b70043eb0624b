// Every page of the router's table in its states, with what the job left to be seen; and ten tabs at once.
import { join } from 'node:path';
import * as ui from './console.mjs';
import { manyTabs, visitPages } from './pages.mjs';
import { startAppliance } from './servers.mjs';

const ask = (page, path) => page.evaluate((p) => fetch(`/api/v1${p}`).then((r) => r.json()), path);

/** Views of a page beyond its plain address: tabs, drawers, steps of a wizard. */
async function extras(w) {
  const { page } = w.ada;
  const [accounts, pbxs, users, audit, mail] = await Promise.all(['/accounts', '/pbxs', '/users', '/audit?limit=1', '/mail?limit=1'].map((p) => ask(page, p)));
  const acme = accounts.items.find((a) => a.kind === 'enterprise').id;
  const pbx = pbxs.items[0].id;
  return {
    ids: { '/accounts/$id': acme, '/pbxs/$id': pbx },
    more: {
      '/accounts': ['?view=tree', `?open=${acme}`, `?open=${acme}&tab=users`, `?open=${acme}&tab=quota`], '/accounts/new': ['?step=admin', '?step=capacity'],
      '/pbxs': [`?open=${pbx}`], '/users': [`?open=${users.items[0].id}`], '/audit': [`?open=${audit.items[0].id}`], '/mail': [`?open=${mail.items[0].id}`],
      '/system': ['?tab=certificates', '?tab=backups'], '/me': ['?tab=security', '?tab=sessions'],
    },
  };
}

export async function allPages(w, full) {
  const { ids, more } = await extras(w);
  const storageState = await w.ada.context.storageState();
  const outside = (r) => r.needs === 'public';
  const run = async (name, options) => w.report.step(name, async () => {
    const { counters, findings } = await visitPages({ browser: w.browser, base: w.base, full, ...options });
    w.report.add(counters, findings);
    return Object.entries(counters).map(([k, n]) => `${k} ${n}`).join(', ');
  }, 1_800_000);
  await run(`every page of the console ${full ? '× 4 states × 2 schemes × 2 languages × 2 widths' : 'in a reduced set of states, schemes, languages and widths'}`, { which: (r) => !outside(r), storageState, more, fill: (p) => p.replace(/^.*\$id$/, (x) => x.replace('$id', ids[x])) });
  const mail = await w.mail.mailTo('kim@acme.example');
  const used = /\/activate(#t=\S+)/.exec(mail.text)?.[1] ?? '#t=x';
  await run('every page outside the console, signed out', { which: (r) => outside(r) && !r.path.startsWith('/setup'), more: { '/activate': [used, '#t=unknown'], '/reset': ['#t=unknown'] }, expect: [/status of 404 .*\/api\/v1\/tokens\//] });
  // The wizard's pages exist before the first set-up only: an appliance of their own.
  const fresh = await startAppliance(join(w.data, 'fresh'));
  const { launch } = await import('./harness.mjs');
  const browser = await launch({ ca: join(w.data, 'fresh', 'ca.crt') });
  try {
    const token = new URL(await fresh.setup()).hash;
    const steps = ['', '?step=names', '?step=certificate', '?step=mail', '?step=recovery', '?step=operator', '?step=review'].map((s) => s + token);
    await run('every page of the set-up', { browser, base: fresh.console, which: (r) => r.path.startsWith('/setup'), more: { '/setup': steps, '/setup/confirm': ['#c=unknown'] }, expect: [/status of 401 .*\/api\/v1\/setup\/confirm/] });
  } finally { await browser.close(); await fresh.program.stop(); }
}

export async function tenTabs(w) {
  await w.report.step('ten tabs at once all load and are live', async () => {
    const out = await manyTabs({ browser: w.browser, base: w.base, storageState: await w.ada.context.storageState(), isLive: ui.live });
    w.report.add({ tabs: out.tabs, 'tabs not live': out.tabs - out.live, 'tab problems': out.problems.length }, out.problems.map((p) => `ten tabs: ${p.kind} ${p.text}`));
    return `${out.live} of ${out.tabs} live`;
  });
}
