/** The programs compared: how each is started, with its committed configuration, and where it takes events. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mosquittoProgram } from '../../cloud/test/mosquitto.ts';
import { freePort, listening } from '../../cloud/test/processes.ts';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../../edge-agent/bin/node-binary.mjs';
import { catalogue, type Figures } from '../driven-agent.ts';
import { children, residentBytes } from '../process-figures.ts';
import { nodeRed, rsyslog, type Missing } from './install.ts';
import type { Entrance } from './sender.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = path.join(HERE, '../..');
const SECOND_MS = 1_000;
const LIVECUE_WINDOW_MS = 10_000;

export interface Place {
  /** Its files; kept over a kill. */
  readonly folder: string;
  readonly brokerPort: number;
  readonly products: number;
}

export interface RunningProgram {
  /** Under which the subscriber counts it. */
  readonly name: string;
  readonly entrance: Entrance;
  /** Its events are told by spans of event time of this length. */
  readonly spanMs: number;
  /** Memory of all its processes, and of the first alone, MB. */
  memory(): { readonly all: number; readonly first: number };
  /** Events that it says it has counted, and when; null where it does not say. */
  counted(): { readonly events: number; readonly atMs: number } | null;
  kill(): Promise<void>;
  /** After a kill, in the same folder. */
  again(): Promise<void>;
  stop(): Promise<void>;
}

export interface Compared {
  readonly title: string;
  readonly version: string;
  /** The same program under another name is measured only with faults. */
  readonly onlyFaults: boolean;
  start(place: Place): Promise<RunningProgram>;
}

/** Those that can be had here; why one cannot is told to `absent`. */
export async function programs(absent: (reason: string) => void): Promise<Compared[]> {
  const found: Compared[] = [livecue('zmq'), livecue('http')];
  const take = <T extends object>(name: string, installed: T | Missing, of: (installed: T) => Compared) => {
    if ('missing' in installed) absent(`${name}: ${installed.missing as string}`);
    else found.push(of(installed));
  };
  take('Node-RED', await nodeRed(), nodeRedProgram);
  take('rsyslog', await rsyslog(), rsyslogProgram);
  found.push(mosquittoBridge());
  return found;
}

interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Resolves when it takes events. */
  readonly ready: (child: ChildProcess) => Promise<void>;
  readonly folder: string;
}

const STOP_WITHIN_MS = 15_000;

async function launched(launch: Launch): Promise<Pick<RunningProgram, 'memory' | 'kill' | 'again' | 'stop'>> {
  const start = async () => {
    const log = openSync(path.join(launch.folder, 'log.txt'), 'a');
    const child = spawn(launch.program, launch.args, { stdio: ['ignore', 'pipe', log], env: { ...process.env, ...launch.env } }); // prettier-ignore
    closeSync(log);
    child.once('error', (error) => process.stderr.write(`${launch.program}: ${error.message}\n`));
    await launch.ready(child);
    child.stdout?.resume();
    return child;
  };
  const gone = (child: ChildProcess) => new Promise<void>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve())); // prettier-ignore
  const killAll = async () => {
    const all = [...children(child.pid!)];
    child.kill('SIGKILL');
    for (const pid of all) end(pid);
    await gone(child);
  };
  let child = await start();
  return {
    memory: () => {
      const first = residentBytes(child.pid!);
      const rest = children(child.pid!).reduce((sum, pid) => sum + residentBytes(pid), 0);
      return { all: Math.round((first + rest) / 2 ** 20), first: Math.round(first / 2 ** 20) };
    },
    kill: killAll,
    async again() {
      child = await start();
    },
    async stop() {
      const timer = setTimeout(() => void killAll(), STOP_WITHIN_MS);
      child.kill('SIGTERM');
      await gone(child);
      clearTimeout(timer);
    },
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // It ended with its parent.
  }
}

/** As shipped; without a panel, since no other has one. Over HTTP it confirms what it has on disk, over ZeroMQ nothing can. */
function livecue(transport: 'zmq' | 'http'): Compared {
  return {
    title: transport === 'zmq' ? 'LiveCue' : 'LiveCue, over HTTP',
    version: '0.1.0',
    onlyFaults: transport === 'http',
    async start({ folder, brokerPort, products }) {
      const [httpPort, zmqPort] = [await freePort(), await freePort()];
      const name = `peer-${transport}`;
      const file = (own: string) => path.join(folder, own);
      writeFileSync(file('config.json'), JSON.stringify({ agentId: name, ingest: { httpPort, zmq: { endpoint: `tcp://127.0.0.1:${zmqPort}` } }, uplink: { brokerUrl: `mqtt://127.0.0.1:${brokerPort}` } })); // prettier-ignore
      writeFileSync(file('catalogue.json'), JSON.stringify(catalogue(products)));
      let token = '';
      const ready = (child: ChildProcess) =>
        new Promise<void>((resolve, reject) => {
          createInterface({ input: child.stdout! }).once('line', (line) => {
            token = (JSON.parse(line) as { ingestToken: string }).ingestToken;
            resolve();
          });
          child.once('exit', (code) => reject(new Error(`LiveCue ended with ${code}, see ${file('log.txt')}`)));
        });
      const args = [...NODE_FLAGS, path.join(ROOT, 'edge-agent/src/main.ts'), 'start', '--json', '--no-panel', '--data', file('data'), '--config', file('config.json'), '--catalogue', file('catalogue.json'), '--stats', file('stats.json'), '--log', 'warn']; // prettier-ignore
      const running = await launched({ program: process.execPath, args, env: NODE_ENVIRONMENT, ready, folder });
      const entrance: Entrance = transport === 'zmq' ? { transport, url: `tcp://127.0.0.1:${zmqPort}` } : { transport, url: `http://127.0.0.1:${httpPort}/events`, address: token }; // prettier-ignore
      const counted = () => {
        if (!existsSync(file('stats.json'))) return null;
        const { counts, nowMs } = JSON.parse(readFileSync(file('stats.json'), 'utf8')) as Figures;
        return { events: counts.events, atMs: nowMs };
      };
      return { name, entrance, spanMs: LIVECUE_WINDOW_MS, counted, ...running };
    },
  };
}

function nodeRedProgram({ script, version }: { script: string; version: string }): Compared {
  return {
    title: 'Node-RED',
    version,
    onlyFaults: false,
    async start({ folder, brokerPort }) {
      const port = await freePort();
      const endpoint = `tcp://127.0.0.1:${port}`;
      copyFileSync(path.join(HERE, 'node-red/flow.json'), path.join(folder, 'flow.json'));
      const env = { PEER_FOLDER: folder, PEER_UI_PORT: String(await freePort()), PEER_ENDPOINT: endpoint, PEER_BROKER_PORT: String(brokerPort) }; // prettier-ignore
      const args = [script, '--settings', path.join(HERE, 'node-red/settings.cjs'), '--userDir', folder];
      const running = await launched({ program: process.execPath, args, env, ready: (child) => listening(port, child), folder }); // prettier-ignore
      return { name: 'node-red', entrance: { transport: 'zmq', url: endpoint }, spanMs: SECOND_MS, counted: () => null, ...running }; // prettier-ignore
    },
  };
}

function rsyslogProgram({ program, modules, libraries, version }: { program: string; modules: string; libraries: string; version: string }): Compared {
  return {
    title: 'rsyslog + czmq',
    version,
    onlyFaults: false,
    async start({ folder, brokerPort }) {
      const port = await freePort();
      const env = {
        PEER_FOLDER: folder,
        PEER_ENDPOINT: `@tcp://127.0.0.1:${port}`,
        PEER_PROGRAM: `${process.execPath} --disable-warning=ExperimentalWarning ${path.join(HERE, 'rsyslog/mqtt-out.ts')} ${brokerPort}`,
        LD_LIBRARY_PATH: libraries,
      };
      const args = ['-n', '-i', path.join(folder, 'rsyslog.pid'), '-M', modules, '-f', path.join(HERE, 'rsyslog/rsyslog.conf')]; // prettier-ignore
      const running = await launched({ program, args, env, ready: (child) => listening(port, child), folder });
      return { name: 'rsyslog', entrance: { transport: 'zmq', url: `tcp://127.0.0.1:${port}` }, spanMs: SECOND_MS, counted: () => null, ...running }; // prettier-ignore
    },
  };
} // prettier-ignore

function mosquittoBridge(): Compared {
  return {
    title: 'Mosquitto bridge',
    version: '2',
    onlyFaults: false,
    async start({ folder, brokerPort }) {
      const port = await freePort();
      const words: Record<string, string> = { PORT: String(port), FOLDER: path.join(folder, 'store'), BROKER_PORT: String(brokerPort) }; // prettier-ignore
      mkdirSync(words['FOLDER']!, { recursive: true });
      const config = readFileSync(path.join(HERE, 'mosquitto/bridge.conf'), 'utf8').replace(/@(\w+)@/g, (_, word: string) => words[word]!); // prettier-ignore
      writeFileSync(path.join(folder, 'mosquitto.conf'), config);
      const args = ['-c', path.join(folder, 'mosquitto.conf')];
      const running = await launched({ program: mosquittoProgram()!, args, ready: (child) => listening(port, child), folder }); // prettier-ignore
      return { name: 'mosquitto', entrance: { transport: 'mqtt', url: `mqtt://127.0.0.1:${port}`, address: 'peers/mosquitto/events' }, spanMs: SECOND_MS, counted: () => null, ...running }; // prettier-ignore
    },
  };
}
