import path from 'node:path';
import * as z from 'zod';
import { Catalogue, CatalogueField, type ImportOptions, type SetupVersion } from '@livecue/shared/contract';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { rememberMapping } from '../setup/catalogue-import/column-guess.ts';
import { readImportInThread } from '../setup/catalogue-import/import-thread.ts';
import type { ImportRead } from '../setup/catalogue-import/read-import.ts';
import { DurableJsonFile } from '../store/json-file.ts';
import { hashOf, versionedJson } from '../store/versioned-json.ts';

/** Headings whose meaning is remembered: those of some ten files. */
const HEADINGS_KEPT = 500;
const MappingFile = z.record(z.string(), CatalogueField.nullable());

export interface ImportFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ImportOrder {
  readonly takeGood: boolean;
  readonly removeGone: boolean;
  readonly note: string;
  readonly by: string;
}

export type ApplyResult =
  | { readonly version: SetupVersion; readonly reason: null }
  | { readonly version: null; readonly reason: 'changed-meanwhile' | 'problems' | 'not-kept' };

/** The catalogue file with its versions, and what imports do to it. */
export interface CatalogueBook {
  present(): Promise<Catalogue>;
  /** Tells one state of the catalogue from another. */
  basis(): Promise<string>;
  versions(): SetupVersion[];
  /** Reads a file and changes nothing. Throws `UnreadableFileError`. */
  preview(file: ImportFile, options: ImportOptions): Promise<ImportRead>;
  /** Reads it again and takes what the order says, on the state `basis` alone (null: whatever it is). */
  apply(file: ImportFile, options: ImportOptions, basis: string | null, order: ImportOrder): Promise<ApplyResult>;
  restore(number: number, by: string): Promise<ApplyResult>;
  /** Takes a whole catalogue as the next version, whatever it was. */
  replace(catalogue: Catalogue, by: string, note: string): Promise<SetupVersion>;
}

/**
 * @param file `catalogue.json`, or where `--catalogue` says.
 * @param without What is in force while there is no file.
 */
export function openCatalogueBook(
  ports: { readonly nowMs: () => number },
  places: { readonly file: string; readonly folder: string },
  without: Catalogue,
): CatalogueBook {
  const versioned = versionedJson(places.file, 0o600, ports.nowMs);
  const headings = new DurableJsonFile(path.join(places.folder, 'catalogue-headings.json'), 0o600);
  const remembered = async () => MappingFile.safeParse(await headings.read().catch(() => null)).data ?? {};
  const present = async () => parseCatalogue(places.file, (await versioned.read()) ?? without);
  const basis = async () => hashOf(await present());
  /** One change at a time: each is made on the state that it was checked against. */
  let changes: Promise<unknown> = Promise.resolve();
  const oneByOne = <T>(change: () => Promise<T>): Promise<T> => {
    const work = changes.then(change);
    changes = work.catch(() => undefined);
    return work;
  };
  const preview = async ({ name, bytes }: ImportFile, options: ImportOptions) =>
    readImportInThread({ name, bytes, options, present: await present(), remembered: await remembered() });

  return {
    present,
    basis,
    versions: () => versioned.versions(),
    preview,
    apply: (file, options, expected, { takeGood, removeGone, note, by }) =>
      oneByOne(async () => {
        if (expected !== null && (await basis()) !== expected) return { version: null, reason: 'changed-meanwhile' };
        const { preview: read, kept, removed } = await preview(file, options);
        const catalogue = removeGone ? removed : kept;
        if (catalogue === null || read.good === 0 || (read.badRows > 0 && !takeGood)) return { version: null, reason: 'problems' }; // prettier-ignore
        const version = await versioned.write(catalogue, { atMs: ports.nowMs(), by, note }, await present());
        if (options.mapping !== null) {
          const told = { ...(await remembered()), ...rememberMapping(read.columns.map(({ heading }) => heading), options.mapping) }; // prettier-ignore
          await headings.write(Object.fromEntries(Object.entries(told).slice(-HEADINGS_KEPT)));
        }
        return { version, reason: null };
      }),
    replace: (catalogue, by, note) =>
      oneByOne(async () => versioned.write(catalogue, { atMs: ports.nowMs(), by, note }, await present())),
    restore: (number, by) =>
      oneByOne(async () => {
        const kept = Catalogue.safeParse(await versioned.readVersion(number));
        if (!kept.success) return { version: null, reason: 'not-kept' };
        const version = await versioned.write(kept.data, { atMs: ports.nowMs(), by, note: `↺ ${number}` }, await present()); // prettier-ignore
        return { version, reason: null };
      }),
  };
}

/** Throws `ConfigurationError` that names the file and the key. */
export function parseCatalogue(file: string, value: unknown): Catalogue {
  const parsed = Catalogue.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigurationError(
    `Catalogue ${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}. Correct that key.`,
  );
}
