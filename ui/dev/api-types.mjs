// Makes src/api/api.d.ts from src/api/openapi.json; with --check it only compares. No network.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../src/api/openapi.json', import.meta.url);
const target = new URL('../src/api/api.d.ts', import.meta.url);
const head = '// Made from openapi.json by `npm run api:types`; do not edit.\n\n';

const document = JSON.parse(await readFile(source, 'utf8'));
const text = head + astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false, silent: true }));
if (!process.argv.includes('--check')) {
  await writeFile(target, text);
} else if (text !== (await readFile(target, 'utf8').catch(() => ''))) {
  console.error('src/api/api.d.ts is not what src/api/openapi.json says; run `make generate`');
  process.exit(1);
}
