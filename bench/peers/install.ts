/** Gets the programs that LiveCue is compared with, into `.cache/peers`; nothing is installed on the machine. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CACHE = fileURLToPath(new URL('../../.cache/peers', import.meta.url));
const NODE_RED = '5.0.7';
const DEBIAN = ['rsyslog', 'rsyslog-czmq', 'libestr0', 'libfastjson4', 'liblognorm5', 'libczmq4', 'libzmq5', 'libsodium23', 'libpgm-5.3-0', 'libnorm1']; // prettier-ignore

export interface Missing {
  readonly missing: string;
}

export interface NodeRed {
  readonly script: string;
  readonly version: string;
}

export interface Rsyslog {
  readonly program: string;
  readonly modules: string;
  /** LD_LIBRARY_PATH, empty where it is installed on the machine. */
  readonly libraries: string;
  readonly version: string;
}

export async function nodeRed(): Promise<NodeRed | Missing> {
  const folder = path.join(CACHE, 'node-red');
  const script = path.join(folder, 'node_modules/node-red/red.js');
  if (!existsSync(script)) {
    mkdirSync(folder, { recursive: true });
    const told = await run('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `node-red@${NODE_RED}`]); // prettier-ignore
    if (!existsSync(script)) return { missing: `npm install node-red@${NODE_RED} did not work: ${told}` };
  }
  return { script, version: NODE_RED };
}

/** Debian's packages, unpacked and not installed: rsyslog would replace the machine's own system log. */
export async function rsyslog(): Promise<Rsyslog | Missing> {
  if (process.platform !== 'linux') return { missing: 'rsyslog runs on Linux' };
  const onMachine = rsyslogIn('/');
  if (onMachine !== null) return { ...onMachine, libraries: '', version: await rsyslogVersion(onMachine.program, '') };
  const folder = path.join(CACHE, 'rsyslog');
  if (rsyslogIn(folder) === null) {
    mkdirSync(folder, { recursive: true });
    const told = await run('apt-get', ['download', ...DEBIAN], folder);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb')))
      await run('dpkg', ['-x', file, '.'], folder);
    if (rsyslogIn(folder) === null) return { missing: `apt-get download of rsyslog-czmq did not work (apt-get update first?): ${told}` }; // prettier-ignore
  }
  const found = rsyslogIn(folder)!;
  const libraries = path.dirname(found.modules);
  return { ...found, libraries, version: await rsyslogVersion(found.program, libraries) };
}

function rsyslogIn(root: string): { program: string; modules: string } | null {
  const program = ['usr/sbin/rsyslogd', 'sbin/rsyslogd'].map((name) => path.join(root, name)).find((name) => existsSync(name)); // prettier-ignore
  const library = path.join(root, 'usr/lib');
  if (program === undefined || !existsSync(library)) return null;
  const modules = readdirSync(library).map((name) => path.join(library, name, 'rsyslog')).find((name) => existsSync(path.join(name, 'imczmq.so'))); // prettier-ignore
  return modules === undefined ? null : { program, modules };
}

async function rsyslogVersion(program: string, libraries: string): Promise<string> {
  const told = await run(program, ['-v'], undefined, { LD_LIBRARY_PATH: libraries });
  return /rsyslogd\s+(\S+)/.exec(told)?.[1] ?? 'of an unknown version';
}

/** What it said on stdout, or why it did not end well. */
async function run(
  program: string,
  args: readonly string[],
  cwd?: string,
  env: Record<string, string> = {},
): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd, env: { ...process.env, ...env } })).stdout;
  } catch (error) {
    return (error as Error).message;
  }
}
