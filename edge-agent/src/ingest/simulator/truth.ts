import type { Intent } from '@livecue/shared/insight';
import type { Language } from './text-templates.ts';

/** What each kind of truth tells beyond its product and its time. */
export interface TruthDetails {
  /** One comment and what it really wants; `productId` is what it is about, `named` whether its text says so. */
  comment: { eventId: string; intent: Intent; language: Language; named: boolean; bot: boolean };
  /** The host explained `productId`, from pin to unpin. */
  explain: { interrupted: 'sold-out' | 'show-end' | null };
  /** Viewers turned to a product that was not being explained. Counts are what the surge added to the room's own. */
  'interest-surge': { views: number; carts: number; questions: number; eventIds: string[] };
  /** Distinct viewers, one comment each, asked one thing of one product. */
  'question-burst': { intent: Intent; viewers: number; eventIds: string[] };
  'bot-likes': { accounts: string[]; events: number; likes: number };
  'bot-comments': { accounts: string[]; intent: Intent; comments: number; eventIds: string[] };
  /** Few buyers, many orders, nobody looked at the product before (brushing). */
  'order-ring': { customerRefs: string[]; orderNumbers: string[] };
  /** `endMs` is the event time of the stock update `eventId`, the first that said 0. */
  'stock-out': { eventId: string; injected: boolean };
  /** Nothing arrived in [startMs, endMs): the studio was cut off, and nobody could act either. */
  'feed-silence': { suppressedEvents: number };
  /** Viewers watching just before and just after. */
  'viewer-drop': { from: number; to: number };
  /** Orders that wanted to be paid in [startMs, endMs) and could not; most are paid after it. */
  'payment-outage': { held: number };
  /** The shop sold `productId` at `price` in [startMs, endMs); `eventId` told its start. */
  offer: { eventId: string; price: string };
  /** Somebody with that many paid orders asked, or a VIP of the platform (0). */
  'patron-question': { eventId: string; intent: Intent; orders: number };
}
export type TruthKind = keyof TruthDetails;

/**
 * One thing that is true of a simulated show. Times are event times in Unix ms: the first and the last
 * event that belong to it. A line of `FILE.truth.jsonl`, written when it is over.
 */
export type TruthItem = {
  [K in TruthKind]: {
    readonly kind: K;
    /** Null when it is not about one product. */
    readonly productId: string | null;
    readonly startMs: number;
    readonly endMs: number;
    readonly details: Readonly<TruthDetails[K]>;
  };
}[TruthKind];

export type TruthOf<K extends TruthKind> = Extract<TruthItem, { kind: K }>;
