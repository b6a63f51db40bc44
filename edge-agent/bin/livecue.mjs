#!/usr/bin/env node
// Finds the Node that LiveCue brings (24 or newer) and hands the call to the program that serves it.
// Plain JavaScript: it must run on whatever Node >= 20 the machine has.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { NODE_ENVIRONMENT, NODE_FLAGS, nodeBinary, ROOT } from './node-binary.mjs';

const PROGRAMS = {
  receiver: 'cloud/src/main.ts',
  broker: 'cloud/src/main.ts',
  fleet: 'cloud/src/main.ts',
  bench: 'bench/main.ts',
};

const node = nodeBinary();
if (node === null) {
  process.stderr.write(
    `LiveCue needs Node 24, and this is Node ${process.versions.node}. Run "npm install" in ${ROOT} (it brings Node 24 along), or install Node 24.\n`,
  );
  process.exit(1);
}
const args = process.argv.slice(2);
const program = path.join(ROOT, PROGRAMS[args[0]] ?? 'edge-agent/src/main.ts');
const env = { ...NODE_ENVIRONMENT, ...process.env };
const child = spawn(node, [...NODE_FLAGS, program, ...args], { stdio: 'inherit', env });
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGHUP'));
// A terminal sends Ctrl-C to the child itself; forwarded once more it would mean "do not drain".
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT');
});
child.on('error', (error) => {
  process.stderr.write(`Could not start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
