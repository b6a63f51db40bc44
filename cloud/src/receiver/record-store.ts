import type { PromptRecord, UplinkAck, WindowRecord } from '@livecue/shared/contract';
import type { Database, Query, Row } from './database.ts';
import type { ReceivedRecord } from './record-message.ts';
import * as sql from './schema.ts';
import { ackOf, addSeqs, EMPTY_SEQ_SET, type SeqSet } from './seq-set.ts';

export interface WriteOutcome {
  /** What to publish, for every agent that sent something. */
  readonly acks: readonly (readonly [agentId: string, ack: UplinkAck])[];
  /** Records of an epoch below the newest known: refused, the agent is told the epoch. */
  readonly fenced: number;
  readonly deadLetters: number;
}

interface Stream {
  epoch: number;
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
    await upsertWindows(query, current, nowMs);
    await upsertPrompts(query, current, nowMs);
    const deadLetters = await keepDeadLetters(query, records, nowMs);
    const rows = [...streams].map(([agent_id, { epoch, seqs }]) => ({ agent_id, epoch, ...seqs }));
    await query(sql.SAVE_STREAMS, [JSON.stringify(rows), nowMs]);
    const acks = [...streams]
      .filter(([, { epoch }]) => epoch > 0)
      .map(([id, { epoch, seqs }]) => [id, ackOf(epoch, seqs)] as const);
    return { acks, fenced, deadLetters };
  });
}

/** What the database knows of every agent. */
export async function readAcks(database: Database): Promise<[agentId: string, ack: UplinkAck][]> {
  const rows = await database.query(sql.SELECT_STREAMS);
  return rows.map((row) => {
    const { epoch, seqs } = streamOf(row);
    return [String(row['agent_id']), ackOf(epoch, seqs)];
  });
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
  return { epoch: Number(row['epoch']), seqs: { contiguous: Number(row['contiguous']), ranges } };
}

/** Keeps the records of each agent's newest epoch and adds their seqs to its stream, in place. */
function fence(records: readonly ReceivedRecord[], streams: Map<string, Stream>) {
  const current: (ReceivedRecord & { ok: true })[] = [];
  const seqs = new Map<string, number[]>();
  let fenced = 0;
  const placed = records.map((record) => ({ record, at: record.ok ? record : record.at }));
  for (const { record, at } of placed) {
    const stream = streams.get(record.agentId)!;
    if (at !== null && at.epoch > stream.epoch) {
      stream.epoch = at.epoch;
      stream.seqs = EMPTY_SEQ_SET;
    }
  }
  for (const { record, at } of placed) {
    if (at === null) continue;
    if (at.epoch < streams.get(record.agentId)!.epoch) {
      fenced++;
      continue;
    }
    const own = seqs.get(record.agentId) ?? [];
    own.push(at.seq);
    seqs.set(record.agentId, own);
    if (record.ok) current.push(record);
  }
  for (const [agentId, own] of seqs) {
    const stream = streams.get(agentId)!;
    stream.seqs = addSeqs(stream.seqs, own);
  }
  return { current, fenced };
}

/** ON CONFLICT may touch a row once a statement: of one identity only the highest revision goes in. */
function newest<T extends { revision: number }>(rows: readonly T[], identity: (row: T) => string): T[] {
  const found = new Map<string, T>();
  for (const row of rows) {
    const key = identity(row);
    const before = found.get(key);
    if (before === undefined || row.revision > before.revision) found.set(key, row);
  }
  return [...found.values()];
}

async function upsertWindows(
  query: Query,
  records: readonly (ReceivedRecord & { ok: true })[],
  nowMs: number,
): Promise<void> {
  const rows = records
    .filter((record): record is typeof record & { body: WindowRecord } => record.body.kind === 'window')
    .map(({ agentId, body }) => ({
      agent_id: agentId,
      room_id: body.roomId,
      start_ms: body.windowStartMs,
      length_ms: body.windowLengthMs,
      group_kind: body.group.kind,
      product_id: body.group.kind === 'product' ? body.group.productId : '',
      revision: body.revision,
      counts: body.counts,
    }));
  if (rows.length === 0) return;
  const identity = (row: (typeof rows)[number]) =>
    JSON.stringify([row.agent_id, row.room_id, row.start_ms, row.length_ms, row.group_kind, row.product_id]);
  await query(sql.UPSERT_WINDOWS, [JSON.stringify(newest(rows, identity)), nowMs]);
}

async function upsertPrompts(
  query: Query,
  records: readonly (ReceivedRecord & { ok: true })[],
  nowMs: number,
): Promise<void> {
  const rows = records
    .filter((record): record is typeof record & { body: PromptRecord } => record.body.kind === 'prompt')
    .map(({ agentId, body }) => ({
      agent_id: agentId,
      prompt_id: body.promptId,
      room_id: body.roomId,
      rule: body.rule,
      priority: body.priority,
      product_id: body.productId,
      raised_ms: body.raisedMs,
      revision: body.revision,
      outcome: body.outcome,
      closed_ms: body.closedMs,
    }));
  if (rows.length === 0) return;
  const unique = newest(rows, (row) => JSON.stringify([row.agent_id, row.prompt_id]));
  await query(sql.UPSERT_PROMPTS, [JSON.stringify(unique), nowMs]);
}

async function keepDeadLetters(query: Query, records: readonly ReceivedRecord[], nowMs: number): Promise<number> {
  const bad = records.filter((record) => !record.ok);
  if (bad.length === 0) return 0;
  const rows = bad.map(({ agentId, at, reason, payload }) => ({ agent_id: agentId, epoch: at?.epoch ?? null, seq: at?.seq ?? null, reason, payload })); // prettier-ignore
  await query(sql.INSERT_DEAD_LETTERS, [JSON.stringify(rows), nowMs]);
  await query(sql.TRIM_DEAD_LETTERS);
  return bad.length;
}
