// The flows that only a browser can show, against the mock server: wizard, palette, one event stream for
// ten tabs, a session that ends under a half-typed form, lockout. node dev/flow.mjs
import { launch } from '../e2e/harness.mjs';
import { start } from './mock.mjs';
import { fresh } from './mock-data.mjs';
const s = await start({ world: fresh() }); const b = await launch();
const t = await b.tab({ expect: ['Failed to load resource'] }); const p = t.page;
let failed = 0;
const step = async (n, f) => { try { await f(); console.log('ok', n); } catch (e) { failed++; console.log('FAIL', n, e.message.slice(0, 400)); await t.shot('fail-' + n); } };
await step('wizard', async () => {
  await p.goto(s.url + '/accounts/new'); await p.getByLabel('Name', { exact: false }).first().fill('Zeta GmbH'); await p.getByRole('button', { name: 'Next' }).click();
  await p.getByLabel('First name').fill('Zoe'); await p.getByLabel('Last name').fill('Z'); await p.getByLabel('E-mail').fill('zoe@zeta.example'); await p.getByRole('button', { name: 'Next' }).click();
  await p.getByLabel('Extensions').first().fill('50'); await p.getByRole('button', { name: 'Next' }).click();
  await p.getByText('Nothing has been created yet').waitFor(); await t.shot('flow-review'); await p.getByRole('button', { name: 'Create', exact: true }).click();
  await p.getByText('Zeta GmbH is created').waitFor(); await t.shot('flow-created');
});
await step('palette', async () => { await p.keyboard.press('Control+k'); await p.getByRole('combobox').fill('acme'); await p.getByRole('option', { name: /Acme Dental/ }).waitFor(); await t.shot('flow-palette'); await p.keyboard.press('Enter'); await p.waitForURL(/accounts\/e0/); });
await step('live', async () => { await p.waitForSelector('[data-live="live"]'); if (s.streams() !== 1) throw new Error('streams ' + s.streams()); });
await step('ten tabs one stream', async () => { for (let i = 0; i < 9; i++) { const q = await t.context.newPage(); await q.goto(s.url + '/pbxs'); await q.waitForSelector('[data-live="live"]'); } if (s.streams() !== 1) throw new Error('streams ' + s.streams()); });
await step('session ends, typed text stays', async () => {
  await p.goto(s.url + '/accounts/new'); await p.getByLabel('Name', { exact: false }).first().fill('Half typed');
  s.world.signedIn = false; s.change('session', 'x'); await p.getByText('Your session has ended').waitFor({ timeout: 5000 }); await p.waitForTimeout(200); await t.shot('flow-lock');
  await p.getByLabel('Password', { exact: true }).fill('good'); await p.getByRole('button', { name: 'Sign in' }).click(); await p.getByText('Your session has ended').waitFor({ state: 'detached' });
  const v = await p.getByLabel('Name', { exact: false }).first().inputValue(); if (v !== 'Half typed') throw new Error(v);
});
await step('lockout', async () => { s.world.signedIn = false; const c = await b.tab({ expect: ['Failed to load resource'] }); await c.page.goto(s.url + '/sign-in'); for (let i = 0; i < 5; i++) { await c.page.getByLabel('E-mail').fill('a@b.c'); await c.page.getByLabel('Password', { exact: true }).fill('wrong'); await c.page.getByRole('button', { name: /Sign in/ }).click(); await c.page.getByRole('alert').waitFor(); await c.page.waitForTimeout(700); } await c.page.getByText('Too many wrong passwords').waitFor(); await c.shot('flow-locked'); console.log(c.problems.length, c.problems[0]?.text.slice(0, 200) ?? ''); });
console.log(t.problems.length, t.problems.map((x) => x.kind + x.text.slice(0, 200)).join('\n'));
await b.close(); await s.stop();
process.exit(failed || t.problems.length ? 1 : 0);
