import type { Forecast, Intent } from '@livecue/shared/insight';
import type { DemandCorrection, Interest, RoomView, ShowInputs } from '../core-ports.ts';
import { commentersOf, createAccumulator, mergeAll } from './accumulator.ts';
import { RoomInterest } from './interest.ts';
import { SHORT_MS } from './interest/baseline.ts';
import { INTEREST_PARAMETERS, type InterestParameters } from './interest/parameters.ts';
import type { KeyRows, LiveSum } from './key-rows.ts';
import { LiveCounts, toWindowCounts } from './live-counts.ts';
import { VIEW_MS, type Room } from './room.ts';

type Counted = ReturnType<RoomView['counts']>;

const EMPTY = toWindowCounts(createAccumulator());

/** The windows of the next slice are opened in the last moments of the newest one, in so many ticks. */
const PREPARED_MS = 1_500;
const PREPARED_IN = 6;

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
  readonly room: Room;
  readonly interest: RoomInterest;
  /** Keys with sums that were opened for the newest slice or the next. */
  readonly #live = new Set<KeyRows>();
  #endIndex: number | null = null;
  /** Those of them whose windows of the next slice are not open yet; null before the newest slice ends. */
  #toPrepare: KeyRows[] | null = null;
  #active: ActiveProducts = { endIndex: 0, version: -1, ids: [] };

  constructor(room: Room, interest: InterestParameters = INTEREST_PARAMETERS) {
    this.room = room;
    this.interest = new RoomInterest(room, interest);
  }

  at(nowMs: number, told: ToldOfShop = {}): RoomView {
    const { room } = this;
    const presentMs = nowMs - room.clock.lagMs;
    const endIndex = Math.floor(presentMs / room.sliceMs);
    if (endIndex !== this.#endIndex) {
      this.#endIndex = endIndex;
      for (const key of this.#live) {
        key.live = key.live.filter((live) => live.endIndex === endIndex);
        if (key.live.length === 0) this.#live.delete(key);
      }
      this.#toPrepare = null;
      room.pastTo = endIndex + 1 - SHORT_MS / room.sliceMs;
      room.activeFrom = endIndex + 1 - VIEW_MS / room.sliceMs;
    }
    return new PresentView(this, { nowMs, presentMs, endIndex }, told);
  }

  /**
   * Opens the windows of the next slice while the newest one ends, for some of the keys that are read: at the turn of
   * the slice all of them at once would be a pause. Each event is counted in both from then on.
   */
  prepare(nowMs: number): void {
    const { room } = this;
    const presentMs = nowMs - room.clock.lagMs;
    const endIndex = this.#endIndex;
    if (endIndex === null || Math.floor(presentMs / room.sliceMs) !== endIndex) return;
    if ((endIndex + 1) * room.sliceMs - presentMs > PREPARED_MS) return;
    this.#toPrepare ??= [...this.#live];
    for (const key of this.#toPrepare.splice(0, Math.ceil(this.#live.size / PREPARED_IN))) {
      let shorter: LiveSum | undefined;
      for (const { lengthMs } of key.live.filter((live) => live.endIndex === endIndex).sort(byLength))
        shorter = liveOf(key, lengthMs, endIndex + 1) ?? this.#openLive(key, lengthMs, endIndex + 1, shorter);
    }
  }

  counts(key: KeyRows | undefined, lengthMs: number, { presentMs, endIndex }: Moment): Counted {
    const { sliceMs } = this.room;
    const slices = lengthMs / sliceMs;
    if (!Number.isInteger(slices) || slices < 1 || lengthMs > VIEW_MS) {
      throw new RangeError(
        `reading counts of ${lengthMs} ms: expected a multiple of ${sliceMs} from ${sliceMs} to ${VIEW_MS}`,
      );
    }
    const from = endIndex + 1 - slices;
    if (key === undefined) return { openMs: from * sliceMs, closeMs: presentMs, counts: EMPTY };
    const live = liveOf(key, lengthMs, endIndex) ?? this.#openLive(key, lengthMs, endIndex);
    return { openMs: live.openIndex * sliceMs, closeMs: presentMs, counts: live.counts };
  }

  productIds(endIndex: number): readonly string[] {
    const { productsById, activeFrom, activeVersion } = this.room;
    const known = this.#active;
    if (known.endIndex === endIndex && known.version === activeVersion) return known.ids;
    const ids: string[] = [];
    for (const key of productsById) if (key.lastIndex >= activeFrom) ids.push(key.productId!);
    this.#active = { endIndex, version: activeVersion, ids };
    return ids;
  }

  /** Sums a window once, of a `shorter` one and what is before it; from then on events are counted in it as they come. */
  #openLive(key: KeyRows, lengthMs: number, endIndex: number, shorter?: LiveSum): LiveSum {
    const openIndex = openOf(key, endIndex + 1 - lengthMs / this.room.sliceMs);
    const parts = key.parts(openIndex, shorter?.openIndex ?? Infinity);
    const acc = mergeAll(shorter === undefined ? parts : [...parts, shorter.acc]) ?? createAccumulator();
    acc.commenters = commentersOf(acc);
    const live = { lengthMs, endIndex, openIndex, acc, counts: new LiveCounts(acc) };
    this.#live.add(key);
    key.live.push(live);
    return live;
  }
}

interface Moment {
  readonly nowMs: number;
  readonly presentMs: number;
  /** The newest slice, which still fills. */
  readonly endIndex: number;
}

/** Asked for with every comment: a class makes one object where closures would be a dozen. */
class PresentView implements RoomView {
  readonly nowMs: number;
  readonly explaining: RoomView['explaining'];
  readonly #views: RoomViews;
  readonly #moment: Moment;
  readonly #told: ToldOfShop;

  constructor(views: RoomViews, moment: Moment, told: ToldOfShop) {
    this.nowMs = moment.nowMs;
    this.explaining = explainingAt(views.room, moment.presentMs);
    this.#views = views;
    this.#moment = moment;
    this.#told = told;
  }

  get roomId(): string {
    return this.#views.room.id;
  }

  get sliceMs(): number {
    return this.#views.room.sliceMs;
  }

  /** Most views are asked of a few products: what walks over all of them waits until somebody wants it. */
  get productIds(): readonly string[] {
    return this.#views.productIds(this.#moment.endIndex);
  }

  counts(productId: string | null, lengthMs: number): Counted {
    return this.#views.counts(this.#keyOf(productId), lengthMs, this.#moment);
  }

  unattributed(lengthMs: number): Counted {
    return this.#views.counts(this.#views.room.unattributed, lengthMs, this.#moment);
  }

  interest(productId: string): Interest {
    const { presentMs, endIndex } = this.#moment;
    return this.#views.interest.of(this.#views.room.products.get(productId), {
      presentMs,
      endIndex,
      products: this.productIds.length,
      explaining: this.explaining,
    });
  }

  showInputs(): ShowInputs | null {
    return this.#views.room.demand.showInputs();
  }

  forecast(productId: string, stock: number | null, correction?: DemandCorrection): Forecast | null {
    const { counts: seen } = this.counts(productId, VIEW_MS);
    const each = seen.buyers > 0 ? seen.unitsPaid / seen.buyers : 1;
    return this.#views.room.demand.forecast(productId, stock, each, correction);
  }

  runsOutWithin(productId: string, stock: number, minutes: number): boolean {
    return this.#views.room.demand.runsOutWithin(productId, stock, minutes);
  }

  stock(productId: string): { readonly level: number; readonly eventTimeMs: number } | null {
    const stock = this.#views.room.facts.get(productId)?.stock ?? null;
    return stock === null ? null : { level: stock.level, eventTimeMs: stock.eventTimeMs };
  }

  recentIds(productId: string | null, of: Intent | 'orders'): readonly string[] {
    return (this.#keyOf(productId)?.recent.get(of) ?? []).map(({ id }) => id);
  }

  get anomalies(): RoomView['anomalies'] {
    return this.#views.room.anomalies.list();
  }

  get orderAnomalies(): RoomView['orderAnomalies'] {
    return this.#told.orderAnomalies?.();
  }

  get offers(): RoomView['offers'] {
    return this.#told.offers?.(this.nowMs);
  }

  get patrons(): RoomView['patrons'] {
    return this.#told.patrons?.(this.nowMs);
  }

  get feed(): RoomView['feed'] {
    const { feed } = this.#views.room;
    return { state: feed.state(this.nowMs), lastEventMs: feed.lastMs, quietLimitMs: feed.quietLimitMs };
  }

  #keyOf(productId: string | null): KeyRows | undefined {
    const { room } = this.#views;
    return productId === null ? room.total : room.products.get(productId);
  }
}

/** Products with anything counted in the last 10 min, by id. */
interface ActiveProducts {
  readonly endIndex: number;
  readonly version: number;
  readonly ids: readonly string[];
}

/** `from`, or the end of the long row that it would cut. */
function openOf(key: KeyRows, from: number): number {
  const cut = key.rows.find((row) => row.index < from && row.index + row.span > from);
  return cut === undefined ? from : cut.index + cut.span;
}

const byLength = (one: LiveSum, other: LiveSum) => one.lengthMs - other.lengthMs;

function liveOf({ live }: KeyRows, lengthMs: number, endIndex: number): LiveSum | undefined {
  for (let at = 0; at < live.length; at++)
    if (live[at]!.lengthMs === lengthMs && live[at]!.endIndex === endIndex) return live[at];
  return undefined;
}

function explainingAt(room: Room, presentMs: number): RoomView['explaining'] {
  const pin = room.explainedAt(presentMs);
  return pin === null ? null : { productId: pin.productId, sinceMs: pin.eventTimeMs };
}
