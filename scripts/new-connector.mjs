// `node scripts/new-connector.mjs NAME`: a connector of its own that passes the conformance suite, made of the
// template in edge-agent/test/connectors/fresh-platform. docs/connectors.md says what to do with it.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEMPLATE = path.join(ROOT, 'edge-agent/test/connectors/fresh-platform');
const INGEST = path.join(ROOT, 'edge-agent/src/ingest');

const [name = ''] = process.argv.slice(2);
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 32) {
  console.error('Usage: node scripts/new-connector.mjs NAME (small letters, digits and hyphens, such as my-shop)');
  process.exit(2);
}
const target = path.join(INGEST, name);
const test = path.join(ROOT, `edge-agent/test/connectors/${name}.test.ts`);
if (existsSync(target) || existsSync(test)) {
  console.error(
    `Making the connector ${name}: ${existsSync(target) ? target : test} is there already. Choose another name.`,
  );
  process.exit(2);
}

const pascal = name.replace(/(^|-)(\w)/g, (_all, _hyphen, letter) => letter.toUpperCase());
const camel = pascal[0].toLowerCase() + pascal.slice(1);
const renamed = (text) =>
  text.replaceAll('FreshPlatform', pascal).replaceAll('freshPlatform', camel).replaceAll('fresh-platform', name);

const written = [];
function write(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  written.push(path.relative(ROOT, file));
}

function copy(folder, to) {
  for (const entry of readdirSync(folder)) {
    const from = path.join(folder, entry);
    if (statSync(from).isDirectory()) copy(from, path.join(to, entry));
    else if (!entry.endsWith('.test.ts')) {
      write(path.join(to, entry), renamed(readFileSync(from, 'utf8')).replaceAll("'../../../src/ingest/", "'../"));
    }
  }
}

/** Adds an import in its place by name, and an entry to the list. */
function register(file, importLine, list, entry) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const source = (line) => /from '(.*)';$/.exec(line)?.[1] ?? '';
  const imports = lines.filter((line) => line.startsWith('import '));
  const next = imports.find((line) => source(line).startsWith('./') && source(line) > source(importLine));
  lines.splice(next === undefined ? imports.length : lines.indexOf(next), 0, importLine);
  const text = lines.join('\n');
  if (!list.test(text)) throw new Error(`Registering ${name}: the list in ${file} was not found. Add it by hand.`);
  write(file, text.replace(list, entry));
}

copy(TEMPLATE, target);
const suite = renamed(readFileSync(path.join(TEMPLATE, 'fresh-platform.test.ts'), 'utf8'));
// The fixtures of a registered decoder are run by platform-decoders.test.ts.
write(
  test,
  suite
    .replace(/import \{ describeOwnFixtures.*\n/, '')
    .replace(/import \{ createDecoder.*\n/, '')
    .replace(/\nconst FIXTURES.*\n/, '\n')
    .replace(/\ndescribeOwnFixtures.*\n/, '\n')
    .replaceAll("'../", "'./")
    .replace("'./connector.ts'", `'../../src/ingest/${name}/connector.ts'`),
);
const connectors = path.join(INGEST, 'platform-connectors.ts');
register(
  connectors,
  `import { ${camel} } from './${name}/connector.ts';`,
  /\];( \/\/ prettier-ignore)?\n/,
  (end) => `, ${camel}${end}`,
);
const key = camel === name ? camel : `'${name}': ${camel}`;
const decoders = path.join(INGEST, 'platform-decoders.ts');
register(decoders, `import { createDecoder as ${camel} } from './${name}/decoder.ts';`, /\n\};\n/, `\n  ${key},\n};\n`);

console.log(`Made the connector ${name}:\n${written.map((file) => `  ${file}`).join('\n')}
It passes as it is: npx vitest run edge-agent/test/connectors/${name}.test.ts edge-agent/src/ingest/platform-decoders.test.ts
Go on with step 2 of docs/connectors.md.`);
