import type { Intent } from '@livecue/shared/insight';
import type { Excitation } from './hawkes.ts';

/**
 * Something injected into a show. `atMs` is from the start of the show, or of the cycle it stands in. `link`
 * is a product's link number; null lets the room choose one that fits. It is left out when none fits.
 */
export type InjectionPlan =
  | { readonly kind: 'question-burst'; readonly atMs: number; readonly link: number | null; readonly intent: Intent | null;
      readonly viewers: number; readonly burstMs: number; readonly tailViewers: number; readonly tailMs: number }
  /** `share`: views a second of the surge as a part of the room's own. */
  | { readonly kind: 'interest-surge'; readonly atMs: number; readonly link: number | null; readonly durationMs: number; readonly share: number }
  | { readonly kind: 'bot-likes'; readonly atMs: number; readonly durationMs: number; readonly accounts: number }
  | { readonly kind: 'bot-comments'; readonly atMs: number; readonly durationMs: number; readonly accounts: number; readonly perS: number }
  | { readonly kind: 'order-ring'; readonly atMs: number; readonly link: number | null; readonly durationMs: number;
      readonly buyers: number; readonly orders: number }
  | { readonly kind: 'stock-out'; readonly atMs: number; readonly link: number | null; readonly durationMs: number }
  | { readonly kind: 'feed-silence'; readonly atMs: number; readonly durationMs: number }
  /** `share` of the viewers, 0..1, leaves within `durationMs`. */
  | { readonly kind: 'viewer-drop'; readonly atMs: number; readonly durationMs: number; readonly share: number }
  | { readonly kind: 'payment-outage'; readonly atMs: number; readonly durationMs: number }
  /** A timed offer of the shop: `discountRatio` of the price, 0..1, for `units`. */
  | { readonly kind: 'offer'; readonly atMs: number; readonly link: number | null; readonly durationMs: number;
      readonly discountRatio: number; readonly units: number }
  /** Somebody with that many paid orders asks; 0: a VIP of the platform. */
  | { readonly kind: 'patron-question'; readonly atMs: number; readonly link: number | null; readonly orders: number }; // prettier-ignore
export type InjectionKind = InjectionPlan['kind'];

/** How lively a room is and what is done to it. Every other rate follows from `joinsPerS` by fixed ratios. */
export interface Profile {
  /** Room clicks a second, on average over a show. */
  readonly joinsPerS: number;
  readonly excitation: Excitation;
  readonly products: number;
  /** Share of viewers who write English, 0..1. */
  readonly englishRatio: number;
  /** What the host explains first; then the host chooses. */
  readonly opening: readonly { readonly link: number; readonly durationMs: number }[];
  readonly injections: readonly InjectionPlan[];
  /** Repeats for as long as the show goes on. */
  readonly cycle: {
    readonly firstMs: number;
    readonly everyMs: number;
    readonly injections: readonly InjectionPlan[];
  } | null;
}

/** n = 0.79 and 1/β = 1 s give a Fano factor of 13.6 in 10 s; two recorded rooms have 11.5 and 19.8. */
const EXCITATION: Excitation = { branchingRatio: 0.79, decayPerS: 1 };

const S = 1000;
const ANY = { link: null } as const;

const questions = (atMs: number, viewers: number): InjectionPlan => ({
  kind: 'question-burst', atMs, ...ANY, intent: null, viewers, burstMs: 6 * S, tailViewers: Math.ceil(viewers / 3), tailMs: 25 * S,
}); // prettier-ignore

const STANDARD_CYCLE: readonly InjectionPlan[] = [
  questions(60 * S, 14),
  { kind: 'bot-likes', atMs: 170 * S, durationMs: 25 * S, accounts: 6 },
  { kind: 'interest-surge', atMs: 260 * S, ...ANY, durationMs: 80 * S, share: 0.6 },
  { kind: 'order-ring', atMs: 420 * S, ...ANY, durationMs: 70 * S, buyers: 4, orders: 24 },
  { kind: 'bot-comments', atMs: 560 * S, durationMs: 15 * S, accounts: 8, perS: 3 },
  { kind: 'stock-out', atMs: 640 * S, ...ANY, durationMs: 180 * S },
];

const standard: Profile = {
  joinsPerS: 36, excitation: EXCITATION, products: 8, englishRatio: 0.1, opening: [],
  injections: [], cycle: { firstMs: 0, everyMs: 900 * S, injections: STANDARD_CYCLE },
}; // prettier-ignore

const busy: Profile = {
  ...standard,
  joinsPerS: 150,
  cycle: {
    firstMs: 0,
    everyMs: 600 * S,
    injections: [
      questions(30 * S, 40),
      { kind: 'bot-likes', atMs: 90 * S, durationMs: 30 * S, accounts: 12 },
      { kind: 'interest-surge', atMs: 140 * S, ...ANY, durationMs: 90 * S, share: 0.6 },
      questions(260 * S, 30),
      { kind: 'order-ring', atMs: 300 * S, ...ANY, durationMs: 80 * S, buyers: 5, orders: 40 },
      { kind: 'bot-comments', atMs: 400 * S, durationMs: 20 * S, accounts: 15, perS: 6 },
      { kind: 'stock-out', atMs: 430 * S, ...ANY, durationMs: 150 * S },
    ],
  },
};

const faulty: Profile = {
  ...standard,
  cycle: {
    firstMs: 0,
    everyMs: 900 * S,
    injections: [
      ...STANDARD_CYCLE,
      { kind: 'feed-silence', atMs: 120 * S, durationMs: 30 * S },
      { kind: 'feed-silence', atMs: 390 * S, durationMs: 18 * S },
      { kind: 'feed-silence', atMs: 600 * S, durationMs: 25 * S },
    ],
  },
};

/** What `RoomAnomaly` tells apart, each once in every cycle, the first after five quiet minutes. */
const troubled: Profile = {
  ...standard,
  cycle: {
    firstMs: 300 * S,
    everyMs: 900 * S,
    injections: [
      { kind: 'bot-likes', atMs: 0, durationMs: 25 * S, accounts: 6 },
      { kind: 'viewer-drop', atMs: 150 * S, durationMs: 8 * S, share: 0.4 },
      { kind: 'payment-outage', atMs: 300 * S, durationMs: 150 * S },
      { kind: 'feed-silence', atMs: 560 * S, durationMs: 45 * S },
      { kind: 'bot-comments', atMs: 720 * S, durationMs: 18 * S, accounts: 8, perS: 4 },
    ],
  },
};

/** Opens so that the first cue comes within 10 s, and has one of each in its first five minutes. */
const demo: Profile = {
  ...standard,
  englishRatio: 0.15,
  opening: [{ link: 3, durationMs: 150 * S }, { link: 2, durationMs: 300 * S }],
  injections: [
    { kind: 'question-burst', atMs: 700, link: 3, intent: 'size_spec', viewers: 18, burstMs: 2 * S, tailViewers: 10, tailMs: 18 * S },
    { kind: 'interest-surge', atMs: 75 * S, link: 5, durationMs: 70 * S, share: 0.7 },
    { kind: 'stock-out', atMs: 165 * S, link: 2, durationMs: 210 * S },
    { kind: 'order-ring', atMs: 300 * S, link: 6, durationMs: 60 * S, buyers: 4, orders: 26 },
    { kind: 'bot-likes', atMs: 450 * S, durationMs: 25 * S, accounts: 6 },
    { kind: 'bot-comments', atMs: 520 * S, durationMs: 15 * S, accounts: 8, perS: 3 },
  ],
  cycle: {
    firstMs: 600 * S,
    everyMs: 600 * S,
    injections: [
      questions(45 * S, 16),
      { kind: 'interest-surge', atMs: 150 * S, ...ANY, durationMs: 75 * S, share: 0.6 },
      { kind: 'bot-likes', atMs: 260 * S, durationMs: 25 * S, accounts: 6 },
      { kind: 'order-ring', atMs: 320 * S, ...ANY, durationMs: 60 * S, buyers: 4, orders: 24 },
      { kind: 'stock-out', atMs: 400 * S, ...ANY, durationMs: 150 * S },
      { kind: 'bot-comments', atMs: 570 * S, durationMs: 15 * S, accounts: 8, perS: 3 },
    ],
  },
}; // prettier-ignore

const load: Profile = { ...busy, joinsPerS: 600, products: 500 };

const calm: Profile = { ...standard, joinsPerS: 8, cycle: null };

export const PROFILES = { calm, standard, busy, faulty, troubled, demo, load } as const satisfies Record<
  string,
  Profile
>;
export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
