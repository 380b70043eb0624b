// Every page of the router's table in Chromium against the mock server: four states of the page, two
// schemes, two languages, two widths. Prints every console error, policy violation, foreign request,
// axe violation and sideways scroll; exits non-zero when there is one.
//   node dev/walk.mjs [--quick] [--only name] [--shots]
import { choose, langs, launch, openTab, routes, schemes, widths } from '../e2e/harness.mjs';
import { start } from './mock.mjs';
import { fresh } from './mock-data.mjs';

const flag = (n) => process.argv.includes(n);
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';
const extra = {
  setup: ['', '?step=names', '?step=certificate', '?step=mail', '?step=recovery', '?step=operator', '?step=review'], activate: ['#t=good', '#t=old'], reset: ['#t=rgood'], setupConfirm: ['#c=x'],
  accounts: ['', '?view=tree', '?open=e4', '?open=e1&tab=users', '?open=e1&tab=quota'], newAccount: ['', '?step=admin', '?step=capacity'], pbxs: ['', '?open=p5', '?open=p9'], audit: ['', '?open=l1'], mail: ['', '?open=m0'], users: ['', '?open=u2'], visits: ['', '?open=v1'],
  system: ['', '?tab=certificates', '?tab=backups'], me: ['', '?tab=security', '?tab=sessions'],
};
const ids = { account: 'e1', pbx: 'p1' };
const states = flag('--quick') ? ['data'] : ['data', 'empty', 'error', 'loading'];

const pages = (await routes()).filter((r) => !only || r.name === only);
const browser = await launch();
let bad = 0;
let seen = 0;
const say = (text) => { bad++; process.stdout.write(`  ${text}\n`); };
for (const scheme of schemes) for (const lang of langs) for (const width of widths) for (const state of states) {
  const world = fresh({ empty: state === 'empty' });
  const server = await start({ world });
  const tab = await openTab(browser.browser, { scheme, lang, width, expect: ['Failed to load resource'] });
  await choose(tab.context, { lang, scheme });
  for (const r of pages) {
    const isSetup = r.name.startsWith('setup');
    world.setup = isSetup;
    world.signedIn = r.needs !== 'public';
    // The frame of the page is read first; what the page itself asks fails or hangs.
    world.fail = state === 'error' ? (m, p) => (m === 'GET' && !/^\/(state|session|operations|setup\/status)$/.test(p) ? [500, { title: 'broken', code: 'internal', request: 'r-1' }] : undefined) : undefined;
    world.hang = state === 'loading' ? (p) => !/^\/(state|session|operations|events)/.test(p) : undefined;
    for (const x of state === 'data' ? (extra[r.name] ?? ['']) : ['']) {
      const path = r.path.replace('$id', ids[r.name] ?? 'x') + x;
      const hash = isSetup && !x.includes('#') ? '#t=x' : '';
      await tab.page.goto('about:blank');
      await tab.page.goto(server.url + path + hash);
      if (state === 'loading') await tab.page.waitForTimeout(450); else await tab.settle();
      seen++;
      const where = `${path} ${state} ${scheme} ${lang} ${width}`;
      for (const v of await tab.axe()) say(`${where}: axe ${v.id} ×${v.nodes.length}: ${v.nodes[0]}`);
      const wide = await tab.overflow();
      if (wide) say(`${where}: ${wide} px too wide`);
      for (const p of tab.problems.splice(0)) say(`${where}: ${p.kind}: ${p.text.slice(0, 300)}`);
      if (flag('--shots')) await tab.shot(`${r.name}${x.replace(/\W+/g, '-')}-${state}-${scheme}-${lang}-${width}`);
    }
  }
  await tab.close();
  await server.stop();
}
await browser.close();
process.stdout.write(`walk: ${seen} pages, ${bad} findings\n`);
process.exit(bad ? 1 : 0);
