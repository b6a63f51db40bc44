import { AgentConfig } from '@livecue/shared/contract';
import { type CanonicalEvent, parseLiveEvent, toMinorUnits } from '@livecue/shared/event';
import type { PromptEvent, RuleName } from '@livecue/shared/prompt';
import { createCore } from '../../edge-agent/src/assembly/core.ts';
import type { HostAct } from '../../edge-agent/src/ingest/simulator/host.ts';
import type { HostConfig } from '../../edge-agent/src/ingest/simulator/host-effects.ts';
import { simulatedProducts } from '../../edge-agent/src/ingest/simulator/catalogue.ts';
import type { SimulatedProduct } from '../../edge-agent/src/ingest/simulator/demo-products.ts';
import { VIEWS_PER_JOIN } from '../../edge-agent/src/ingest/simulator/sales.ts';
import { type InjectionPlan, type Profile, PROFILES } from '../../edge-agent/src/ingest/simulator/profiles.ts';
import { createRandom } from '../../edge-agent/src/ingest/simulator/random.ts';
import { createSimulatedRoom, type SimulatedRoom } from '../../edge-agent/src/ingest/simulator/room.ts';
import type { OrderModel } from '../../edge-agent/src/stream/orders/order-judge.ts';
import type { Predictor } from '../../edge-agent/src/ports.ts';

export const START_MS = Date.UTC(2026, 0, 1, 12);
/** How often the agent is asked: a rule waits 5 s before it speaks, so a second changes little, and costs half. */
const STEP_MS = 1_000;
/** Room clicks a second, by the seed in turn. */
export const RATES = [8, 16, 32] as const;

export interface RoomFigures {
  /** Paid in the show, rings of brushing orders left out. */
  readonly units: number;
  readonly revenueMinor: number;
  readonly asked: number;
  readonly answered: number;
  /** Mean over the show of the viewers that nothing drove away, 0..1. */
  readonly keptRatio: number;
  /** New cards on the screen, by rule. */
  readonly cards: Partial<Record<RuleName, number>>;
  readonly acts: readonly HostAct[];
}

/** Who tells the host what: nobody, the agent, or a list of what some agent told some host. */
export type Cues =
  | { readonly from: 'nobody' }
  | { readonly from: 'agent'; readonly predictor: Predictor; readonly orderModel: OrderModel | null; readonly truth: TruthQueue | null }
  | { readonly from: 'list'; readonly events: readonly PromptEvent[] }
  /** One card by chance so often, whatever the limits on cards say. */
  | { readonly from: 'chance'; readonly everyMs: number }; // prettier-ignore

/** What the comments of the coming batch want in truth, in their order. */
export type TruthQueue = { productId: string | null; intent: string }[];

/** Orders per look times units per order, about: how much stock a show may need. */
const UNITS_PER_LOOK = 0.031;

/** The demo's products, some with less than the show will ask for. */
export function productsOf(seed: number, minutes: number): SimulatedProduct[] {
  const random = createRandom(seed).fork('hosted-stock');
  const products = simulatedProducts(8);
  const all = products.reduce((sum, { popularity }) => sum + popularity, 0);
  const units = rateOf(seed) * VIEWS_PER_JOIN * UNITS_PER_LOOK * minutes * 60;
  return products.map((one) => {
    const stock = 5 + Math.ceil(((units * one.popularity) / all) * random.between(0.7, 4));
    return { ...one, product: { ...one.product, stock } };
  });
}

const rateOf = (seed: number): number => RATES[seed % RATES.length] ?? RATES[0];

/** An ordinary show: questions in bursts, surges of interest, now and then a ring of fraud or bots. */
export function profileOf(seed: number, minutes: number): Profile {
  const random = createRandom(seed).fork('hosted-plans');
  const lengthMs = minutes * 60_000;
  const link = () => 1 + random.below(8);
  const at = () => random.between(30_000, lengthMs - 90_000);
  const many = (perQuarterHour: number) => Math.round((perQuarterHour * minutes) / 15);
  const injections: InjectionPlan[] = [];
  const viewers = () => 8 + random.below(17);
  for (let i = many(4); i > 0; i--) injections.push({ kind: 'question-burst', atMs: at(), link: link(), intent: null, viewers: viewers(), burstMs: 6000, tailViewers: 6, tailMs: 25_000 }); // prettier-ignore
  for (let i = many(3); i > 0; i--) injections.push({ kind: 'interest-surge', atMs: at(), link: link(), durationMs: random.between(60_000, 90_000), share: 0.6 }); // prettier-ignore
  if (seed % 2 === 0)
    injections.push({ kind: 'order-ring', atMs: at(), link: link(), durationMs: 60_000, buyers: 4, orders: 24 }); // prettier-ignore
  else injections.push({ kind: 'bot-likes', atMs: at(), durationMs: 25_000, accounts: 6 });
  return { ...PROFILES.standard, joinsPerS: rateOf(seed), cycle: null, injections };
}

/** Plays one show; the same arguments give the same figures. */
export async function playHosted(
  show: { readonly seed: number; readonly minutes: number; readonly host: HostConfig },
  cues: Cues,
): Promise<{ figures: RoomFigures; prompts: PromptEvent[] }> {
  const { seed, minutes } = show;
  const roomId = `room-${seed}`;
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: minutes * 60_000, profile: profileOf(seed, minutes), products: productsOf(seed, minutes), roomId, host: show.host }); // prettier-ignore
  const { host } = room;
  if (host === null) throw new Error('the simulated room has no host: createSimulatedRoom was not told of one');
  const tally = createTally();
  const agent = createAgent(cues, room, seed, roomId);
  const acts: HostAct[] = [];
  const prompts: PromptEvent[] = [];
  let kept = 0;
  let steps = 0;
  for (let nowMs = START_MS + STEP_MS; !room.ended; nowMs += STEP_MS) {
    const events = room.next(nowMs).map(({ event }) => event);
    for (const event of events) tally.read(event);
    const truth = room.truth();
    for (const item of truth) if (item.kind === 'order-ring') tally.leaveOut(item.details.orderNumbers);
    const done = host.acts();
    acts.push(...done);
    const told = await agent(events, truth, done, nowMs);
    for (const event of told) {
      if (event.kind === 'raised' || event.kind === 'updated') host.see(event.prompt);
      else if (event.kind === 'closed') host.lose(event.promptId);
    }
    prompts.push(...told);
    kept += host.keptRatio;
    steps++;
  }
  const cards: Partial<Record<RuleName, number>> = {};
  for (const event of prompts) if (event.kind === 'raised') cards[event.prompt.rule] = (cards[event.prompt.rule] ?? 0) + 1; // prettier-ignore
  return { figures: { ...tally.sum(), asked: host.asked, answered: host.answered, keptRatio: kept / steps, cards, acts }, prompts }; // prettier-ignore
}

type Teller = (
  events: readonly CanonicalEvent[],
  truth: ReturnType<SimulatedRoom['truth']>,
  done: readonly HostAct[],
  nowMs: number,
) => PromptEvent[] | Promise<PromptEvent[]>;

function createAgent(cues: Cues, room: SimulatedRoom, seed: number, roomId: string): Teller {
  if (cues.from === 'nobody') return () => [];
  if (cues.from === 'chance') return createRandomCues(room, seed, roomId, cues.everyMs);
  if (cues.from === 'list') {
    let next = 0;
    return (_events, _truth, _done, nowMs) => {
      const from = next;
      while (next < cues.events.length && (cues.events[next]?.atMs ?? 0) <= nowMs) next++;
      return cues.events.slice(from, next);
    };
  }
  const { predictor, orderModel, truth: queue } = cues;
  const config = AgentConfig.parse({ room: { id: roomId } });
  let prompts: PromptEvent[] = [];
  const { pipeline } = createCore(
    { config, catalogue: room.catalogue, predictor, orderModel },
    { onWindows: () => {}, onPrompts: (events) => prompts.push(...events) },
  );
  return async (events, truth, done, nowMs) => {
    prompts = [];
    if (queue !== null) for (const item of truth) if (item.kind === 'comment') queue.push({ productId: item.details.named ? item.productId : null, intent: item.details.intent }); // prettier-ignore
    // Acting counts as done (HP10); where no event shows it, the host has a key or a pedal.
    for (const { promptId } of done) pipeline.act(promptId, 'done', nowMs);
    const parsed = events.map((event) => {
      const answer = parseLiveEvent(event, nowMs);
      if (!answer.ok) throw new Error(`the simulated room made an event that is not valid: ${answer.detail}`);
      return answer.event;
    });
    await pipeline.process([{ events: parsed }], nowMs);
    pipeline.tick(nowMs);
    return prompts;
  };
}

/** A control: cards of the rules by which hosts act, for products by chance. */
const RANDOM_RULES = ['counted-questions', 'interest-surge', 'past-peak', 'buy-signals'] as const;
const RANDOM_INTENTS = ['size_spec', 'price', 'shipping', 'product_question'] as const;

function createRandomCues(room: SimulatedRoom, seed: number, roomId: string, everyMs: number): Teller {
  const random = createRandom(seed).fork('random-cues');
  let nextMs = START_MS + random.between(everyMs / 5, everyMs);
  let onAir: string | null = null;
  return (events, _truth, _done, nowMs) => {
    for (const event of events) {
      if (event.type === 'live.product.pinned') onAir = event.data.product.productID;
      else if (event.type === 'live.product.unpinned') onAir = null;
    }
    if (nowMs < nextMs) return [];
    nextMs += everyMs;
    const rule = random.pick(RANDOM_RULES);
    const product = random.pick(room.catalogue.products);
    const productId = rule === 'past-peak' ? (onAir ?? product.productId) : product.productId;
    const key = `${rule}/${random.pick(RANDOM_INTENTS)}/${productId}`;
    const words = { zh: '', en: '' };
    const evidence = { window: { openMs: nowMs, closeMs: nowMs }, counts: {}, threshold: {}, modelVersion: 'chance', eventIds: [] }; // prettier-ignore
    const proposes = rule === 'buy-signals' && random.chance(0.5) ? ('offer' as const) : undefined;
    const prompt = { promptId: `${key}@${nowMs}`, key, rule, priority: 'advice' as const, roomId, productId, linkNumber: null, headline: words, reason: words, fact: null, raisedMs: nowMs, updatedMs: nowMs, expiresMs: nowMs + 90_000, evidence, proposes }; // prettier-ignore
    return [{ kind: 'raised', atMs: nowMs, prompt }];
  };
}

function createTally() {
  const paid = new Map<string, { units: number; minor: number }>();
  return {
    read(event: CanonicalEvent) {
      if (event.type !== 'shop.order.paid') return;
      const { orderNumber, orderedItem = [], total = '0', priceCurrency } = event.data;
      const units = orderedItem.reduce((sum, { orderQuantity }) => sum + orderQuantity, 0);
      paid.set(orderNumber, { units, minor: toMinorUnits(total, priceCurrency) ?? 0 });
    },
    leaveOut: (orderNumbers: readonly string[]) => orderNumbers.forEach((orderNumber) => paid.delete(orderNumber)),
    sum() {
      let [units, revenueMinor] = [0, 0];
      for (const one of paid.values()) {
        units += one.units;
        revenueMinor += one.minor;
      }
      return { units, revenueMinor };
    },
  };
}
