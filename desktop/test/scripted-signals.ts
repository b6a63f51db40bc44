/** Signals of the scripted room: a ring of orders, what was wrong with the room, interest and forecasts. */
import type { PanelState, ProductDetail } from '@livecue/shared/contract';
import type { Forecast, OrderAnomaly, RoomAnomaly } from '@livecue/shared/insight';
import { memoryExamples } from '../../edge-agent/src/assembly/comment-fixture.ts';
import { createOrderDesk, type OrderDesk } from '../../edge-agent/src/assembly/order-desk.ts';
import { orderAnomaly } from '../../edge-agent/src/assembly/order-fixture.ts';
import type { OrderLabels } from '../../edge-agent/src/ports.ts';

type Product = PanelState['products'][number];

export const INTEREST: Readonly<Record<string, Product['interest']>> = {
  p2: { level: 14.2, expected: 16.1, slope: -6.4, direction: 'fading', surprise: 0, pValue: 1, surging: false },
  p3: { level: 86.8, expected: 71.3, slope: 2.1, direction: 'steady', surprise: 1.4, pValue: 1, surging: false },
  p5: {
    level: 116.4,
    expected: 27.7,
    slope: 48.2,
    direction: 'rising',
    surprise: 11.8,
    pValue: 0.0000057,
    surging: true,
  },
};

export const roomAnomalies = (nowMs: number, roomId = 'main'): RoomAnomaly[] => [
  {
    kind: 'feed-gap', roomId, startMs: nowMs - 205_000, toldMs: nowMs - 190_000, endMs: nowMs - 182_000, score: 1,
    reasons: [{ series: 'silence-ms', value: 23_000, usual: 1_900 }],
  },
  {
    kind: 'viewer-drop', roomId, startMs: nowMs - 118_000, toldMs: nowMs - 110_000, endMs: nowMs - 96_000, score: 0.93,
    reasons: [{ series: 'viewers', value: 2_140, usual: 3_380 }],
  },
  {
    kind: 'bot-burst', roomId, startMs: nowMs - 40_000, toldMs: nowMs - 32_000, endMs: null, score: 0.99,
    reasons: [
      { series: 'likes-per-liker', value: 411, usual: 12.4 },
      { series: 'likes', value: 2_466, usual: 380 },
    ],
  },
]; // prettier-ignore

/** A ring of four buyers at one address for No. 3, and two orders that only the model finds strange. */
function ring(nowMs: number): OrderAnomaly[] {
  const model = (n: number, part: Partial<OrderAnomaly>) => orderAnomaly(n, { by: 'model', eventTimeMs: nowMs - 300_000 + n * 20_000, ...part }); // prettier-ignore
  return [
    model(1, { productId: 'p7', score: 0.61, reasons: [{ feature: 'totalLevel', value: 2.3, usual: 0, share: 0.6 }, { feature: 'accountAgeDays', value: 0.4, usual: 30, share: 0.4 }] }),
    model(2, { productId: 'p2', score: 0.58, reasons: [{ feature: 'buyerReturnShare', value: 0.67, usual: 0, share: 1 }] }),
    ...Array.from({ length: 8 }, (_, i) => orderAnomaly(11 + i, {
      eventTimeMs: nowMs - 64_000 + i * 7_000, score: 0.88 + i / 100,
      reasons: [{ feature: 'sameProductOrders1H', value: 3 + (i >> 1), usual: 1, share: 1 }, { feature: 'addressBuyers', value: 4, usual: 1, share: 0.5 }],
    })),
  ];
} // prettier-ignore

export interface ScriptedOrders {
  readonly desk: OrderDesk;
  readonly labels: ReturnType<typeof memoryExamples<Parameters<OrderLabels['save']>[1]>>;
  /** One more order of the ring is told. */
  tell(n: number): void;
  clear(): void;
}

export function createScriptedOrders(nowMs: () => number): ScriptedOrders {
  const labels = memoryExamples<Parameters<OrderLabels['save']>[1]>();
  let told: readonly OrderAnomaly[] = ring(nowMs());
  const desk = createOrderDesk({ labels, nowMs, anomalies: () => told }, { session: 1, model: { version: 'order-fraud-1', threshold: 0.56 } }); // prettier-ignore
  return {
    desk,
    labels,
    tell: (n) => void (told = [...told, orderAnomaly(n, { eventTimeMs: nowMs() })]),
    clear: () => void (told = []),
  };
}

/** Of No. 1 nothing is known yet, of No. 7 only its days; all others have been in four shows. */
function acrossOf({ productId, stock }: Product, nowMs: number): Pick<Forecast, 'across'> {
  if (productId === 'p1') return {};
  const hour = Math.floor(nowMs / 3_600_000) + 1;
  const span = (hours: number, mean: number) => ({ fromMs: (hour + hours) * 3_600_000, mean, lo80: Math.round(0.6 * mean), hi80: Math.round(1.5 * mean + 1) });
  const isNew = productId === 'p7';
  return {
    across: {
      shows: isNew ? 0 : 4,
      nextShow: isNew ? null : { minutes: 95, mean: 88.4, lo80: 61, hi80: 119 },
      restockUnits: isNew || stock === null || stock >= 120 ? null : 120 - stock,
      hours: Array.from({ length: 24 }, (_, i) => span(i, i === 9 ? 31.5 : 2 + (i % 5))),
      days: Array.from({ length: 7 }, (_, i) => span(24 * i, 110 + 12 * (i % 3))),
    },
  };
} // prettier-ignore

function forecastOf(product: Product, nowMs: number): Forecast {
  const rate = 0.4 + product.unitsSold / 60;
  const stock = product.stock;
  const out = stock === null || stock <= 0 ? null : stock / rate;
  return {
    productId: product.productId,
    ahead: [5, 15, 60].map((minutes) => ({ minutes, mean: rate * minutes, lo80: Math.round(0.55 * rate * minutes), hi80: Math.round(1.6 * rate * minutes + 1) })),
    stock,
    stockOut: out === null ? null : { medianMinutes: out, soonest80Minutes: out * 0.6, latest80Minutes: out > 700 ? null : out * 1.9 },
    soldOut: stock === 0 ? { minutes: 4.5, missedUnits: 7.2 } : null,
    restockUnits: stock === null || stock > 90 * rate ? null : Math.ceil(90 * rate - stock),
    limitPerBuyer: product.productId === 'p2' ? 1 : null,
    ...acrossOf(product, nowMs),
  };
} // prettier-ignore

/** Why the numbers of a row are what they are. */
export function detailOf(product: Product, nowMs: number): ProductDetail {
  const { interest } = product;
  const minute = Math.floor(nowMs / 60_000);
  return {
    productId: product.productId,
    nowMs,
    interest: interest === null ? null : {
      ...interest,
      signals: [
        { signal: 'views', count: 31, share: 0.58 },
        { signal: 'questions', count: 12, share: 0.27 },
        { signal: 'carts', count: 8, share: 0.15 },
      ],
      pastPeak: product.productId === 'p3' ? { peakMs: nowMs - 95_000, peakLevel: 120.4, level: 86.8, commentsRising: true, strength: 1.3 } : null,
      threshold: { pValue: 0.01, level: 12 },
      windowMs: 30_000,
    },
    questions: { openMs: nowMs - 60_000, closeMs: nowMs, comments: 19, viewers: product.questions, modelVersion: 'intent-hash-2.1' },
    sales: {
      openMs: nowMs - 300_000, closeMs: nowMs, units: 9, fromMs: (minute - 11) * 60_000,
      perMinute: Array.from({ length: 12 }, (_, i) => ((i * 7 + product.unitsSold) % 3) * (i % 2)),
    },
    forecast: forecastOf(product, nowMs),
    forecastModel: 'demand-show-1',
  };
} // prettier-ignore
