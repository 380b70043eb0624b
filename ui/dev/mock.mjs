// A small server for work on the pages without the appliance: the built files under the real content
// security policy and answers out of memory. For development and the page tests only.
//   node dev/mock.mjs [--port 4173] [--empty] [--setup] [--signed-out]
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { extname, join, normalize } from 'node:path';
import { answer, fresh } from './mock-data.mjs';

const dist = new URL('../dist/', import.meta.url).pathname;
const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.json': 'application/json', '.html': 'text/html; charset=utf-8' };

export function policy(nonce) {
  return [`default-src 'none'`, `script-src 'self'`, `style-src 'self' 'nonce-${nonce}'`, `img-src 'self' data: blob:`, `font-src 'self'`, `connect-src 'self'`, `worker-src 'self'`,
    `manifest-src 'self'`, `base-uri 'self'`, `form-action 'self'`, `frame-ancestors 'none'`, `require-trusted-types-for 'script'`, `trusted-types default`].join('; ');
}

function page(res) {
  const nonce = randomBytes(16).toString('base64');
  const html = readFileSync(join(dist, 'index.html'), 'utf8').replace('<head>', `<head><base href="/"><meta property="csp-nonce" nonce="${nonce}">`);
  res.writeHead(200, { 'Content-Type': types['.html'], 'Content-Security-Policy': policy(nonce), 'Cache-Control': 'no-store' });
  res.end(html);
}

function file(res, path, accept) {
  const packed = accept.includes('br') && existsSync(`${path}.br`);
  res.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream', ...(packed ? { 'Content-Encoding': 'br' } : {}), 'Cache-Control': 'no-cache' });
  createReadStream(packed ? `${path}.br` : path).pipe(res);
}

async function body(req) {
  const parts = [];
  for await (const p of req) parts.push(p);
  const text = Buffer.concat(parts).toString();
  return text ? JSON.parse(text) : {};
}

/** Starts the server; `world` is its state and may be changed while it runs. */
export function start({ port = 0, world = fresh() } = {}) {
  const streams = new Set();
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x');
    if (url.pathname === '/api/v1/events') {
      if (!world.signedIn) { res.writeHead(401).end('{}'); return; }
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.write('retry: 1000\n\n');
      streams.add(res);
      req.on('close', () => streams.delete(res));
      return;
    }
    if (url.pathname.startsWith('/api/v1/')) {
      const path = url.pathname.slice('/api/v1'.length);
      if (world.hang?.(path)) return;
      if (world.delay) await new Promise((r) => setTimeout(r, world.delay));
      const fail = world.fail?.(req.method, path);
      let status, value;
      try { [status, value] = fail ?? (await answer(world, req.method, path, url.searchParams, req.method === 'GET' ? {} : await body(req))); } catch (e) { [status, value] = [500, { title: 'mock', detail: String(e?.stack ?? e) }]; }
      res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', 'Cache-Control': 'no-store' });
      res.end(value === undefined ? '' : JSON.stringify(value));
      return;
    }
    const path = join(dist, normalize(url.pathname));
    if (path.startsWith(dist) && url.pathname !== '/' && existsSync(path) && statSync(path).isFile() && !path.endsWith('index.html')) file(res, path, String(req.headers['accept-encoding'] ?? ''));
    else if (url.pathname.startsWith('/assets/')) res.writeHead(404).end('not found');
    else page(res);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({
    world, url: `http://127.0.0.1:${server.address().port}`,
    change: (type, id) => { for (const s of streams) s.write(`event: change\ndata: ${JSON.stringify({ type, id, rev: 1 })}\n\n`); },
    streams: () => streams.size,
    stop: () => new Promise((done) => { for (const s of streams) s.end(); server.closeAllConnections(); server.close(done); }),
  })));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const flag = (n) => process.argv.includes(n);
  const at = process.argv.indexOf('--port');
  const s = await start({ port: at > 0 ? Number(process.argv[at + 1]) : 4173, world: fresh({ empty: flag('--empty'), setup: flag('--setup'), signedIn: !flag('--signed-out') }) });
  process.stdout.write(`mock: ${s.url}\n`);
}
