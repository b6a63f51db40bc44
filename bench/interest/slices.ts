import { createAccumulator, type Accumulator } from '../../edge-agent/src/stream/accumulator.ts';
import { Counter, isOrderEvent, productOf, productShares, roomShare } from '../../edge-agent/src/stream/counting.ts';
import { INTEREST_PARAMETERS } from '../../edge-agent/src/stream/interest/parameters.ts';
import type { RowSignals } from '../../edge-agent/src/stream/interest/row-signals.ts';
import { rhythmOf, signalsOf } from '../../edge-agent/src/stream/interest/signals.ts';
import type { Row } from '../../edge-agent/src/stream/key-rows.ts';
import { SHOW_MS, START_MS, type Show } from './shows.ts';

export const SLICE_MS = 5_000;
const SLICES = SHOW_MS / SLICE_MS;
/** After attention on purpose and after the host, a product needs this long to be as it was. */
const SETTLE_MS = 300_000;

export type Kind = 'views' | 'questions' | 'carts' | 'orders';
export const KINDS: readonly Kind[] = ['views', 'questions', 'carts', 'orders'];
type Counts = Readonly<Record<Kind, number>>;

/** A show as the fit reads it: one number a slice. What each slice is to each product is known from the truth. */
export interface SlicedShow {
  readonly products: readonly {
    readonly counts: readonly Counts[];
    /** `null`: nothing was done to the product; `surge`: an injected one; anything else is left out. */
    readonly state: readonly ('null' | 'surge' | 'other')[];
  }[];
  readonly room: readonly (Counts & { readonly chat: number; readonly heard: boolean })[];
}

const NOTHING: Counts = { views: 0, questions: 0, carts: 0, orders: 0 };
const WEIGHTS = INTEREST_PARAMETERS.weights;

function rowOf(acc: Accumulator): Row {
  return { index: 0, span: 1, acc, frozen: null, dirty: false, stored: false, trimmed: false, gone: false, signals: null, rhythm: null }; // prettier-ignore
}

export function sliceShow(show: Show): SlicedShow {
  const counter = new Counter();
  const keys = new Map<string, Accumulator[]>();
  const at = (key: string, timeMs: number): Accumulator => {
    const list = keys.get(key) ?? [];
    keys.set(key, list);
    const index = Math.floor((timeMs - START_MS) / SLICE_MS);
    return (list[index] ??= createAccumulator());
  };
  const resolve = (ref: { productID?: string; sku?: string }) => ref.productID ?? ref.sku ?? '';
  for (const { event, prediction } of show.fed) {
    const { eventTimeMs } = event;
    const share = isOrderEvent(event) ? roomShare(event) : null;
    counter.count(at('', eventTimeMs), event, prediction, share, true);
    const products = isOrderEvent(event) ? [...productShares(event, resolve).keys()] : [productOf(event, prediction, resolve)]; // prettier-ignore
    for (const productId of products) {
      if (productId !== null) counter.count(at(productId, eventTimeMs), event, prediction, share, false);
    }
  }
  const slices = Array.from({ length: SLICES }, (_, i) => i);
  const countsOf = (acc: Accumulator | undefined): Counts => (acc === undefined ? NOTHING : pick(signalsOf(rowOf(acc), WEIGHTS))); // prettier-ignore
  const room = keys.get('') ?? [];
  return {
    products: [...keys.keys()].filter((key) => key !== '').map((key) => ({
      counts: slices.map((i) => countsOf(keys.get(key)![i])),
      state: slices.map((i) => stateOf(show, key, START_MS + i * SLICE_MS)),
    })),
    room: slices.map((i) => ({ ...rawOf(room[i]), chat: room[i] ? rhythmOf(rowOf(room[i]), WEIGHTS).chat : 0, heard: room[i] !== undefined })),
  }; // prettier-ignore
}

function pick({ views, questions, carts, orders }: RowSignals): Counts {
  return { views, questions, carts, orders };
}

/** The room's own: views are plain counts there. */
function rawOf(acc: Accumulator | undefined): Counts {
  if (acc === undefined) return NOTHING;
  return { ...pick(signalsOf(rowOf(acc), WEIGHTS)), views: acc.sums[7]! };
}

function stateOf(show: Show, productId: string, fromMs: number): 'null' | 'surge' | 'other' {
  const toMs = fromMs + SLICE_MS;
  let state: 'null' | 'surge' | 'other' = 'null';
  for (const item of show.truth) {
    if (item.productId !== productId || item.kind === 'comment') continue;
    const settleMs = item.kind === 'stock-out' ? 0 : SETTLE_MS;
    if (item.kind === 'interest-surge' && fromMs >= item.startMs && toMs <= item.endMs) return 'surge';
    if (toMs > item.startMs - SLICE_MS && fromMs < item.endMs + settleMs) state = 'other';
  }
  return state;
}
