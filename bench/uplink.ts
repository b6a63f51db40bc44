/** `livecue bench uplink`: agents → broker → receiver → database, all real, and the sums compared at the end. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import hdr from 'hdr-histogram-js';
import { MemoryOutbox } from '../cloud/test/memory-outbox.ts';
import { startMosquitto } from '../cloud/test/mosquitto.ts';
import { startPostgres } from '../cloud/test/postgres.ts';
import { freePort, startCloud, type Running } from '../cloud/test/processes.ts';
import { createUplink } from '../edge-agent/src/sync/mqtt-uplink.ts';
import { createNoteSigner } from '../edge-agent/src/sync/note-signer.ts';
import { judged } from './uplink-oracle.ts';
import { createUplinkRoom } from './uplink-room.ts';

export const UPLINK_HELP = `livecue bench uplink [--seconds N] [--rate N] [--agents N] [--broker NAME] [--database NAME] [--json]

Simulated agents, each with the real uplink, a signing key and an outbox in memory, send the records of a busy room
over a broker to the receiver, which runs in a process of its own, and on into a database whose COMMIT waits for the
disk. First as fast as they are acknowledged, then at --rate. It ends with code 1 when the sums in the database are
not the sums that were sent, or when a finding or a dead letter stands there.

  --seconds N      length of each part (default 10)
  --rate N         records a second of the second part, all agents together (default 1000)
  --agents N       default 20
  --broker NAME    mosquitto (default) or embedded
  --database NAME  postgres (default) or pglite
  --json           one JSON object on stdout

Example: livecue bench uplink --seconds 10 --json
`;

/** Records that wait in all outboxes together in the first part: so many are under way at once. */
const UNDER_WAY = 5_000;
/** Settings of cloud/mosquitto/mosquitto.conf. */
const MOSQUITTO = ['max_inflight_messages 100', 'max_queued_messages 10000', 'max_packet_size 1048576'];
const CHECKPOINT_WAIT_MS = 25_000;

interface Agent {
  readonly id: string;
  readonly outbox: MemoryOutbox;
  readonly room: ReturnType<typeof createUplinkRoom>;
  readonly uplink: ReturnType<typeof createUplink>;
}

interface Part {
  readonly name: string;
  readonly records: number;
  /** From the first record to the last acknowledgement. */
  readonly recordsPerSecond: number;
  /** First handed to the uplink → named by an acknowledgement, ms. */
  readonly toAck: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Processor time of the receiver, µs a record; null where the system does not tell. */
  readonly receiverMicros: number | null;
}

/** Exit code: 0 measured and all sums right, 1 something is missing, wrong or not installed, 2 wrong call. */
export async function uplinkBench(args: string[]): Promise<number> {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '10' },
        rate: { type: 'string', default: '1000' },
        agents: { type: 'string', default: '20' },
        broker: { type: 'string', default: 'mosquitto' },
        database: { type: 'string', default: 'postgres' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`livecue bench uplink: ${(error as Error).message}\n\n${UPLINK_HELP}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(UPLINK_HELP);
    return 0;
  }
  const [seconds, rate, agents] = [values.seconds, values.rate, values.agents].map(Number) as [number, number, number];
  const wrong = [
    !(seconds >= 1 && seconds <= 3600) && '--seconds goes from 1 to 3600',
    !(rate >= 1 && rate <= 100_000) && '--rate goes from 1 to 100000',
    !(Number.isInteger(agents) && agents >= 1 && agents <= 500) && '--agents goes from 1 to 500',
    !['mosquitto', 'embedded'].includes(values.broker) && '--broker is mosquitto or embedded',
    !['postgres', 'pglite'].includes(values.database) && '--database is postgres or pglite',
  ].filter((problem) => problem !== false);
  if (wrong.length > 0) {
    process.stderr.write(`livecue bench uplink: ${wrong.join('; ')}\n`);
    return 2;
  }
  const result = await measure({ seconds, rate, agents, broker: values.broker, database: values.database });
  if (result === null) return 1;
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
  return result.wrong.length === 0 ? 0 : 1;
}

interface Call {
  readonly seconds: number;
  readonly rate: number;
  readonly agents: number;
  readonly broker: string;
  readonly database: string;
}

/** Null, with the reason printed, when broker or database are not installed. */
async function measure(call: Call) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-bench-uplink-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const broker = await brokerOf(call.broker);
    if (broker === null) return null;
    ends.push(() => broker.end());
    const database = call.database === 'postgres' ? await startPostgres({ fsync: true }) : { url: path.join(folder, 'pglite'), end: () => undefined }; // prettier-ignore
    if (database === null) return null;
    ends.push(() => database.end());
    const receiver = await startCloud('receiver', '--broker', broker.url, '--database', database.url);
    ends.push(() => receiver.end());
    const histogram = hdr.build({ highestTrackableValue: 600_000 });
    const fleet = Array.from({ length: call.agents }, (_, n) =>
      agentOf(`bench-${n + 1}`, n + 1, broker.url, histogram),
    );
    ends.push(() => Promise.all(fleet.map(({ uplink }) => uplink.stop())));
    for (const { uplink } of fleet) await uplink.start(new AbortController().signal);
    while (fleet.some(({ uplink }) => uplink.status().state !== 'connected')) await delay(20);
    const parts = [
      await part('as fast as acknowledged', { fleet, receiver, histogram }, call.seconds, null),
      await part(`${call.rate}/s`, { fleet, receiver, histogram }, call.seconds, call.rate),
    ];
    const verified = await untilVerified(fleet);
    const receiverRssMb = rssMb(receiver);
    const sent = fleet.map(({ uplink }) => uplink.status());
    const bytes = sent.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const publishes = sent.reduce((sum, { sent: first, resent }) => sum + first + resent, 0);
    const resent = sent.reduce((sum, own) => sum + own.resent, 0);
    await Promise.all(fleet.map(({ uplink }) => uplink.stop()));
    await receiver.end();
    const { wrong, bytesARecord } = await judged(database.url, fleet);
    return { ...call, machine: `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${os.cpus().length} cores, Node ${process.version}`, parts, sentBytesARecord: Math.round(bytes / publishes), resent, verified, receiverRssMb, storedBytesARecord: bytesARecord, wrong }; // prettier-ignore
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function brokerOf(name: string): Promise<{ url: string; end(): unknown } | null> {
  if (name === 'mosquitto') return startMosquitto(await freePort(), MOSQUITTO);
  const broker = await startCloud('broker', '--port', '0');
  return { url: String(broker.told['url']), end: () => broker.end() };
}

function agentOf(id: string, seed: number, brokerUrl: string, histogram: hdr.Histogram): Agent {
  const outbox = new MemoryOutbox(id, (firstReadMs) => histogram.recordValue(Math.max(1, Math.round(performance.now() - firstReadMs)))); // prettier-ignore
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const silent = () => undefined;
  const warn = (message: string) => void process.stderr.write(`${id}: ${message}\n`);
  const uplink = createUplink(
    { outbox, nowMs: Date.now, logger: { debug: silent, info: silent, warn, error: warn } },
    { agentId: id, brokerUrl, version: 'bench', maxInFlight: 100, resendAfterMs: 10_000, signer: createNoteSigner(id, key) }, // prettier-ignore
  );
  return { id, outbox, room: createUplinkRoom(seed), uplink };
}

interface Setting {
  readonly fleet: readonly Agent[];
  readonly receiver: Running;
  readonly histogram: hdr.Histogram;
}

/** Rate null: every outbox is kept filled. Otherwise windows close at agents in turn. */
async function part(
  name: string,
  { fleet, receiver, histogram }: Setting,
  seconds: number,
  rate: number | null,
): Promise<Part> {
  // prettier-ignore
  histogram.reset();
  const before = { records: recordsOf(fleet), cpuMs: cpuMs(receiver), atMs: performance.now() };
  const untilMs = before.atMs + seconds * 1000;
  for (let turn = 0; performance.now() < untilMs; await delay(5)) {
    if (rate === null) {
      for (const { outbox, room } of fleet) while (outbox.size < UNDER_WAY / fleet.length) outbox.add(room.next());
      continue;
    }
    const due = before.records + ((performance.now() - before.atMs) / 1000) * rate;
    for (; recordsOf(fleet) < due; turn++) {
      const { outbox, room } = fleet[turn % fleet.length]!;
      outbox.add(room.next());
    }
  }
  await untilEmpty(fleet);
  const [records, wallMs] = [recordsOf(fleet) - before.records, performance.now() - before.atMs];
  const afterCpuMs = cpuMs(receiver);
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile);
  return {
    name,
    records,
    recordsPerSecond: Math.round((records / wallMs) * 1000),
    toAck: { p50: at(50), p99: at(99), max: histogram.maxValue },
    receiverMicros: afterCpuMs === null || before.cpuMs === null ? null : Math.round(((afterCpuMs - before.cpuMs) * 1000) / records), // prettier-ignore
  };
}

const recordsOf = (fleet: readonly Agent[]) => fleet.reduce((sum, { room }) => sum + room.sums.records, 0);

async function untilEmpty(fleet: readonly Agent[]): Promise<void> {
  for (let waitedMs = 0; fleet.some(({ outbox }) => outbox.size > 0); waitedMs += 5) {
    if (waitedMs > 120_000) throw new Error(`records are not acknowledged: ${fleet.map(({ uplink }) => uplink.status().problem).find((problem) => problem !== null) ?? 'no problem is told'}`); // prettier-ignore
    await delay(5);
  }
}

/** Records that the receiver has checked against signed checkpoints: the last come ten seconds after the one before. */
async function untilVerified(fleet: readonly Agent[]): Promise<number> {
  const verified = () => fleet.reduce((sum, { uplink }) => sum + (uplink.status().verified ?? 0), 0);
  for (let waitedMs = 0; verified() < recordsOf(fleet) && waitedMs < CHECKPOINT_WAIT_MS; waitedMs += 100)
    await delay(100);
  return verified();
}

/** Processor time of the receiver so far; Linux counts in hundredths of a second. */
function cpuMs({ child }: Running): number | null {
  const stat = linuxFile(`/proc/${child.pid}/stat`);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rssMb({ child }: Running): number | null {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(linuxFile(`/proc/${child.pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}

function linuxFile(file: string): string | null {
  return process.platform === 'linux' ? readFileSync(file, 'utf8') : null;
}

function table(result: NonNullable<Awaited<ReturnType<typeof measure>>>): string {
  const { parts, storedBytesARecord: stored } = result;
  const records = parts.reduce((sum, own) => sum + own.records, 0);
  return [
    `${result.machine} · ${result.agents} agents · ${result.broker} · ${result.database}, a COMMIT waits for the disk`,
    '',
    'part                      records   records/s   publish → acknowledged, ms p50 / p99 / max   receiver µs a record',
    ...parts.map(({ name, records: own, recordsPerSecond, toAck, receiverMicros }) => `${name.padEnd(24)} ${String(own).padStart(8)} ${String(recordsPerSecond).padStart(11)}   ${`${toAck.p50} / ${toAck.p99} / ${toAck.max}`.padEnd(41)} ${receiverMicros ?? 'not known'}`), // prettier-ignore
    '',
    `payload and checkpoints ${result.sentBytesARecord} bytes a record; sent again ${result.resent}; verified against signed checkpoints ${result.verified} of ${records}`,
    `receiver ${result.receiverRssMb ?? '?'} MB; on disk, bytes a row with indexes: window ${stored.window}, signal ${stored.signal}, coverage ${stored.coverage}, record_log ${stored.log}`,
    result.wrong.length === 0 ? 'The sums in the database are the sums that were sent; no findings, no dead letters.' : `WRONG, ${result.wrong.length} differences:\n${result.wrong.slice(0, 10).join('\n')}`, // prettier-ignore
    '',
  ].join('\n');
}
