import * as z from 'zod';
import { Priority, RuleName, Words } from '../prompt/host-prompt.ts';

/**
 * What a button may ask, the same over HTTP, WebSocket and OSC. A verb is never renamed, nor given another meaning:
 * buttons of studios name them. Which roles may what follows from the panel verbs behind them.
 */
export const ControlVerb = z.enum([
  /** The active card, or the one of `card`. */
  'done', 'not-now', 'mute',
  /** Do not disturb: `on`, `off`, else the other of the two. */
  'hold',
  /** The kill switch: `on` stops all cards, `off` lets them come; nothing else, since a bounce must not undo it. */
  'kill',
  /** A ready message by its number from 1, or its id. */
  'preset',
  /** Takes the operator's own cards from the host's screen. */
  'clear',
  /** Says what is explained: a product by its link number, or `none`. */
  'explain', 'next', 'previous',
  /** Says that the active card's product, or that of a link number, is pinned now. */
  'pin',
]); // prettier-ignore
export type ControlVerb = z.infer<typeof ControlVerb>;

/** What lights a button: small, without a viewer's word, and flat enough for a path in a button's settings. */
export const ControlState = z.object({
  version: z.literal(1),
  mode: z.enum(['live', 'simulated', 'replay']),
  feed: z.enum(['waiting', 'ok', 'stale']),
  hold: z.boolean(),
  kill: z.boolean(),
  /** No card comes, or safety cards alone: by hold, by kill, or because the show opens. */
  quiet: z.boolean(),
  card: z
    .object({
      id: z.string(),
      rule: RuleName,
      priority: Priority,
      headline: Words,
      reason: Words,
      /** Until it expires, rounded up. */
      secondsLeft: z.int().min(0),
      linkNumber: z.int().nullable(),
    })
    .nullable(),
  /** Cards that come next, and those that wait with the operator. */
  next: z.int().min(0),
  queued: z.int().min(0),
  explaining: z.object({ productId: z.string(), linkNumber: z.int().nullable(), name: Words }).nullable(),
  /** The same in one line, for a button that shows text. */
  text: Words,
});
export type ControlState = z.infer<typeof ControlState>;

/** Why a press did nothing, which is no error. */
export const ControlNothing = z.enum([
  /** No card is on the host's screen. */
  'no-card',
  /** It came less than 400 ms before: the press was meant for the one before it. */
  'just-came',
  /** The named card is no longer there. */
  'gone',
  /** The same press a moment before: a button that bounces, a packet that came twice. */
  'repeated',
  /** There is no product before or after, or the card is about none. */
  'no-product',
  /** There was no message of the operator's to take away. */
  'no-message',
]);
export type ControlNothing = z.infer<typeof ControlNothing>;

export const ControlName = z.string().trim().min(1).max(40).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line'); // prettier-ignore

/** A button box or program that may press. Its token is told once and kept as a hash. */
export const ControlToken = z.object({
  tokenId: z.string().regex(/^[0-9a-f]{8}$/),
  name: ControlName,
  /** What it may: all of a running show, or done, not now and mute. */
  role: z.enum(['operator', 'host']),
  createdMs: z.int(),
  /** Null: it does not expire. */
  expiresMs: z.int().nullable(),
  /** Its last call; null: none since the agent started. */
  usedMs: z.int().nullable(),
});
export type ControlToken = z.infer<typeof ControlToken>;

export const CONTROL_TOKENS_MAX = 50;

/** Verbs of the page "Control". */
export const CONTROL_VERBS = {
  'control.read': {
    args: z.strictObject({}),
    result: z.object({
      tokens: z.array(ControlToken).max(CONTROL_TOKENS_MAX),
      /** Null: the panel serves nobody. */
      httpUrl: z.string().nullable(),
      osc: z.object({
        /** `closed`: nobody has a token. */
        state: z.enum(['open', 'closed', 'failed']),
        host: z.string(),
        port: z.int(),
        problem: z.string().nullable(),
      }),
      state: ControlState,
      presets: z.array(z.object({ number: z.int(), id: z.string(), zh: z.string(), en: z.string() })),
    }),
  },
  /** The answer alone has the token. */
  'control.add': {
    args: z.strictObject({
      name: ControlName,
      role: ControlToken.shape.role.default('operator'),
      /** Days until it expires. */
      days: z.int().min(1).max(3650).nullable().default(null),
    }),
    result: z.object({ tokenId: z.string(), token: z.string() }),
  },
  'control.remove': {
    args: z.strictObject({ tokenId: ControlToken.shape.tokenId }),
    result: z.object({ removed: z.boolean() }),
  },
  /** The operator says what is explained now, where no platform tells; null: nothing. Kept in the journal like an event. */
  'explain.tell': {
    args: z.strictObject({ productId: z.string().min(1).max(128).nullable() }),
    result: z.object({ productId: z.string().nullable() }),
  },
} as const;
