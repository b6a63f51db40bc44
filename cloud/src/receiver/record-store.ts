import type { FindingCode, GapRecord, UplinkAck, UplinkBody, WindowRecord } from '@livecue/shared/contract';
import type { Database, Query, Row } from './database.ts';
import { DELETE_COVERED, INSERT_GAPS, SELECT_MERGED } from './gaps.ts';
import { leafOf, type ReceivedRecord } from './record-message.ts';
import * as sql from './schema.ts';
import { ackOf, addRanges, EMPTY_SEQ_SET, type SeqSet } from './seq-set.ts';

export interface WriteOutcome {
  /** What to publish, for every agent that sent something. */
  readonly acks: readonly (readonly [agentId: string, ack: UplinkAck])[];
  /** Records of an epoch below the newest known: refused, the agent is told the epoch. */
  readonly fenced: number;
  readonly deadLetters: number;
}

interface Stream {
  epoch: number;
  /** Absent: no key of the agent is known. */
  proof?: UplinkAck['proof'];
  seqs: SeqSet;
}

/**
 * Writes what arrived in one transaction: rows, dead letters and the set of received seqs. When it
 * resolves, all of it is committed and may be acknowledged; when it rejects, nothing is.
 */
export function writeRecords(
  database: Database,
  records: readonly ReceivedRecord[],
  nowMs: number,
): Promise<WriteOutcome> {
  return database.transaction(async (query) => {
    const agentIds = [...new Set(records.map(({ agentId }) => agentId))];
    const streams = await lockStreams(query, agentIds, nowMs);
    const { current, fenced } = fence(records, streams);
    for (const kind of KINDS) await upsert(query, kind, current, nowMs);
    await deleteCovered(query, current);
    await log(query, records, streams, nowMs);
    const deadLetters = await keepDeadLetters(query, records, nowMs);
    const rows = [...streams].map(([agent_id, { epoch, seqs }]) => ({ agent_id, epoch, ...seqs }));
    await query(sql.SAVE_STREAMS, [JSON.stringify(rows), nowMs]);
    const acks = [...streams]
      .filter(([, { epoch }]) => epoch > 0)
      .map(([id, { epoch, seqs, proof }]) => [id, ackOf(epoch, seqs, proof)] as const);
    return { acks, fenced, deadLetters };
  });
}

/** What the database knows of every agent. */
export async function readAcks(database: Database): Promise<[agentId: string, ack: UplinkAck][]> {
  const rows = await database.query(sql.SELECT_STREAMS);
  return rows.map((row) => [String(row['agent_id']), storedAck(row)]);
}

/** What it knows of one; null for an agent of which nothing came. */
export async function readAck(database: Database, agentId: string): Promise<UplinkAck | null> {
  const [row] = await database.query(sql.SELECT_STREAM, [agentId]);
  return row === undefined ? null : storedAck(row);
}

function storedAck(row: Row): UplinkAck {
  const { epoch, seqs, proof } = streamOf(row);
  return ackOf(epoch, seqs, proof);
}

/** Rows of the window table for operators and tests, ordered by key. */
export async function readWindowRows(database: Database): Promise<Row[]> {
  const rows = await database.query(sql.SELECT_WINDOWS);
  return rows.map((row) => ({ ...row, window_start_ms: Number(row['window_start_ms']) }));
}

async function lockStreams(query: Query, agentIds: readonly string[], nowMs: number): Promise<Map<string, Stream>> {
  const ids = JSON.stringify(agentIds);
  await query(sql.ENSURE_STREAMS, [ids, nowMs]);
  const rows = await query(sql.LOCK_STREAMS, [ids]);
  return new Map(rows.map((row) => [String(row['agent_id']), streamOf(row)]));
}

function streamOf(row: Row): Stream {
  const ranges = row['ranges'] as [number, number][];
  const stream: Stream = { epoch: Number(row['epoch']), seqs: { contiguous: Number(row['contiguous']), ranges } };
  if (row['verified'] !== null) {
    const verified = Number(row['verified']);
    const first = row['broken'] as { words: string; what: FindingCode; seq: number } | null;
    stream.proof = first === null ? { verified, broken: null } : { verified, broken: first.words.slice(0, 1000), finding: { what: first.what, seq: first.seq } }; // prettier-ignore
  }
  return stream;
}

/** Keeps the records of each agent's newest epoch and adds their seqs to its stream, in place. */
function fence(records: readonly ReceivedRecord[], streams: Map<string, Stream>) {
  const current: (ReceivedRecord & { ok: true })[] = [];
  const seqs = new Map<string, [from: number, to: number][]>();
  let fenced = 0;
  const placed = records.map((record) => ({ record, at: record.ok ? record : record.at }));
  for (const { record, at } of placed) {
    const stream = streams.get(record.agentId)!;
    if (at !== null && at.epoch > stream.epoch) {
      stream.epoch = at.epoch;
      stream.seqs = EMPTY_SEQ_SET;
      if (stream.proof !== undefined) stream.proof = { verified: 0, broken: null };
    }
  }
  for (const { record, at } of placed) {
    if (at === null) continue;
    if (at.epoch < streams.get(record.agentId)!.epoch) {
      fenced++;
      continue;
    }
    const own = seqs.get(record.agentId) ?? [];
    own.push([at.seq, at.seq]);
    if (record.ok && record.body.kind === 'gap') own.push(...givenUp(record.body, at.seq));
    seqs.set(record.agentId, own);
    if (record.ok) current.push(record);
  }
  for (const [agentId, own] of seqs) {
    const stream = streams.get(agentId)!;
    stream.seqs = addRanges(stream.seqs, own);
  }
  return { current, fenced };
}

/** An agent can give up only what came before. */
function givenUp({ seqs }: GapRecord, seq: number): [from: number, to: number][] {
  return seqs.filter(([from, to]) => from <= to && to < seq);
}

type Current = ReceivedRecord & { readonly ok: true };
type BodyOf<K extends UplinkBody['kind']> = Extract<UplinkBody, { kind: K }>;

const windowRow = (body: WindowRecord): Row => ({ room_id: body.roomId, start_ms: body.windowStartMs, length_ms: body.windowLengthMs, group_kind: body.group.kind, product_id: body.group.kind === 'product' ? body.group.productId : '', counts: body.counts, covers: body.covers ?? null }); // prettier-ignore

/** Columns of each kind as its upsert names them, and what makes a row the same. */
const TABLES: { readonly [K in UplinkBody['kind']]: { readonly upsert: string; readonly row: (body: BodyOf<K>, at: Current) => Row; readonly identity: readonly string[] } } = {
  window: {
    upsert: sql.UPSERT_WINDOWS,
    row: windowRow,
    identity: ['room_id', 'start_ms', 'length_ms', 'group_kind', 'product_id'],
  },
  prompt: {
    upsert: sql.UPSERT_PROMPTS,
    row: (body) => ({ prompt_id: body.promptId, room_id: body.roomId, rule: body.rule, priority: body.priority, product_id: body.productId, raised_ms: body.raisedMs, outcome: body.outcome, closed_ms: body.closedMs }),
    identity: ['prompt_id'],
  },
  signal: {
    upsert: sql.UPSERT_SIGNALS,
    row: (body) => ({ room_id: body.roomId, start_ms: body.windowStartMs, length_ms: body.windowLengthMs, product_id: body.productId, ...body.interest, ahead: body.ahead }),
    identity: ['room_id', 'start_ms', 'length_ms', 'product_id'],
  },
  decision: {
    upsert: sql.UPSERT_DECISIONS,
    row: (body) => ({ decision_id: body.decisionId, room_id: body.roomId, rule: body.rule, product_id: body.productId, at_ms: body.atMs, held: body.held, propensity: body.propensity, window_ms: body.windowMs, ...body.followed }),
    identity: ['decision_id'],
  },
  coverage: {
    upsert: sql.UPSERT_COVERAGE,
    row: (body) => ({ room_id: body.roomId, start_ms: body.windowStartMs, length_ms: body.windowLengthMs, gap_ms: body.gapMs, refused: body.refused, dropped: body.dropped, lost_upstream: body.lostUpstream }),
    identity: ['room_id', 'start_ms', 'length_ms'],
  },
  gap: {
    upsert: INSERT_GAPS,
    row: (body, { epoch, seq }) => ({ epoch, seq, room_id: body.roomId, reason: body.reason, from_ms: body.fromMs, to_ms: body.toMs, windows: body.windows, signals: body.signals, seqs: givenUp(body, seq) }),
    identity: ['epoch', 'seq'],
  },
}; // prettier-ignore

const KINDS = Object.keys(TABLES) as UplinkBody['kind'][];

/** ON CONFLICT may touch a row once a statement: of one identity only the highest revision goes in. */
async function upsert<K extends UplinkBody['kind']>(query: Query, kind: K, records: readonly Current[], nowMs: number) {
  const { upsert: statement, row: rowOf, identity } = TABLES[kind];
  const newest = new Map<string, { revision: number; row: Row }>();
  for (const record of records) {
    const { agentId, body } = record;
    if (body.kind !== kind) continue;
    const row = rowOf(body as BodyOf<K>, record);
    const key = JSON.stringify([agentId, ...identity.map((column) => row[column])]);
    if ((newest.get(key)?.revision ?? -1) >= body.revision) continue;
    newest.set(key, { revision: body.revision, row: { agent_id: agentId, revision: body.revision, ...row } });
  }
  if (newest.size === 0) return;
  const isBesideMerged = kind === 'window' && (await haveMerged(query, records));
  await query(isBesideMerged ? sql.UPSERT_WINDOWS_BESIDE_MERGED : statement, [
    JSON.stringify([...newest.values()].map(({ row }) => row)),
    nowMs,
  ]);
}

async function haveMerged(query: Query, records: readonly Current[]): Promise<boolean> {
  const agentIds = [...new Set(records.map(({ agentId }) => agentId))];
  const [row] = await query(SELECT_MERGED, [JSON.stringify(agentIds)]);
  return row?.['found'] === true;
}

/** Merged windows stand in place of those that they were merged from, whichever came first. */
async function deleteCovered(query: Query, records: readonly Current[]): Promise<void> {
  const rows = records.flatMap(({ agentId, body }) =>
    body.kind === 'window' && body.covers !== undefined ? [{ agent_id: agentId, ...windowRow(body) }] : [],
  );
  if (rows.length > 0) await query(DELETE_COVERED, [JSON.stringify(rows)]);
}

/** Each record of the present epoch once, whether or not it can be stored as a row. */
async function log(
  query: Query,
  records: readonly ReceivedRecord[],
  streams: ReadonlyMap<string, Stream>,
  nowMs: number,
) {
  const rows = new Map<string, Row>();
  const again: Row[] = [];
  for (const record of records) {
    const at = record.ok ? record : record.at;
    if (at === null || at.epoch !== streams.get(record.agentId)!.epoch) continue;
    const leaf = record.ok ? leafOf(record.payload) : record.leaf;
    const row = { agent_id: record.agentId, epoch: at.epoch, seq: at.seq, leaf: Buffer.from(leaf).toString('base64'), payload: record.payload }; // prettier-ignore
    const key = `${record.agentId}/${at.seq}`;
    if (rows.has(key)) again.push(row);
    else rows.set(key, row);
  }
  const all = [...rows.values()];
  if (all.length === 0) return;
  const [made] = await query(sql.INSERT_LOG, [JSON.stringify(all), nowMs]);
  if (Number(made!['made']) < all.length || again.length > 0)
    await query(sql.FIND_ALTERED, [JSON.stringify([...all, ...again]), nowMs]);
}

async function keepDeadLetters(query: Query, records: readonly ReceivedRecord[], nowMs: number): Promise<number> {
  const bad = records.filter((record) => !record.ok);
  if (bad.length === 0) return 0;
  const rows = bad.map(({ agentId, at, reason, payload }) => ({ agent_id: agentId, epoch: at?.epoch ?? null, seq: at?.seq ?? null, reason, payload })); // prettier-ignore
  await query(sql.INSERT_DEAD_LETTERS, [JSON.stringify(rows), nowMs]);
  await query(sql.TRIM_DEAD_LETTERS);
  return bad.length;
}
