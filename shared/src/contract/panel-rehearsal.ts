import * as z from 'zod';
import { UPLOAD_CHUNK_MAX, UploadId } from './panel-catalogue.ts';

/** 1 to 50 times the recorded speed. */
const Speed = z.number().min(1).max(50);

/** Rooms that the simulator knows. */
export const REHEARSAL_ROOMS = ['calm', 'standard', 'busy', 'faulty', 'troubled', 'demo', 'load'] as const;

/** Name of a recording in `recordings/` of the data folder. */
export const RecordingName = z
  .string()
  .max(120)
  .regex(
    /^[^./\\\p{Cc}:*?"<>|][^/\\\p{Cc}:*?"<>|]*\.jsonl(\.gz)?$/u,
    'expected a name that ends in .jsonl or .jsonl.gz',
  );

export const RECORDING_BYTES_MAX = 512 * 1024 * 1024;

/** `20260501T120000Z-3f`: when it was begun. */
export const RehearsalId = z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{2}$/, 'expected the id of a rehearsal');

export const RehearsalStart = z.strictObject({
  from: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('simulated'),
      profile: z.enum(REHEARSAL_ROOMS),
      seed: z.int().min(0).max(1_000_000),
      minutes: z.int().min(1).max(240),
      /** With the studio's own products, where there are any. */
      ownProducts: z.boolean(),
    }),
    z.strictObject({ kind: z.literal('recording'), name: RecordingName }),
  ]),
  speed: Speed,
});
export type RehearsalStart = z.infer<typeof RehearsalStart>;

/** A rehearsal that runs: what every screen needs to say so. Times are those of the recording, Unix ms. */
export const RehearsalNow = z.object({
  rehearsalId: RehearsalId,
  kind: z.enum(['simulated', 'recording']),
  phase: z.enum(['checking', 'running', 'paused', 'ending']),
  speed: Speed,
  /** What this machine reaches of it; null while it is not known. */
  reached: z.number().nullable(),
  /** Host screens show the rehearsal; never once something live has come. */
  onHosts: z.boolean(),
  /** When the newest live event came since the rehearsal began; null: none. */
  liveMs: z.int().nullable(),
  fromMs: z.int().nullable(),
  toMs: z.int().nullable(),
  atMs: z.int().nullable(),
  cards: z.int(),
});
export type RehearsalNow = z.infer<typeof RehearsalNow>;

/** What a recording held, line by line. */
export const RecordingCheck = z.object({
  events: z.int(),
  /** Lines that could not be used, by reason. */
  refused: z.record(z.string(), z.int()),
  /** The first of them. */
  lines: z.array(z.object({ line: z.int(), reason: z.string(), detail: z.string() })).max(20),
});
export type RecordingCheck = z.infer<typeof RecordingCheck>;

/** A rehearsal that is over. */
export const PastRehearsal = z.object({
  rehearsalId: RehearsalId,
  start: RehearsalStart,
  beganMs: z.int(),
  /** Length of what was played, in its own time. */
  playedMs: z.int(),
  cards: z.int(),
  check: RecordingCheck,
  /** Null: it came to its end, or was stopped. `no-events`: no line of the recording could be used. */
  problem: z.object({ kind: z.enum(['no-events', 'stopped-early', 'agent-ended', 'failed']), detail: z.string() }).nullable(),
  report: z.boolean(),
}); // prettier-ignore
export type PastRehearsal = z.infer<typeof PastRehearsal>;

/** What may be asked of the rehearsed room and done in it; all else is the live agent's. */
export const REHEARSED_VERBS = [
  'prompt.done', 'prompt.snooze', 'prompt.mute', 'prompt.veto', 'prompt.show', 'cues.control', 'series.read', 'uplink.sent',
  'comments.after', 'comments.before', 'answers.read', 'answers.close', 'message.presets', 'message.send', 'message.clear',
  'offers.read', 'offer.propose', 'product.read', 'orders.read', 'actions.read',
] as const; // prettier-ignore

/** Verbs of the Rehearsal page, and of screens that show a rehearsal (`rehearsal.look` stands beside the state). */
export const REHEARSAL_VERBS = {
  'rehearsal.read': {
    args: z.strictObject({}),
    result: z.object({
      /** Of the running one. */
      start: RehearsalStart.nullable(),
      check: RecordingCheck.nullable(),
      /** Newest first. */
      past: z.array(PastRehearsal),
      recordings: z.array(z.object({ name: RecordingName, bytes: z.int(), changedMs: z.int() })),
      /** Where recordings lie. */
      folder: z.string(),
      /** Products of the studio's own catalogue. */
      products: z.int(),
    }),
  },
  /** One piece of a recording, in order; it stands among the recordings once it is whole. */
  'rehearsal.upload': {
    args: z.strictObject({
      uploadId: UploadId,
      name: RecordingName,
      totalBytes: z.int().min(1).max(RECORDING_BYTES_MAX),
      offset: z.int().min(0),
      chunk: z.base64().max(UPLOAD_CHUNK_MAX),
    }),
    result: z.object({ receivedBytes: z.int() }),
  },
  /** Removes a recording from the disk: it holds viewers' words. False: there was none. */
  'recording.remove': { args: z.strictObject({ name: RecordingName }), result: z.object({ removed: z.boolean() }) },
  'rehearsal.start': { args: RehearsalStart, result: z.object({ rehearsalId: RehearsalId }) },
  /** What is left out stays as it is. */
  'rehearsal.control': {
    args: z.strictObject({ paused: z.boolean().optional(), speed: Speed.optional(), onHosts: z.boolean().optional() }),
    result: z.object({}),
  },
  /** Resolves when its report is written. */
  'rehearsal.stop': { args: z.strictObject({}), result: z.object({}) },
  /** Removes what is left of one that is over. False: there was none. */
  'rehearsal.remove': {
    args: z.strictObject({ rehearsalId: RehearsalId }),
    result: z.object({ removed: z.boolean() }),
  },
  /** A call to the rehearsed room: its verb, arguments and result, checked as those of the live one are. */
  'rehearsal.call': {
    args: z.strictObject({ verb: z.enum(REHEARSED_VERBS), args: z.unknown() }),
    result: z.object({ result: z.unknown() }),
  },
} as const;
