import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import * as z from 'zod';
import { makeFolder } from './durable-file.ts';
import { DurableJsonFile } from './json-file.ts';

const VERSIONS_KEPT = 20;

const Note = z.object({ number: z.int().min(1), atMs: z.int(), by: z.string(), note: z.string() });
const NotesFile = z.object({ versions: z.array(Note) });

/** One state of the file: when it came, who brought it, and why. */
export type FileVersion = z.infer<typeof Note>;

export interface VersionedJson {
  /** Null when there is no file. Throws `ConfigurationError` when it is not JSON. */
  read(): Promise<unknown>;
  /** Writes the file and keeps it as the next version. `before` is what was in force when there was no file yet. */
  write(value: unknown, note: Omit<FileVersion, 'number'>, before: unknown): Promise<FileVersion>;
  /** Keeps it as the next version and leaves the file as it is; `put` brings it there. */
  keep(value: unknown, note: Omit<FileVersion, 'number'>, before: unknown): Promise<FileVersion>;
  /** Writes the file alone, with a state that is kept. */
  put(value: unknown): Promise<void>;
  /** The newest version that is the same as `value`; null: none is. */
  numberOf(value: unknown): Promise<number | null>;
  /** Newest first; the first is the file as it stands. */
  versions(): FileVersion[];
  /** Null: that version is not kept (any more). */
  readVersion(number: number): Promise<unknown>;
}

/**
 * A JSON file of which every state is kept beside it as `name.1.json`, `name.2.json` …, the newest 20, with a list of
 * who and why in `name.versions.json`. What somebody changed by hand is kept as a version before it is replaced. A
 * crash at any moment leaves the file as it was or as it was to become.
 */
export function versionedJson(path: string, mode: number, nowMs: () => number): VersionedJson {
  const extension = extname(path);
  const stem = basename(path, extension);
  const folder = dirname(path);
  const fileOf = (number: number) => join(folder, `${stem}.${number}${extension}`);
  const notesPath = join(folder, `${stem}.versions.json`);
  const file = new DurableJsonFile(path, mode);

  const numbers = (): number[] => {
    if (!existsSync(folder)) return [];
    const inner = readdirSync(folder).filter((name) => name.startsWith(`${stem}.`) && name.endsWith(extension));
    return inner
      .map((name) => name.slice(stem.length + 1, -extension.length))
      .filter((digits) => /^[1-9]\d*$/.test(digits))
      .map(Number)
      .sort((a, b) => b - a);
  };

  /** The list only adds words to the files: without it, or with a damaged one, the versions are still there. */
  const notes = (): Map<number, FileVersion> => {
    if (!existsSync(notesPath)) return new Map();
    try {
      const { versions } = NotesFile.parse(JSON.parse(readFileSync(notesPath, 'utf8')));
      return new Map(versions.map((version) => [version.number, version]));
    } catch {
      return new Map();
    }
  };

  const versions = (): FileVersion[] => {
    const known = notes();
    return numbers().map(
      (number) => known.get(number) ?? { number, atMs: Math.round(statSync(fileOf(number)).mtimeMs), by: '', note: '' },
    );
  };

  const keep = async (value: unknown, note: Omit<FileVersion, 'number'>): Promise<FileVersion> => {
    const version = { ...note, number: (numbers()[0] ?? 0) + 1 };
    await new DurableJsonFile(fileOf(version.number), mode).write(value);
    await new DurableJsonFile(notesPath, mode).write({ versions: [version, ...versions().filter(({ number }) => number !== version.number)].slice(0, VERSIONS_KEPT) }); // prettier-ignore
    return version;
  };

  const numberOf = async (value: unknown, among = numbers()): Promise<number | null> => {
    const hash = hashOf(value);
    for (const number of among) if (hashOf(await new DurableJsonFile(fileOf(number), mode).read()) === hash) return number; // prettier-ignore
    return null;
  };

  /** What is in the file, or was in force without one, when no version of `among` has it yet. */
  const keepPresent = async (before: unknown, among: number[]): Promise<void> => {
    const present = existsSync(path) ? await file.read() : before;
    if ((await numberOf(present, among)) !== null) return;
    const atMs = existsSync(path) ? Math.round(statSync(path).mtimeMs) : nowMs();
    await keep(present, { atMs, by: '', note: '' });
  };

  const removeOld = () => {
    for (const old of numbers().slice(VERSIONS_KEPT)) rmSync(fileOf(old));
  };

  return {
    read: () => file.read(),
    async write(value, note, before) {
      makeFolder(folder);
      await keepPresent(before, numbers().slice(0, 1));
      const version = await keep(value, note);
      await file.write(value);
      removeOld();
      return version;
    },
    async keep(value, note, before) {
      makeFolder(folder);
      await keepPresent(before, numbers());
      const version = await keep(value, note);
      removeOld();
      return version;
    },
    put: (value) => file.write(value),
    numberOf,
    versions,
    async readVersion(number) {
      return numbers().includes(number) ? new DurableJsonFile(fileOf(number), mode).read() : null;
    },
  };
}

/** Tells two states apart, whatever their spaces. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
