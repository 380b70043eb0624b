// The main job on real input, against the real binary: set up, sign in, create an enterprise, connect PBXs,
// work in a portal, read it all in the operation log. Then every page of the router's table, and ten tabs.
//   node e2e/walk.mjs [--pages reduced|full|none] [--only-pages]
// --only-pages does of the job what the pages need to have something to show.
import { Report } from './report.mjs';
import { launch } from './harness.mjs';
import { World } from './world.mjs';
import * as job from './job.mjs';
import { allPages, tenTabs } from './views.mjs';

const option = (n, other) => { const i = process.argv.indexOf(n); return i < 0 ? other : process.argv[i + 1]; };
const pages = option('--pages', 'reduced');
const report = new Report(`walk (${pages === 'none' ? 'no pages' : `${pages} pages`})`);
let world;
let code = 1;
try {
  world = await World.start(report, launch);
  await job.setup(world);
  await job.signIn(world);
  if (!process.argv.includes('--only-pages')) await job.sessions(world);
  await job.create(world);
  await job.connect(world);
  await job.visit(world);
  if (!process.argv.includes('--only-pages')) await job.lockout(world);
  await job.logs(world);
  if (pages !== 'none') {
    await allPages(world, pages === 'full');
    await tenTabs(world);
  }
  await job.leave(world);
  code = report.end(['pages', 'views', 'tabs']);
} catch (e) {
  if (!report.failed) report.say(String(e.stack ?? e));
  code = report.end(['pages', 'views', 'tabs']) || 1;
} finally { await world?.stop(); }
process.exit(code);
