import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { startMosquitto } from '../../cloud/test/mosquitto.ts';
import { startPostgres } from '../../cloud/test/postgres.ts';
import { endProcess, freePort, runCloud, startCloud } from '../../cloud/test/processes.ts';
import { expectedRows } from './uplink-show/show.ts';

const AGENT = fileURLToPath(new URL('./uplink-show/agent.ts', import.meta.url));
const RECORDS = 4_000;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Ended {
  end(signal?: NodeJS.Signals): Promise<void>;
}
interface Cloud {
  readonly url: string;
  startBroker(): Promise<Ended>;
  readonly database: string;
}

/** Starts the agent; `until` resolves with the first line that fits, `undefined` when it ended before. */
function startAgent(folder: string, url: string) {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', AGENT, join(folder, 'agent'), url, String(RECORDS)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    for (const watch of watchers) watch();
  });
  cleanups.push(() => endProcess(child, 'SIGKILL'));
  const until = (fits: (line: string) => boolean) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find(fits);
        if (found === undefined) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      child.once('exit', (code) => reject(new Error(`the agent ended with ${code}`)));
      look();
    });
  return { until, kill: () => endProcess(child, 'SIGKILL') };
}

const written = (atLeast: number) => (line: string) => /^[RS] /.test(line) && Number(line.split(' ')[1]) >= atLeast;

async function killEverything(cloud: Cloud): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livecue-uplink-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  let broker = await cloud.startBroker();
  cleanups.push(() => broker.end('SIGKILL'));
  const receiverArguments = ['receiver', '--broker', cloud.url, '--database', cloud.database];
  let receiver = await startCloud(...receiverArguments);
  cleanups.push(() => receiver.end('SIGKILL'));

  let agent = startAgent(folder, cloud.url);
  for (const share of [0.1, 0.3, 0.5]) {
    await agent.until(written(RECORDS * share));
    await agent.kill();
    agent = startAgent(folder, cloud.url);
    await agent.until(written(RECORDS * (share + 0.1)));
    await broker.end('SIGKILL');
    broker = await cloud.startBroker();
  }
  await receiver.end('SIGKILL');
  receiver = await startCloud(...receiverArguments);
  const done = await agent.until((line) => line.startsWith('DONE'));
  expect(JSON.parse(done.slice(5))).toMatchObject({ backlog: 0, problem: null });
  await receiver.end();

  const { stdout, stderr, code } = await runCloud('receiver', 'rows', '--database', cloud.database);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const rows = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
  expect(rows).toEqual(expectedRows('studio-1', RECORDS));
}

it('agent, embedded broker and receiver are killed mid-flow; the rows in PGlite equal what the windows said', async () => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'livecue-pglite-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  await killEverything({
    url: `mqtt://127.0.0.1:${port}`,
    startBroker: () => startCloud('broker', '--port', String(port)),
    database: join(folder, 'pglite'),
  });
}, 90_000);

it('agent, Mosquitto and receiver are killed mid-flow; the rows in PostgreSQL equal what the windows said', async (context) => {
  const port = await freePort();
  const trial = await startMosquitto(port);
  if (trial === null) return context.skip();
  await trial.end();
  const postgres = await startPostgres();
  if (postgres === null) return context.skip();
  cleanups.push(() => postgres.end());
  await killEverything({
    url: `mqtt://127.0.0.1:${port}`,
    startBroker: async () => (await startMosquitto(port))!,
    database: postgres.url,
  });
}, 90_000);
