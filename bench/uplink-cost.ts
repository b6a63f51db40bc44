/** `livecue bench uplink-cost`: bytes to the cloud and processor time of sync beside the bytes that came in. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCloud } from '../cloud/test/processes.ts';
import { profiledTime, type Span } from './cpu-profile.ts';
import { commit, machine, ROOMS, startDrivenAgent, uncounted } from './driven-agent.ts';
import { loudestStretch, type Envelope } from './envelope.ts';

export const UPLINK_COST_HELP = `livecue bench uplink-cost [--seconds N] [--rates N,N] [--products N] [--no-profile] [--json]

Drives the real agent and counts, at a TCP wire between it and the broker, the bytes that go to the cloud and those
that come back (MQTT with all its headers, without those of TCP), over whole windows in the middle of the load. Receiver and
database are real. Beside it the processor time of what sends (sync and MQTT) in that time, from a profile.

  --seconds N    of each part that are counted (default 60: six windows, and what is told once a minute); the load
                 lasts 20 s longer
  --rates N,N    mean events a second of each part, in recorded bursts (default 50000,5000: a room alone on the
                 machine, and one of ten rooms that share as much)
  --products N   products of the catalogue, all of them active (default 500)
  --no-profile   bytes alone
  --json         one JSON object on stdout

Example: livecue bench uplink-cost --seconds 30 --rates 50000
`;

/** What decides and sends. Its rows on disk are written by the thread of the journal, in the same transactions. */
const PARTS = { sync: /\/edge-agent\/src\/sync\/|\/node_modules\/mqtt/ };
/** Until the first window of the load has closed and everything runs evenly, and what the load lasts beyond the count. */
const BEFORE_SECONDS = 15;
const AFTER_SECONDS = 5;

interface Part {
  readonly rate: number;
  readonly sent: number;
  readonly uncounted: number;
  readonly bytesIn: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly records: number;
  /** What went to the cloud, of the bytes that came in; the bar is 0.005. */
  readonly upShare: number;
  readonly backlog: number;
  /** Cores over the time of the load; null without profile. */
  readonly syncCores: number | null;
}

/** Exit code: 0 measured, 1 the run failed or events are missing, 2 wrong call. */
export async function uplinkCostBench(args: string[]): Promise<number> {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '60' },
        rates: { type: 'string', default: '50000,5000' },
        products: { type: 'string', default: '500' },
        'no-profile': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`livecue bench uplink-cost: ${(error as Error).message}\n\n${UPLINK_COST_HELP}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(UPLINK_COST_HELP);
    return 0;
  }
  const [seconds, products, rates] = [Number(values.seconds), Number(values.products), values.rates.split(',').map(Number)]; // prettier-ignore
  const wrong = [
    !(seconds >= 1 && seconds <= 3600) && '--seconds goes from 1 to 3600',
    !(products >= 1 && products <= 10_000) && '--products goes from 1 to 10000',
    !rates.every((rate) => rate >= 1) && '--rates are numbers from 1, with commas between',
  ].filter((problem) => problem !== false);
  if (wrong.length > 0) {
    process.stderr.write(`livecue bench uplink-cost: ${wrong.join('; ')}\n`);
    return 2;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-uplink-cost-'));
  const envelope = loudestStretch(ROOMS, seconds);
  try {
    const parts: Part[] = [];
    for (const rate of rates)
      parts.push(await measured(path.join(folder, String(rate)), envelope, { seconds, rate, products, profile: !values['no-profile'] })); // prettier-ignore
    const result = { machine: machine(), commit: await commit(), date: new Date().toISOString(), bursts: envelope.from, seconds, products, parts }; // prettier-ignore
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
    return parts.some(({ uncounted }) => uncounted > 0) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Load {
  readonly seconds: number;
  readonly rate: number;
  readonly products: number;
  readonly profile: boolean;
}

async function measured(folder: string, envelope: Envelope, load: Load): Promise<Part> {
  const ends: (() => unknown)[] = [];
  const profiles = path.join(folder, 'profiles');
  mkdirSync(profiles, { recursive: true });
  let part: Part;
  let span: Span;
  try {
    const broker = await startCloud('broker', '--port', '0');
    ends.push(() => broker.end());
    const receiver = await startCloud('receiver', '--broker', String(broker.told['url']), '--database', path.join(folder, 'database')); // prettier-ignore
    ends.push(() => receiver.end());
    const wire = await countingWire(Number(broker.told['port']));
    ends.push(() => wire.end());
    const nodeFlags = load.profile ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
    const agent = await startDrivenAgent(path.join(folder, 'agent'), envelope, { products: load.products, panel: false, brokerUrl: `mqtt://127.0.0.1:${wire.port}`, nodeFlags }); // prettier-ignore
    ends.push(() => agent.stop());
    const look = () => ({ ...wire.bytes, atMicros: Number(process.hrtime.bigint() / 1000n), figures: agent.figures() });
    const driven = agent.drive({ ...load, seconds: BEFORE_SECONDS + load.seconds + AFTER_SECONDS, sources: 1, eventsPerFrame: 20 }); // prettier-ignore
    await delay(BEFORE_SECONDS * 1000);
    const from = look();
    await delay(load.seconds * 1000);
    const to = look();
    const answer = await driven;
    const after = await agent.settled(answer.sent);
    const events = to.figures.counts.events - from.figures.counts.events;
    const bytesIn = Math.round((answer.bytes * events) / answer.sent);
    const [bytesUp, bytesDown] = [to.up - from.up, to.down - from.down];
    const records = to.figures.uplink.acknowledged - from.figures.uplink.acknowledged;
    span = [from.atMicros, to.atMicros];
    part = { rate: load.rate, sent: answer.sent, uncounted: uncounted(after, answer.sent), bytesIn, bytesUp, bytesDown, records, upShare: bytesUp / bytesIn, backlog: to.figures.uplink.backlog, syncCores: null }; // prettier-ignore
  } finally {
    for (const end of ends.reverse()) await end();
  }
  if (!load.profile) return part;
  const { sync } = profiledTime(profiles, PARTS, span);
  return { ...part, syncCores: sync / 1000 / load.seconds };
}

/** A TCP wire on 127.0.0.1 that counts the bytes of both ways. */
async function countingWire(targetPort: number) {
  const bytes = { up: 0, down: 0 };
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    client.on('data', (chunk: Buffer) => void (bytes.up += chunk.length));
    target.on('data', (chunk: Buffer) => void (bytes.down += chunk.length));
    client.pipe(target).pipe(client);
    for (const [socket, other] of [[client, target], [target, client]] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy()); // Whoever ended it: the other side hears of it.
      socket.on('close', () => open.delete(socket));
    } // prettier-ignore
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    bytes,
    port: (server.address() as AddressInfo).port,
    async end() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function table({ machine, commit, bursts, seconds, products, parts }: { machine: string; commit: string; bursts: string; seconds: number; products: number; parts: readonly Part[] }): string {
  const per = (bytes: number) => (bytes / seconds / 1000).toFixed(1);
  const percent = (share: number | null) => (share === null ? 'not measured' : `${(share * 100).toFixed(2)} %`);
  const rows = parts.map((part) => [
    String(part.rate), String(part.uncounted), per(part.bytesIn), per(part.bytesUp), per(part.bytesDown), percent(part.upShare), String(part.records),
    String(Math.round(part.bytesUp / part.records)), percent(part.syncCores), String(part.backlog),
  ]);
  const head = ['events/s', 'not counted', 'in kB/s', 'up kB/s', 'down kB/s', 'up of in', 'records', 'bytes up a record', 'sync of a core', 'backlog'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  ');
  return [`${machine} · ${commit} · ${seconds} s a part, ${products} products, bursts of ${bursts}`, '', line(head), ...rows.map(line), '', 'Bars: up of in 0.5 %, sync 5 % of a core, at 50,000 events/s.', ''].join('\n');
} // prettier-ignore
