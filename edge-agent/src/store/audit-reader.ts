import { createReadStream, existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { logKindOf, type LogFilter, type LogKind } from '@livecue/shared/contract';
import {
  AUDIT_FILE,
  AuditEntry,
  NOTHING,
  readHead,
  sha256,
  wrongEnd,
  wrongWith,
  type AuditCheck,
} from './audit-log.ts';

/** What is remembered of a line, to find and to filter it. */
interface Mark {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
  readonly device: string;
  readonly kind: LogKind;
  readonly refused: boolean;
  /** The entry that says why this one came to nothing. */
  failed: string | null;
  /** It says that of another one, and is no entry of its own. */
  readonly note: boolean;
}

export interface AuditLine {
  readonly entry: AuditEntry;
  readonly failed: string | null;
  /** As it stands in the file, without its end. */
  readonly text: string;
}

/** Of a device that ever called, as it was last. */
export interface AuditDevice {
  readonly device: string;
  readonly name: string;
  readonly role: string;
}

/** Reads an audit log that is being written, each byte once; the chain is checked on the way. */
export interface AuditReader {
  check(): Promise<AuditCheck & { readonly sinceMs: number | null }>;
  /** Once more from the beginning. */
  checkAll(): Promise<AuditCheck & { readonly sinceMs: number | null }>;
  /** Newest first, before the entry `before`; null: from the newest. */
  newest(before: number | null, limit: number, filter: LogFilter): Promise<{ lines: AuditLine[]; more: boolean }>;
  /** Oldest first, after the entry `after`, until some `bytes` are together. */
  oldest(after: number, bytes: number, filter: LogFilter): Promise<{ lines: AuditLine[]; more: boolean }>;
  /** Newest first. */
  devices(): AuditDevice[];
}

export function openAuditReader(folder: string): AuditReader {
  const file = join(folder, AUDIT_FILE);
  let seen = new Seen();
  let work: Promise<unknown> = Promise.resolve();

  const readOn = async (): Promise<void> => {
    const size = existsSync(file) ? statSync(file).size : 0;
    // A shorter file is another one: it is read from its beginning, and its head tells what is missing.
    if (size < seen.bytes) seen = new Seen();
    if (size === seen.bytes) return;
    for await (const part of createReadStream(file, { start: seen.bytes, end: size - 1 })) seen.take(part as Buffer);
  };
  /** One reading at a time; each sees all that was written before it was asked for. */
  const current = (): Promise<Seen> => {
    const reading = work.then(readOn);
    work = reading.catch(() => undefined);
    return reading.then(() => seen);
  };
  const check = async () => {
    const toldHead = await readHead(folder);
    const { entries, head, problem, sinceMs } = await current();
    return { entries, head, sinceMs, problem: problem ?? wrongEnd(toldHead, entries, head) };
  };
  const linesOf = async (marks: readonly Mark[]): Promise<AuditLine[]> => {
    if (marks.length === 0) return [];
    const handle = await open(file, 'r');
    try {
      const lines: AuditLine[] = [];
      for (const { offset, length, failed } of marks) {
        const text = (await handle.read(Buffer.alloc(length), 0, length, offset)).buffer.toString('utf8');
        lines.push({ entry: AuditEntry.parse(JSON.parse(text)), failed, text });
      }
      return lines;
    } finally {
      await handle.close();
    }
  };

  return {
    check,
    async checkAll() {
      await work;
      seen = new Seen();
      return check();
    },
    async newest(before, limit, filter) {
      const { marks } = await current();
      const found: Mark[] = [];
      for (let i = marks.length - 1; i >= 0 && found.length <= limit; i -= 1) {
        const mark = marks[i]!;
        if ((before === null || mark.seq < before) && !mark.note && fits(mark, filter)) found.push(mark);
      }
      return { lines: await linesOf(found.slice(0, limit)), more: found.length > limit };
    },
    async oldest(after, bytes, filter) {
      const { marks } = await current();
      const found = marks.filter((mark) => mark.seq > after && fits(mark, filter));
      let sum = 0;
      const taken = found.slice(0, 1 + found.findIndex(({ length }) => (sum += length) >= bytes) || found.length);
      return { lines: await linesOf(taken), more: taken.length < found.length };
    },
    devices: () => [...seen.devices.values()].toReversed(),
  };
}

function fits({ device, kind, refused, failed }: Mark, filter: LogFilter): boolean {
  if (filter.kind !== null && filter.kind !== kind) return false;
  if (filter.device !== null && filter.device !== device) return false;
  return !filter.trouble || refused || failed !== null;
}

/** A log as far as it was read. What stands after a line that is wrong is read on: a crash may have cut that one off. */
class Seen {
  bytes = 0;
  entries = 0;
  head = NOTHING;
  sinceMs: number | null = null;
  problem: AuditCheck['problem'] = null;
  readonly marks: Mark[] = [];
  readonly devices = new Map<string, AuditDevice>();
  #rest: Buffer = Buffer.alloc(0);

  take(part: Buffer): void {
    let text = Buffer.concat([this.#rest, part]);
    let offset = this.bytes - this.#rest.length;
    this.bytes += part.length;
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
      if (end > 0) this.#takeLine(text.subarray(0, end).toString('utf8'), offset, end);
      offset += end + 1;
      text = text.subarray(end + 1);
    }
    this.#rest = Buffer.from(text);
  }

  #takeLine(line: string, offset: number, length: number): void {
    this.entries += 1;
    const words = wrongWith(line, this.entries, this.head);
    if (words !== null) this.problem ??= { line: this.entries, words };
    this.head = sha256(line);
    const entry = entryOf(line);
    if (entry !== null) this.#mark(entry, offset, length);
  }

  #mark({ seq, atMs, device, name = '', role, verb, allowed, failed }: AuditEntry, offset: number, length: number): void {
    this.sinceMs ??= atMs;
    this.devices.delete(device);
    this.devices.set(device, { device, name, role });
    if (failed !== undefined) {
      const of = this.marks.findLast((mark) => mark.seq === failed.of);
      if (of !== undefined) of.failed = failed.code;
    }
    this.marks.push({ seq, offset, length, device, kind: logKindOf(verb), refused: !allowed, failed: failed?.code ?? null, note: failed !== undefined });
  } // prettier-ignore
}

/** Null: the line is none. */
function entryOf(line: string): AuditEntry | null {
  try {
    return AuditEntry.parse(JSON.parse(line));
  } catch {
    // Told as the problem of the chain.
    return null;
  }
}
