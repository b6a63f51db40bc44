import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { GapRecord, UplinkBody, WindowRecord } from '@livecue/shared/contract';
import { mergeCounts } from '@livecue/shared/merge';
import { checkCheckpoint, noteKey, proveRecord } from '../../../cloud/src/receiver/proof-store.ts';
import { openDatabase, type Database } from '../../../cloud/src/receiver/database.ts';
import type { ReceivedRecord } from '../../../cloud/src/receiver/record-message.ts';
import { readAck, readWindowRows, writeRecords } from '../../../cloud/src/receiver/record-store.ts';
import { StoreEngine } from '../../../edge-agent/src/store/store-engine.ts';
import { createCheckpointSender } from '../../../edge-agent/src/sync/checkpoint-sender.ts';
import { createNoteSigner } from '../../../edge-agent/src/sync/note-signer.ts';
import { diceOf, type Dice } from './disk-log.ts';
import { START_MS } from './workload.ts';

const WINDOW_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Bounds of the outbox under which the backlog becomes minutes, minutes and hours, and must be dropped. */
const BOUNDS = { 1: 2_200, 2: 1_900, 3: 100 } as const;
const GROUPS: readonly WindowRecord['group'][] = [
  { kind: 'room' },
  { kind: 'product', productId: 'p-1' },
  { kind: 'other' },
];
let database: Database;
beforeAll(async () => void (database = await openDatabase(null)), 180_000);
afterAll(() => database.close());
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}); // prettier-ignore

function openEngine(agentId: string, outboxRows: number) {
  const folder = mkdtempSync(join(os.tmpdir(), 'livecue-compaction-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const notes: string[] = [];
  const engine = new StoreEngine({ folder, reserveBytes: 4096, reopenAfterMs: 0, monotonicMs: () => 0, outboxRows, note: (level, text) => void notes.push(`${level} ${text}`) }); // prettier-ignore
  cleanups.push(() => engine.close());
  engine.open(START_MS);
  engine.claim(agentId, START_MS);
  let steps = 0;
  const write = (bodies: readonly UplinkBody[]) =>
    engine.write({ packs: [], step: { offer: `step ${++steps}`, journalPosition: 0, put: [], del: [], seen: [], outbox: bodies.map((body) => JSON.stringify(body)), showLog: [], keepShows: { shows: 30, days: 90 }, nowMs: START_MS } }); // prettier-ignore
  return { engine, notes, write };
}

/** Closed windows of a room as the pipeline sends them, some once more with a higher revision, and cards between them. */
function roomOf(minutes: number, random: Dice): UplinkBody[] {
  const bodies: UplinkBody[] = [];
  const window = (startMs: number, group: WindowRecord['group'], revision: number): WindowRecord => ({
    kind: 'window', roomId: 'main', group, windowStartMs: startMs, windowLengthMs: WINDOW_MS, revision,
    counts: { ...mergeCounts([]), events: 5 + random(50), comments: random(40), ordersPaid: random(4), commenters: random(9), revenueMinor: { CNY: random(90_000) }, stock: { level: random(100), eventTimeMs: startMs + 5 }, audience: { last: random(50), max: 50 + random(50), eventTimeMs: startMs + 5 } },
  }); // prettier-ignore
  for (let atMs = 0; atMs < minutes * MINUTE_MS; atMs += WINDOW_MS) {
    for (const group of GROUPS) if (random(10) > 0) bodies.push(window(START_MS + atMs, group, 0));
    if (random(3) === 0) bodies.push({ kind: 'prompt', roomId: 'main', promptId: `p-${atMs}`, rule: 'stock-out', priority: 'advice', productId: null, raisedMs: START_MS + atMs, revision: 0, outcome: null, closedMs: null }); // prettier-ignore
    const earlier = bodies.filter((body): body is WindowRecord => body.kind === 'window').at(-1 - random(6));
    const same = bodies.filter((body) => body.kind === 'window' && body.windowStartMs === earlier?.windowStartMs && body.group === earlier.group); // prettier-ignore
    if (random(5) === 0 && earlier !== undefined)
      bodies.push(window(earlier.windowStartMs, earlier.group, same.length));
  }
  return bodies;
}

type Sums = Record<string, { events: number; ordersPaid: number; CNY: number }>;

/** By group and span of `lengthMs`, of each window its highest revision. */
function sumsOf(bodies: readonly UplinkBody[], lengthMs: number): Sums {
  const newest = new Map<string, WindowRecord>();
  for (const body of bodies) {
    if (body.kind !== 'window') continue;
    const key = `${body.windowStartMs} ${JSON.stringify(body.group)}`;
    if ((newest.get(key)?.revision ?? -1) < body.revision) newest.set(key, body);
  }
  const sums: Sums = {};
  for (const { group, windowStartMs, counts } of newest.values()) add(sums, `${group.kind} ${Math.floor(windowStartMs / lengthMs)}`, counts);
  return sums;
} // prettier-ignore

function add(sums: Sums, key: string, counts: WindowRecord['counts']): void {
  const sum = (sums[key] ??= { events: 0, ordersPaid: 0, CNY: 0 });
  sum.events += counts.events;
  sum.ordersPaid += counts.ordersPaid;
  sum.CNY += counts.revenueMinor.CNY ?? 0;
}

function received(
  rows: readonly { readonly seq: number; readonly body: string }[],
  epoch: number,
  agentId: string,
): ReceivedRecord[] {
  return rows.map(({ seq, body }) => ({ ok: true, agentId, epoch, seq, body: JSON.parse(body) as UplinkBody, payload: body })); // prettier-ignore
}

function shuffled<T>(all: readonly T[], random: Dice): T[] {
  return all.map((one) => [random(1_000_000), one] as const).sort(([a], [b]) => a - b).map(([, one]) => one); // prettier-ignore
}

for (const seed of [1, 2, 3] as const) {
  it(`a backlog that was merged gives the cloud the sums of its sources, in any order and with what had arrived before (seed ${seed})`, async () => {
    const random = diceOf(seed);
    const agentId = `studio-${seed}`;
    const { engine, notes, write } = openEngine(agentId, BOUNDS[seed]);
    const sent = roomOf(150, random);
    const arrived: ReceivedRecord[] = [];
    for (let at = 0; at < sent.length; at += 50) {
      write(sent.slice(at, at + 50));
      // Some arrive, in any order; of those the agent hears of some, until it hears nothing any more.
      const { epoch, rows } = engine.readOutbox(0, 100_000);
      const some = received(shuffled(rows, random).slice(0, random(12)), epoch, agentId);
      if (some.length > 0 && random(2) === 0) await writeRecords(database, some, START_MS);
      else arrived.push(...some);
      const ack = at < sent.length / 10 && random(3) === 0 ? await readAck(database, agentId) : null;
      if (ack !== null)
        engine.acknowledge({ epoch: ack.epoch, contiguous: ack.contiguous, ranges: ack.ranges }, START_MS);
    }
    for (let n = 0; n < 60; n++) engine.tick(true);
    expect(notes.join()).toContain('are merged into longer ones');
    if (seed < 3) expect(notes.join()).not.toContain('dropped');
    const { epoch, rows } = engine.readOutbox(0, 100_000);
    const gaps = rows.map(({ body }) => JSON.parse(body) as UplinkBody).filter((body): body is GapRecord => body.kind === 'gap'); // prettier-ignore
    // All that waits, what was on its way before it was merged, and repetitions.
    const all = shuffled(
      [...received(rows, epoch, agentId), ...arrived, ...received(rows, epoch, agentId).slice(0, 40)],
      random,
    );
    for (let at = 0; at < all.length; at += 61) await writeRecords(database, all.slice(at, at + 61), START_MS);

    const inCloud = (await readWindowRows(database)).filter((row) => row['agent_id'] === agentId);
    const lost = gaps.filter(({ reason }) => reason === 'dropped');
    const [lengthMs, sums] = [seed === 3 ? 1e15 : HOUR_MS, {} as Sums];
    for (const row of inCloud) add(sums, `${String(row['group_kind'])} ${Math.floor(Number(row['window_start_ms']) / lengthMs)}`, row['counts'] as WindowRecord['counts']); // prettier-ignore
    if (seed === 3) expect(lost.length).toBeGreaterThan(0);
    else expect(sums).toEqual(sumsOf(sent, lengthMs));
    expect(inCloud.length).toBeLessThan(Object.keys(sumsOf(sent, WINDOW_MS)).length * 2);
    const lengths = new Set(inCloud.map((row) => row['window_length_ms']));
    if (seed < 3)
      expect([...lengths].sort()).toEqual(seed === 1 ? [WINDOW_MS, MINUTE_MS] : [WINDOW_MS, HOUR_MS, MINUTE_MS]);
    await provedWhole(engine, agentId);
  }, 180_000);
}

/** Contiguous to the end, and every leaf of the signed tree accounted for; no finding. */
async function provedWhole(engine: StoreEngine, agentId: string): Promise<void> {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const signer = createNoteSigner(agentId, key);
  await noteKey(database, agentId, signer.verifier, START_MS);
  const ack = (await readAck(database, agentId))!;
  expect(engine.acknowledge(ack, START_MS).left).toBe(0);
  expect(ack.ranges).toEqual([]);
  const outbox = { unproven: async (limit: number) => engine.unproven(limit), proven: async (epoch: number, size: number) => engine.prove(epoch, size) }; // prettier-ignore
  let nowMs = START_MS;
  const sender = createCheckpointSender({ outbox, signer, nowMs: () => nowMs }, { agentId });
  await sender.heard(ack);
  for (let told = await sender.due(null); told !== null; told = await sender.due(null)) {
    await checkCheckpoint(database, agentId, told.payload, START_MS);
    await sender.heard((await readAck(database, agentId))!);
    nowMs += MINUTE_MS;
  }
  expect(sender.broken).toBeNull();
  expect(sender.verified).toBe(ack.contiguous);
  const [given] = await database.query(`SELECT seq FROM record_log WHERE payload = '' AND agent_id = $1 LIMIT 1`, [
    agentId,
  ]);
  await expect(proveRecord(database, agentId, ack.epoch, Number(given!['seq']))).rejects.toThrow('gave it up');
  const [kept] = await database.query(`SELECT seq FROM record_log WHERE payload <> '' AND agent_id = $1 LIMIT 1`, [
    agentId,
  ]);
  expect((await proveRecord(database, agentId, ack.epoch, Number(kept!['seq']))).payload).not.toBe('');
}
