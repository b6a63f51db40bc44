import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import type { UplinkBody } from '@livecue/shared/contract';
import { expectedRows, type SentEvent, type WindowSums } from '../../oracle.ts';
import type { Lane } from './lane.ts';
import { WINDOW_MS, WINDOWS } from './sender.ts';

export interface Verdict {
  /** What is wrong, in sentences. */
  readonly wrong: string[];
  /** What the proofs of the receiver say, as `what seq`. */
  readonly findings: string[];
  readonly records: number;
  readonly rows: number;
}

interface Row {
  readonly window_start_ms: string;
  readonly window_length_ms: number;
  readonly group_kind: string;
  readonly product_id: string;
  readonly revision: number;
  readonly counts: { comments: number; ordersPaid: number; revenueMinor: Record<string, number> };
}

/** Compares what the database holds of an agent with what its sources were told was accepted. */
export async function judge(
  lane: Pick<Lane, 'ask'>,
  agentId: string,
  show: { readonly fromMs: number; readonly accepted: readonly SentEvent[] },
): Promise<Verdict> {
  const ask = <T extends pg.QueryResultRow>(sql: string) => lane.ask<T>(sql, [agentId]);
  const rows = await ask<Row>(`SELECT (extract(epoch FROM window_start) * 1000)::bigint AS window_start_ms, window_length_ms, group_kind, product_id, revision, counts FROM window_rows WHERE agent_id = $1`); // prettier-ignore
  const log = await ask<{ epoch: string; seq: string; payload: string }>('SELECT epoch, seq, payload FROM record_log WHERE agent_id = $1 ORDER BY epoch, seq'); // prettier-ignore
  const [stream] = await ask<{ epoch: string; contiguous: string; ranges: unknown[]; verified_size: string }>('SELECT epoch, contiguous, ranges, verified_size FROM agent_streams WHERE agent_id = $1'); // prettier-ignore
  const prompts = await ask<{ prompt_id: string; revision: number; outcome: string | null }>('SELECT prompt_id, revision, outcome FROM prompt_rows WHERE agent_id = $1'); // prettier-ignore
  const dead = await ask<{ reason: string }>('SELECT reason FROM dead_letter WHERE agent_id = $1');
  const found = await ask<{ what: string; seq: string; words: string }>('SELECT what, seq, words FROM findings WHERE agent_id = $1'); // prettier-ignore
  const wrong = [
    ...sumsWrong(rows, show),
    ...treeWrong(log, stream),
    ...rowsWrong(rows, prompts, log),
    ...dead.map(({ reason }) => `a record could not be stored: ${reason}`),
    ...found.map(({ words }) => `the proof says: ${words}`),
  ];
  return { wrong, findings: found.map(({ what, seq }) => `${what} ${seq}`), records: log.length, rows: rows.length };
}

/** Sums of each window of the show: what was accepted, each event once. */
function sumsWrong(rows: readonly Row[], show: { fromMs: number; accepted: readonly SentEvent[] }): string[] {
  const inShow = rows.filter((row) => row.window_length_ms === WINDOW_MS && Number(row.window_start_ms) >= show.fromMs && Number(row.window_start_ms) < show.fromMs + WINDOWS * WINDOW_MS); // prettier-ignore
  const sums = (some: readonly Row[]): Map<number, WindowSums> => {
    const found = new Map<number, WindowSums>();
    for (const { window_start_ms, counts } of some) {
      const own = found.get(Number(window_start_ms)) ?? { comments: 0, ordersPaid: 0, revenueMinor: 0 };
      own.comments += counts.comments;
      own.ordersPaid += counts.ordersPaid;
      own.revenueMinor += counts.revenueMinor['CNY'] ?? 0;
      found.set(Number(window_start_ms), own);
    }
    return found;
  };
  const expected = expectedRows(show.accepted);
  const room = sums(inShow.filter(({ group_kind }) => group_kind === 'room'));
  const wrong: string[] = [];
  for (const start of new Set([...expected.keys(), ...room.keys()])) {
    if (isDeepStrictEqual(room.get(start), expected.get(start))) continue;
    wrong.push(`window ${(start - show.fromMs) / WINDOW_MS}: ${text(room.get(start))} in the database, ${text(expected.get(start))} accepted`); // prettier-ignore
  }
  const parts = sums(inShow.filter(({ group_kind }) => group_kind !== 'room'));
  for (const [start, { ordersPaid }] of room) {
    if ((parts.get(start)?.ordersPaid ?? 0) !== ordersPaid)
      wrong.push(`window ${(start - show.fromMs) / WINDOW_MS}: its products have ${parts.get(start)?.ordersPaid ?? 0} orders, its room ${ordersPaid}`); // prettier-ignore
  }
  return wrong;
}

const text = (sums: WindowSums | undefined) =>
  sums === undefined ? 'nothing' : `${sums.comments} comments, ${sums.ordersPaid} orders, ${sums.revenueMinor} minor`;

/** Every record of the newest epoch is here, once, and proven. */
function treeWrong(
  log: readonly { epoch: string; seq: string }[],
  stream: { epoch: string; contiguous: string; ranges: unknown[]; verified_size: string } | undefined,
): string[] {
  if (stream === undefined) return ['nothing of the agent came'];
  const seqs = log.filter(({ epoch }) => epoch === stream.epoch).map(({ seq }) => Number(seq));
  const wrong: string[] = [];
  const holes = seqs.findIndex((seq, n) => seq !== n + 1);
  if (holes >= 0) wrong.push(`record ${holes + 1} of epoch ${stream.epoch} is not in the log`);
  if (Number(stream.contiguous) !== seqs.length || stream.ranges.length > 0)
    wrong.push(
      `acknowledged are ${stream.contiguous} and ${JSON.stringify(stream.ranges)}, the log has ${seqs.length}`,
    );
  if (Number(stream.verified_size) !== seqs.length)
    wrong.push(`proven are ${stream.verified_size} of ${seqs.length} records`);
  return wrong;
}

/** Each row is what the newest revision among the records says. */
function rowsWrong(
  rows: readonly Row[],
  prompts: readonly { prompt_id: string; revision: number; outcome: string | null }[],
  log: readonly { payload: string }[],
): string[] {
  const newest = new Map<string, UplinkBody>();
  for (const { payload } of log) {
    const body = parse(payload);
    const key = body === null ? null : keyOf(body);
    if (body !== null && key !== null && (newest.get(key)?.revision ?? -1) < body.revision) newest.set(key, body);
  }
  const here = new Map<string, unknown>([
    ...rows.map((row) => [`window ${row.window_start_ms} ${row.window_length_ms} ${row.group_kind} ${row.product_id}`, row.counts] as const), // prettier-ignore
    ...prompts.map(({ prompt_id, outcome }) => [`prompt ${prompt_id}`, outcome] as const),
  ]);
  const wrong = [...here.keys()].filter((key) => !newest.has(key)).map((key) => `the row ${key} has no record`);
  for (const [key, body] of newest) {
    const said = body.kind === 'window' ? body.counts : body.kind === 'prompt' ? body.outcome : null;
    if (!here.has(key) || !isDeepStrictEqual(here.get(key), said)) wrong.push(`the row ${key} is not what its newest record says`); // prettier-ignore
  }
  return wrong;
}

function keyOf(body: UplinkBody): string | null {
  if (body.kind === 'prompt') return `prompt ${body.promptId}`;
  if (body.kind !== 'window') return null;
  const productId = body.group.kind === 'product' ? body.group.productId : '';
  return `window ${body.windowStartMs} ${body.windowLengthMs} ${body.group.kind} ${productId}`;
}

/** Null: a record that was altered on its way may be no JSON; the tree tells of it. */
function parse(payload: string): UplinkBody | null {
  try {
    return JSON.parse(payload) as UplinkBody;
  } catch {
    return null;
  }
}
