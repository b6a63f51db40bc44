import type { AgentConfig, Catalogue, Product } from '@livecue/shared/contract';
import type { AnomalyReason, Intent, RoomAnomaly, WindowCounts } from '@livecue/shared/insight';
import type { PromptEvent } from '@livecue/shared/prompt';
import type { Interest, PatronAsked, RoomView, ShopOffer } from '../../core-ports.ts';
import { type Advisor, createAdvisor } from '../advisor.ts';

export const CONFIG: AgentConfig['advise'] = {
  enabled: true,
  secondsBetweenCards: 0,
  quietOpeningSeconds: 0,
  cardsPer10Min: 4,
  actNowPer10Min: 2,
  questionsPerMinute: 8,
  complaintsPerMinute: 4,
  praisePerMinute: 12,
  buySignalsPerMinute: 8,
  stockOutMinutes: 10,
  offerEndingSeconds: 60,
  currency: 'CNY',
  offersPerDay: 10,
  offerDiscountPerDay: '5000.00',
  offerUnits: 50,
  patronSpend: '1000.00',
  presets: [],
  holdBackShare: 0,
  holdBackSeed: 1,
  policy: 'rules',
};
export const START_MS = 1_700_000_000_000;

export function productOf(productId: string, linkNumber: number | null, more: Partial<Product> = {}): Product {
  return {
    productId, linkNumber, skus: [], aliases: [], stock: null, facts: {},
    name: { zh: `亚麻衬衫${productId}`, en: `Linen shirt ${productId}` }, ...more,
  }; // prettier-ignore
}

export function countsOf(parts: Partial<WindowCounts>): WindowCounts {
  return {
    events: 0, comments: 0, commenters: 0, intents: {}, likes: 0, gifts: 0, follows: 0, shares: 0, joins: 0,
    productViews: 0, productViewers: 0, cartAdds: 0, ordersCreated: 0, ordersPaid: 0, ordersCancelled: 0, orderHints: 0,
    buyers: 0, unitsPaid: 0, revenueMinor: {}, refunds: 0, refundMinor: {}, pins: 0, stock: null, audience: null, ...parts,
  }; // prettier-ignore
}

/** What a test sets; the view reads it as it is. Every window of a group has the same counts. */
export interface FakeRoom {
  nowMs: number;
  /** Counts by product id; `''` is the room, `'?'` what names no product. */
  readonly counts: Map<string, Partial<WindowCounts>>;
  /** Of what is left out there is none; `pValue` follows from `surprise` as in a room of some seven products. */
  readonly interest: Map<string, Partial<Interest>>;
  readonly stock: Map<string, number>;
  explaining: RoomView['explaining'];
  feed: RoomView['feed'];
  anomalies: RoomAnomaly[];
  offers: ShopOffer[];
  patrons: PatronAsked[];
  ask(group: string, intent: Intent, viewers: number): void;
  readonly view: RoomView;
}

export function createFakeRoom(nowMs = START_MS): FakeRoom {
  const at = (group: string, lengthMs: number) => ({
    openMs: room.nowMs - lengthMs,
    closeMs: room.nowMs,
    counts: countsOf(room.counts.get(group) ?? {}),
  });
  const room: FakeRoom = {
    nowMs,
    counts: new Map(),
    interest: new Map(),
    stock: new Map(),
    explaining: null,
    anomalies: [],
    offers: [],
    patrons: [],
    feed: { state: 'ok', lastEventMs: nowMs, quietLimitMs: 12_000 },
    ask: (group, intent, viewers) => {
      const before = room.counts.get(group) ?? {};
      const intents = { ...before.intents, [intent]: { comments: viewers, viewers } };
      const comments = Object.values(intents).reduce((sum, one) => sum + one.comments, 0);
      room.counts.set(group, { ...before, comments, intents });
    },
    view: {
      roomId: 'main',
      get nowMs() {
        return room.nowMs;
      },
      sliceMs: 1000,
      get productIds() {
        const ids = [...room.counts.keys(), ...room.interest.keys()].filter((id) => id !== '' && id !== '?');
        return [...new Set(ids)].sort();
      },
      counts: (productId, lengthMs) => at(productId ?? '', lengthMs),
      unattributed: (lengthMs) => at('?', lengthMs),
      interest: (productId) => interestOf(room.interest.get(productId)),
      forecast: () => null,
      stock: (productId) => {
        const level = room.stock.get(productId);
        return level === undefined ? null : { level, eventTimeMs: room.nowMs };
      },
      get anomalies() {
        return room.anomalies;
      },
      get offers() {
        return room.offers;
      },
      get patrons() {
        return room.patrons;
      },
      get explaining() {
        return room.explaining;
      },
      recentIds: (productId, of) => [`${productId ?? 'room'}-${of}-1`],
      get feed() {
        return room.feed;
      },
    },
  };
  return room;
}

/** An offer of `p` that began at `startedMs` and goes on. */
export function offerOf(startedMs: number, parts: Partial<ShopOffer> = {}): ShopOffer {
  const productId = parts.productId ?? 'p';
  return {
    offerId: `${productId}/${parts.kind ?? ''}/${startedMs}`, productId, kind: null, price: '79.00', priceCurrency: 'CNY', lowestPrice: '79.00',
    startedMs, endsMs: null, quantity: 10, unitsPaid: 0, endedMs: null, ...parts,
  }; // prettier-ignore
}

/** One that goes on, told at `startMs`. */
export function anomalyOf(kind: RoomAnomaly['kind'], reason: AnomalyReason, startMs: number): RoomAnomaly {
  return { kind, roomId: 'main', startMs, toldMs: startMs, endMs: null, score: 0.9, reasons: [reason] };
}

const NO_INTEREST: Interest = {
  level: 0, expected: 0, surprise: 0, pValue: 1, slope: 0, direction: 'steady', signals: [], pastPeak: null,
}; // prettier-ignore

function interestOf(parts: Partial<Interest> | undefined): Interest {
  if (parts === undefined) return NO_INTEREST;
  return { ...NO_INTEREST, pValue: Math.min(1, 1e4 * Math.pow(10, -(parts.surprise ?? 0))), ...parts };
}

export function advisorFor(products: readonly Product[], config: Partial<AgentConfig['advise']> = {}): Advisor {
  const catalogue: Catalogue = { version: 1, products: [...products] };
  return createAdvisor({ catalogue, modelVersion: 'intent-rules-1' }, { ...CONFIG, ...config });
}

/** Lets time pass in steps and gathers the events. */
export function run(advisor: Advisor, room: FakeRoom, forMs: number, stepMs = 100): PromptEvent[] {
  const events: PromptEvent[] = [];
  const endMs = room.nowMs + forMs;
  while (room.nowMs < endMs) {
    room.nowMs += Math.min(stepMs, endMs - room.nowMs);
    if (room.feed.state === 'ok') room.feed = { ...room.feed, lastEventMs: room.nowMs };
    events.push(...advisor.evaluate(room.view));
  }
  return events;
}

/** `raised key`, `closed key outcome`, `suppressed key reason`: what a test compares. */
export function shortly(events: readonly PromptEvent[]): string[] {
  return events.map((event) => {
    if (event.kind === 'closed') return `closed ${event.promptId.slice(0, event.promptId.lastIndexOf('@'))} ${event.outcome}`;
    return `${event.kind} ${event.prompt.key}${event.kind === 'suppressed' ? ` ${event.reason}` : ''}`;
  }); // prettier-ignore
}
