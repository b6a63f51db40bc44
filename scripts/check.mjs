// `npm run check`: types, lint, import graph and format, each once over the whole tree.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, ensurePackages, node24, ROOT } from './setup.mjs';

const bin = (name) => path.join(ROOT, 'node_modules', name);
const tsc = (project) => [bin('typescript/bin/tsc'), '--noEmit', '-p', project];
const CHECKS = [
  { name: 'types: everything on Node', args: tsc('tsconfig.json') },
  { name: 'types: shared loads anywhere', args: tsc('shared/tsconfig.json') },
  { name: 'types: the core has no Node and no DOM', args: tsc('edge-agent/tsconfig.core.json') },
  { name: 'types: the page', args: tsc('desktop/tsconfig.renderer.json') },
  { name: 'types: the browser tests', args: tsc('desktop/tsconfig.browser.json') },
  {
    name: 'lint',
    args: [
      bin('eslint/bin/eslint.js'),
      '--max-warnings=0',
      '--cache',
      '--cache-location',
      path.join(cacheFolder(), 'eslint'),
      '.',
    ],
  },
  {
    name: 'import graph',
    args: [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      'shared/src',
      'edge-agent/src',
      'desktop/src',
      'cloud/src',
      'bench',
    ],
  },
  { name: 'dead exports', args: [path.join(ROOT, 'scripts/dead-exports.mjs')] },
  { name: 'licences', args: [path.join(ROOT, 'scripts/licences.mjs'), '--check'] },
  {
    name: 'format',
    args: [
      bin('prettier/bin/prettier.cjs'),
      '--check',
      '--log-level',
      'warn',
      '--cache',
      '--cache-location',
      path.join(cacheFolder(), 'prettier'),
      '.',
    ],
  },
];

function runCheck({ name, args }) {
  return new Promise((resolve) => {
    const child = spawn(node24(), args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('exit', (code) => {
      process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name}\n${code === 0 ? '' : output}`);
      resolve(code === 0);
    });
  });
}

/** Two at a time; returns how many passed and failed. */
export async function check() {
  const waiting = [...CHECKS];
  const results = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await runCheck(next));
  };
  await Promise.all([worker(), worker()]);
  return { passed: results.filter(Boolean).length, failed: results.filter((ok) => !ok).length };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensurePackages();
  const { failed } = await check();
  process.exitCode = failed === 0 ? 0 : 1;
}
