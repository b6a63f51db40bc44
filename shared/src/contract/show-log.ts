import * as z from 'zod';
import { Currency, Decimal } from '../event/money.ts';
import { INTENTS, Intent } from '../insight/prediction.ts';
import { RoomAnomaly } from '../insight/room-anomaly.ts';
import { PromptEvent, RuleName, Words } from '../prompt/host-prompt.ts';

/** Raised when a reader of the old number could not read the new entries. */
export const SHOW_LOG_VERSION = 1;

/** Of a show: its first moment in UTC, `20260501T120000Z`, and its room in letters, digits and dashes. */
export const ShowId = z.string().regex(/^[0-9]{8}T[0-9]{6}Z-[a-z0-9-]{1,64}$/);
export type ShowId = z.infer<typeof ShowId>;

const ProductId = z.string().min(1).max(512);

/** What is counted in a minute; absent: none. `viewersLast` and `viewersMost` are people watching, by the platform. */
export const MinuteCount = z.enum([
  'comments', 'commenters', 'likes', 'gifts', 'follows', 'shares', 'joins', 'viewersLast', 'viewersMost',
  'productViews', 'productViewers', 'cartAdds', 'ordersCreated', 'ordersPaid', 'ordersCancelled', 'unitsPaid',
  'buyers', 'refunds',
]); // prettier-ignore
export type MinuteCount = z.infer<typeof MinuteCount>;

/**
 * Comments of one intent in a minute and their distinct authors; of a question also the distinct authors since the
 * show began, null of other intents and of topics beyond the first 500.
 */
export const AskedCount = z.object({
  comments: z.int().min(1),
  viewers: z.int().min(0),
  viewersSoFar: z.int().min(0).nullable(),
});
export type AskedCount = z.infer<typeof AskedCount>;

const NO_QUESTION: ReadonlySet<Intent> = new Set(['spam_ad', 'purchase_signal', 'praise', 'chat_other']);
/** Intents that want an answer. */
export const QUESTION_INTENTS: readonly Intent[] = INTENTS.filter((intent) => !NO_QUESTION.has(intent));
export const isQuestion = (intent: Intent): boolean => !NO_QUESTION.has(intent);

/** What the agent can propose to do about one product. */
export const Arm = z.enum(['explain', 'pin', 'offer', 'countdown', 'move-on', 'nothing']);
export type Arm = z.infer<typeof Arm>;

/** A choice made by chance or by a policy, with how likely it was: what uplift and evaluation rest on. */
export const Decision = z.object({
  decisionId: z.string().min(1).max(200),
  /** `hold-out`: show the card or hold it back; `policy`: one of the arms. */
  by: z.enum(['hold-out', 'policy']),
  policyVersion: z.string(),
  rule: RuleName.nullable(),
  promptId: z.string().nullable(),
  productId: ProductId.nullable(),
  /** Null: what its rule says is none of these; it is held back like others and not chosen between. */
  arm: Arm.nullable(),
  /** What could have been chosen at that moment, the rules' own order, `nothing` last. */
  eligible: z.array(Arm).min(1),
  /** Chance of what was chosen, 0..1: never 0. */
  propensity: z.number().gt(0).max(1),
  held: z.boolean(),
  context: z.record(z.string(), z.number()),
  /** Reward is counted over so long from the decision. */
  windowMs: z.int().positive(),
});
export type Decision = z.infer<typeof Decision>;

const base = { showId: ShowId, atMs: z.int() };
const entry = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.object({ kind: z.literal(kind), ...base, ...shape });

/**
 * One line of the record of a show, in the order in which it was written. It holds no viewer's words and no
 * names; ids of events stand in the evidence of prompts, and so it stays on the box. `atMs` is processing time,
 * Unix ms; of a replay that of the recording.
 */
export const ShowLogEntry = z.discriminatedUnion('kind', [
  entry('started', {
    version: z.literal(SHOW_LOG_VERSION),
    roomId: z.string(),
    mode: z.enum(['live', 'simulated', 'replay']),
    modelVersion: z.string(),
    /** HP2: most new cards in any 10 min, and of them "act now". */
    limits: z.object({ cardsPer10Min: z.int(), actNowPer10Min: z.int() }),
  }),
  entry('ended', {
    /** When the last event of the show happened. */
    lastEventMs: z.int(),
    why: z.enum(['room-ended', 'silence', 'next-show', 'end-of-recording']),
  }),
  /** The shop's own words for a product, before its first minute, offer or explanation. */
  entry('product', { productId: ProductId, linkNumber: z.int().nullable(), name: Words }),
  entry('prompt', { event: PromptEvent }),
  entry('decision', { decision: Decision }),
  /** What followed a decision within its window. */
  entry('reward', { decisionId: z.string(), values: z.record(z.string(), z.number()) }),
  /** A closed minute of a product, or of the whole room (null). A late event writes it again at revision + 1: the last counts. */
  entry('minute', {
    productId: ProductId.nullable(),
    /** Begin of the minute, event time, a whole minute of Unix ms. */
    openMs: z.int(),
    revision: z.int().min(0),
    counts: z.partialRecord(MinuteCount, z.int().min(0)),
    /** Paid amounts in the currency's minor units. */
    revenueMinor: z.partialRecord(Currency, z.int()),
    refundMinor: z.partialRecord(Currency, z.int()),
    /** Comments by what they ask for or say. */
    asked: z.partialRecord(Intent, AskedCount),
    stock: z.int().nullable(),
    /** Attention as the minute closed; null for the room, and where nobody paid any. */
    interest: z.object({ level: z.number(), expected: z.number(), surprise: z.number() }).nullable(),
  }),
  /** Units that were expected of a product in `[fromMs, toMs)`, said at `fromMs`; bounds hold four of five. */
  entry('forecast', {
    productId: ProductId,
    fromMs: z.int(),
    toMs: z.int(),
    mean: z.number(),
    lo80: z.number(),
    hi80: z.number(),
    /** What was on sale then, null when not known: sales end with the stock, a forecast of demand does not. */
    stock: z.int().nullable(),
  }),
  /** From `sinceMs` on this product is explained; null: none. */
  entry('explain', { productId: ProductId.nullable(), sinceMs: z.int() }),
  entry('offer', {
    phase: z.enum(['started', 'changed', 'ended']),
    eventTimeMs: z.int(),
    productId: ProductId,
    offerKind: z.enum(['flash', 'coupon', 'bundle']).nullable(),
    price: Decimal,
    priceCurrency: Currency,
    validThroughMs: z.int().nullable(),
    eligibleQuantity: z.int().nullable(),
  }),
  /** What the host or the operator did by a panel. */
  entry('action', {
    verb: z.string(),
    promptId: z.string().nullable(),
    productId: ProductId.nullable(),
    intent: Intent.nullable(),
    /** Arguments that are switches or numbers. */
    values: z.record(z.string(), z.union([z.number(), z.boolean()])),
  }),
  /** Told, and told again when it is over (`endMs`). A feed gap is one: counts of that time are too low. */
  entry('anomaly', { anomaly: RoomAnomaly }),
  /** The agent was not running: nothing of this time is counted. */
  entry('gap', { fromMs: z.int(), toMs: z.int() }),
]);
export type ShowLogEntry = z.infer<typeof ShowLogEntry>;
export type ShowLogEntryOf<K extends ShowLogEntry['kind']> = Extract<ShowLogEntry, { kind: K }>;
/** An entry before it is known which show it belongs to and when it was written. */
export type ShowNote = {
  [K in ShowLogEntry['kind']]: Omit<ShowLogEntryOf<K>, 'showId' | 'atMs'>;
}[ShowLogEntry['kind']];
