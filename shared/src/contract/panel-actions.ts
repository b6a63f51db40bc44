import * as z from 'zod';
import { RuleName, Words } from '../prompt/host-prompt.ts';
import { SourceState } from './health.ts';
import { Trouble } from './trouble.ts';

const Name = z.string().min(1).max(256);
const ProductId = z.string().min(1).max(512);

/** What may be done in OBS. Names are those that the operator gave there. */
export const StudioCommand = z.discriminatedUnion('kind', [
  /** A text source's words; `{product}`, `{link}`, `{price}`, `{stock}` and `{headline}` are filled where a step has them. */
  z.strictObject({ kind: z.literal('text'), input: Name, text: z.string().max(500) }),
  /** The picture of an image source or the file of a media source, by its whole path on the machine of OBS. */
  z.strictObject({ kind: z.literal('file'), input: Name, file: z.string().max(1024) }),
  /** Points a browser source at our own overlay page, and nowhere else. */
  z.strictObject({ kind: z.literal('page'), input: Name }),
  z.strictObject({ kind: z.literal('show'), scene: Name, source: Name, visible: z.boolean() }),
  z.strictObject({ kind: z.literal('media'), input: Name, act: z.enum(['restart', 'play', 'pause', 'stop']) }),
  z.strictObject({ kind: z.literal('filter'), source: Name, filter: Name, enabled: z.boolean() }),
  /** Saves the replay buffer. */
  z.strictObject({ kind: z.literal('clip') }),
  /** A mark in the recording, for the editor afterwards. */
  z.strictObject({ kind: z.literal('chapter'), name: z.string().min(1).max(128) }),
]);
export type StudioCommand = z.infer<typeof StudioCommand>;

/** Why OBS did not do it; `not-able` of them can only be mended in OBS itself. */
export const StudioProblem = z.enum([
  'not-connected',
  'no-such-input',
  /** The source is of a kind that has no such setting: OBS would store it, say success and do nothing. */
  'wrong-kind',
  'no-such-item',
  'no-such-filter',
  'no-such-file',
  /** Nothing records, or the replay buffer is not running. */
  'not-running',
  /** OBS said success, and what was read back is something else. */
  'not-confirmed',
  'timeout',
  'refused',
  /** The operator hid it in OBS; it is not shown again by itself. */
  'hidden-by-hand',
  /** Too many commands wait, or the scene collection is changing. */
  'busy',
  /** This OBS is older than the request. */
  'too-old',
  /** The replay buffer is switched off in the settings. */
  'no-replay-buffer',
  /** The recording's format has no chapters: only hybrid MP4 has. */
  'no-chapters',
  /** The font of the text source has no Chinese: OBS would draw boxes. */
  'no-glyphs',
  'no-overlay',
]);
export type StudioProblem = z.infer<typeof StudioProblem>;

/** A command at a moment of the show, as the settings of the connector `obs` list them. */
export const StudioStep = z.strictObject({
  at: z.enum(['cue', 'cue-over', 'explain', 'offer-started', 'offer-ended']),
  /** Of `cue` and `cue-over`: these rules alone; absent: all. */
  rules: z.array(RuleName).min(1).optional(),
  run: StudioCommand,
});
export type StudioStep = z.infer<typeof StudioStep>;

/** OBS as the operator sees it. Null: not known. */
export const StudioStatus = z.object({
  name: z.string(),
  state: SourceState,
  obsVersion: z.string().nullable(),
  /** `reconnecting`: OBS lost the stream server and says active all the same; `failed-start`: it started and was never live. */
  onAir: z.enum(['off', 'starting', 'live', 'reconnecting', 'stopping', 'failed-start']).nullable(),
  onAirMs: z.int().nullable(),
  scene: z.string().nullable(),
  recording: z.boolean().nullable(),
  replayBuffer: z.enum(['running', 'stopped', 'switched-off']).nullable(),
  /** Share of output frames lost in the last 30 s, 0..1. */
  lostFrames: z.number().min(0).max(1).nullable(),
  /** 0..1, of the network. */
  congestion: z.number().min(0).max(1).nullable(),
  fps: z.number().nullable(),
  /** Per cent of the processor. */
  cpu: z.number().nullable(),
  freeDiskMegabytes: z.number().nullable(),
  problem: z.string().nullable(),
  /** As of a source. */
  trouble: Trouble.optional(),
});
export type StudioStatus = z.infer<typeof StudioStatus>;

/** What the operator asks of all platforms, the overlay and OBS at once; `clip` of OBS alone. */
export const ActionKind = z.enum(['pin', 'explain', 'offer', 'message', 'clip']);
export type ActionKind = z.infer<typeof ActionKind>;

/** What is asked for before the first time, one by one: an action, or a kind of command that steps run in OBS. */
export const PermittedKind = z.enum([
  ...ActionKind.options,
  'text',
  'file',
  'page',
  'show',
  'media',
  'filter',
  'chapter',
]);
export type PermittedKind = z.infer<typeof PermittedKind>;

export const ActionRefusal = z.enum([
  /** The room is a recording: nothing is done, whatever was allowed. */
  'replay',
  'unknown-product',
  /** No offer of this product runs, by the shop's own events. */
  'no-offer',
  /** No words, or a value in them is not known. */
  'no-text',
  /** The operator said no. */
  'denied',
]);
export type ActionRefusal = z.infer<typeof ActionRefusal>;

/** What became of one action on one target. */
export const ActionResult = z.discriminatedUnion('outcome', [
  /** `entryId` undoes it while `undoable`. */
  z.object({ outcome: z.literal('done'), entryId: z.int(), undoable: z.boolean() }),
  /** The first time: nothing was done, and the question stands in `asks` until it is answered. */
  z.object({ outcome: z.literal('asked'), askId: z.string() }),
  /** The platform offers no way: what to click there. */
  z.object({ outcome: z.literal('not-able'), click: Words }),
  z.object({ outcome: z.literal('refused'), reason: ActionRefusal }),
  z.object({ outcome: z.literal('failed'), problem: StudioProblem, message: z.string() }),
]);
export type ActionResult = z.infer<typeof ActionResult>;

/** A question to the operator before the first time, by target and kind; a simulated room asks for itself. */
export const ActionAsk = z.object({
  askId: z.string(),
  target: z.string(),
  kind: PermittedKind,
  /** The room is simulated: what is allowed is shown to whoever watches the stream. */
  simulated: z.boolean(),
  sinceMs: z.int(),
});
export type ActionAsk = z.infer<typeof ActionAsk>;

export const ActionEntry = z.object({
  entryId: z.int(),
  atMs: z.int(),
  target: z.string(),
  kind: PermittedKind,
  productId: ProductId.nullable(),
  /** Run by a step of the settings, not by hand. */
  byStep: z.boolean(),
  result: ActionResult,
  undoneMs: z.int().nullable(),
});
export type ActionEntry = z.infer<typeof ActionEntry>;

export const ActionTarget = z.object({
  target: z.string(),
  /** `overlay`, `obs`, or the connector of a platform or shop. */
  connector: z.string(),
  /** Those it can do; of the others of `ActionKind` it says what to click. */
  able: z.array(ActionKind),
  /** What it is asked to do at all: nothing can be pinned in a shop. */
  kinds: z.array(ActionKind),
});
export type ActionTarget = z.infer<typeof ActionTarget>;

/** What the overlay page shows: no viewer's name, ever, and a viewer's words only when the operator put them there. */
export const OverlayState = z.object({
  version: z.literal(1),
  /** The page counts down by the time since it had this, not by its own clock. */
  nowMs: z.int(),
  language: z.enum(['zh', 'en']),
  /** Marked as a rehearsal on the page. */
  simulated: z.boolean(),
  product: z
    .object({
      linkNumber: z.int().nullable(),
      name: Words,
      price: z.string().nullable(),
      priceCurrency: z.string().nullable(),
      explaining: z.boolean(),
    })
    .nullable(),
  offer: z
    .object({
      linkNumber: z.int().nullable(),
      name: Words,
      price: z.string(),
      priceCurrency: z.string(),
      listPrice: z.string().nullable(),
      endsMs: z.int().nullable(),
      left: z.int().min(0).nullable(),
    })
    .nullable(),
  answer: z.object({ question: z.string().max(200).nullable(), answer: Words }).nullable(),
});
export type OverlayState = z.infer<typeof OverlayState>;

/** Verbs of actions; all of them are the operator's. */
export const ACTION_VERBS = {
  'actions.read': {
    args: z.strictObject({}),
    result: z.object({
      targets: z.array(ActionTarget).max(70),
      studio: z.array(StudioStatus).max(8),
      asks: z.array(ActionAsk).max(100),
      /** Newest first. */
      log: z.array(ActionEntry).max(50),
      /** Moments at which steps were not run: of a recording, told long after, or from before we were connected. */
      notRun: z.int().min(0),
      overlay: z.object({
        /** For a browser source: anybody who has it can see the page. Null: there is no panel server. */
        url: z.string().nullable(),
        /** Pages that are open now. */
        pages: z.int().min(0),
        state: OverlayState,
      }),
    }),
  },
  /**
   * Pin and explain: a product. Offer: the one of this product that runs. Message: `text`, or the fact of a question
   * in the queue. Answers target by target; a target that fails does not keep the others from theirs.
   */
  'action.do': {
    args: z.strictObject({
      action: ActionKind,
      productId: ProductId.nullable().default(null),
      text: z.string().max(200).nullable().default(null),
      answerId: z.string().min(1).max(1_200).nullable().default(null),
      /** Absent: all. */
      targets: z.array(z.string()).min(1).max(70).optional(),
    }),
    result: z.object({ results: z.array(z.object({ target: z.string(), result: ActionResult })).max(70) }),
  },
  /** Answers the question; with `allowed` what was asked for by hand in the last minute is done now. */
  'action.permit': {
    args: z.strictObject({ askId: z.string().max(300), allowed: z.boolean() }),
    result: z.object({ results: z.array(z.object({ target: z.string(), result: ActionResult })).max(70) }),
  },
  /** Takes back what an entry did, where that is possible. */
  'action.undo': { args: z.strictObject({ entryId: z.int() }), result: z.object({ undone: z.boolean(), message: z.string().nullable() }) },
  /** All cards leave the overlay. */
  'overlay.clear': { args: z.strictObject({}), result: z.object({}) },
  /** Forgets what was allowed and denied: everything is asked again. */
  'actions.forget': { args: z.strictObject({}), result: z.object({ forgotten: z.int().min(0) }) },
} as const; // prettier-ignore
