import type { Intent, WindowCounts } from '@livecue/shared/insight';
import type { RoomView } from '../core-ports.ts';
import { commentersOf, createAccumulator, mergeAll, toWindowCounts } from './accumulator.ts';
import { RoomInterest } from './interest.ts';
import { SHORT_MS } from './interest/baseline.ts';
import { INTEREST_PARAMETERS, type InterestParameters } from './interest/parameters.ts';
import type { KeyRows, LiveSum } from './key-rows.ts';
import { VIEW_MS, type Room } from './room.ts';

interface Counted {
  readonly openMs: number;
  readonly closeMs: number;
  readonly counts: WindowCounts;
}

/** Windows that were read of one key, all of the same newest slice, by length; `live` is what was read. */
type KeyCache = Map<number, { readonly version: number; readonly live: LiveSum; readonly counted: Counted }>;

const EMPTY = toWindowCounts(createAccumulator());

/** What others know of the room, asked when a view is asked for it. */
export interface ToldOfShop {
  readonly orderAnomalies?: (() => RoomView['orderAnomalies']) | undefined;
  readonly offers?: (nowMs: number) => RoomView['offers'];
  readonly patrons?: (nowMs: number) => RoomView['patrons'];
}

/**
 * Views of one room. A window of length L that ends now is the newest slice, which still fills, and as
 * many before it as make L: it covers L − slice to L. "Now" is `nowMs` less the lag of the freshest live
 * source, so that a platform that delivers 5 s late does not look silent. Events ahead of that are in.
 * Beyond what windows need, rows are 30 s long; a view that would begin inside one begins after it, and
 * `openMs` says so.
 */
export class RoomViews {
  readonly #room: Room;
  #cache = new Map<KeyRows, KeyCache>();
  readonly #interest: RoomInterest;
  #endIndex: number | null = null;
  #active: ActiveProducts = { of: [], endIndex: 0, rowsVersion: -1, products: [], ids: [] };

  constructor(room: Room, interest: InterestParameters = INTEREST_PARAMETERS) {
    this.#room = room;
    this.#interest = new RoomInterest(room, interest);
  }

  at(nowMs: number, told: ToldOfShop = {}): RoomView {
    const room = this.#room;
    const presentMs = nowMs - room.clock.lagMs;
    const endIndex = Math.floor(presentMs / room.sliceMs);
    if (endIndex !== this.#endIndex) {
      this.#endIndex = endIndex;
      for (const key of this.#cache.keys()) key.live = [];
      this.#cache = new Map();
      room.pastTo = endIndex + 1 - SHORT_MS / room.sliceMs;
    }
    const counts = (key: KeyRows | undefined, lengthMs: number) => this.#counts(key, lengthMs, presentMs, endIndex);
    // Most views are asked of a few products: what walks over all of them waits until somebody wants it.
    const productIds = () => this.#productIds(endIndex);
    const explaining = explainingAt(room, presentMs);
    return {
      roomId: room.id,
      nowMs,
      sliceMs: room.sliceMs,
      get productIds() {
        return productIds();
      },
      counts: (productId, lengthMs) => counts(productId === null ? room.total : room.products.get(productId), lengthMs),
      unattributed: (lengthMs) => counts(room.unattributed, lengthMs),
      interest: (productId) =>
        this.#interest.of(room.products.get(productId), {
          presentMs,
          endIndex,
          products: productIds().length,
          explaining,
        }),
      showInputs: () => room.demand.showInputs(),
      forecast: (productId, stock, correction) => {
        const { counts: seen } = counts(room.products.get(productId), VIEW_MS);
        const each = seen.buyers > 0 ? seen.unitsPaid / seen.buyers : 1;
        return room.demand.forecast(productId, stock, each, correction);
      },
      stock: (productId) => {
        const stock = room.facts.get(productId)?.stock ?? null;
        return stock === null ? null : { level: stock.level, eventTimeMs: stock.eventTimeMs };
      },
      explaining,
      recentIds: (productId, of) => recentIds(productId === null ? room.total : room.products.get(productId), of),
      get anomalies() {
        return room.anomalies.list();
      },
      get orderAnomalies() {
        return told.orderAnomalies?.();
      },
      get offers() {
        return told.offers?.(nowMs);
      },
      get patrons() {
        return told.patrons?.(nowMs);
      },
      feed: { state: room.feed.state(nowMs), lastEventMs: room.feed.lastMs, quietLimitMs: room.feed.quietLimitMs },
    };
  }

  #cacheOf(key: KeyRows): KeyCache {
    let cache = this.#cache.get(key);
    if (cache === undefined) this.#cache.set(key, (cache = new Map()));
    return cache;
  }

  #counts(key: KeyRows | undefined, lengthMs: number, presentMs: number, endIndex: number): Counted {
    const { sliceMs } = this.#room;
    const slices = lengthMs / sliceMs;
    if (!Number.isInteger(slices) || slices < 1 || lengthMs > VIEW_MS) {
      throw new RangeError(
        `reading counts of ${lengthMs} ms: expected a multiple of ${sliceMs} from ${sliceMs} to ${VIEW_MS}`,
      );
    }
    const from = endIndex + 1 - slices;
    if (key === undefined) return { openMs: from * sliceMs, closeMs: presentMs, counts: EMPTY };
    const cache = this.#cacheOf(key);
    const known = cache.get(lengthMs);
    if (known !== undefined && known.version === key.version && known.counted.closeMs === presentMs)
      return known.counted;
    const live = key.live.find((sum) => sum.lengthMs === lengthMs) ?? openLive(key, lengthMs, from);
    // Rows that were merged meanwhile opened the window anew: at another slice, with other counts.
    const same = known !== undefined && known.version === key.version && known.live === live;
    const counts = same ? known.counted.counts : toWindowCounts(live.acc);
    const counted = { openMs: live.openIndex * sliceMs, closeMs: presentMs, counts };
    cache.set(lengthMs, { version: key.version, live, counted });
    return counted;
  }

  #productIds(endIndex: number): readonly string[] {
    const { sliceMs, keys, rowsVersion } = this.#room;
    const known = this.#active;
    if (known.of === keys && known.endIndex === endIndex && known.rowsVersion === rowsVersion) return known.ids;
    const from = endIndex + 1 - VIEW_MS / sliceMs;
    const products = known.of === keys ? known.products : sortedProducts(keys);
    const ids: string[] = [];
    for (const key of products) if (reaches(key, from)) ids.push(key.productId!);
    this.#active = { of: keys, endIndex, rowsVersion, products, ids };
    return ids;
  }
}

interface ActiveProducts {
  readonly of: readonly KeyRows[];
  readonly endIndex: number;
  readonly rowsVersion: number;
  /** All of `of`, by id. */
  readonly products: readonly KeyRows[];
  /** Those with anything counted in the last 10 min. */
  readonly ids: readonly string[];
}

function sortedProducts(keys: readonly KeyRows[]): KeyRows[] {
  return keys.filter((key) => key.productId !== null).sort((a, b) => (a.productId! < b.productId! ? -1 : 1));
}

function reaches(key: KeyRows, from: number): boolean {
  const last = key.rows[key.rows.length - 1];
  return last !== undefined && last.index >= from;
}

/** `from`, or the end of the long row that it would cut. */
function openOf(key: KeyRows, from: number): number {
  const cut = key.rows.find((row) => row.index < from && row.index + row.span > from);
  return cut === undefined ? from : cut.index + cut.span;
}

/** Sums a window once; from then on events are counted in it as they come. */
function openLive(key: KeyRows, lengthMs: number, from: number): LiveSum {
  const openIndex = openOf(key, from);
  const acc = mergeAll(key.parts(openIndex, Infinity)) ?? createAccumulator();
  acc.commenters = commentersOf(acc);
  const live = { lengthMs, openIndex, acc };
  key.live.push(live);
  return live;
}

function explainingAt(room: Room, presentMs: number): RoomView['explaining'] {
  const pin = room.explainedAt(presentMs);
  return pin === null ? null : { productId: pin.productId, sinceMs: pin.eventTimeMs };
}

function recentIds(key: KeyRows | undefined, of: Intent | 'orders'): readonly string[] {
  return (key?.recent.get(of) ?? []).map(({ id }) => id);
}
