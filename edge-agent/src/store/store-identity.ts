import { readFileSync, statSync } from 'node:fs';
import { replaceFile } from './durable-file.ts';

/** 2026-01-01T00:00:00Z. */
const EPOCH_ZERO_MS = 1_767_225_600_000;

/**
 * Epoch of a database that has lost its past: whole seconds since 2026-01-01, at least 1. Strictly above
 * any earlier epoch of this agent as long as clocks are right and databases are not lost twice in a
 * second; when the receiver knows a higher one all the same, its acknowledgement raises ours
 * (`StoreDatabase.acknowledge`).
 */
export function freshEpoch(nowMs: number): number {
  return Math.max(1, Math.floor((nowMs - EPOCH_ZERO_MS) / 1000));
}

/** Epoch after a clone or a restore: above the stored one, and above what any lost copy may have used. */
export function raisedEpoch(stored: number, nowMs: number): number {
  return Math.max(stored + 1, freshEpoch(nowMs));
}

/** Changes when a file is copied, not when it is renamed or written: inode and time of birth. */
export function fileIdentity(path: string): string {
  const stat = statSync(path, { bigint: true });
  return `${stat.ino}-${stat.birthtimeNs}`;
}

/** The number in the generation file, or null when there is none or it cannot be read as one. */
export function readGeneration(path: string): number | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return /^\d{1,15}\n$/.test(text) ? Number(text) : null;
}

export function writeGeneration(path: string, generation: number): void {
  replaceFile(path, Buffer.from(`${generation}\n`), 0o600);
}

/**
 * Whether the database is not the one that ran here last, and why. `stored` stands in the database,
 * `beside` in the generation file; both rise at every start and at every orderly stop, database first.
 *
 * Detected: the database copied back from a backup over the living one, copied to another folder or disk,
 * the folder cloned or restored as a whole (its files are new files), the generation file lost.
 * Not detected here: a disk or machine snapshot rolled back as a whole, and a database copied back in
 * place that was taken in the very run that was killed last. The receiver's acknowledgement shows those
 * when it names records that this database has not written yet.
 */
export function cloneOrRestore(
  stored: { generation: number; fileIdentity: string },
  beside: number | null,
  identityNow: string,
): string | null {
  if (beside === null) return 'the generation file beside it is missing';
  if (beside > stored.generation) return `it is older (run ${stored.generation}) than the last run here (${beside})`;
  if (beside < stored.generation - 1)
    return `the folder last ran an older database (run ${beside}, this is ${stored.generation})`;
  if (stored.fileIdentity !== identityNow) return 'it is a copy of another file';
  return null;
}
