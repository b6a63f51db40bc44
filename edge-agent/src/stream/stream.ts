import { isShopSource, type Drop, type LiveEvent } from '@livecue/shared/event';
import type { Prediction, WindowResult } from '@livecue/shared/insight';
import type { RoomView, Seen, StateDelta } from '../core-ports.ts';
import { Admission } from './admission.ts';
import { restoreRooms, takeChanges } from './checkpoint.ts';
import { freeze, type FrozenDelta, type LateText, thaw } from './late-text.ts';
import type { OrderModel } from './orders/order-judge.ts';
import { Offers } from './offers.ts';
import { OrderWatch } from './orders/order-watch.ts';
import { Patrons } from './patrons.ts';
import { Room, type RoomPorts } from './room.ts';
import type { StreamConfig } from './stream-config.ts';
import { RoomViews, type ToldOfShop } from './view.ts';

export interface StreamPorts extends RoomPorts {
  /** The room a source belongs to. The same answer every time. */
  roomOf(source: string): string;
  /** Scores orders. Absent: no order is judged, and views have no `orderAnomalies`. */
  orderModel?: OrderModel | undefined;
}

/** Late events that are kept for the caller; older ones are counted only. */
const MAX_LATE = 1_000;
/** Ticks that go back by less are jitter between threads; by more, the clock was set. Forward: or we stood still. */
const CLOCK_STEP_MS = 10_000;

export interface StreamStats {
  /** The least of all rooms; null before the first event. */
  readonly watermarkMs: number | null;
  readonly sources: readonly {
    readonly source: string;
    readonly lastEventMs: number;
    readonly lastArrivalMs: number;
    readonly quietLimitMs: number;
    /** Smoothed least arrival − event time: delay and clock difference together. */
    readonly skewMs: number;
  }[];
  readonly idsHeld: { readonly stream: number; readonly bulk: number; readonly shop: number };
  /** The shortest time ids were held because of their number, or null when never shortened. */
  readonly idsShortenedMs: {
    readonly stream: number | null;
    readonly bulk: number | null;
    readonly shop: number | null;
  };
  readonly openWindows: number;
  readonly keys: number;
  readonly rows: number;
  /** Events beyond the allowed lateness, all of them. */
  readonly late: number;
  /** Product counts given up because a room has too many products. */
  readonly refusedProducts: number;
  /** Ids that no checkpoint took in time. */
  readonly unrecordedIds: number;
}

/** The stream layer of all rooms. Pure: time comes in with each call, in Unix ms. */
export interface Stream {
  /** Time that goes on by more than this at once was not silence: the clock was set, or we stood still. */
  readonly clockStepMs: number;
  /**
   * Whether the event counts, and if not why. Called once for each event in order of arrival. An
   * admitted event moves its source's clock; its id is remembered for 15 min (orders and stock of shops 48 h).
   */
  admit(event: LiveEvent, nowMs: number): Drop | null;
  /** Counts an admitted event. A comment belongs to the first product of its prediction. */
  add(event: LiveEvent, prediction: Prediction | null): void;
  /** Moves time on and closes what is due, sorted by close, kind, room, product. */
  tick(nowMs: number): WindowResult[];
  /** The room's present, valid until the stream is fed again. An unknown room is empty. */
  view(roomId: string): RoomView;
  /** Events beyond the allowed lateness since the last call, the newest 1,000. */
  takeLate(): LiveEvent[];
  /** Closes everything, at the end of a replay. Nothing may be added afterwards. */
  close(): WindowResult[];
  /** State changed since the last call: whole rows of changed slices, so call it about once a second. */
  takeDelta(): StateDelta;
  /** The same as of now, of which the larger part becomes text when it is asked for. */
  freezeDelta(): FrozenDelta;
  /** Ids admitted since the last call. */
  takeSeen(): readonly Seen[];
  /** Continues from a snapshot. To be called before anything else; ids oldest first. */
  restore(state: readonly (readonly [key: string, value: string])[], seenIds: readonly Seen[]): void;
  stats(): StreamStats;
}

export function createStream(ports: StreamPorts, config: StreamConfig): Stream {
  return new LiveStream(ports, config);
}

class LiveStream implements Stream {
  readonly #ports: StreamPorts;
  readonly #config: StreamConfig;
  readonly #admission: Admission;
  readonly #orders: OrderWatch | null;
  readonly #offers: Offers;
  readonly #patrons: Patrons;
  readonly #rooms = new Map<string, { readonly room: Room; readonly views: RoomViews }>();
  readonly #told: ToldOfShop;
  readonly clockStepMs: number;
  #nowMs = -Infinity;
  #late: LiveEvent[] = [];
  #lateCount = 0;

  constructor(ports: StreamPorts, config: StreamConfig) {
    this.#ports = ports;
    this.#config = config;
    // A shorter step makes nothing late that the allowed lateness does not take.
    this.clockStepMs = Math.max(CLOCK_STEP_MS, config.allowedLatenessMs / 2);
    this.#admission = new Admission({ ...config, clockStepMs: this.clockStepMs });
    this.#offers = new Offers(ports.resolveProduct);
    this.#patrons = new Patrons(ports.resolveProduct);
    this.#orders = ports.orderModel === undefined ? null : new OrderWatch(ports.resolveProduct, ports.orderModel);
    const orders = this.#orders;
    this.#told = {
      orderAnomalies: orders === null ? undefined : () => orders.anomalies(),
      offers: (nowMs) => this.#offers.at(nowMs),
      patrons: (nowMs) => this.#patrons.at(nowMs),
    };
  }

  admit(event: LiveEvent, nowMs: number): Drop | null {
    this.#forward(nowMs);
    const room = this.#roomOf(this.#ports.roomOf(event.source)).room;
    const drop = this.#admission.admit(event, this.#nowMs, room.clock.watermarkMs);
    if (drop !== null) {
      if (drop.reason === 'late') this.#keepLate(event);
      return drop;
    }
    room.clock.note(event.source, event.eventTimeMs, this.#nowMs);
    const isShop = isShopSource(event.source);
    if (!isShop) room.feed.note(this.#nowMs);
    return null;
  }

  add(event: LiveEvent, prediction: Prediction | null): void {
    this.#roomOf(this.#ports.roomOf(event.source)).room.count(event, prediction);
    this.#orders?.note(event);
    this.#offers.note(event);
    this.#patrons.note(event, prediction);
  }

  tick(nowMs: number): WindowResult[] {
    if (nowMs < this.#nowMs - CLOCK_STEP_MS) {
      this.#nowMs = nowMs;
      for (const { room } of this.#rooms.values()) room.rewind(nowMs);
    }
    this.#forward(nowMs);
    const results: WindowResult[] = [];
    for (const { room, views } of this.#rooms.values()) {
      results.push(...room.tick(this.#nowMs));
      views.prepare(this.#nowMs);
    }
    return results.sort(compareResults);
  }

  #forward(nowMs: number): void {
    if (nowMs <= this.#nowMs) return;
    const stepMs = nowMs - this.#nowMs;
    if (stepMs > this.clockStepMs) for (const { room } of this.#rooms.values()) room.clock.skip(stepMs);
    this.#nowMs = nowMs;
  }

  view(roomId: string): RoomView {
    const known = this.#rooms.get(roomId);
    // Asking for a room must not make one: names come from outside.
    const views = known?.views ?? new RoomViews(new Room(roomId, this.#config, this.#ports));
    return views.at(Number.isFinite(this.#nowMs) ? this.#nowMs : 0, this.#told);
  }

  takeLate(): LiveEvent[] {
    const late = this.#late;
    this.#late = [];
    return late;
  }

  close(): WindowResult[] {
    const results: WindowResult[] = [];
    for (const { room } of this.#rooms.values()) results.push(...room.closeAll());
    return results.sort(compareResults);
  }

  takeDelta(): StateDelta {
    return thaw(this.freezeDelta());
  }

  freezeDelta(): FrozenDelta {
    if (!Number.isFinite(this.#nowMs)) return freeze([], [], []);
    const late: LateText[] = [];
    const delta = takeChanges(
      [...this.#rooms.values()].map(({ room }) => room),
      this.#nowMs,
      late,
    );
    const parts = [delta, this.#offers.takeDelta(), this.#patrons.takeDelta(), this.#orders?.takeDelta(late)];
    return freeze(
      parts.flatMap((part) => part?.put ?? []),
      parts.flatMap((part) => part?.del ?? []),
      late,
    );
  }

  takeSeen(): readonly Seen[] {
    return this.#admission.takePending();
  }

  restore(state: readonly (readonly [key: string, value: string])[], seenIds: readonly Seen[]): void {
    for (const seen of seenIds) this.#admission.remember(seen);
    this.#orders?.restore(state);
    this.#offers.restore(state);
    this.#patrons.restore(state);
    this.#nowMs = restoreRooms(state, (roomId) => this.#roomOf(roomId).room) ?? this.#nowMs;
  }

  stats(): StreamStats {
    const rooms = [...this.#rooms.values()].map(({ room }) => room);
    const keys = rooms.flatMap((room) => room.keys.map((key) => ({ room, key })));
    const watermarks = rooms.map((room) => room.clock.watermarkMs).filter((watermarkMs) => watermarkMs !== null);
    const { stream, bulk, shop } = this.#admission.ids;
    return {
      watermarkMs: watermarks.length === 0 ? null : Math.min(...watermarks),
      sources: rooms.flatMap((room) => room.clock.sources()),
      idsHeld: { stream: stream.size, bulk: bulk.size, shop: shop.size },
      idsShortenedMs: { stream: stream.shortenedMs, bulk: bulk.shortenedMs, shop: shop.shortenedMs },
      openWindows: keys.reduce((sum, { room, key }) => sum + room.openWindows(key), 0),
      keys: keys.length,
      rows: keys.reduce((sum, { key }) => sum + key.rows.length, 0),
      late: this.#lateCount,
      refusedProducts: rooms.reduce((sum, room) => sum + room.refusedProducts, 0),
      unrecordedIds: this.#admission.givenUp,
    };
  }

  #roomOf(roomId: string): { readonly room: Room; readonly views: RoomViews } {
    const known = this.#rooms.get(roomId);
    if (known !== undefined) return known;
    const room = new Room(roomId, this.#config, this.#ports);
    const entry = { room, views: new RoomViews(room) };
    this.#rooms.set(roomId, entry);
    return entry;
  }

  #keepLate(event: LiveEvent): void {
    this.#lateCount++;
    this.#late.push(event);
    if (this.#late.length > MAX_LATE) this.#late.shift();
  }
}

const KIND_ORDER = { tumbling: 0, sliding: 1, session: 2 } as const;

/** By close, kind, room, product (the room's own row first), open, revision: a total order. */
export function compareResults(a: WindowResult, b: WindowResult): number {
  return (
    a.closeMs - b.closeMs ||
    KIND_ORDER[a.spec.kind] - KIND_ORDER[b.spec.kind] ||
    compareText(a.roomId, b.roomId) ||
    compareText(a.productId, b.productId) ||
    a.openMs - b.openMs ||
    a.revision - b.revision
  );
}

function compareText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
