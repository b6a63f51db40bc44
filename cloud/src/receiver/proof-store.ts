import { AgentCheckpoint, type FindingCode } from '@livecue/shared/contract';
import { append, HASH_BYTES, inclusionPath, openNote, originOf, parseCheckpoint, parseVerifier, rootOf, sameBytes, type Frontier, type RecordProof } from '@livecue/shared/proof'; // prettier-ignore
import type { Database, Query, Row } from './database.ts';
import { SELECT_GAPS } from './gaps.ts';
import { noteCrypto } from './note-crypto.ts';
import { INSERT_LOG } from './schema.ts';

const { sha256, toBase64 } = noteCrypto;

/**
 * Trusts the first key that an agent shows (or the one an operator set before), and tells when it shows
 * another: then its checkpoints are checked against the first one still.
 */
export async function noteKey(database: Database, agentId: string, key: string, nowMs: number): Promise<void> {
  if (parseVerifier(noteCrypto, key) === null) return;
  await database.transaction(async (query) => {
    await query('INSERT INTO agent_keys VALUES ($1, $2, to_timestamp($3::double precision / 1000)) ON CONFLICT DO NOTHING', [agentId, key, nowMs]); // prettier-ignore
    const [row] = await query('SELECT key FROM agent_keys WHERE agent_id = $1', [agentId]);
    if (row!['key'] !== key) await find(query, { agentId, epoch: 0, nowMs }, [[0, 'wrong-key', `the agent shows the key ${key}, trusted is ${String(row!['key'])}`]]); // prettier-ignore
  });
}

/** Checks one checkpoint against what came. Returns whether there is something new to tell the agent. */
export async function checkCheckpoint(
  database: Database,
  agentId: string,
  payload: string,
  nowMs: number,
): Promise<boolean> {
  const told = parse(payload);
  if (told === null) return false;
  return database.transaction(async (query) => {
    const at = { agentId, epoch: told.epoch, nowMs };
    const [stream] = await query('SELECT epoch, contiguous, verified_size, verified_roots FROM agent_streams WHERE agent_id = $1 FOR UPDATE', [agentId]); // prettier-ignore
    if (stream === undefined || Number(stream['epoch']) !== told.epoch) return false;
    const [trusted] = await query('SELECT key FROM agent_keys WHERE agent_id = $1', [agentId]);
    if (trusted === undefined) return false; // It comes again, and the key that the agent shows before it.
    const verifier = parseVerifier(noteCrypto, String(trusted['key']));
    const text = verifier === null ? null : openNote(noteCrypto, told.note, verifier);
    const signed = text === null ? null : parseCheckpoint(noteCrypto, text);
    if (signed === null || signed.origin !== originOf(agentId, told.epoch))
      return find(query, at, [[0, 'wrong-checkpoint', 'a checkpoint is not signed by the key that is trusted for this agent']]); // prettier-ignore
    const [before] = await query('SELECT root FROM checkpoints WHERE agent_id = $1 AND epoch = $2 AND size = $3', [agentId, told.epoch, signed.size]); // prettier-ignore
    if (before !== undefined && !sameBytes(bytesOf(before['root']), signed.root))
      return find(query, at, [[signed.size, 'forked', `two signed checkpoints of size ${signed.size} have different roots`]]); // prettier-ignore
    const verified: Frontier = {
      size: Number(stream['verified_size']),
      roots: rootsOf(bytesOf(stream['verified_roots'])),
    };
    if (signed.size <= verified.size) return true;
    if (Number(stream['contiguous']) < signed.size) return false; // It comes again, and the records before it.
    return extend(query, at, told, signed, verified);
  });
}

type At = { readonly agentId: string; readonly epoch: number; readonly nowMs: number };
type Told = AgentCheckpoint & { readonly frontier: Frontier; readonly hashes: readonly Uint8Array[] };

async function extend(
  query: Query,
  at: At,
  told: Told,
  signed: { readonly size: number; readonly root: Uint8Array },
  verified: Frontier,
): Promise<boolean> {
  const frontier = told.hashes.reduce((grown, leaf) => append(sha256, grown, leaf), told.frontier);
  if (frontier.size !== signed.size || !sameBytes(rootOf(sha256, frontier), signed.root))
    return find(query, at, [[signed.size, 'wrong-checkpoint', `the leaves told with checkpoint ${signed.size} do not lead to its root`]]); // prettier-ignore
  const findings: [seq: number, what: FindingCode, words: string][] = [];
  if (told.from > verified.size) {
    findings.push([told.from, 'unproven', `records ${verified.size + 1} to ${told.from} were verified once, by a database that is not this one`]); // prettier-ignore
  } else if (!continues(told, verified)) {
    findings.push([verified.size, 'forked', `checkpoint ${signed.size} does not continue the tree of ${verified.size} records that was verified`]); // prettier-ignore
  }
  const from = Math.max(told.from, verified.size);
  const rows = await query('SELECT seq, leaf FROM record_log WHERE agent_id = $1 AND epoch = $2 AND seq > $3 AND seq <= $4', [at.agentId, at.epoch, from, signed.size]); // prettier-ignore
  const own = new Map(rows.map((row) => [Number(row['seq']), toBase64(bytesOf(row['leaf']))]));
  const wanted = new Map(told.hashes.map((leaf, n) => [told.from + n + 1, toBase64(leaf)] as const).filter(([seq]) => seq > from));
  const missing = [...wanted].filter(([seq]) => !own.has(seq));
  for (const [seq, leaf] of await givenUp(query, at, missing)) own.set(seq, leaf);
  const places = new Map([...wanted].map(([seq, leaf]) => [leaf, seq]));
  for (const [seq, leaf] of wanted) {
    const came = own.get(seq);
    if (came === leaf) continue;
    const place = came === undefined ? undefined : places.get(came);
    if (came === undefined) findings.push([seq, 'dropped', `record ${seq} was written by the agent and is not here`]);
    else if (place !== undefined) findings.push([seq, 'reordered', `record ${seq} is what the agent wrote as ${place}`]);
    else findings.push([seq, 'altered', `record ${seq} is not what the agent wrote`]);
  }
  await find(query, at, findings);
  await query('INSERT INTO checkpoints VALUES ($1, $2, $3, $4, $5, to_timestamp($6::double precision / 1000)) ON CONFLICT DO NOTHING', [at.agentId, at.epoch, signed.size, signed.root, told.note, at.nowMs]); // prettier-ignore
  await query('UPDATE agent_streams SET verified_size = $2, verified_roots = $3 WHERE agent_id = $1', [at.agentId, frontier.size, Buffer.concat(frontier.roots)]); // prettier-ignore
  return true;
} // prettier-ignore

/** Of records that are missing those that the agent has given up (a gap record): their leaves stay in the tree, without a payload. */
async function givenUp(query: Query, at: At, missing: readonly (readonly [seq: number, leaf: string])[]) {
  if (missing.length === 0) return [];
  const gaps = await query(SELECT_GAPS, [at.agentId, at.epoch]);
  const ranges = gaps.flatMap((row) => row['seqs'] as [number, number][]);
  const given = missing.filter(([seq]) => ranges.some(([from, to]) => seq >= from && seq <= to));
  const rows = given.map(([seq, leaf]) => ({ agent_id: at.agentId, epoch: at.epoch, seq, leaf, payload: '' }));
  await query(INSERT_LOG, [JSON.stringify(rows), at.nowMs]);
  return given;
}

/** Whether the told leaves lead through the frontier that was verified. */
function continues(told: Told, verified: Frontier): boolean {
  const there = told.hashes.slice(0, verified.size - told.from).reduce((grown, leaf) => append(sha256, grown, leaf), told.frontier); // prettier-ignore
  return there.size === verified.size && there.roots.every((root, n) => sameBytes(root, verified.roots[n]!));
}

/** Each finding stands once; nothing is changed by it, the rows stay as they came. Always true: the agent is to be told. */
async function find(
  query: Query,
  at: At,
  findings: readonly (readonly [seq: number, what: FindingCode, words: string])[],
): Promise<true> {
  for (const [seq, what, words] of findings)
    await query('INSERT INTO findings VALUES ($1, $2, $3, $4, $5, to_timestamp($6::double precision / 1000)) ON CONFLICT DO NOTHING', [at.agentId, at.epoch, seq, what, words, at.nowMs]); // prettier-ignore
  return true;
}

function parse(payload: string): Told | null {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return null; // Whoever wrote that is no agent of ours; a real checkpoint comes again.
  }
  const parsed = AgentCheckpoint.safeParse(value);
  if (!parsed.success) return null;
  const [roots, leaves] = [parsed.data.roots.map((root) => noteCrypto.fromBase64(root)), noteCrypto.fromBase64(parsed.data.leaves)]; // prettier-ignore
  if (leaves === null || leaves.length % HASH_BYTES !== 0) return null;
  const known = roots.filter((root) => root !== null && root.length === HASH_BYTES) as Uint8Array[];
  const ones = parsed.data.from.toString(2).replaceAll('0', '').length;
  if (known.length !== roots.length || known.length !== ones) return null;
  return { ...parsed.data, frontier: { size: parsed.data.from, roots: known }, hashes: rootsOf(leaves) };
}

function rootsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, n) => bytes.slice(n * HASH_BYTES, (n + 1) * HASH_BYTES));
}

const bytesOf = (value: unknown) => new Uint8Array(value as Uint8Array);

/** Rejects with what is missing: the record, its payload, or a checkpoint that covers it. */
export async function proveRecord(
  database: Database,
  agentId: string,
  epoch: number,
  seq: number,
): Promise<RecordProof> {
  const { query } = database;
  const what = `record ${seq} of ${agentId}, epoch ${epoch}`;
  const [checkpoint] = await query('SELECT size, note FROM checkpoints WHERE agent_id = $1 AND epoch = $2 AND size >= $3 ORDER BY size LIMIT 1', [agentId, epoch, seq]); // prettier-ignore
  if (checkpoint === undefined) throw new Error(`${what}: no signed checkpoint covers it yet; agents send one 10 s after their records are acknowledged`); // prettier-ignore
  const size = Number(checkpoint['size']);
  const rows = await query('SELECT seq, leaf FROM record_log WHERE agent_id = $1 AND epoch = $2 AND seq <= $3 ORDER BY seq', [agentId, epoch, size]); // prettier-ignore
  if (rows.length !== size) throw new Error(`${what}: ${size - rows.length} of the ${size} records of its tree are no longer here, or never came; see table findings`); // prettier-ignore
  const [record] = await query('SELECT payload FROM record_log WHERE agent_id = $1 AND epoch = $2 AND seq = $3', [agentId, epoch, seq]); // prettier-ignore
  const [trusted] = await query('SELECT key FROM agent_keys WHERE agent_id = $1', [agentId]);
  if (record!['payload'] === '') throw new Error(`${what}: the agent gave it up while it waited, merged into a longer window or dropped; see table gap_rows`); // prettier-ignore
  const path = inclusionPath(sha256, rows.map((row: Row) => bytesOf(row['leaf'])), seq - 1); // prettier-ignore
  return { kind: 'record-proof', agentId, epoch, seq, payload: String(record!['payload']), path: path.map(toBase64), note: String(checkpoint['note']), key: String(trusted!['key']) }; // prettier-ignore
}
