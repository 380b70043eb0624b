// The main job, step by step. Each function leaves what the next one needs in the world.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as ui from './console.mjs';
import { until } from './servers.mjs';
import { enterprise, operator } from './world.mjs';

// One answer to all that the PBX may not know apart: unknown, wrong, used, waiting.
const parked = /approv|check/i;
const button = (page, name) => page.getByRole('button', { name, exact: true });

export async function setup(w) {
  const r = w.report;
  w.ada = await w.person('operator');
  await r.step('setup wizard: names, certificate, mail test, recovery sheet, operator with a second factor, hand-over', async () => {
    const s = await ui.setUp(w.ada.page, await w.appliance.setup(), { operator, mail: { host: '127.0.0.1', port: w.mail.port, from: 'Switchkeep <console@operator.example>' } });
    assert.equal(s.before, true, 'something was stored before Apply');
    assert.match(s.answer, /250 2\.0\.0 taken as walk-1/, `the answer of the mail server: ${s.answer}`);
    assert.match((await w.mail.mailTo(operator.email)).subject, /./);
    assert.equal(s.codes.length, 10);
    assert.ok(s.passphrase.length >= 16 && s.sheet > 8, s.passphrase);
    w.app = s.app;
    w.codes = s.codes;
    return `mail server said “${s.answer}”, ${s.checks} lines of checks, ${s.codes.length} recovery codes`;
  });
  await r.step('the setup link is closed, and the recovery codes are shown once only', async () => {
    const other = await w.person('stranger');
    await other.page.goto(await w.appliance.setup());
    await other.page.getByRole('heading', { name: 'This appliance is set up' }).waitFor();
    await other.page.goto(`${w.base}/setup/confirm`);
    assert.ok(!(await other.page.content()).includes(w.codes[0]));
    await other.close();
  });
}

export async function signIn(w) {
  const { page } = w.ada;
  await w.report.step('sign-in page: language menu, a wrong password, then password and a wrong code, then the right one', async () => {
    await page.getByRole('button', { name: 'English' }).click();
    await page.locator('[role^=menuitem]', { hasText: '简体中文' }).click();
    await page.getByRole('button', { name: '登录' }).waitFor();
    await page.getByRole('button', { name: '简体中文' }).click();
    await page.locator('[role^=menuitem]', { hasText: 'English' }).click();
    await ui.password(page, { ...operator, password: 'not this one at all' });
    await page.getByText('E-mail or password is wrong.').waitFor();
    await ui.password(page, operator);
    await ui.secondFactor(page, '000000');
    await page.getByText('The code is wrong or was used before.').waitFor();
    await page.getByLabel('Digit').first().click();
    await page.keyboard.type(await w.app.code());
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await ui.live(page);
  });
  await w.report.step('language and appearance switch at once and are kept', async () => {
    await ui.pick(page, 'Language: English', '简体中文');
    await page.getByRole('heading', { name: '概览' }).or(page.getByRole('heading', { level: 1 })).first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
    await page.reload();
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN' && document.querySelector('h1'));
    await page.locator('header').getByRole('button', { name: /简体中文/ }).first().click();
    await page.locator('[role^=menuitem]', { hasText: 'English' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.locator('header').getByRole('button', { name: /^Appearance/ }).first().click();
    await page.locator('[role^=menuitem]', { hasText: 'Dark' }).click();
    assert.equal(await page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme')), 'dark');
    await page.locator('header').getByRole('button', { name: /^Appearance/ }).first().click();
    await page.locator('[role^=menuitem]', { hasText: 'Light' }).click();
  });
}

/** What becomes of sessions: covered when idle, locked after wrong passwords, recovery codes. */
export async function sessions(w) {
  const r = w.report;
  const recover = async (page, code) => {
    await page.getByLabel('Use a recovery code').check();
    await page.getByLabel('Recovery code', { exact: true }).fill(code);
    await button(page, 'Verify').click();
  };
  await r.step('a page asked for without a session is shown after signing in, here with a recovery code; 30 minutes without an action cover it, and what was typed stays', async () => {
    const tab = await w.person('idle');
    await tab.page.clock.install();
    await tab.page.goto(`${w.base}/accounts/new`);
    await tab.page.waitForURL((u) => u.pathname === '/sign-in' && u.searchParams.get('next') === '/accounts/new');
    await ui.password(tab.page, operator);
    await recover(tab.page, w.codes[0]);
    await tab.page.getByLabel('Name', { exact: false }).first().fill('Half typed Ltd');
    await tab.page.clock.fastForward('31:00');
    await tab.page.getByText('Covered while you were away').waitFor();
    await ui.password(tab.page, operator);
    await recover(tab.page, w.codes[1]);
    await tab.page.getByText('Covered while you were away').waitFor({ state: 'detached' });
    assert.equal(await tab.page.getByLabel('Name', { exact: false }).first().inputValue(), 'Half typed Ltd');
    await tab.close();
  });
  await r.step('a used recovery code is refused', async () => {
    const tab = await w.person('used code');
    await tab.page.goto(`${w.base}/sign-in`);
    await ui.password(tab.page, operator);
    await recover(tab.page, w.codes[0]);
    await tab.page.getByText('The code is wrong or was used before.').waitFor();
    await tab.close();
  });
}

export async function create(w) {
  const { page } = w.ada;
  const r = w.report;
  await r.step('the wizard creates an enterprise with an administrator and capacity', async () => {
    const { review, done } = await ui.createEnterprise(page, enterprise);
    assert.match(review, /Acme Dental/);
    assert.match(review, /An activation link is mailed to kim@acme\.example/);
    for (const [label, n] of Object.entries(enterprise.capacity)) assert.match(review, new RegExp(`${label}\\s+${n}`), review);
    assert.match(done, /on its way by mail/);
    return Object.entries(enterprise.capacity).map(([k, n]) => `${n} ${k}`).join(', ');
  });
  await r.step('the activation mail arrives; its link opens in a fresh browser; the administrator activates and signs in', async () => {
    const mail = await w.mail.mailTo(enterprise.admin.email);
    const link = /https:\/\/\S+\/activate#t=\S+/.exec(mail.text)?.[0];
    assert.ok(link, mail.text);
    w.kim = await w.person('administrator');
    const said = await ui.activate(w.kim.page, link, { ...enterprise.admin, password: enterprise.password });
    assert.match(said, /Acme Dental/);
    await ui.signIn(w.kim.page, { ...enterprise.admin, password: enterprise.password });
    await ui.live(w.kim.page);
    assert.equal(await w.kim.page.locator('.sk-nav').getByRole('link', { name: 'System', exact: true }).count(), 0, 'an enterprise sees no System');
    const again = await w.person('second use');
    await again.page.goto(link);
    await again.page.getByRole('heading', { name: /This link (was used before|does not work)/ }).waitFor();
    await again.close();
    return `“${mail.subject}”`;
  });
}

export async function connect(w) {
  const { page } = w.kim;
  const r = w.report;
  const server = new URL(w.base).host;
  await r.step('Connect a PBX says what to type and waits; enrolled by e-mail the PBX shows up live as Connected', async () => {
    await ui.open(page, 'PBXs');
    await page.getByRole('link', { name: 'Connect a PBX' }).first().click();
    await page.getByText('Waiting for a PBX…').waitFor();
    const command = await page.locator('.sk-copy-field bdi').last().innerText();
    assert.ok(command.includes(`--server ${server}`) && command.includes(enterprise.admin.email), command);
    w.pin = /--pin (\S+)/.exec(command)[1];
    const e = await w.connector('pbx-1', ['enroll', '--server', server, '--pin', w.pin, '--email', enterprise.admin.email, '--name', 'Berlin 1', '--serial', 'E2E0000000001', '--model', 'P560', '--firmware', '37.20.0.1', '--portal', w.jupyter.url], `${enterprise.password}\n`);
    assert.equal((await e.exit).code, 0, e.lines.join('\n'));
    w.one = await w.connector('pbx-1', ['run', '--page', '']);
    await page.getByText('Berlin 1 is here').waitFor({ timeout: 30_000 });
    await page.getByText('It is connected.').waitFor({ timeout: 30_000 });
    return e.lines.at(-1);
  });
  await r.step('enrolled by an authentication code, which works once', async () => {
    await page.getByText('By authentication code').click();
    await page.getByLabel('Name of the PBX').fill('Berlin 2');
    await button(page, 'Make a code').click();
    const code = await page.locator('.sk-code').innerText();
    const args = ['enroll', '--server', server, '--pin', w.pin, '--code', code, '--serial', 'E2E0000000002', '--model', 'P560', '--firmware', '37.20.0.1', '--portal', w.jupyter.url];
    const e = await w.connector('pbx-2', args);
    assert.equal((await e.exit).code, 0, e.lines.join('\n'));
    w.two = await w.connector('pbx-2', ['run', '--page', '']);
    await page.getByText('Berlin 2 is here').waitFor({ timeout: 30_000 });
    const again = await w.connector('pbx-3', [...args.map((a) => (a === 'E2E0000000002' ? 'E2E0000000003' : a)), '--no-wait']);
    await again.exit;
    assert.match(again.lines.join('\n'), parked, 'the code worked twice');
    return `used again: “${again.lines.find((l) => parked.test(l))}”`;
  });
  await r.step('a wrong password is told on the PBX and in the operation log', async () => {
    const e = await w.connector('pbx-4', ['enroll', '--server', server, '--pin', w.pin, '--email', enterprise.admin.email, '--serial', 'E2E0000000004', '--portal', w.jupyter.url, '--no-wait'], 'quite wrong this one\n');
    await e.exit;
    assert.match(e.lines.join('\n'), parked);
    return `“${e.lines.find((l) => parked.test(l))}”`;
  });
  await r.step('both stand in the list with address, version and uptime', async () => {
    await ui.open(page, 'PBXs');
    for (const [name, serial] of [['Berlin 1', 'E2E0000000001'], ['Berlin 2', 'E2E0000000002']]) {
      const line = ui.row(page, name);
      await line.getByText('Connected').waitFor({ timeout: 20_000 });
      const text = await line.innerText();
      assert.ok(text.includes(serial) && text.includes('127.0.0.1'), text);
    }
    const used = await subscription(w);
    assert.equal(used, 2, 'two connections are taken');
  });
  await r.step('joined as a hot-standby pair they are two rows and one connection', async () => {
    await ui.open(page, 'PBXs');
    await page.getByLabel('Select Berlin 1').check();
    await page.getByLabel('Select Berlin 2').check();
    await button(page, 'Join as hot standby').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Join as hot standby', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await ui.row(page, 'Berlin 1').getByText('Primary Server').waitFor();
    await ui.row(page, 'Berlin 2').getByText('Secondary Server').waitFor();
    assert.equal(await subscription(w), 1, 'a pair takes one connection');
    await ui.open(page, 'PBXs');
    return (await ui.texts(page, '[role=row].sk-row .sk-status')).join(', ');
  });
}

/** PBX connections in use, as My Subscription says. */
async function subscription(w) {
  const id = await w.kim.page.evaluate(() => fetch('/api/v1/session').then((x) => x.json()).then((s) => s.acting.account.id));
  const view = await w.kim.page.evaluate((x) => fetch(`/api/v1/accounts/${x}/quota`).then((y) => y.json()), id);
  await ui.open(w.kim.page, 'My Subscription');
  await w.kim.page.getByText('PBX connections').first().waitFor();
  return view.kinds.find((k) => k.kind === 'pbx_connections').used;
}

export async function visit(w) {
  const { page, context } = w.kim;
  const r = w.report;
  let portal;
  await r.step('a visit opens the portal on an origin of its own', async () => {
    await ui.open(page, 'PBXs');
    await ui.row(page, 'Berlin 1').getByRole('button', { name: 'Visit', exact: true }).click();
    await page.getByLabel('Reason').fill('Ticket 4711');
    const opened = context.waitForEvent('page');
    await button(page, 'Start the visit').click();
    portal = await opened;
    await portal.waitForURL(/\.visit\.localhost.*\/tree/, { timeout: 30_000 });
    await portal.locator('#notebook_list').waitFor();
    w.portal = portal;
    return new URL(portal.url()).host.replace(/^[^.]+/, 'v-…');
  });
  await r.step('the portal works through the visit: upload with its XSRF token, a kernel over a WebSocket, a cell run', async () => {
    await portal.locator('input[type=file].fileinput').first().setInputFiles(join(w.data, 'visited.ipynb'));
    await portal.locator('.upload_button:visible').first().click();
    await until('the uploaded file', () => stat(join(w.data, 'portal', 'visited.ipynb')).then(() => true, () => false));
    const book = new URL('/notebooks/visited.ipynb', portal.url()).href;
    const socket = portal.waitForEvent('websocket', { timeout: 30_000 });
    await portal.goto(book);
    const ws = await socket;
    await portal.waitForFunction(() => globalThis.Jupyter?.notebook?.kernel?.is_connected?.(), undefined, { timeout: 60_000 });
    await portal.locator('.cell.code_cell').first().click();
    await portal.keyboard.press('Shift+Enter');
    const out = portal.locator('.output_stdout').first();
    await out.waitFor({ timeout: 60_000 });
    assert.match(await out.innerText(), /visited by 42/);
    const cookies = await context.cookies(portal.url());
    assert.ok(cookies.some((c) => c.name === '_xsrf'), 'no XSRF cookie of the portal');
    assert.ok(cookies.every((c) => c.name !== '__Host-sk'), 'the console’s cookie is seen by the portal');
    return `“${(await out.innerText()).trim()}” over ${new URL(ws.url()).pathname.split('/').slice(0, 3).join('/')}/…`;
  });
  await r.step('the live list shows the visit; End cuts the tab off', async () => {
    await ui.open(page, 'Live visits');
    const line = ui.row(page, 'Berlin 1');
    await line.waitFor();
    assert.match(await line.innerText(), /Ticket 4711/);
    await line.getByRole('button', { name: /^End the visit/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'End', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Nobody visits a PBX now').waitFor();
    const answer = await portal.goto(new URL('/api/contents', portal.url()).href).then((x) => x?.status() ?? 0, () => 0);
    assert.ok(answer === 0 || answer >= 400, `the portal still answers ${answer}`);
    await portal.close();
    return `the portal's tab gets ${answer || 'nothing'}`;
  });
}

/** Last of what the administrator does: PBXs at the same address could not be enrolled by e-mail for five minutes. */
export async function lockout(w) {
  const r = w.report;
  await r.step('ten wrong passwords lock this user at this client with a countdown; his signed-in browser goes on', async () => {
    const tab = await w.person('guesser');
    await tab.page.goto(`${w.base}/sign-in`);
    let n = 0;
    for (; n < 12; n++) {
      const answer = tab.page.waitForResponse((x) => x.url().endsWith('/api/v1/session') && x.request().method() === 'POST');
      await ui.password(tab.page, { ...enterprise.admin, password: `wrong guess number ${n}` });
      if ((await answer).status() === 423) break;
    }
    await tab.page.getByText('Locked for a while').waitFor();
    const wait = tab.page.getByRole('button', { name: /^Wait \d+:\d\d$/ });
    const first = await wait.innerText();
    await until('the countdown', async () => (await wait.innerText()) !== first);
    await w.kim.page.reload();
    await w.kim.page.getByRole('heading', { name: 'Live visits' }).waitFor();
    await tab.close();
    return `after ${n + 1} tries, “${first}”`;
  });
}

export async function logs(w) {
  const { page } = w.ada;
  const r = w.report;
  await r.step('the operation log shows all of it; a filter narrows it; the export is downloaded', async () => {
    await ui.open(page, 'Operation log');
    await ui.row(page, 'Visit ended').first().waitFor();
    const api = (q) => page.evaluate((x) => fetch(`/api/v1/audit?limit=200${x}`).then((y) => y.json()), q);
    const all = (await api('')).items;
    const have = new Set(all.map((a) => `${a.action} ${a.result}`));
    w.actions = [...have].sort();
    for (const want of ['account.add ok', 'pbx.enroll ok', 'pbx.enroll refused', 'pbx.pair ok', 'pbx.visit ok', 'visit.end ok']) assert.ok(have.has(want), `${want} is not in the log: ${w.actions.join(', ')}`);
    await button(page, 'Filter').click();
    await page.locator('[role^=menuitem]', { hasText: 'Refused' }).click();
    await page.keyboard.press('Escape');
    await page.waitForURL(/f\.result=refused/);
    await until('a narrowed list', async () => { const t = await ui.texts(page, '[role=row].sk-row'); return t.length > 0 && t.every((x) => x.includes('Refused')); });
    const sizes = [];
    for (const [label, ext] of [['Excel (.xlsx)', 'xlsx'], ['CSV (.csv)', 'csv'], ['JSON (.json)', 'json']]) {
      await button(page, 'Export').click();
      const got = page.waitForEvent('download');
      await page.locator('[role^=menuitem]', { hasText: label }).click();
      const file = await (await got).path();
      const data = await readFile(file);
      if (ext === 'xlsx') assert.equal(data.subarray(0, 2).toString(), 'PK');
      else assert.ok(data.includes('refused') && !data.includes('visit.end'), `${ext}: ${data.subarray(0, 300)}`);
      sizes.push(`${ext} ${data.length} B`);
    }
    return `${all.length} rows, ${have.size} kinds; ${sizes.join(', ')}`;
  });
  await r.step('the mail log shows the mails with the answer of the mail server', async () => {
    await ui.open(page, 'Mail log');
    const line = ui.row(page, enterprise.admin.email).filter({ hasText: 'Activation' }).first();
    await line.waitFor();
    assert.match(await line.innerText(), /Sent[\s\S]*250 2\.0\.0 taken as walk-1/);
  });
  await r.step('the overview counts and tells the appliance’s health', async () => {
    await ui.open(page, 'Overview');
    const tiles = await ui.texts(page, 'section[aria-labelledby=health] .sk-card');
    assert.ok(tiles.length >= 5, tiles.join('|'));
    for (const want of [/Disk/, /Certificate/, /Last backup/, /Mail queue/, /Clock/]) assert.ok(tiles.some((x) => want.test(x)), String(want));
    await page.locator('.sk-count-card', { hasText: 'PBXs connected' }).getByText('2', { exact: false }).first().waitFor();
    return `${tiles.length} tiles`;
  });
  await r.step('Ctrl-K finds accounts, people, PBXs and serial numbers', async () => {
    for (const [q, name] of [['acme', /Acme Dental/], ['kim', /Kim|kim@/], ['berlin', /Berlin/], ['E2E0000000002', /Berlin 2/]]) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /^Search accounts/ }).fill(q);
      await page.getByRole('option', { name }).first().waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: /^Search accounts/ }).waitFor({ state: 'detached' });
    }
  });
}

export async function leave(w) {
  await w.report.step('sign out ends the session in every tab', async () => {
    await ui.signOut(w.kim.page);
    assert.equal(await w.kim.page.evaluate(() => fetch('/api/v1/session').then((x) => x.status)), 401);
    await ui.signOut(w.ada.page);
    const n = {};
    for (const { tab } of w.report.tabs) for (const [k, v] of tab.provoked) n[k] = (n[k] ?? 0) + v;
    return `provoked and expected: ${Object.entries(n).map(([k, v]) => `${v} × ${k}`).join(', ') || 'none'}`;
  });
  const seen = w.report.tabs.flatMap(({ tab }) => tab.ofPortal);
  if (seen.length) w.report.say(`  the portal's own pages said ${seen.length}: ${[...new Set(seen.map((x) => `${x.kind} ${x.text.slice(0, 120)}`))].slice(0, 5).join(' | ')}`);
}
