import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startMosquitto } from '../../../cloud/test/mosquitto.ts';
import { freePort } from '../../../cloud/test/processes.ts';
import { ROOT, writeConfig } from '../../program.ts';
import { startChild, type Child } from './child.ts';
import { STREAM, TOKEN, type LightAgentCall } from './light-agent-call.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const LIGHT = fileURLToPath(new URL('./light-agent.ts', import.meta.url));
const WHOLE = path.join(ROOT, 'edge-agent/src/main.ts');
const CLOUD = path.join(ROOT, 'cloud/src/main.ts');

export type Place = 'agent' | 'receiver' | 'database';
export type Process = 'agent' | 'broker' | 'receiver';

/**
 * One world that schedules are run in one after the other: a Mosquitto and a receiver of its own, a database of its own
 * on a PostgreSQL that all share, a proxy on each way. Every schedule has an agent of its own.
 */
export class Lane {
  readonly name: string;
  readonly folder: string;
  readonly proxies: Record<Place, TcpProxy>;
  readonly #database: pg.Pool;
  readonly #brokerPort: number;
  readonly #databaseName: string;
  #broker: NonNullable<Awaited<ReturnType<typeof startMosquitto>>> | null = null;
  #receiver: Child | null = null;
  #closed = false;

  private constructor(
    own: Pick<Lane, 'name' | 'folder' | 'proxies'> & { database: pg.Pool; brokerPort: number; databaseName: string },
  ) {
    [this.name, this.folder, this.proxies] = [own.name, own.folder, own.proxies];
    [this.#database, this.#brokerPort, this.#databaseName] = [own.database, own.brokerPort, own.databaseName];
  }

  static async open(name: string, postgresUrl: string, folder: string, random: () => number): Promise<Lane> {
    mkdirSync(folder, { recursive: true });
    const url = new URL(postgresUrl);
    await createDatabase(postgresUrl, name);
    const brokerPort = await freePort();
    const proxies = {
      agent: await startTcpProxy({ targetPort: brokerPort, random, mqtt: true }),
      receiver: await startTcpProxy({ targetPort: brokerPort, random, mqtt: true }),
      database: await startTcpProxy({ targetPort: Number(url.port), random, mqtt: false }),
    };
    url.pathname = `/${name}`;
    const database = new pg.Pool({ connectionString: url.href, max: 2 });
    database.on('error', () => undefined); // A killed backend: the next query opens another.
    const lane = new Lane({ name, folder, database, proxies, brokerPort, databaseName: name });
    await lane.startBroker();
    await lane.startReceiver();
    return lane;
  }

  /** Safe twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#receiver?.end('SIGTERM');
    await this.#broker?.end('SIGKILL');
    for (const proxy of Object.values(this.proxies)) await proxy.stop();
    await this.#database.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async startBroker(): Promise<void> {
    this.#broker = await startMosquitto(this.#brokerPort);
  }

  async startReceiver(): Promise<void> {
    const database = `postgres://livecue@127.0.0.1:${this.proxies.database.port}/${this.#databaseName}`;
    const broker = `mqtt://127.0.0.1:${this.proxies.receiver.port}`;
    this.#receiver = await supervised([CLOUD, 'receiver', '--broker', broker, '--database', database]);
  }

  signal(process: 'broker' | 'receiver', signal: NodeJS.Signals): void {
    if (process === 'broker') this.#broker!.child.kill(signal);
    else this.#receiver!.signal(signal);
  }

  async kill(process: 'broker' | 'receiver'): Promise<void> {
    if (process === 'broker') await this.#broker!.end('SIGKILL');
    else await this.#receiver!.end('SIGKILL');
  }

  receiverEnded = () => this.#receiver!.ended();
  receiverWords = () => this.#receiver!.words();

  /** Waits for a server that is starting again: that it crashes is one of the faults. */
  ask<T extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[]): Promise<T[]> {
    return whenUp(async () => (await this.#database.query<T>(sql, [...parameters])).rows);
  }

  /** SIGKILL of one server process: PostgreSQL ends all others and recovers from its log. */
  async crashDatabase(): Promise<void> {
    const { rows } = await this.#database.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() LIMIT 1', [this.#databaseName]); // prettier-ignore
    if (rows[0] !== undefined) process.kill(rows[0].pid, 'SIGKILL');
  }

  /** Cuts the receiver's connections at the server. */
  async terminateBackends(): Promise<void> {
    await this.#database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [this.#databaseName]); // prettier-ignore
  }
}

async function createDatabase(postgresUrl: string, name: string): Promise<void> {
  await whenUp(async () => {
    const admin = new pg.Client({ connectionString: postgresUrl });
    admin.on('error', () => undefined); // Its queries tell.
    try {
      await admin.connect();
      const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
      if (rowCount === 0) await admin.query(`CREATE DATABASE ${name}`);
    } finally {
      await admin.end();
    }
  });
}

const START_TRIES = 40;

async function whenUp<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === START_TRIES) throw error;
      await delay(250);
    }
  }
}

/**
 * Started as by a service manager: again when it ends with a word of why, as it does while its database or its disk is
 * away. Rejects when it ends by a throw that nobody caught, or never starts.
 */
async function supervised(args: readonly string[], env: Record<string, string> = {}): Promise<Child> {
  for (let tries = 1; ; tries++) {
    try {
      return await startChild(args, env);
    } catch (error) {
      if (tries === START_TRIES || isCrash((error as Error).message)) throw error;
      await delay(250);
    }
  }
}

/** Node's words of an exception that nobody caught. */
export const isCrash = (words: string) => /Node\.js v\d+/.test(words);

/** The agent of one schedule, whole or light, with its data folder and a clock that can be set. */
export class LaneAgent {
  readonly agentId: string;
  readonly folder: string;
  readonly figuresFile: string;
  readonly #whole: boolean;
  readonly #clockFile: string;
  readonly #args: readonly string[];
  #child: Child | null = null;
  #token = TOKEN;
  readonly #port: number;

  private constructor(own: {
    agentId: string;
    folder: string;
    clockFile: string;
    whole: boolean;
    brokerPort: number;
    port: number;
  }) {
    const { agentId, folder, whole, port } = own;
    [this.agentId, this.folder, this.#whole, this.#port] = [agentId, folder, whole, port];
    // Not on the agent's own disk, which may be full.
    this.#clockFile = own.clockFile;
    this.figuresFile = path.join(folder, 'figures.json');
    const brokerUrl = `mqtt://127.0.0.1:${own.brokerPort}`;
    this.#args = whole ? wholeArgs(this, { brokerUrl, port }) : [LIGHT, JSON.stringify(lightCall(this, { brokerUrl, port }))]; // prettier-ignore
  }

  static async create(lane: Lane, own: { agentId: string; folder: string; whole: boolean }): Promise<LaneAgent> {
    mkdirSync(own.folder, { recursive: true });
    return new LaneAgent({
      ...own,
      clockFile: path.join(lane.folder, `${own.agentId}.clock`),
      brokerPort: lane.proxies.agent.port,
      port: await freePort(),
    });
  }

  async start(): Promise<void> {
    this.#child = await supervised(this.#args, { LIVECUE_CLOCK_FILE: this.#clockFile });
    if (this.#whole) this.#token = String(this.#child.told['ingestToken']);
  }

  to = () => ({ url: `http://127.0.0.1:${this.#port}/events`, token: this.#token });
  setClock = (offsetMs: number) => writeFileSync(this.#clockFile, String(offsetMs));
  signal = (signal: NodeJS.Signals) => this.#child?.signal(signal);
  kill = async () => this.#child?.end('SIGKILL');
  end = async () => this.#child?.end('SIGTERM');
  ended = () => this.#child?.ended() ?? true;
  words = () => this.#child?.words() ?? '';
}

function lightCall(agent: LaneAgent, at: { brokerUrl: string; port: number }): LightAgentCall {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  return { folder: agent.folder, agentId: agent.agentId, brokerUrl: at.brokerUrl, httpPort: at.port, signingKey: key.toString('base64'), kAnonymity: 1 }; // prettier-ignore
}

function wholeArgs(agent: LaneAgent, at: { brokerUrl: string; port: number }): string[] {
  const config = writeConfig(`${agent.folder}.config`, {
    agentId: agent.agentId,
    ingest: { httpPort: at.port, zmq: { endpoint: 'tcp://127.0.0.1:*' } },
    stream: STREAM,
    uplink: { brokerUrl: at.brokerUrl, resendAfterMs: 500, kAnonymity: 1 },
  });
  return [WHOLE, 'start', '--json', '--no-panel', '--source', 'http', '--data', agent.folder, '--config', config, '--stats', agent.figuresFile, '--log', 'warn']; // prettier-ignore
}
