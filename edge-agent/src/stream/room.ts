import type { LiveEvent } from '@livecue/shared/event';
import type { Prediction, WindowResult } from '@livecue/shared/insight';
import { isNewer, type StockLevel } from './accumulator.ts';
import { RoomAnomalies } from './anomaly/room-anomalies.ts';
import {
  Counter,
  isOrderEvent,
  productOf,
  productShares,
  roomShare,
  type ResolveProduct,
  type Share,
} from './counting.ts';
import { RoomDemand } from './demand/room-demand.ts';
import { EventClock, MAX_LAG_MS } from './event-clock.ts';
import { FeedPulse } from './feed-pulse.ts';
import { KeyRows, type KeyKind } from './key-rows.ts';
import { RoomChanges } from './room-changes.ts';
import { SessionWindows } from './session-windows.ts';
import { SliceWindows } from './slice-windows.ts';
import type { StreamConfig } from './stream-config.ts';

/** Views reach back this far. */
export const VIEW_MS = 600_000;
/** Rows that no window needs any more are merged to this length. */
const BLOCK_MS = 30_000;
/** When windows close they take a tick; what else the end of a slice asks for comes one and two ticks later. */
const DEMAND_AFTER_MS = 200;
const TIDY_AFTER_MS = 400;
/** A room silent for longer is between shows, whatever it says itself. */
const SHOW_PAUSE_MS = 30 * 60_000;
/** Products with rows, and products with known facts, that a room holds at most; more are counted in the room only. */
export const MAX_PRODUCTS = 10_000;

/** What is known of a product beside its counts, however long ago. */
export interface ProductFacts {
  stock: StockLevel | null;
  unpinned: { readonly eventTimeMs: number; readonly id: string } | null;
}

export interface Pin {
  readonly productId: string;
  readonly eventTimeMs: number;
  readonly id: string;
  /** When the platform takes it down by itself, or null. */
  readonly untilMs: number | null;
}

export interface RoomPorts {
  /** Catalogue id for a shop id or seller code; what the catalogue does not know keeps `productID ?? sku`. */
  readonly resolveProduct: ResolveProduct;
  /** Which sliding windows somebody reads, by where they open (Unix ms); no others come out. Absent: all are read. */
  readonly readsSliding?: ((openMs: number) => boolean) | undefined;
}

/** Everything the stream knows of one room. */
export class Room {
  readonly id: string;
  readonly config: StreamConfig;
  readonly sliceMs: number;
  readonly clock: EventClock;
  /** Arrivals of `live/*` sources. */
  readonly feed = new FeedPulse();
  readonly anomalies: RoomAnomalies;
  readonly demand: RoomDemand;
  readonly windows: SliceWindows;
  readonly sessions: SessionWindows;
  readonly changes: RoomChanges;
  readonly total = new KeyRows('room', null);
  readonly unattributed = new KeyRows('unattributed', null);
  readonly products = new Map<string, KeyRows>();
  readonly facts = new Map<string, ProductFacts>();
  pin: Pin | null = null;
  /** Slice of the earliest event, or null before it: what views may call the room's past. */
  firstIndex: number | null = null;
  /** Products that were not given rows because of `MAX_PRODUCTS`. */
  refusedProducts = 0;
  /** Raised when a product without rows from `activeFrom` on gets one: more were active lately. */
  activeVersion = 0;
  /** Products with a row from this slice on were active lately. Set by views, as is the next. */
  activeFrom = -Infinity;
  /** Slices before this one are the past that interest is held against. */
  pastTo = -Infinity;
  readonly #counter = new Counter();
  readonly #resolve: ResolveProduct;
  /** The room's own key and all products; null when products came or went. */
  #keys: KeyRows[] | null = null;
  readonly #byId: KeyRows[] = [];
  #tidiedAt = -Infinity;

  constructor(id: string, config: StreamConfig, ports: RoomPorts) {
    this.id = id;
    this.config = config;
    this.sliceMs = sliceLengthMs(config.sessionGapMs);
    this.clock = new EventClock(config);
    this.windows = new SliceWindows(id, this.sliceMs, ports.readsSliding ?? (() => true));
    this.sessions = new SessionWindows(config.sessionGapMs);
    this.changes = new RoomChanges(id);
    this.anomalies = new RoomAnomalies(id, this.sliceMs);
    this.demand = new RoomDemand(this.sliceMs);
    this.#resolve = ports.resolveProduct;
  }

  get keys(): readonly KeyRows[] {
    this.#keys ??= [this.total, ...this.#byId];
    return this.#keys;
  }

  /** The keys of products, by id. */
  get productsById(): readonly KeyRows[] {
    return this.#byId;
  }

  /** The key of a product, made when it is new; null when there are too many. */
  keyOf(kind: KeyKind, productId: string | null): KeyRows | null {
    if (kind === 'room') return this.total;
    if (kind === 'unattributed' || productId === null) return this.unattributed;
    const known = this.products.get(productId);
    if (known !== undefined) return known;
    if (this.products.size >= MAX_PRODUCTS) return null;
    const key = new KeyRows('product', productId);
    this.products.set(productId, key);
    this.#byId.splice(placeOf(productId, this.#byId), 0, key);
    this.#keys = null;
    return key;
  }

  /** Counts an admitted event. */
  count(event: LiveEvent, prediction: Prediction | null): void {
    if (isOrderEvent(event)) {
      this.#countIn(this.total, event, prediction, roomShare(event));
      for (const [productId, share] of productShares(event, this.#resolve)) {
        this.#countProduct(productId, event, prediction, share);
      }
      return;
    }
    this.#countIn(this.total, event, prediction, null);
    this.#watch(event);
    const productId = productOf(event, prediction, this.#resolve);
    if (productId !== null) this.#countProduct(productId, event, prediction, null);
    else if (event.type === 'live.comment.created') this.#countIn(this.unattributed, event, prediction, null);
    if (productId !== null) this.#learn(event, productId);
  }

  /** What anomalies need beside the room's counts. */
  #watch(event: LiveEvent): void {
    if (event.type === 'live.like.added') {
      const index = Math.floor(event.eventTimeMs / this.sliceMs);
      this.anomalies.noteLikes(index, event.data.count, event.data.agent?.identifier);
    } else if (event.type === 'live.room.ended') this.anomalies.noteShow(false);
    else if (event.type === 'live.room.started') this.anomalies.noteShow(true);
  }

  #countProduct(productId: string, event: LiveEvent, prediction: Prediction | null, share: Share | null): void {
    const key = this.keyOf('product', productId);
    if (key === null) this.refusedProducts++;
    else this.#countIn(key, event, prediction, share);
  }

  #countIn(key: KeyRows, event: LiveEvent, prediction: Prediction | null, share: Share | null): void {
    const index = Math.floor(event.eventTimeMs / this.sliceMs);
    if (key.lastIndex < this.activeFrom && index >= this.activeFrom) this.activeVersion++;
    const row = key.rowAt(index);
    row.frozen?.text();
    this.#counter.count(row.acc, event, prediction, share, key.kind === 'room');
    key.version++;
    for (const live of key.live) {
      if (index >= live.openIndex) this.#counter.count(live.acc, event, prediction, share, key.kind === 'room');
    }
    if (index < this.pastTo) key.pastVersion++;
    if (this.firstIndex === null || index < this.firstIndex) this.firstIndex = index;
    this.windows.note(key, index);
    if (key.kind !== 'unattributed') this.sessions.note(key, event.eventTimeMs);
    if (event.type === 'live.comment.created') {
      if (prediction !== null) key.noteRecent(prediction.intent, event.eventTimeMs, event.id);
    } else if ((event.type === 'shop.order.created' || event.type === 'shop.order.paid') && !event.data.partial) {
      key.noteRecent('orders', event.eventTimeMs, event.id);
    }
    this.changes.rowChanged(key, row);
    this.changes.keyChanged(key);
  }

  /** Stock and pins outlive the rows. */
  #learn(event: LiveEvent, productId: string): void {
    const { eventTimeMs, id } = event;
    if (event.type === 'shop.stock.updated') {
      const level = { level: event.data.inventoryLevel, eventTimeMs, id };
      const facts = this.#factsOf(productId);
      if (isNewer(level, facts.stock)) facts.stock = level;
    } else if (event.type === 'live.product.unpinned') {
      const facts = this.#factsOf(productId);
      if (isNewer({ eventTimeMs, id }, facts.unpinned)) facts.unpinned = { eventTimeMs, id };
    } else if (event.type === 'live.product.pinned') {
      const untilMs = event.data.until === undefined ? null : Date.parse(event.data.until);
      const pin = { productId, eventTimeMs, id, untilMs };
      if (isNewer(pin, this.pin)) this.pin = pin;
    }
  }

  #factsOf(productId: string): ProductFacts {
    const facts = this.facts.get(productId) ?? { stock: null, unpinned: null };
    // Put last again: the first of the map is the one untouched for longest.
    this.facts.delete(productId);
    this.facts.set(productId, facts);
    this.changes.factChanged(productId);
    if (this.facts.size > MAX_PRODUCTS) {
      const [oldest] = this.facts.keys();
      this.facts.delete(oldest!);
      this.changes.factGone(oldest!);
    }
    return facts;
  }

  /** Windows that are due at the watermark that `nowMs` allows, unsorted. */
  tick(nowMs: number): WindowResult[] {
    const corrected = this.windows.correct(this.keys, nowMs);
    const watermarkMs = this.clock.advance(nowMs);
    if (watermarkMs === null) return corrected;
    const closed = this.#close(watermarkMs);
    this.anomalies.tick(this.total, this.firstIndex, watermarkMs, this.feed, nowMs);
    // A room of which nobody tells us but its shop is always on.
    const isLive =
      this.feed.lastMs === null || (!this.anomalies.isShowOver && nowMs - this.feed.lastMs < SHOW_PAUSE_MS);
    this.demand.tick([...this.products.values()], this.firstIndex, watermarkMs - DEMAND_AFTER_MS, {
      stockOf: (id) => this.facts.get(id)?.stock?.level ?? null,
      isLive,
      onAir: this.explainedAt(watermarkMs)?.productId ?? null,
    });
    this.#tidy(watermarkMs - TIDY_AFTER_MS);
    this.windows.prepare(this.keys);
    return corrected.concat(closed);
  }

  /** The newest pin is what the host explains, unless it was taken down at or after it was put up. */
  explainedAt(timeMs: number): Pin | null {
    const { pin } = this;
    if (pin === null || (pin.untilMs !== null && pin.untilMs <= timeMs)) return null;
    const unpinned = this.facts.get(pin.productId)?.unpinned ?? null;
    return unpinned !== null && unpinned.eventTimeMs >= pin.eventTimeMs ? null : pin;
  }

  /** Everything that is open, at the end of a replay. */
  closeAll(): WindowResult[] {
    return this.windows.correct(this.keys, null).concat(this.#close(Infinity));
  }

  #close(watermarkMs: number): WindowResult[] {
    const out = this.windows.close(this.total, this.keys, watermarkMs);
    const spec = { kind: 'session', gapMs: this.config.sessionGapMs } as const;
    for (const key of this.keys) {
      const sessions = this.sessions.close(key, watermarkMs);
      if (sessions.length > 0) this.changes.keyChanged(key);
      for (const session of sessions) out.push({ spec, roomId: this.id, productId: key.productId, ...session });
    }
    return out;
  }

  /** Windows over `key` that have begun and are not closed. */
  openWindows(key: KeyRows): number {
    return this.windows.openOver(key) + (Number.isFinite(key.session.dueMs) ? 1 : 0);
  }

  /** Merges and forgets what no admissible event and no view needs, once for every slice that passes. */
  #tidy(watermarkMs: number): void {
    const horizonMs = watermarkMs - this.config.allowedLatenessMs;
    const settled = Math.floor(horizonMs / this.sliceMs);
    if (settled === this.#tidiedAt) return;
    this.#tidiedAt = settled;
    // A late event's sliding windows reach back one window length before it, minus its own slice.
    const needed = settled - this.windows.slices;
    const viewed = Math.floor((watermarkMs - VIEW_MS - MAX_LAG_MS) / this.sliceMs);
    for (const key of [...this.keys, this.unattributed]) {
      if (key.kind !== 'unattributed' && this.sessions.fold(key, settled, horizonMs)) this.changes.keyChanged(key);
      key.trim(Math.floor(watermarkMs / this.sliceMs));
      key.compact(needed, BLOCK_MS / this.sliceMs, this.changes);
      key.evict(Math.min(needed, viewed), this.changes);
      if (key.kind === 'product' && key.rows.length === 0 && key.session.base === null) this.#forget(key);
    }
    this.windows.forget(needed);
    this.changes.prune();
  }

  #forget(key: KeyRows): void {
    this.products.delete(key.productId!);
    this.#byId.splice(placeOf(key.productId!, this.#byId), 1);
    this.changes.keyGone(key);
    this.#keys = null;
  }

  /** Our clock was set back: see `EventClock.rewind`. Sessions begin anew at the new present. */
  rewind(nowMs: number): void {
    this.clock.rewind(nowMs);
    this.feed.rewind(nowMs);
    const watermarkMs = this.clock.advance(nowMs);
    if (watermarkMs === null) return;
    this.windows.rewind(watermarkMs);
    this.anomalies.rewind(watermarkMs);
    this.demand.rewind(Math.floor(watermarkMs / this.sliceMs));
    const settled = Math.floor((watermarkMs - this.config.allowedLatenessMs) / this.sliceMs);
    for (const key of this.keys) {
      if (key.session.foldedTo <= settled) continue;
      Object.assign(key.session, { base: null, baseDirty: true, emitted: [], foldedTo: settled, dueMs: -Infinity });
      this.changes.keyChanged(key);
    }
  }
}

/** All windows are whole numbers of slices, and a session's gap is never shorter than one. */
function sliceLengthMs(sessionGapMs: number): number {
  return sessionGapMs >= 5_000 ? 5_000 : 1_000;
}

/** Where a product stands, or would stand, among others by id. */
function placeOf(productId: string, byId: readonly KeyRows[]): number {
  let [from, to] = [0, byId.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (byId[middle]!.productId! < productId) from = middle + 1;
    else to = middle;
  }
  return from;
}
