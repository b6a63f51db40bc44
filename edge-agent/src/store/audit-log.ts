import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { AuditCall, AuditSink } from '../ports.ts';
import { makeFolder } from './durable-file.ts';
import { DurableJsonFile } from './json-file.ts';

export const AUDIT_FILE = 'audit.jsonl';
const HEAD_FILE = 'audit-head.json';
/** What stands before the first entry. */
export const NOTHING = '0'.repeat(64);
const TEXT_KEPT = 200;
/** Keys whose values never stand in the log, wherever they are. */
/** Settings too: what somebody pasted in the wrong place may be a secret, and what changed stands in their versions. */
const SECRET = /secret|token|password|credential|^code$|^key$|apikey|chunk|^settings$/i;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
export const AuditEntry = z.object({
  seq: z.int().min(1),
  atMs: z.int(),
  device: z.string(),
  role: z.string(),
  name: z.string().optional(),
  verb: z.string(),
  allowed: z.boolean(),
  args: z.unknown(),
  failed: z.object({ of: z.int().min(1), code: z.string() }).optional(),
  /** SHA-256 of the line before, without its end; 64 zeros before the first. */
  before: Hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;
const Head = z.object({ seq: z.int().min(0), hash: Hash });

/** State of a log: how far it goes, and the first thing that is wrong with it. */
export interface AuditCheck {
  readonly entries: number;
  /** SHA-256 of the last line; whoever keeps it elsewhere can tell later that nothing up to it was changed. */
  readonly head: string;
  /** Null: every line follows from the one before, and none is missing at the end. */
  readonly problem: { readonly line: number; readonly words: string } | null;
}

export const sha256 = (line: string) => createHash('sha256').update(line).digest('hex');

/**
 * The audit log of a data folder: `audit.jsonl` (mode 0600), appended and forced to disk call by call. Each line holds
 * the hash of the one before, and `audit-head.json` the hash of the last, so that a changed, removed or added line
 * shows. A line that a crash has cut off is completed by the next start with a new one; `verify` names it.
 */
export async function openAuditLog(folder: string): Promise<AuditSink & { close(): Promise<void> }> {
  makeFolder(folder);
  const file = join(folder, AUDIT_FILE);
  let last = lastOf(file);
  const handle: FileHandle = await open(file, 'a', 0o600);
  if (last.cut) await handle.appendFile('\n');
  let work: Promise<unknown> = Promise.resolve();
  /** A write that failed may have left anything from nothing to the whole line. */
  let isSure = true;
  const append = async (call: AuditCall) => {
    if (!isSure) {
      last = lastOf(file);
      if (last.cut) await handle.appendFile('\n');
    }
    isSure = false;
    const { atMs, device, role, name, verb, allowed, failed } = call;
    const line = JSON.stringify({ seq: last.seq + 1, atMs, device, role, name, verb, allowed, args: withoutSecrets(call.args), failed, before: last.hash }); // prettier-ignore
    await handle.appendFile(`${line}\n`);
    await handle.datasync();
    last = { seq: last.seq + 1, hash: sha256(line), cut: false };
    isSure = true;
    await writeHead(folder, last.seq, last.hash);
    return last.seq;
  };
  let closed = false;
  return {
    record(call) {
      const entry = work.then(() => append(call));
      work = entry.catch(() => undefined);
      return entry;
    },
    async close() {
      // What comes while it waits is written too.
      for (let waited: Promise<unknown> | null = null; waited !== work;) await (waited = work);
      if (!closed) await handle.close();
      closed = true;
    },
  };
}

/** Beside the show, not in its way: nothing here waits for a disk on the thread of the pipeline. */
async function writeHead(folder: string, seq: number, hash: string): Promise<void> {
  const path = join(folder, HEAD_FILE);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ seq, hash })}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

function lastOf(file: string): { seq: number; hash: string; cut: boolean } {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const line = text.split('\n').findLast((one) => one !== '');
  if (line === undefined) return { seq: 0, hash: NOTHING, cut: false };
  const seq = text.split('\n').filter((one) => one !== '').length;
  return { seq, hash: sha256(line), cut: !text.endsWith('\n') };
}

/** Reads the log from its beginning and names the first line that does not follow from the one before. */
export async function verifyAuditLog(folder: string): Promise<AuditCheck> {
  const file = join(folder, AUDIT_FILE);
  const toldHead = await readHead(folder);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text.split('\n').filter((line) => line !== '');
  let hash = NOTHING;
  for (const [i, line] of lines.entries()) {
    const words = wrongWith(line, i + 1, hash);
    if (words !== null) return { entries: i, head: hash, problem: { line: i + 1, words } };
    hash = sha256(line);
  }
  return { entries: lines.length, head: hash, problem: wrongEnd(toldHead, lines.length, hash) };
}

/** Why a line does not follow from those before it; null: it does. */
export function wrongWith(line: string, seq: number, before: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is no JSON: it was changed, or a crash has cut it off';
  }
  const entry = AuditEntry.safeParse(value);
  if (!entry.success) return 'is no entry of this log';
  if (entry.data.before === before && entry.data.seq === seq) return null;
  if (entry.data.seq > seq) return `is entry ${entry.data.seq} where ${seq} was expected: lines before it were removed`;
  return 'does not follow from the line before it: one of the two was changed, or a line was put in';
}

type Head = z.infer<typeof Head>;

/** Read before the lines it tells of: those that are written meanwhile come on top. Undefined: missing or damaged. */
export async function readHead(folder: string): Promise<Head | undefined> {
  return Head.safeParse(await new DurableJsonFile(join(folder, HEAD_FILE), 0o600).read().catch(() => null)).data;
}

/** What is wrong with the end of a log of so many entries; null: nothing. */
export function wrongEnd(head: Head | undefined, entries: number, hash: string): AuditCheck['problem'] {
  if (head === undefined) return entries === 0 ? null : { line: entries, words: `may not be the last one: ${HEAD_FILE} is missing or damaged` }; // prettier-ignore
  if (head.seq > entries) return { line: entries + 1, words: `and those up to ${head.seq} were removed from the end` };
  // One entry more than the head tells of was written just before a crash.
  if (head.seq === entries && head.hash !== hash) return { line: entries, words: 'was changed: it is not what the head tells of' }; // prettier-ignore
  return null;
}

/** Arguments as the log keeps them: without secrets, long texts cut. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.length > TEXT_KEPT ? `${value.slice(0, TEXT_KEPT)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 8) return '…';
  if (Array.isArray(value)) return value.slice(0, TEXT_KEPT).map((one) => withoutSecrets(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, SECRET.test(key) ? '…' : withoutSecrets(one, depth + 1)])); // prettier-ignore
}
