// Writes .br and .gz beside every text file of dist, so that the server never compresses.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const br = promisify(brotliCompress);
const gz = promisify(gzip);
const dist = new URL('./dist/', import.meta.url).pathname;
const text = /\.(js|css|svg|json|html|txt|webmanifest)$/;

let raw = 0;
let packed = 0;
const entries = await readdir(dist, { recursive: true, withFileTypes: true });
await Promise.all(
  entries
    // index.html is filled in by the server at each request.
    .filter((e) => e.isFile() && text.test(e.name) && e.name !== 'index.html')
    .map(async (e) => {
      const path = join(e.parentPath ?? e.path, e.name);
      const body = await readFile(path);
      const [b, g] = await Promise.all([
        br(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }),
        gz(body, { level: 9 }),
      ]);
      await Promise.all([writeFile(`${path}.br`, b), writeFile(`${path}.gz`, g)]);
      raw += body.length;
      packed += b.length;
    }),
);
process.stdout.write(`precompress: ${Math.round(raw / 1024)} kB -> ${Math.round(packed / 1024)} kB brotli\n`);
