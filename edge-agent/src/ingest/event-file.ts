import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../runtime/agent-error.ts';

/** Lines of one file that follow each other, with the event time by which each is paced. */
export interface LineRun {
  readonly file: string;
  /** Counts from 1. */
  readonly firstLine: number;
  readonly bytes: Uint8Array;
  /** Where each line begins in `bytes`. */
  readonly starts: readonly number[];
  /** Newest event time of the file up to each line, Unix ms; null while none was told. */
  readonly timesMs: readonly (number | null)[];
}

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;
/** No event is as long; without an end of line by then, this is another kind of file. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const TIME_KEY = Buffer.from('"time"');

/**
 * Lines of one or several JSON Lines files, plain or gzip (told by the first bytes), streamed. Several
 * files are merged by event time; lines without one stay behind the line before them, equal times in the
 * order of `files`. Throws `InputError` when a file cannot be read.
 */
export async function* readLineRuns(files: readonly string[], maxLines: number): AsyncGenerator<LineRun> {
  const cursors = files.map((file) => createCursor(file));
  try {
    for (const cursor of cursors) await cursor.fill();
    let open = cursors.filter((cursor) => cursor.key !== null);
    while (open.length > 0) {
      const next = open.reduce((best, cursor) => (cursor.key! < best.key! ? cursor : best));
      yield next.take(maxLines, turnOf(next, open));
      if (next.key === null) await next.fill();
      if (next.key === null) open = open.filter((cursor) => cursor !== next);
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** Whether a line of `next` at this time still comes before all other files. */
function turnOf(next: Cursor, open: readonly Cursor[]): (timeMs: number) => boolean {
  const index = open.indexOf(next);
  const earlier = Math.min(...open.slice(0, index).map((cursor) => cursor.key!));
  const later = Math.min(...open.slice(index + 1).map((cursor) => cursor.key!));
  return (timeMs) => (index === 0 || timeMs < earlier) && timeMs <= later;
}

/** Rejects with `InputError` when the file is not there or not readable. */
export async function checkReadable(file: string): Promise<void> {
  try {
    const handle = await open(file);
    const stat = await handle.stat();
    await handle.close();
    if (stat.isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    throw unreadable(file, error);
  }
}

interface Block {
  readonly bytes: Buffer;
  readonly starts: number[];
  readonly timesMs: (number | null)[];
}

type Cursor = ReturnType<typeof createCursor>;

/** One file, read a block of whole lines at a time. */
function createCursor(file: string) {
  const blocks = readBlocks(file);
  let block: Block | null = null;
  let at = 0;
  let line = 1;
  let newestMs: number | null = null;
  return {
    /** Time of the next line, −∞ while the file told none; null when another block is needed. */
    get key(): number | null {
      return block === null ? null : (block.timesMs[at] ?? -Infinity);
    },
    async fill(): Promise<void> {
      const read = await blocks.next();
      block = read.done === true ? null : indexBlock(read.value, newestMs);
      at = 0;
    },
    /** The next line, and those after it up to `maxLines` for as long as it is the turn of this file. */
    take(maxLines: number, isTurn: (timeMs: number) => boolean): LineRun {
      const { bytes, starts, timesMs } = block!;
      let end = at + 1;
      const last = Math.min(starts.length, at + maxLines);
      while (end < last && isTurn(timesMs[end] ?? -Infinity)) end++;
      const from = starts[at]!;
      const run = {
        file,
        firstLine: line,
        bytes: bytes.subarray(from, starts[end] ?? bytes.length),
        starts: starts.slice(at, end).map((start) => start - from),
        timesMs: timesMs.slice(at, end),
      };
      line += end - at;
      newestMs = timesMs[end - 1] ?? newestMs;
      at = end;
      if (at === starts.length) block = null;
      return run;
    },
    async close(): Promise<void> {
      await blocks.return(undefined);
    },
  };
}

function indexBlock(bytes: Buffer, newestMs: number | null): Block {
  const starts: number[] = [];
  const timesMs: (number | null)[] = [];
  let newest = newestMs;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const timeMs = peekTimeMs(bytes.subarray(start, end));
    if (timeMs !== null && (newest === null || timeMs > newest)) newest = timeMs;
    starts.push(start);
    timesMs.push(newest);
    start = end;
  }
  return { bytes, starts, timesMs };
}

/**
 * The first field of this name in the line, without parsing it all: it only paces and merges, what counts
 * is what the decoder reads. A text that contains the name has its quotes escaped and does not match.
 */
function peekTimeMs(line: Buffer): number | null {
  const key = line.indexOf(TIME_KEY);
  if (key === -1) return null;
  const value = /^\s*:\s*"([^"\\]{1,40})"/.exec(
    line.toString('latin1', key + TIME_KEY.length, key + TIME_KEY.length + 60),
  )?.[1];
  const timeMs = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isFinite(timeMs) ? timeMs : null;
}

/** Blocks that end at the end of a line, or of the file. */
async function* readBlocks(file: string): AsyncGenerator<Buffer, undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of await openText(file)) {
      const bytes = chunk as Buffer;
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        yield Buffer.concat([...rest, bytes.subarray(0, end)]);
        rest = [];
        restBytes = 0;
      }
      if (end < bytes.length) rest.push(bytes.subarray(end));
      restBytes += bytes.length - end;
      if (restBytes > MAX_LINE_BYTES) throw new Error(`a line is longer than ${MAX_LINE_BYTES} bytes`);
    }
    if (restBytes > 0) yield Buffer.concat(rest);
  } catch (error) {
    throw unreadable(file, error);
  }
  return undefined;
}

async function openText(file: string): Promise<Readable> {
  const handle = await open(file);
  const magic = Buffer.alloc(2);
  try {
    await handle.read(magic, 0, 2, 0);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const raw: ReadStream = createReadStream(file, { fd: handle, start: 0, highWaterMark: CHUNK_BYTES });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return raw;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The iterator over `gunzip` throws whatever fails in either stream.
  return pipeline(raw, gunzip, () => undefined) as unknown as Readable;
}

function unreadable(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : message;
  return new InputError(`Reading events from ${file}: ${why}. Expected JSON Lines, plain or gzip.`, { cause: error });
}
