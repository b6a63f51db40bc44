import * as z from 'zod';
import { Currency, Decimal } from '../event/money.ts';
import { Intent } from '../insight/prediction.ts';
import { SuppressReason, type Words } from '../prompt/host-prompt.ts';

/** HP4: what is read in two seconds. A text with any Chinese character is measured in characters, else in words. */
export const MESSAGE_LIMITS = { zhCharacters: 14, enWords: 8, enCharacters: 60 } as const;

export interface MessageLength {
  readonly used: number;
  readonly limit: number;
  readonly unit: 'characters' | 'words';
}

/** How long a message to the host is: Chinese in characters that are no white space, all else in words. */
export function messageLength(text: string): MessageLength {
  if (/\p{Script=Han}/u.test(text)) {
    return { used: [...text.replace(/\s/gu, '')].length, limit: MESSAGE_LIMITS.zhCharacters, unit: 'characters' };
  }
  const words = text.trim().split(/\s+/u);
  return { used: words[0] === '' ? 0 : words.length, limit: MESSAGE_LIMITS.enWords, unit: 'words' };
}

/** Why a message cannot go to the host, and what would be right; null when it can. */
export function messageProblem(text: string): string | null {
  const { used, limit, unit } = messageLength(text);
  if (used === 0) return 'the message is empty: expected a few words';
  if (used > limit) return `the message has ${used} ${unit}: at most ${limit} are read at a glance`;
  if (unit === 'words' && [...text.trim()].length > MESSAGE_LIMITS.enCharacters) {
    return `the message has ${[...text.trim()].length} characters: at most ${MESSAGE_LIMITS.enCharacters} fit on a card`;
  }
  return /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text) ? 'the message has line breaks or control characters: expected one line' : null;
} // prettier-ignore

const MessageText = z.string().superRefine((text, context) => {
  const problem = messageProblem(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** A message that the operator sends with one tap. */
export const MessagePreset = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits and dashes'),
  zh: MessageText,
  en: MessageText,
});
export type MessagePreset = z.infer<typeof MessagePreset>;

export const DEFAULT_PRESETS: readonly MessagePreset[] = [
  { id: 'slower', zh: '语速慢一点', en: 'Slow down a little' },
  { id: 'louder', zh: '声音大一点', en: 'Speak up' },
  { id: 'closer', zh: '产品靠近镜头', en: 'Hold the product closer' },
  { id: 'next', zh: '换下一个品', en: 'Next product' },
  { id: 'answer', zh: '先回答评论', en: 'Answer the comments first' },
  { id: 'wrap-up', zh: '准备收尾', en: 'Start to wrap up' },
];

/** An offer that runs, as the shop's own events tell it. */
export const RunningOffer = z.object({
  /** Product, kind and start: the same over a restart. */
  offerId: z.string(),
  productId: z.string(),
  kind: z.enum(['flash', 'coupon', 'bundle']).nullable(),
  price: Decimal,
  priceCurrency: Currency,
  startedMs: z.int(),
  /** When it ends, as an event gave it; null: no event gave an end, or one that cannot be (past, more than a day away). */
  endsMs: z.int().nullable(),
  /** Units on offer; null: not told. */
  quantity: z.int().min(0).nullable(),
  /** Units paid since it began. */
  unitsPaid: z.int().min(0),
});
export type RunningOffer = z.infer<typeof RunningOffer>;

/** Why no card proposes an offer, and why none can be sent. All of them fail closed: what is not known forbids. */
export const OfferRefusal = z.enum([
  /** The catalogue has no such product. */
  'unknown-product',
  'stock-unknown',
  'sold-out',
  /** Fewer are left than would be on offer. */
  'too-few-left',
  /** The catalogue gives no lowest price, or in another currency. */
  'floor-unknown',
  'below-floor',
  /** The catalogue gives no price, or the offer is no lower than it. */
  'no-discount',
  /** As many offers as a day may have were started. */
  'offers-used-up',
  /** What the offers of a day may give away is given, or would be by this one. */
  'discount-used-up',
  /** What running offers give away cannot be told: without a number of units, price or the configured currency. */
  'discount-unknown',
  /** An offer of the product runs. */
  'already-running',
  /** The feed is silent, or the clock went back: what was started today is not known. */
  'clock-unknown',
]);
export type OfferRefusal = z.infer<typeof OfferRefusal>;

/** Offers of any 24 h, counted from what the shop told; they survive a restart. */
export const OfferBudget = z.object({
  started: z.int().min(0),
  /** The most that may be started in 24 h. */
  limit: z.int().min(0),
  currency: Currency,
  /** Given away against list prices: units on offer, or paid where no number was told; null: cannot be told. */
  discount: Decimal.nullable(),
  discountLimit: Decimal,
  /** Why no offer at all may be proposed now; null: one may, product by product. */
  closed: OfferRefusal.nullable(),
});
export type OfferBudget = z.infer<typeof OfferBudget>;

export const OfferState = z.object({ running: z.array(RunningOffer).max(100), budget: OfferBudget });
export type OfferState = z.infer<typeof OfferState>;

/** Why a viewer's question is worth the host's word. */
export const PatronKind = z.enum(['returning', 'big-spender', 'paid-comment', 'vip']);
export type PatronKind = z.infer<typeof PatronKind>;

/** A patron's question that waits. Neither words nor name: `patronRef` stands for the viewer on this box alone. */
export const PatronQuestion = z.object({
  patronRef: z.string().regex(/^[0-9a-f]{12}$/),
  kind: PatronKind,
  /** Orders paid before. */
  orders: z.int().min(0),
  productId: z.string().nullable(),
  intent: Intent,
  askedMs: z.int(),
});
export type PatronQuestion = z.infer<typeof PatronQuestion>;

/** Verbs behind the cues; all of them are the operator's. */
export const CUE_VERBS = {
  /** Ready messages, and how long one's own may be. */
  'message.presets': { args: z.strictObject({}), result: z.object({ presets: z.array(MessagePreset).max(50) }) },
  /**
   * A card of the operator's own, in place of the one before: a text in one language, or a preset in both. It
   * passes hold, limits of number and a silent feed, and not the kill switch; it lasts as long as its priority.
   */
  'message.send': {
    args: z
      .strictObject({
        text: MessageText.optional(),
        presetId: z.string().max(32).optional(),
        priority: z.enum(['act-now', 'advice']).default('act-now'),
      })
      .refine(({ text, presetId }) => (text === undefined) !== (presetId === undefined), 'expected either text or presetId'),
    result: z.object({ promptId: z.string() }),
  },
  /** Takes the operator's own cards from the host's screen. */
  'message.clear': { args: z.strictObject({}), result: z.object({ cleared: z.int().min(0) }) },
  /**
   * Sends a queued card to the host: past "operator only", for the operator decides, but within all other limits.
   * Not shown: why not, and it is the operator's still; while it waits it comes as soon as the limits allow.
   */
  'prompt.show': {
    args: z.strictObject({ promptId: z.string().min(1).max(128) }),
    result: z.object({ shown: z.boolean(), reason: SuppressReason.nullable() }),
  },
  /** Offers of the last 24 h, newest first; those over have `endedMs`. */
  'offers.read': {
    args: z.strictObject({}),
    result: z.object({
      offers: z.array(RunningOffer.extend({ endedMs: z.int().nullable() })).max(200),
      budget: OfferBudget,
    }),
  },
  /**
   * A card that asks the host for an offer of that product at that price, if all guards agree; else why not. The
   * offer itself is started on the platform, and its event ends the card.
   */
  'offer.propose': {
    args: z.strictObject({
      productId: z.string().min(1).max(512),
      price: Decimal,
      quantity: z.int().min(1).max(1_000_000),
    }),
    result: z.object({ promptId: z.string().nullable(), refusals: z.array(OfferRefusal).max(12) }),
  },
} as const; // prettier-ignore

/** What a state carries of the cues beside the stage. */
export const CueState = z.object({
  offers: OfferState,
  /** Newest first. */
  patrons: z.array(PatronQuestion).max(20),
});
export type CueState = z.infer<typeof CueState>;

/** Words of a preset, or the same text in both languages. */
export function messageWords(message: { readonly text: string } | MessagePreset): Words {
  return 'text' in message ? { zh: message.text.trim(), en: message.text.trim() } : { zh: message.zh, en: message.en };
}
