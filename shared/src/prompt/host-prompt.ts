import * as z from 'zod';
import { Currency, Decimal } from '../event/money.ts';

export const RuleName = z.enum([
  'counted-questions',
  'interest-surge',
  'past-peak',
  'stock-out',
  'order-anomaly',
  'feed-stale',
  'bot-burst',
  'payment-outage',
  'viewer-drop',
  'complaint-cluster',
  'praise-burst',
  'buy-signals',
  'patron-question',
  'offer-ending',
  'operator-message',
]);
export type RuleName = z.infer<typeof RuleName>;

export const Priority = z.enum(['act-now', 'advice', 'info']);
export type Priority = z.infer<typeof Priority>;

/** The same words in both languages of the panel. */
export const Words = z.object({ zh: z.string(), en: z.string() });
export type Words = z.infer<typeof Words>;

/** Why a card is on the screen: every number in its words stands here. */
export const Evidence = z.object({
  window: z.object({ openMs: z.int(), closeMs: z.int() }),
  counts: z.record(z.string(), z.number()),
  threshold: z.record(z.string(), z.number()),
  /** Model or rule version that the counts rest on. */
  modelVersion: z.string(),
  /** Ids of some of the events behind the counts, newest last, at most 5. Never leaves the box. */
  eventIds: z.array(z.string()).max(5),
});
export type Evidence = z.infer<typeof Evidence>;

/** What a card asks for, as one of a few acts that can be compared with each other. */
export const Proposal = z.enum(['explain', 'pin', 'offer', 'open-stock', 'countdown', 'move-on', 'answer']);
export type Proposal = z.infer<typeof Proposal>;

/** The price that a card names; it has passed every guard of offers. */
export const ProposedOffer = z.object({ price: Decimal, priceCurrency: Currency, quantity: z.int().min(1) });
export type ProposedOffer = z.infer<typeof ProposedOffer>;

export const HostPrompt = z.object({
  promptId: z.string(),
  /** What is never repeated within 5 min: rule, subject, product. */
  key: z.string(),
  rule: RuleName,
  priority: Priority,
  roomId: z.string(),
  productId: z.string().nullable(),
  linkNumber: z.int().nullable(),
  headline: Words,
  reason: Words,
  /** The fact to read out, if there is one. */
  fact: Words.nullable(),
  raisedMs: z.int(),
  updatedMs: z.int(),
  expiresMs: z.int(),
  evidence: Evidence,
  /** Absent: it asks for nothing that can be compared. */
  proposes: Proposal.optional(),
  /** Absent: it proposes no price. */
  offer: ProposedOffer.optional(),
  /** When what it speaks of ends, as an event gave it, Unix ms; the screen counts down to it. Absent: no deadline. */
  deadlineMs: z.int().optional(),
});
export type HostPrompt = z.infer<typeof HostPrompt>;

export const PromptOutcome = z.enum(['done', 'snoozed', 'muted', 'withdrawn', 'expired', 'vetoed']);
export type PromptOutcome = z.infer<typeof PromptOutcome>;

/** Why a card that a rule wanted is not on the host's screen. */
export const SuppressReason = z.enum([
  'rate-limit',
  'act-now-limit',
  'repeat',
  'chatter',
  'muted',
  'snoozed',
  'stale-feed',
  'sold-out',
  /** Within the configured seconds after another card. */
  'too-soon',
  /** The opening, a price reveal, the operator's hold. */
  'do-not-disturb',
  /** The kill switch. */
  'switched-off',
  'vetoed',
  /** Its rule was acted on too seldom: its cards go to the operator alone. */
  'operator-only',
]);
export type SuppressReason = z.infer<typeof SuppressReason>;

/** What was left to chance when a card came or was held back. Absent: nothing was (safety, the operator's own). */
export const Chance = z.object({
  /** Probability of what was done, over 0, at most 1. */
  propensity: z.number().gt(0).max(1),
  /** The cards for the same product that could have come at that moment, the rules' own order. */
  eligible: z.array(z.object({ rule: RuleName, proposes: Proposal.optional() })).min(1),
  /** Who chose among them. */
  policy: z.enum(['rules', 'learned']),
});
export type Chance = z.infer<typeof Chance>;

/** One step in the life of a card; `prompts.jsonl` of a replay holds these. */
export const PromptEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('raised'), atMs: z.int(), prompt: HostPrompt, ...Chance.partial().shape }),
  z.object({ kind: z.literal('updated'), atMs: z.int(), prompt: HostPrompt }),
  z.object({ kind: z.literal('closed'), atMs: z.int(), promptId: z.string(), rule: RuleName, priority: Priority,
    productId: z.string().nullable(), raisedMs: z.int(), outcome: PromptOutcome }),
  z.object({ kind: z.literal('suppressed'), atMs: z.int(), prompt: HostPrompt, reason: SuppressReason }),
  /** All guards and limits passed, and chance kept it from the host and the operator for as long as it lasts. */
  z.object({ kind: z.literal('held'), atMs: z.int(), prompt: HostPrompt, ...Chance.shape }),
]); // prettier-ignore
export type PromptEvent = z.infer<typeof PromptEvent>;

/** What the host's screen shows now: one card, at most two next; the rest waits with the operator. */
export const Stage = z.object({
  active: HostPrompt.nullable(),
  next: z.array(HostPrompt).max(2),
  queued: z.array(HostPrompt).max(50),
  /** Rules that were acted on too seldom: their cards wait with the operator (HP13). Absent: none. */
  operatorOnly: z.array(RuleName).optional(),
  /** No card comes (kill switch), or safety cards alone (opening, operator's hold). Absent: cards come. */
  quiet: z.enum(['switched-off', 'do-not-disturb']).optional(),
  /** The operator holds the cues, so that a release has something to release. Absent: he does not, it may be the opening. */
  hold: z.boolean().optional(),
});
export type Stage = z.infer<typeof Stage>;
