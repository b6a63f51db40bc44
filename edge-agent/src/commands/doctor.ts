import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AgentConfig, ModelManifest, parseAgentConfig } from '@livecue/shared/contract';
import type { Command } from './command.ts';
import { dataFolder } from '../assembly/data-folder.ts';
import { doorItems } from '../assembly/door-tls.ts';

const HELP = `livecue doctor [--config FILE] [--data DIR] [--json]

Looks at this machine and says, one line each, what is there, what is missing and what to do.
Exit code 1 when something that LiveCue cannot run without is wrong.

Example: livecue doctor
`;

type Level = 'ok' | 'warn' | 'wrong';
export interface Finding {
  readonly name: string;
  readonly level: Level;
  readonly text: string;
  readonly remedy: string | null;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MARKS: Readonly<Record<Level, string>> = { ok: 'ok   ', warn: 'warn ', wrong: 'WRONG' };

export const doctor: Command = async (args, io) => {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        config: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    io.stderr.write(`livecue doctor: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    io.stdout.write(HELP);
    return 0;
  }
  const folder = dataFolder(values.data, io.env, false);
  const { findings } = await lookAround(folder, values.config ?? path.join(folder, 'config.json'));
  for (const { name, level, text, remedy } of findings) {
    if (values.json) io.stdout.write(`${JSON.stringify({ name, level, text, remedy })}\n`);
    else io.stdout.write(`${MARKS[level]}  ${name.padEnd(14)} ${text}${remedy === null ? '' : ` · ${remedy}`}\n`);
  }
  return findings.some(({ level }) => level === 'wrong') ? 1 : 0;
};

/** What is there, and the configuration of `file`, or the defaults where it cannot be used. */
export async function lookAround(folder: string, file: string): Promise<{ config: AgentConfig; findings: Finding[] }> {
  const { config, finding } = configuration(file);
  const findings = [
    node(),
    finding,
    ...(await ports(config)),
    ...doorItems(config, folder, Date.now()).map(({ name, level, text, remedy }) => ({ name, level, text: text.en, remedy: remedy?.en ?? null })), // prettier-ignore
    disk(folder),
    clock(),
    model('intent'),
    panelPage(),
    electron(),
    chromium(),
    obs(),
    ...(await native()),
  ];
  return { config, findings };
}

const ok = (name: string, text: string): Finding => ({ name, level: 'ok', text, remedy: null });

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24
    ? ok('node', `${process.version} (${process.platform}-${process.arch})`)
    : { name: 'node', level: 'wrong', text: process.version, remedy: 'run "npm install": it brings Node 24 along' };
}

function configuration(file: string): { config: AgentConfig; finding: Finding } {
  const defaults = AgentConfig.parse({});
  if (!existsSync(file)) return { config: defaults, finding: ok('configuration', `${file} is not there: defaults`) };
  try {
    const parsed = parseAgentConfig(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.ok) return { config: parsed.config, finding: ok('configuration', file) };
    return {
      config: defaults,
      finding: {
        name: 'configuration',
        level: 'wrong',
        text: `${file}: ${parsed.problems.join('; ')}`,
        remedy: 'correct the named keys',
      },
    };
  } catch (error) {
    return {
      config: defaults,
      finding: {
        name: 'configuration',
        level: 'wrong',
        text: `${file}: ${(error as Error).message}`,
        remedy: 'make it valid JSON',
      },
    };
  }
}

async function ports(config: AgentConfig): Promise<Finding[]> {
  const zmq = /^tcp:\/\/([^:]+):(\d+)$/.exec(config.ingest.zmq.endpoint);
  const wanted = [
    { key: 'panel.httpPort', host: config.panel.host, port: config.panel.httpPort },
    { key: 'ingest.httpPort', host: config.ingest.host, port: config.ingest.httpPort },
    { key: 'ingest.zmq.endpoint', host: zmq?.[1] ?? '127.0.0.1', port: Number(zmq?.[2] ?? 0) },
    { key: 'panel.zmqPubPort', host: '127.0.0.1', port: config.panel.zmqPubPort },
    { key: 'panel.zmqCallPort', host: '127.0.0.1', port: config.panel.zmqCallPort },
    { key: 'uplink.embeddedBrokerPort', host: '127.0.0.1', port: config.uplink.embeddedBrokerPort },
  ];
  return Promise.all(
    wanted.map(async ({ key, host, port }) => {
      const trouble = await tryPort(host, port);
      if (trouble === null) return ok(`port ${port}`, `free (${key})`);
      const remedy = `end the program that has it (an agent that runs already?), or set ${key} to another port`;
      return { name: `port ${port}`, level: 'warn' as const, text: `${trouble} (${key})`, remedy };
    }),
  );
}

function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'in use' : error.message),
    );
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

/** The real thing: 20 times 4 KiB and fsync, as the journal does it. */
function disk(folder: string): Finding {
  let place = folder;
  while (!existsSync(place)) place = path.dirname(place);
  const probe = mkdtempSync(path.join(place, '.livecue-doctor-'));
  try {
    const file = openSync(path.join(probe, 'probe'), 'w');
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      writeSync(file, Buffer.alloc(4096, i));
      const startedMs = performance.now();
      fsyncSync(file);
      times.push(performance.now() - startedMs);
    }
    closeSync(file);
    const worst = Math.max(...times);
    const { bavail, bsize } = statfsSync(place);
    const freeGb = (bavail * bsize) / 1e9;
    const text = `${place}: ${freeGb.toFixed(1)} GB free, fsync at most ${worst.toFixed(1)} ms`;
    if (freeGb < 1)
      return {
        name: 'disk',
        level: 'warn',
        text,
        remedy: 'free space: the journal stops taking events when the disk is full',
      };
    if (worst > 100) return { name: 'disk', level: 'warn', text, remedy: 'slow disk: put --data on a local SSD' };
    return ok('disk', text);
  } catch (error) {
    return {
      name: 'disk',
      level: 'wrong',
      text: `${place}: ${(error as Error).message}`,
      remedy: 'choose a folder that can be written with --data',
    };
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

function clock(): Finding {
  const year = new Date().getUTCFullYear();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const text = `${new Date().toISOString()} (${zone})`;
  return year >= 2026 && year < 2100
    ? ok('clock', text)
    : {
        name: 'clock',
        level: 'wrong',
        text,
        remedy: 'set the clock and turn on time synchronisation: events would be refused as late or from the future',
      };
}

function model(task: string): Finding {
  const folder = path.join(ROOT, 'models', task);
  try {
    const manifest = ModelManifest.parse(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')));
    const what = manifest.kind === 'rules' ? 'hand-written rules, no trained model' : 'trained model';
    return ok(`model ${task}`, `${manifest.version}: ${what}`);
  } catch (error) {
    return {
      name: `model ${task}`,
      level: 'wrong',
      text: (error as Error).message,
      remedy: 'restore the models folder from the installation',
    };
  }
}

function panelPage(): Finding {
  const page = path.join(ROOT, 'desktop/dist/renderer/index.html');
  return existsSync(page)
    ? ok('panel', 'built')
    : {
        name: 'panel',
        level: 'warn',
        text: 'the page is not built',
        remedy: 'run "npm run build"; npm start does it by itself',
      };
}

function electron(): Finding {
  const binary = path.join(
    ROOT,
    'node_modules/electron/dist',
    process.platform === 'win32' ? 'electron.exe' : 'electron',
  );
  return existsSync(binary)
    ? ok('electron', 'its binary is there')
    : {
        name: 'electron',
        level: 'warn',
        text: 'no binary: the panel opens in a browser',
        remedy: 'for the desktop window run "npx install-electron" or "node node_modules/electron/install.js"',
      };
}

function chromium(): Finding {
  const found = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => existsSync(file));
  if (found !== undefined) return ok('browser', found);
  return process.platform === 'linux'
    ? {
        name: 'browser',
        level: 'warn',
        text: 'no Chromium: browser tests skip',
        remedy: 'apt-get install chromium fonts-noto-cjk',
      }
    : ok('browser', 'any current browser shows the panel');
}

function obs(): Finding {
  const found = ['/usr/bin/obs', '/Applications/OBS.app', 'C:\\Program Files\\obs-studio'].find((file) =>
    existsSync(file),
  );
  return found === undefined
    ? {
        name: 'obs',
        level: 'warn',
        text: 'OBS Studio was not found',
        remedy: 'only needed when LiveCue is to act on the stream',
      }
    : ok('obs', found);
}

async function native(): Promise<Finding[]> {
  const found: Finding[] = [
    ok('machine', `${os.availableParallelism()} cores, ${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`),
  ];
  try {
    const zmq = await import('zeromq');
    found.push(ok('zeromq', `libzmq ${zmq.version}, curve ${zmq.capability.curve ? 'yes' : 'no'}`));
  } catch (error) {
    found.push({ name: 'zeromq', level: 'wrong', text: (error as Error).message, remedy: 'run "npm ci" again' });
  }
  return found;
}
