// What must be there before anything else runs. Plain JavaScript on Node >= 20, no packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NODE_ENVIRONMENT, NODE_FLAGS, nodeBinary, ROOT } from '../edge-agent/bin/node-binary.mjs';

export { NODE_ENVIRONMENT, NODE_FLAGS, ROOT };

export function say(words) {
  process.stderr.write(`${words}\n`);
}

/** Ends the program: what could not be done, and what to do about it. */
export function giveUp(what, remedy) {
  say(`\nCannot go on: ${what}\n  What to do: ${remedy}`);
  process.exit(1);
}

/** Runs a program with its output on ours; returns its exit code. */
export function run(program, args, options = {}) {
  const { env, ...rest } = options;
  const result = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env }, ...rest });
  if (result.error)
    giveUp(`${program} could not be started: ${result.error.message}`, `install ${program} or check the PATH`);
  return result.status ?? 1;
}

function npm(args) {
  const cli = process.env.npm_execpath;
  const env = {
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    ELECTRON_SKIP_BINARY_DOWNLOAD: process.env.ELECTRON_SKIP_BINARY_DOWNLOAD ?? '1',
  };
  return cli === undefined ? run('npm', args, { env }) : run(process.execPath, [cli, ...args], { env });
}

/** True when npm's own record of what it installed has every package of the lock file at its version. */
function packagesInstalled() {
  const record = path.join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = read(record);
  return Object.entries(read(path.join(ROOT, 'package-lock.json'))).every(
    ([place, { version, optional, link }]) =>
      !place.startsWith('node_modules/') || optional || link || installed[place]?.version === version,
  );
}

/** Installs the packages of the lock file, Node 24 among them, when they are missing or the lock file has changed. */
export function ensurePackages() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    giveUp(
      `LiveCue needs Node 20 or newer to install itself, and this is Node ${process.versions.node}`,
      'install Node 20, 22 or 24 and run the command again',
    );
  }
  if (packagesInstalled() && nodeBinary() !== null) return;
  say('Installing packages (once, about a minute) …');
  const code = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    giveUp(
      `npm ci ended with exit code ${code}`,
      'check the network connection and the npm registry setting (npm config get registry), then run the command again',
    );
  }
  if (nodeBinary() === null) {
    giveUp(
      `no Node 24 came along for ${process.platform}-${process.arch}`,
      'install Node 24 yourself and run the command with it',
    );
  }
}

/** Node >= 24; call after `ensurePackages`. */
export function node24() {
  return nodeBinary() ?? process.execPath;
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}

/** Builds the panel when it was never built or its sources are newer. */
export function ensureBuilt() {
  const built = path.join(ROOT, 'desktop/dist/renderer/index.html');
  const sources = Math.max(newest(path.join(ROOT, 'desktop/src')), newest(path.join(ROOT, 'shared/src')));
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return;
  say('Building the panel …');
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js');
  for (const [config, mode] of [
    ['vite.config.ts', 'production'],
    ['vite.electron.config.ts', 'main'],
    ['vite.electron.config.ts', 'preload'],
  ]) {
    const code = run(node24(), [vite, 'build', '--config', config, '--mode', mode, '--logLevel', 'warn'], {
      cwd: path.join(ROOT, 'desktop'),
    });
    if (code !== 0)
      giveUp(
        `building the panel ended with exit code ${code}`,
        'read the lines above; "npm run build" repeats just this step',
      );
  }
}

/**
 * What makes installers of the desktop lies apart: nobody needs it to run LiveCue. Returns false when it is missing
 * and could not be installed.
 */
export function ensurePackaging() {
  const cwd = path.join(ROOT, 'desktop/packaging');
  const { dependencies } = JSON.parse(readFileSync(path.join(cwd, 'package.json'), 'utf8'));
  const installed = (name) => {
    const file = path.join(cwd, 'node_modules', name, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === dependencies[name];
  };
  if (Object.keys(dependencies).every(installed)) return true;
  say('Installing electron-builder (once, about half a minute) …');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  const code = cli === undefined ? run('npm', args, { cwd }) : run(process.execPath, [cli, ...args], { cwd });
  if (code !== 0) say('Missing: electron-builder; the tests of the installer are skipped.');
  return code === 0;
}

/** Debian packages that the tests use, each with a file that tells that it is there; where one is not, `instead` does. */
const SYSTEM = [
  { name: 'chromium', file: '/usr/bin/chromium', for: 'browser tests' },
  {
    name: 'chromium-headless-shell',
    file: '/usr/bin/chromium-headless-shell',
    instead: '/usr/bin/chromium',
    for: 'browser tests in two thirds of the time',
  },
  {
    name: 'fonts-noto-cjk',
    file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    for: 'Chinese in screenshots',
  },
  { name: 'mosquitto', file: '/usr/sbin/mosquitto', for: 'tests against a real broker' },
  { name: 'ejabberd', file: '/usr/sbin/ejabberdctl', for: 'tests against a second broker' },
  { name: 'postgresql', file: '/usr/lib/postgresql', for: 'tests against a real database' },
  { name: 'gcc', file: '/usr/bin/cc', for: 'tests of the store against power loss' },
  { name: 'libc6-dev', file: '/usr/include/stdio.h', for: 'tests of the store against power loss' },
  { name: 'obs-studio', file: '/usr/bin/obs', for: 'tests against a real OBS' },
  { name: 'xvfb', file: '/usr/bin/Xvfb', for: 'a display for OBS' },
];

/**
 * On Debian as root: installs what the tests need of the system. Elsewhere: says what is missing, and
 * those tests skip. Returns true when nothing is missing.
 */
export function ensureSystemPackages() {
  const missing = SYSTEM.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return true;
  const names = missing.map(({ name }) => name);
  const debian = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (!debian) {
    const needed = missing.filter(({ instead }) => instead === undefined || !existsSync(instead));
    for (const item of needed)
      say(`Missing: ${item.name} (${item.for}); those tests are skipped. On Debian: sudo apt-get install ${item.name}`);
    return needed.length === 0;
  }
  say(`Installing Debian packages for the tests: ${names.join(' ')} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o=Dpkg::Use-Pty=0'];
  // Tests start their own brokers and databases; the system's must not be started by the installation.
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run('apt-get', ['update', ...quiet], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const code = run('apt-get', ['install', '-y', '--no-install-recommends', ...quiet, ...names], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (code !== 0)
      giveUp(`apt-get install ${names.join(' ')} ended with exit code ${code}`, 'run it by hand and read what it says');
  } finally {
    if (ours) rmSync(policy);
  }
  return true;
}

export function cacheFolder() {
  const folder = path.join(ROOT, '.cache');
  mkdirSync(folder, { recursive: true });
  return folder;
}
