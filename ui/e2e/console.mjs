// What a person does in the console, by the words on the screen. Every function leaves the page where the
// person would be afterwards.
import { createHmac } from 'node:crypto';

export const texts = (page, selector) => page.locator(selector).allInnerTexts();

/** An authenticator app (RFC 6238). A code is given out once; the next one is asked of the next step. */
export class Authenticator {
  constructor(secret) {
    const bits = [...secret.replace(/[\s=]/g, '').toUpperCase()].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
    this.key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
    this.last = 0;
  }

  async code() {
    const now = () => Math.floor(Date.now() / 30_000);
    const step = Math.max(now(), this.last + 1);
    // A server takes the code of the step beside its own; further ahead we wait as a person would.
    while (step > now() + 1) await new Promise((r) => setTimeout(r, 250));
    this.last = step;
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = createHmac('sha1', this.key).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  }
}

const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Presses Next until the wizard stands at the step; findings that are warnings are passed by pressing once more. */
async function nextTo(page, step) {
  const end = Date.now() + 30_000;
  const there = () => new URL(page.url()).searchParams.get('step') === step;
  while (!there()) {
    if (Date.now() > end) throw new Error(`the wizard does not go on to ${step}: ${(await texts(page, '[role=alert], .mantine-InputWrapper-error, .sk-finding, .sk-wizard-body')).join(' | ').slice(0, 900)}`);
    const next = page.locator('.sk-wizard-foot button').last();
    if (await next.isEnabled()) await next.click().catch(() => undefined);
    await page.waitForURL((u) => u.searchParams.get('step') === step, { timeout: 2500 }).catch(() => undefined);
  }
}

/** Walks the wizard of the first start from its link to the sign-in page. */
export async function setUp(page, link, { operator, mail, secondFactor = true }) {
  const seen = {};
  await page.goto(link);
  await page.getByRole('heading', { name: 'Set up your appliance' }).waitFor();
  seen.fingerprint = (await page.locator('.sk-print span[data-first]').allInnerTexts()).join('');
  await button(page, 'Begin').click();
  await page.getByLabel('Host name').waitFor();
  seen.host = await page.getByLabel('Host name').inputValue();
  await page.locator('section[aria-live] :text-matches("Port|Clock|Disk|Data", "i")').first().waitFor();
  seen.checks = (await page.locator('section[aria-live]').innerText()).split('\n').filter(Boolean).length;
  await nextTo(page, 'certificate');
  await nextTo(page, 'mail');
  if (mail) {
    await page.getByText('Set it now').click();
    await page.getByRole('textbox', { name: 'Mail server' }).fill(mail.host);
    await page.getByRole('textbox', { name: 'Encryption' }).or(page.getByRole('combobox', { name: 'Encryption' })).first().click();
    await page.getByRole('option', { name: 'None' }).click();
    await page.getByLabel('Port', { exact: true }).fill(String(mail.port));
    await page.getByLabel('Sender').fill(mail.from);
    await page.getByLabel('Send a test mail to').fill(operator.email);
    await button(page, 'Test').click();
    await page.getByText('The server took it:').waitFor();
    seen.answer = (await page.locator('.sk-banner[data-level=ok] .mono').innerText()).trim();
  } else await page.getByText('Activation links are shown once on the screen.').click();
  await nextTo(page, 'recovery');
  await button(page, 'Make the passphrase').click();
  seen.passphrase = (await page.locator('.sk-sheet .sk-pass').innerText()).trim();
  seen.sheet = (await page.locator('.sk-sheet').innerText()).split('\n').length;
  await page.getByLabel('I have printed the sheet or written the passphrase down').check();
  await nextTo(page, 'operator');
  await page.getByLabel('Your organisation').fill(operator.organization);
  await page.getByLabel('First name').fill(operator.first);
  await page.getByLabel('Last name').fill(operator.last);
  await page.getByLabel('E-mail').fill(operator.email);
  await page.getByLabel(/^Password/).fill(operator.password);
  await page.getByLabel('The same once more').fill(operator.password);
  if (secondFactor) {
    if (!(await page.getByLabel('Second factor now').isChecked())) await page.getByLabel('Second factor now').check();
    await button(page, 'Show the QR code').click();
    await page.locator('img.sk-qr').waitFor();
    seen.app = new Authenticator(await page.locator('.sk-copy-field bdi').last().innerText());
    await page.getByLabel('Six digits of the app').fill(await seen.app.code());
  }
  await nextTo(page, 'review');
  await page.getByText('Nothing has changed yet.').waitFor();
  seen.before = (await page.evaluate(() => fetch('/api/v1/state').then((r) => r.json()))).setup;
  await button(page, 'Apply').click();
  await page.getByText('Going to the new address').waitFor();
  await page.waitForURL(/\/setup\/confirm/, { timeout: 20_000 });
  if (secondFactor) {
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    seen.codes = await texts(page, '.sk-codes li');
    await button(page, 'I have kept them').click();
  } else await button(page, 'Sign in').click();
  await page.waitForURL(/\/sign-in/);
  return seen;
}

/** Types e-mail and password and presses Sign in. */
export async function password(page, { email, password: word }) {
  const mail = page.getByLabel('E-mail');
  if (await mail.isEditable()) await mail.fill(email);
  await page.getByLabel(/^Password/).fill(word);
  await button(page, 'Sign in').click();
}

export async function secondFactor(page, code) {
  await page.getByText('Enter the six digits that your authenticator app shows.').waitFor();
  await page.getByLabel('Digit').first().click();
  await page.keyboard.type(code);
}

export async function signIn(page, who, app) {
  await password(page, who);
  if (app) await secondFactor(page, await app.code());
  await page.getByRole('heading', { name: 'Overview' }).waitFor({ timeout: 20_000 });
}

export async function signOut(page) {
  await page.locator('.sk-avatar-button').click();
  await page.locator('[role^=menuitem]', { hasText: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in/);
}

/** Goes to a page of the console by its menu. */
export async function open(page, name, heading = name) {
  await page.locator('.sk-nav').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
}

export const live = (page) => page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });

/** Chooses an entry of one of the header's menus. */
export async function pick(page, menu, entry) {
  await page.locator('header').getByRole('button', { name: menu }).first().click();
  await page.locator('[role^=menuitem]', { hasText: entry }).click();
}

/** Creates an enterprise in the wizard, up to the page that says what became of it. */
export async function createEnterprise(page, { name, admin, capacity }) {
  await open(page, 'Accounts');
  await page.getByRole('link', { name: 'New account' }).first().click();
  await page.getByLabel('Name', { exact: false }).first().fill(name);
  await nextTo(page, 'admin');
  await page.getByLabel('First name').fill(admin.first);
  await page.getByLabel('Last name').fill(admin.last);
  await page.getByLabel('E-mail').fill(admin.email);
  await nextTo(page, 'capacity');
  for (const [label, n] of Object.entries(capacity)) await page.getByRole('textbox', { name: label, exact: true }).fill(String(n));
  await nextTo(page, 'review');
  await page.getByText('Nothing has been created yet.').waitFor();
  const review = await page.locator('.sk-review').innerText();
  await button(page, 'Create').click();
  await page.getByText(`${name} is created`).waitFor();
  return { review, done: await page.locator('.sk-wizard').innerText() };
}

/** Opens the link of the activation mail and chooses a password. */
export async function activate(page, link, { first, last, password: word }) {
  await page.goto(link);
  await page.getByRole('heading', { name: 'Welcome to Switchkeep' }).waitFor();
  const said = await page.locator('main').innerText();
  await page.getByLabel('First name').fill(first);
  await page.getByLabel('Last name').fill(last);
  await page.getByLabel('New password').fill(word);
  await page.getByLabel('The same once more').fill(word);
  await button(page, 'Activate').click();
  await page.getByText('Your account is active.').waitFor();
  return said;
}

/** The row of a list whose first cell holds the text. */
export const row = (page, text) => page.locator('[role=row].sk-row', { hasText: text });
