import * as z from 'zod';
import { Currency } from '../event/money.ts';
import { Words } from '../prompt/host-prompt.ts';
import { IMPORT_BYTES_MAX, ImportOptions, ImportPreview } from './catalogue-import.ts';
import { Product } from './catalogue.ts';

/** Characters of base64 in one call: 96 KiB of a file. */
export const UPLOAD_CHUNK_MAX = 128 * 1024;

export const UploadId = z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hexadecimal digits');
const VersionNumber = z.int().min(1);

/** Verbs that read a whole file: an answer may take a minute where others take seconds. */
export const SLOW_VERBS: ReadonlySet<string> = new Set([
  'catalogue.preview', 'catalogue.apply', 'setup.preview', 'setup.import', 'rehearsal.stop', 'report.make',
]); // prettier-ignore
export const SLOW_VERB_MS = 60_000;

/** One state of a file of the setup, kept beside it. */
export const SetupVersion = z.object({
  number: VersionNumber,
  atMs: z.int(),
  /** Who brought it; empty: somebody by hand, or it was there before. */
  by: z.string(),
  note: z.string(),
});
export type SetupVersion = z.infer<typeof SetupVersion>;

/** Why a change was not made: the catalogue is another one by now, rows have problems, or nothing is left to take. */
export const NotApplied = z.enum(['changed-meanwhile', 'problems', 'not-kept']);

const Changed = z.object({ version: SetupVersion.nullable(), reason: NotApplied.nullable() });

/** Verbs of the Catalogue page; all of them are the operator's. After a change the agent starts again within seconds. */
export const CATALOGUE_VERBS = {
  'catalogue.read': {
    args: z.strictObject({}),
    result: z.object({
      products: z.int(),
      /** Of what is in force; a change is made on the state that it was previewed on. */
      basis: z.string(),
      currency: Currency,
      /** Newest first; the first is in force. Empty: nothing was imported yet. */
      versions: z.array(SetupVersion),
    }),
  },
  /** What is in force, some at a time, in its order. */
  'catalogue.products': {
    args: z.strictObject({ from: z.int().min(0).default(0), limit: z.int().min(1).max(200).default(200) }),
    result: z.object({ products: z.array(Product) }),
  },
  /** One piece of a file, in order; a new `uploadId` begins one. The file is forgotten when two newer ones came. */
  'catalogue.upload': {
    args: z.strictObject({
      uploadId: UploadId,
      name: z.string().min(1).max(255),
      totalBytes: z.int().min(0).max(IMPORT_BYTES_MAX),
      offset: z.int().min(0),
      chunk: z.base64().max(UPLOAD_CHUNK_MAX),
    }),
    result: z.object({ receivedBytes: z.int() }),
  },
  /** What an import would do. `unreadable`: the file as a whole cannot be used, and why. */
  'catalogue.preview': {
    args: z.strictObject({ uploadId: UploadId, options: ImportOptions.prefault({}) }),
    result: z.object({ preview: ImportPreview.nullable(), unreadable: Words.nullable(), basis: z.string() }),
  },
  'catalogue.apply': {
    args: z.strictObject({
      uploadId: UploadId,
      options: ImportOptions.prefault({}),
      basis: z.string(),
      /** Rows with problems are left out, on the operator's word. */
      takeGood: z.boolean(),
      /** Products that the file lacks go. */
      removeGone: z.boolean(),
      note: z.string().max(200).default(''),
    }),
    result: Changed,
  },
  /** An earlier version as the newest one. */
  'catalogue.restore': { args: z.strictObject({ number: VersionNumber }), result: Changed },
  'catalogue.export': {
    args: z.strictObject({ format: z.enum(['csv', 'json']) }),
    result: z.object({ name: z.string(), text: z.string() }),
  },
} as const;
