// Chromium for the browser tests: trust of a CA file, collectors of everything that must be zero, axe.
//
//   const browser = await launch({ ca: '/path/ca.pem' });
//   const tab = await browser.tab({ scheme: 'dark', lang: 'zh-CN', width: 390, hosts: ['console.localhost:8443'] });
//   await tab.page.goto(url); await tab.settle();
//   tab.problems  // console errors, page errors, CSP violations, foreign requests, in order
//   await tab.axe()  // WCAG 2.2 AA violations of the page in view
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
export const root = new URL('..', import.meta.url).pathname;
export const widths = [1366, 390];
export const schemes = ['light', 'dark'];
export const langs = ['en', 'zh-CN'];
export const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // Chromium asks for its maker's hosts by itself; here nothing resolves but this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
];

/** Makes a home folder whose certificate store trusts the CA file. */
export function trust(home, ca) {
  const db = join(home, '.pki', 'nssdb');
  mkdirSync(db, { recursive: true });
  execFileSync('certutil', ['-N', '-d', `sql:${db}`, '--empty-password'], { stdio: 'pipe' });
  execFileSync('certutil', ['-A', '-d', `sql:${db}`, '-n', 'switchkeep', '-t', 'C,,', '-i', ca], { stdio: 'pipe' });
}

/** The router's own table, read from the source. */
export async function routes() {
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(join(root, 'src/app/routes.ts'), { root, configFile: join(root, 'vite.config.ts'), logLevel: 'error' });
  return module.routes.map(({ path, name, needs }) => ({ path, name, needs }));
}

export async function launch({ ca, executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium', args = [] } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'sk-chromium-'));
  if (ca) trust(home, ca);
  const browser = await chromium.launch({ executablePath, args: [...flags, ...args], env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, '.local/share') } });
  return {
    browser,
    tab: (o) => openTab(browser, o),
    close: async () => { await browser.close(); rmSync(home, { recursive: true, force: true }); },
  };
}

const isOwn = (url, hosts) => {
  const u = new URL(url);
  if (['data:', 'blob:', 'about:', 'chrome-error:'].includes(u.protocol)) return true;
  return hosts.some((h) => u.host === h || u.hostname === h || (h.startsWith('*.') && u.hostname.endsWith(h.slice(1))));
};

/**
 * A browser context of its own with collectors. `hosts` are the hosts that pages may ask; `expect` lists
 * patterns of console texts that the test provokes itself (a refused sign-in is a failed request);
 * `portal` matches the addresses of pages that are a PBX's own.
 */
export async function openTab(browser, { scheme = 'light', lang = 'en', width = 1366, height = width < 700 ? 844 : 820, hosts = ['127.0.0.1', 'localhost', '*.localhost'], expect = [], portal, storageState } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: lang, reducedMotion: 'reduce', acceptDownloads: true, storageState });
  context.setDefaultTimeout(15_000);
  const problems = [];
  const ofPortal = [];
  const expected = [...expect];
  const provoked = new Map();
  // What a PBX's own portal says on its own origin is no fault of the console; it is kept apart.
  const note = (kind, text, url = '') => {
    const e = expected.find((x) => (x instanceof RegExp ? x.test(text) : text.includes(x)));
    if (e) provoked.set(String(e), (provoked.get(String(e)) ?? 0) + 1);
    else (portal?.test(url) ? ofPortal : problems).push({ kind, text });
  };
  // A binding outlives navigations; a list kept in the document would be lost with it.
  await context.exposeBinding('__skViolation', ({ page }, text) => note('csp', text, page.url()));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => window.__skViolation(`${e.violatedDirective}: ${e.blockedURI} ${e.sourceFile ?? ''}:${e.lineNumber} ${e.sample}`));
  });
  context.on('request', (r) => { if (!isOwn(r.url(), hosts)) note('foreign', r.url()); });
  const watch = (page) => {
    page.on('pageerror', (e) => note('page', String(e.stack ?? e), page.url()));
    page.on('console', (m) => { if (m.type() === 'error') note('console', `${m.text()} @ ${m.location().url}`, page.url()); });
  };
  context.on('page', watch);
  const page = await context.newPage();
  return {
    context, page, problems, ofPortal, provoked, scheme, lang, width,
    /** Adds a pattern of provoked console texts from here on. */
    expect: (e) => expected.push(e),
    settle: () => settle(page),
    axe: (o) => axe(page, o),
    overflow: () => overflow(page),
    shot: (name) => shot(page, name),
    close: () => context.close(),
  };
}

/** Waits until the page stands: nothing loading, fonts there. */
export async function settle(page) {
  // A lazy page comes after the splash: its heading, or what went wrong, says that it stands.
  await page.waitForFunction(() => [...document.querySelectorAll('h1, [role="alert"]')].some((e) => e.getClientRects().length > 0), undefined, { timeout: 5_000 }).catch(() => undefined);
  await page.waitForFunction(() => document.querySelector('#root')?.childElementCount && !document.querySelector('.sk-splash [role="status"], [role="status"][aria-label="Loading…"], [role="status"][aria-label="正在加载…"]'), undefined, { timeout: 15_000 }).catch(() => undefined);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForTimeout(120);
}

let axeSource;
/** Runs axe in the page over the debugger, which neither the policy nor Trusted Types can stop. */
export async function axe(page, { tags = axeTags } = {}) {
  axeSource ??= readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  const cdp = await page.context().newCDPSession(page);
  try {
    await cdp.send('Runtime.evaluate', { expression: axeSource });
    const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
      expression: `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(tags)} }, resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map((n) => n.target.join(' ') + ' :: ' + n.html.slice(0, 160) + ' :: ' + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? '')) }))))`,
      awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`axe: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return JSON.parse(result.value);
  } finally { await cdp.detach(); }
}

/** Pixels by which the page is wider than the screen; 0 is right. */
export const overflow = (page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

export async function shot(page, name) {
  const dir = process.env.SK_SHOTS ?? join(root, 'e2e/.shots');
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${name}.png`);
  await page.screenshot({ path });
  return path;
}

/** Chooses language and appearance the way a person's earlier visit would have left them. */
export async function choose(context, { lang, scheme }) {
  await context.addInitScript(([l, s]) => { if (!location.protocol.startsWith('http')) return; localStorage.setItem('sk.lang', l); localStorage.setItem('sk.theme', s); }, [lang, scheme]);
}
