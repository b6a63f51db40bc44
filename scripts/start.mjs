// `npm start`: installs and builds what is missing, then runs the simulated room.
// Arguments go on to `livecue start`: `npm start -- --config my.json` runs a real room instead.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureElectron } from './electron-binary.mjs';
import { ensureBuilt, ensurePackages, NODE_ENVIRONMENT, NODE_FLAGS, node24, ROOT, say } from './setup.mjs';

ensurePackages();
ensureBuilt();
await ensureElectron({ root: ROOT, node: node24(), env: process.env, platform: process.platform, say });
const given = process.argv.slice(2);
const args = given.length === 0 ? ['--demo'] : given;
const child = spawn(node24(), [...NODE_FLAGS, path.join(ROOT, 'edge-agent/src/main.ts'), 'start', ...args], {
  stdio: 'inherit',
  env: { ...NODE_ENVIRONMENT, ...process.env },
});
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT');
});
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
