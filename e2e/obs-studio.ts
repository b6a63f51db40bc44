import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { Connector, ConnectorContext } from '../edge-agent/src/ingest/connector.ts';
import { obs, type ObsConnector } from '../edge-agent/src/ingest/obs/connector.ts';
import { decodeObsMessage, identify, obsAuthentication, request } from '../edge-agent/src/ingest/obs/wire-message.ts';

export const PASSWORD = 'livecue-obs';
const CAGE = fileURLToPath(new URL('obs-cage.mjs', import.meta.url));

/** Why there is no real OBS on this machine, or null. With LIVECUE_REQUIRE=1 a missing program is an error. */
export function noObs(): string | null {
  const missing = ['/usr/bin/obs', '/usr/bin/Xvfb'].filter((file) => !existsSync(file));
  if (missing.length > 0 && process.env.LIVECUE_REQUIRE === '1') throw new Error(`Missing: ${missing.join(', ')}`);
  if (missing.length > 0) return `${missing.join(', ')} missing (Debian: obs-studio xvfb)`;
  return spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0
    ? null
    : 'a network namespace needs root and iproute2, and OBS listens on every interface';
}

export interface RealObs {
  /** For the connector: through a file, since nothing outside reaches its network. */
  readonly url: string;
  start(): void;
  /** As a crash does it; settles when it is gone. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** A home in which OBS has been started before, with its WebSocket server on. */
function writeHome(home: string): void {
  const folder = path.join(home, '.config/obs-studio');
  mkdirSync(path.join(folder, 'basic/profiles/Untitled'), { recursive: true });
  const lines = [
    '[General]', 'FirstRun=true', 'LastVersion=486539266', 'EnableAutoUpdates=false',
    '[OBSWebSocket]', 'FirstLoad=false', 'ServerEnabled=true', 'ServerPort=4455', 'AuthRequired=true', `ServerPassword=${PASSWORD}`,
    '[Basic]', 'Profile=Untitled', 'ProfileDir=Untitled', 'SceneCollection=Untitled', 'SceneCollectionFile=Untitled',
  ]; // prettier-ignore
  writeFileSync(path.join(folder, 'global.ini'), `${lines.join('\n')}\n`);
}

export async function openRealObs(folder: string): Promise<RealObs> {
  const socketFile = path.join(folder, 'obs.sock');
  writeHome(folder);
  // A process namespace too: when its first process ends, all that it started ends.
  const cage = spawn('unshare', ['-n', '-p', '-f', '--kill-child', process.execPath, CAGE, folder, socketFile], { stdio: ['pipe', 'pipe', 'inherit'] }); // prettier-ignore
  const gone = new Promise((resolve) => cage.once('exit', resolve));
  const told: Record<string, unknown>[] = [];
  const waiting: (() => void)[] = [];
  createInterface({ input: cage.stdout }).on('line', (line) => {
    told.push(JSON.parse(line) as Record<string, unknown>);
    waiting.splice(0).forEach((wake) => wake());
  });
  const heard = async (key: string, from: number) => {
    while (!told.slice(from).some((it) => key in it)) {
      if (cage.exitCode !== null) throw new Error(`the cage of OBS ended with ${cage.exitCode}`);
      await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), gone]);
    }
  };
  await heard('ready', 0);
  return {
    url: `ws+unix://${socketFile}:/`,
    start: () => void cage.stdin.write('start\n'),
    crash() {
      const from = told.length;
      cage.stdin.write('kill\n');
      return heard('ended', from);
    },
    async close() {
      cage.stdin.end();
      await gone;
    },
  };
}

/** The operator's hand in OBS: requests as they are, without any check of ours. */
export async function byHand(url: string): Promise<{
  ask(type: string, data?: object): Promise<{ code: number; data: Record<string, unknown> }>;
  close(): void;
}> {
  // prettier-ignore
  const socket = new WebSocket(url);
  const waiting = new Map<string, (answer: { code: number; data: Record<string, unknown> }) => void>();
  let ids = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (text: Buffer) => {
      const message = decodeObsMessage(text.toString());
      if (message.kind === 'hello') socket.send(identify(obsAuthentication(PASSWORD, message.hello.authentication!)));
      else if (message.kind === 'identified') resolve();
      else if (message.kind === 'response') waiting.get(message.response.requestId)?.(message.response);
    });
  });
  return {
    ask(type, data = {}) {
      const id = `hand-${++ids}`;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        socket.send(request(id, type, data));
      });
    },
    close: () => socket.close(),
  };
}

/** The connector with real time. */
export function connect(
  url: string,
  password = PASSWORD,
): { connector: ObsConnector; ended: Promise<unknown>; stop: () => Promise<unknown> } {
  // prettier-ignore
  const nothing = () => undefined;
  const context: ConnectorContext = {
    nowMs: Date.now,
    random: () => 0,
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    hash: (text) => text,
    memory: { get: () => undefined, entries: () => [], set: nothing, flush: () => Promise.resolve() },
    keepSecret: () => Promise.resolve(),
    sleep: (ms, signal) => delay(ms, undefined, { signal }),
    fetch,
    endpoints: { obs: url },
  };
  const connector = obs.create({ password }, context) as Connector as ObsConnector;
  const stopping = new AbortController();
  const ended = (async () => {
    for await (const batch of connector.start(stopping.signal)) if (batch.length > 0) throw new Error('OBS gives no events of the room'); // prettier-ignore
  })().catch((error: unknown) => error);
  const stop = () => {
    stopping.abort(new Error('the test stops'));
    return ended;
  };
  return { connector, ended, stop };
}
