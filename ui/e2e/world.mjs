// What stands around the walk: the appliance, a mail server, Jupyter Notebook as a portal, Chromium, people.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connector, folder, startAppliance, startJupyter, startMail } from './servers.mjs';

export const operator = { organization: 'Example Telecom', first: 'Ada', last: 'Operator', email: 'ada@operator.example', password: 'seven quiet harbours at dawn' };
export const enterprise = { name: 'Acme Dental', admin: { first: 'Kim', last: 'Weber', email: 'kim@acme.example' }, password: 'violet engines count slowly', capacity: { Extensions: 50, 'Concurrent calls': 10, 'PBX connections': 3 } };

// The browser writes down every answer of 400 and above. These are asked for by the walk; their number is printed.
const provoked = [/status of 401 .*\/api\/v1\/session( |$|\?)/, /status of 401 .*\/api\/v1\/session\/code/, /status of 423 .*\/api\/v1\/session/, /status of 401 .*\/api\/v1\/session\/touch/];

const notebook = (text) => JSON.stringify({
  cells: [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: [text] }],
  metadata: { kernelspec: { display_name: 'Python 3 (ipykernel)', language: 'python', name: 'python3' }, language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5,
});

export class World {
  static async start(report, launch) {
    const w = new World();
    w.report = report;
    w.ends = [];
    try {
      await report.step('appliance, mail server, Jupyter Notebook and Chromium start', async () => {
        const [data, gone] = await folder('sk-walk-');
        w.data = data;
        w.ends.push(gone);
        // One after the other: each is ended even when the next one does not start.
        w.appliance = await startAppliance(join(data, 'appliance'));
        w.ends.push(() => w.appliance.program.stop());
        w.mail = await startMail();
        w.ends.push(() => w.mail.program.stop());
        w.jupyter = await startJupyter(await w.sub('portal'));
        w.ends.push(() => w.jupyter.program.stop());
        await writeFile(join(data, 'visited.ipynb'), notebook("print('visited by', 6 * 7)"));
        w.ca = join(data, 'appliance', 'ca.crt');
        w.browser = await launch({ ca: w.ca });
        w.ends.push(() => w.browser.close());
        w.base = w.appliance.console;
        return `${w.base}, ${w.browser.browser.version()}`;
      });
    } catch (e) { await w.stop(); throw e; }
    return w;
  }

  async sub(name) {
    const { mkdir } = await import('node:fs/promises');
    const path = join(this.data, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** A browser context of its own: somebody's computer. */
  async person(name, options = {}) {
    const tab = await this.browser.tab({ portal: /\.visit\.localhost/, expect: provoked, ...options });
    return this.report.watch(tab, name);
  }

  /** Runs one verb of the connector whose state lies in a folder of that name. */
  async connector(name, args, input) {
    const p = connector(await this.sub(name), args, input);
    this.ends.push(() => p.stop());
    return p;
  }

  async stop() {
    for (const end of (this.ends ?? []).splice(0).reverse()) await Promise.resolve().then(end).catch((e) => this.report.say(`  at the end: ${e.message}`));
  }
}
