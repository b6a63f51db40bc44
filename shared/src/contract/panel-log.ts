import * as z from 'zod';
import { PanelRole } from './panel-roles.ts';

/** What a call was about. */
export const LogKind = z.enum(['cues', 'comments', 'orders', 'catalogue', 'actions', 'shows', 'settings', 'devices']);
export type LogKind = z.infer<typeof LogKind>;

const KINDS: readonly (readonly [RegExp, LogKind])[] = [
  [/^(prompt|cues|message|offers?|answers|explain|screen|screens)\./, 'cues'],
  [/^(comments|corrections)\./, 'comments'],
  [/^(orders|labels)\./, 'orders'],
  [/^catalogue\./, 'catalogue'],
  [/^(actions?|overlay|source)\./, 'actions'],
  [/^(shows?|rehearsals?|recordings?|replay|report)\./, 'shows'],
  [/^(devices?|pairing|control|self|tokens?)\./, 'devices'],
];

/** Of a verb, also of one that this version does not know: all else is about settings. */
export const logKindOf = (verb: string): LogKind => KINDS.find(([of]) => of.test(verb))?.[1] ?? 'settings';

/** One entry of the audit log. */
export const LogRow = z.object({
  seq: z.int().min(1),
  atMs: z.int(),
  device: z.string(),
  /** Empty: it had none. */
  name: z.string(),
  role: z.string(),
  verb: z.string(),
  kind: LogKind,
  outcome: z.enum(['done', 'refused', 'failed']),
  /** Why it failed; null: it did not. */
  code: z.string().nullable(),
  /** Its arguments, shortened and without secrets, as `key value, key value`. */
  args: z.string().max(300),
});
export type LogRow = z.infer<typeof LogRow>;

/** What to leave out; null and false leave nothing out. */
export const LogFilter = z.strictObject({
  kind: LogKind.nullable().default(null),
  device: z.string().max(64).nullable().default(null),
  /** Those alone that were refused or failed. */
  trouble: z.boolean().default(false),
});
export type LogFilter = z.infer<typeof LogFilter>;

/** The state of the chain of hashes. */
export const LogChain = z.object({
  entries: z.int().min(0),
  /** Of the first entry; null: there is none. */
  sinceMs: z.int().nullable(),
  /** SHA-256 of the last line. */
  head: z.string(),
  /** The first thing that is wrong; null: whole. */
  problem: z.object({ line: z.int(), words: z.string() }).nullable(),
});
export type LogChain = z.infer<typeof LogChain>;

/** Verbs of the page "Log", and the support file. */
export const LOG_VERBS = {
  /** Newest first, before the entry `before` (null: from the newest). The chain is read as far as it was not yet. */
  'log.read': {
    args: z.strictObject({ before: z.int().min(1).nullable().default(null), limit: z.int().min(1).max(200).default(100), filter: LogFilter.prefault({}) }),
    result: z.object({
      rows: z.array(LogRow),
      more: z.boolean(),
      /** All that ever called, for the filter; newest first. */
      devices: z.array(z.object({ device: z.string(), name: z.string(), role: z.union([PanelRole, z.string()]) })).max(500),
      chain: LogChain,
    }),
  },
  /** The whole log once more from its beginning. */
  'log.check': { args: z.strictObject({}), result: z.object({ chain: LogChain }) },
  /**
   * Oldest first, after the entry `after`, some 256 kB at a time. JSONL are the lines of the log as they are, so that
   * without a filter their chain can be checked elsewhere; CSV has its header in the first piece.
   */
  'log.export': {
    args: z.strictObject({ format: z.enum(['csv', 'jsonl']), after: z.int().min(0).default(0), filter: LogFilter.prefault({}) }),
    result: z.object({ text: z.string(), last: z.int().min(0), more: z.boolean() }),
  },
  /** One file for somebody who helps: how the program is, without names, words, addresses and secrets. */
  'support.make': { args: z.strictObject({}), result: z.object({ name: z.string(), text: z.string() }) },
} as const; // prettier-ignore
