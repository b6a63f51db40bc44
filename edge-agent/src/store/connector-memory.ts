import { existsSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Logger } from '../runtime/logger.ts';
import { makeFolder, replaceFile } from './durable-file.ts';

/** Changes wait this long, so that a cursor that moves with every message costs one write a second. */
const WRITE_BEHIND_MS = 1000;
/** The file is written anew when it has this many lines more than twice what is in it. */
const SPARE_LINES = 2_000;
const HEADER = '{"version":2}';

/** Agents before 0.2 wrote the whole as one object. */
const FirstVersion = z.strictObject({ version: z.literal(1), values: z.record(z.string(), z.string()) });
/** A line: what a key is from here on, or that it is gone. */
const Line = z.union([z.tuple([z.string(), z.string()]), z.tuple([z.string()])]);

/** What one connector remembers between runs: cursors, orders to be read, what was told. One small file. */
export interface ConnectorMemoryFile {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
  entries(prefix: string): [key: string, value: string][];
  flush(): Promise<void>;
}

type Values = Map<string, string>;
interface Loaded {
  readonly values: Values;
  /** Lines of the file; null when it must be written anew. */
  readonly lines: number | null;
}

/**
 * `connectors/<name>.jsonl`, to which changes are appended: a change costs one line and one fdatasync, however much
 * is remembered. A line that a kill cut off is left out. A file that cannot be read is kept aside, and said so: a
 * lost cursor must not keep a show from starting.
 */
export function openConnectorMemory(ports: { folder: string; logger: Logger }, name: string): ConnectorMemoryFile {
  const folder = path.join(ports.folder, 'connectors');
  makeFolder(folder);
  const file = path.join(folder, `${name}.jsonl`);
  const first = path.join(folder, `${name}.json`);
  const loaded = existsSync(file) ? readLines(file, ports.logger) : { values: readFirst(first, ports.logger), lines: null }; // prettier-ignore
  const { values } = loaded;
  let { lines } = loaded;
  let changed: Map<string, string | undefined> = new Map();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;

  async function append(changes: ReadonlyMap<string, string | undefined>, before: number): Promise<number> {
    const text = [...changes].map(([key, value]) => `${JSON.stringify(value === undefined ? [key] : [key, value])}\n`);
    const handle = await open(file, 'a', 0o600);
    try {
      await handle.appendFile(text.join(''));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    return before + text.length;
  }

  function rewrite(): number {
    const all = [...values].map((entry) => `${JSON.stringify(entry)}\n`);
    replaceFile(file, Buffer.from(`${HEADER}\n${all.join('')}`), 0o600);
    rmSync(first, { force: true });
    return all.length;
  }

  async function drain(): Promise<void> {
    // Not before `writing` says so.
    await Promise.resolve();
    try {
      while (changed.size > 0) await writeChanged();
    } finally {
      // At once: who changes something from here on begins a write of its own.
      writing = null;
    }
  }

  async function writeChanged(): Promise<void> {
    const taken = changed;
    changed = new Map();
    try {
      if (lines === null || lines + taken.size > 2 * values.size + SPARE_LINES) lines = rewrite();
      else lines = await append(taken, lines);
    } catch (error) {
      // Half a line may stand at the end now, so nothing is appended to it; newer changes go before older ones.
      lines = null;
      changed = new Map([...taken, ...changed]);
      writeSoon();
      throw error;
    }
  }

  function writeSoon(): void {
    timer ??= setTimeout(() => {
      flush().catch((error: Error) => ports.logger.error(`writing ${file}: ${error.message}; the connector may repeat messages after a restart`)); // prettier-ignore
    }, WRITE_BEHIND_MS).unref();
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing ??= drain();
    return writing;
  }

  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (values.get(key) === value) return;
      if (value === undefined) values.delete(key);
      else values.set(key, value);
      changed.set(key, value);
      writeSoon();
    },
    entries: (prefix) => [...values].filter(([key]) => key.startsWith(prefix)),
    flush,
  };
}

function readLines(file: string, logger: Logger): Loaded {
  const text = readFileSync(file, 'utf8');
  const end = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  const values: Values = new Map();
  try {
    if (lines.shift() !== HEADER) throw new Error('another version');
    for (const line of lines) {
      const [key, value] = Line.parse(JSON.parse(line));
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    }
  } catch {
    keepAside(file, logger);
    return { values: new Map(), lines: null };
  }
  if (end < text.length) truncateSync(file, Buffer.byteLength(text.slice(0, end)));
  return { values, lines: lines.length };
}

function readFirst(file: string, logger: Logger): Values {
  if (!existsSync(file)) return new Map();
  try {
    return new Map(Object.entries(FirstVersion.parse(JSON.parse(readFileSync(file, 'utf8'))).values));
  } catch {
    keepAside(file, logger);
    return new Map();
  }
}

function keepAside(file: string, logger: Logger): void {
  const aside = `${file}.unreadable`;
  renameSync(file, aside);
  logger.warn(`${file} could not be read and is kept as ${aside}; the connector begins without a cursor`);
}
