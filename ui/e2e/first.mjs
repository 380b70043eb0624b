// From a setup link to a signed-in console in Chromium, against the real binary.
//   node e2e/first.mjs [--link https://…/setup#t=… --ca FILE]   without a link it starts an appliance of its own
import { Report } from './report.mjs';
import { launch } from './harness.mjs';
import { live, setUp, signIn } from './console.mjs';
import { folder, startAppliance } from './servers.mjs';

const option = (n) => { const i = process.argv.indexOf(n); return i < 0 ? undefined : process.argv[i + 1]; };
const operator = { organization: 'Example Telecom', first: 'Ada', last: 'Operator', email: 'ada@operator.example', password: 'seven quiet harbours at dawn' };
const report = new Report('first');
const ends = [];
let code = 1;
try {
  let link = option('--link');
  let ca = option('--ca');
  if (!link) {
    const [data, gone] = await folder('sk-first-');
    ends.push(gone);
    const appliance = await startAppliance(data);
    ends.push(() => appliance.program.stop());
    [link, ca] = [await appliance.setup(), `${data}/ca.crt`];
  }
  const browser = await launch({ ca });
  ends.push(() => browser.close());
  const tab = report.watch(await browser.tab(), 'operator');
  // A console without a session asks for it once; the browser writes that refusal down.
  tab.expect(/status of 401 .*\/api\/v1\/session/);
  const made = await report.step('the setup link leads through the wizard to the sign-in page', async () => {
    const s = await setUp(tab.page, link, { operator });
    return s;
  });
  await report.step('password and second factor open the console, which is live', async () => {
    await signIn(tab.page, operator, made.app);
    await live(tab.page);
    return `${made.codes.length} recovery codes, console at ${new URL(tab.page.url()).host}`;
  });
  code = report.end();
} catch { code = report.end() || 1; } finally { for (const end of ends.reverse()) await end(); }
process.exit(code);
