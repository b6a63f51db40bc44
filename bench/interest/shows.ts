import type { LiveEvent } from '@livecue/shared/event';
import { parseLiveEvent } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import { fileURLToPath } from 'node:url';
import { createProductLinker } from '../../edge-agent/src/inference/product-linker.ts';
import { openRulePredictor } from '../../edge-agent/src/inference/rule-predictor.ts';
import { simulatedProducts } from '../../edge-agent/src/ingest/simulator/catalogue.ts';
import { type InjectionPlan, type Profile, PROFILES } from '../../edge-agent/src/ingest/simulator/profiles.ts';
import { createRandom } from '../../edge-agent/src/ingest/simulator/random.ts';
import { createSimulatedRoom } from '../../edge-agent/src/ingest/simulator/room.ts';
import type { TruthItem } from '../../edge-agent/src/ingest/simulator/truth.ts';

export const START_MS = Date.UTC(2026, 0, 1, 12);
export const SHOW_MS = 900_000;
const RULES = fileURLToPath(new URL('../../models/intent-rules', import.meta.url));

/** An event as the stream is fed it. */
export interface Fed {
  readonly event: LiveEvent;
  readonly prediction: Prediction | null;
}

/** A show of 15 min with what is true of it. */
export interface Show {
  readonly seed: number;
  readonly profile: string;
  readonly fed: readonly Fed[];
  /** All but the comments. */
  readonly truth: readonly TruthItem[];
}

/** Left out for speed: no interest, and no other part of the stream, hangs on who comes in. */
const UNHEARD = new Set(['live.join.added', 'live.gift.sent', 'live.follow.added', 'live.share.added']);

/** The profiles of the simulator in turn, and every fifth show one of its own. */
export function profileOf(seed: number): { readonly name: string; readonly profile: Profile } {
  const name = (['standard', 'busy', 'faulty', 'demo'] as const)[(seed - 1) % 5];
  return name === undefined ? { name: 'mixed', profile: mixedProfile(seed) } : { name, profile: PROFILES[name] };
}

/** Size, products and strength of everything by chance: 12 to 80 room clicks a second, 4 to 60 products. */
function mixedProfile(seed: number): Profile {
  const random = createRandom(seed).fork('bench-interest');
  const between = (low: number, high: number) => Math.round(random.between(low, high));
  const joinsPerS = between(12, 80);
  const any = { link: null } as const;
  const injections: InjectionPlan[] = [
    { kind: 'interest-surge', atMs: between(90_000, 300_000), ...any, durationMs: between(40_000, 90_000), share: random.between(0.4, 1) },
    { kind: 'interest-surge', atMs: between(450_000, 780_000), ...any, durationMs: between(40_000, 90_000), share: random.between(0.4, 1) },
    { kind: 'question-burst', atMs: between(30_000, 800_000), ...any, intent: null, viewers: between(8, 40), burstMs: 6_000, tailViewers: 6, tailMs: 25_000 },
    { kind: 'bot-likes', atMs: between(30_000, 800_000), durationMs: 25_000, accounts: between(4, 12) },
    { kind: 'bot-comments', atMs: between(30_000, 800_000), durationMs: 15_000, accounts: between(4, 15), perS: between(2, 8) },
    { kind: 'order-ring', atMs: between(60_000, 700_000), ...any, durationMs: 60_000, buyers: 4, orders: between(12, 40) },
    { kind: 'stock-out', atMs: between(300_000, 600_000), ...any, durationMs: 180_000 },
  ]; // prettier-ignore
  return { ...PROFILES.standard, joinsPerS, products: between(4, 60), injections, cycle: null };
}

/** The show of a seed, its comments read by the rules that the agent ships. */
export function makeShow(seed: number): Show {
  const { name, profile } = profileOf(seed);
  const products = simulatedProducts(profile.products);
  const room = createSimulatedRoom({
    seed,
    startMs: START_MS,
    durationMs: SHOW_MS,
    profile,
    roomId: 'bench',
    products,
  });
  const predictor = openRulePredictor(RULES, createProductLinker(room.catalogue));
  const fed: Fed[] = [];
  const truth: TruthItem[] = [];
  for (let untilMs = START_MS; !room.ended; untilMs += 30_000) {
    const made = room.next(untilMs);
    truth.push(...room.truth().filter(({ kind }) => kind !== 'comment'));
    for (const { timeMs, event } of made) {
      if (UNHEARD.has(event.type)) continue;
      const parsed = parseLiveEvent(event, timeMs);
      if (!parsed.ok) throw new Error(`reading a simulated ${event.type} of seed ${seed}: ${parsed.detail}`);
      const live = parsed.event;
      const prediction = live.type === 'live.comment.created' ? (predictor.predict([live.data.text])[0] ?? null) : null;
      fed.push({ event: live, prediction });
    }
  }
  return { seed, profile: name, fed, truth };
}
