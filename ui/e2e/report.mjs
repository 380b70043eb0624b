// What a walk prints: one line a step, the counters at the end, and the exit code.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './harness.mjs';

export const shots = process.env.SK_SHOTS ?? join(root, 'e2e/.shots');

/** The counters that must be zero on every page of the console. */
export const kinds = { console: 'console errors', csp: 'CSP violations', foreign: 'requests to other hosts', page: 'page errors' };

export class Report {
  constructor(title) {
    this.title = title;
    this.started = Date.now();
    this.steps = 0;
    this.failed = 0;
    this.tabs = [];
    this.counters = {};
    this.findings = [];
  }

  say(text) { process.stdout.write(`${text}\n`); }

  /** A tab whose problems count from now on. */
  watch(tab, name) {
    this.tabs.push({ tab, name });
    return tab;
  }

  /** step runs fn and says how long it took; what it returns is printed as the proof. The first failure ends the walk. */
  async step(name, fn, limit = 120_000) {
    const at = Date.now();
    try {
      let timer;
      const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done after ${limit / 1000} s`)), limit); });
      const proof = await Promise.race([fn(), late]).finally(() => clearTimeout(timer));
      this.steps++;
      this.say(`ok    ${((Date.now() - at) / 1000).toFixed(1).padStart(5)} s  ${name}${typeof proof === 'string' ? `: ${proof}` : ''}`);
      return proof;
    } catch (e) {
      this.failed++;
      this.say(`FAIL  ${((Date.now() - at) / 1000).toFixed(1).padStart(5)} s  ${name}: ${e.stack ?? e}`);
      mkdirSync(shots, { recursive: true });
      for (const { tab, name: who } of this.tabs) for (const [i, page] of tab.context.pages().entries()) {
        const path = join(shots, `failed-${who}-${i}.png`);
        await page.screenshot({ path, timeout: 5000 }).then(() => this.say(`      ${page.url()} is drawn in ${path}`), () => undefined);
      }
      throw e;
    }
  }

  add(counters, findings = []) {
    for (const [k, n] of Object.entries(counters)) this.counters[k] = (this.counters[k] ?? 0) + n;
    this.findings.push(...findings);
  }

  /** Prints what was counted; returns the exit code. `sizes` names the counters that need not be zero. */
  end(sizes = []) {
    for (const { tab, name } of this.tabs) {
      for (const k of Object.keys(kinds)) this.counters[kinds[k]] = (this.counters[kinds[k]] ?? 0) + tab.problems.filter((p) => p.kind === k).length;
      this.findings.push(...tab.problems.map((p) => `${name}: ${p.kind} ${p.text}`));
    }
    for (const f of this.findings.slice(0, 200)) this.say(`  ${f.slice(0, 400)}`);
    if (this.findings.length > 200) this.say(`  … and ${this.findings.length - 200} more`);
    const bad = Object.entries(this.counters).filter(([k, n]) => !sizes.includes(k) && n !== 0);
    this.say(`${this.title}: ${this.steps} steps in ${Math.round((Date.now() - this.started) / 1000)} s; ${Object.entries(this.counters).map(([k, n]) => `${k} ${n}`).join(', ')}`);
    this.say(bad.length || this.failed ? 'DOES NOT HOLD' : 'holds');
    return bad.length || this.failed ? 1 : 0;
  }
}
