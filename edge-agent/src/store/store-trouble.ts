import { AgentError, DiskFailedError, DiskFullError, ConfigurationError } from '../runtime/agent-error.ts';
import type { StoreTrouble } from './store-protocol.ts';

/** Another process keeps the data folder. */
export class FolderInUseError extends AgentError {
  readonly code = 'folder-in-use';
  readonly retry = 'never';
}

/** The store was asked after `stop`. */
export class StoreClosedError extends AgentError {
  readonly code = 'store-closed';
  readonly retry = 'never';
}

/** Trouble as an exception inside the worker. */
export class TroubleError extends Error {
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, options?: ErrorOptions) {
    super(trouble.message, options);
    this.trouble = trouble;
  }
}

/** SQLite primary result codes (sqlite3.h). */
const SQLITE = { BUSY: 5, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;
const DISK_CODES: readonly number[] = [SQLITE.READONLY, SQLITE.IOERR, SQLITE.CORRUPT, SQLITE.CANTOPEN, SQLITE.NOTADB];
const DISK_ERRNOS: readonly string[] = ['EIO', 'EROFS', 'EACCES', 'EPERM', 'ENXIO', 'ENODEV', 'EMFILE', 'ENFILE'];

function primaryCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' ? code & 0xff : null;
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE.BUSY;
}

/** The file holds something that is not our database, or is broken. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE.CORRUPT || code === SQLITE.NOTADB;
}

/** `full`, `failed`, or null for what is no trouble of the disk: a bug. */
export function diskTrouble(error: unknown, freeBytes: number | null): 'full' | 'failed' | null {
  const code = primaryCode(error);
  const errno = (error as NodeJS.ErrnoException).code ?? '';
  if (code === SQLITE.FULL || errno === 'ENOSPC' || errno === 'EDQUOT') return 'full';
  // Some file systems report a full disk at fsync, as an I/O error.
  if (code === SQLITE.IOERR && freeBytes !== null && freeBytes < 64 * 1024) return 'full';
  if ((code !== null && DISK_CODES.includes(code)) || DISK_ERRNOS.includes(errno)) return 'failed';
  return null;
}

export function toAgentError(trouble: StoreTrouble): Error {
  switch (trouble.kind) {
    case 'full':
      return new DiskFullError(trouble.message);
    case 'failed':
      return new DiskFailedError(trouble.message);
    case 'in-use':
      return new FolderInUseError(trouble.message);
    case 'refused':
      return new ConfigurationError(trouble.message);
    case 'bug':
      return new Error(trouble.message);
  }
}
