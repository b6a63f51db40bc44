import type { StateDelta } from '../core-ports.ts';
import { decodeAccumulator, encodeAccumulator } from './accumulator.ts';
import type { RoomDemandEntry } from './demand/room-demand.ts';
import { type LedgerPeriod, SalesLedger } from './demand/sales-ledger.ts';
import type { StoredMinute } from './demand/show-minutes.ts';
import type { SourceClockState } from './event-clock.ts';
import type { PulseState } from './feed-pulse.ts';
import type { KeyKind, KeyRows, RecentId, SessionMemory } from './key-rows.ts';
import { LateText } from './late-text.ts';
import type { Pin, ProductFacts, Room } from './room.ts';
import { STATE_PREFIX, stateKeys } from './room-changes.ts';
import type { SliceWindowsState } from './slice-windows.ts';

interface StoredRoom {
  readonly clock: { watermarkMs: number | null; sources: SourceClockState[] };
  readonly feed: PulseState;
  readonly windows: SliceWindowsState;
  readonly pin: Pin | null;
  readonly firstIndex: number | null;
  readonly refusedProducts: number;
}

interface StoredKey {
  /** Event time and id in turn: hot keys are written every time, and names would be half of it. */
  readonly recent: readonly (readonly [of: string, ...flat: (number | string)[]])[];
  /** Null stands for minus infinity, which JSON has no word for. */
  readonly foldedTo: number | null;
  readonly emitted: SessionMemory['emitted'];
}

type Entry = readonly [key: string, value: string];

/** What changed in `rooms` since the last call: whole rows under stable keys, deletions only of what was put. */
export function takeChanges(rooms: Iterable<Room>, nowMs: number, late: LateText[]): StateDelta {
  const put: Entry[] = [[stateKeys.clock(), JSON.stringify({ nowMs })]];
  const del: string[] = [];
  for (const room of rooms) takeRoom(room, put, del, late);
  return { put, del };
}

function takeRoom(room: Room, put: Entry[], del: string[], late: LateText[]): void {
  const { changes } = room;
  const stored = encodeRoom(room);
  if (stored !== changes.lastRoom) put.push([stateKeys.room(room.id), stored]);
  changes.lastRoom = stored;
  takeAnomalies(room, put);
  for (const entry of room.demand.take()) put.push([stateKeys.demand(room.id, entry[0]), JSON.stringify(entry)]);
  const ledger = room.demand.ledger.take();
  for (const period of ledger.put)
    put.push([stateKeys.ledger(room.id, SalesLedger.keyOf(period)), JSON.stringify(period)]);
  for (const period of ledger.del) del.push(stateKeys.ledger(room.id, period));
  const hour = room.demand.minutes.take();
  for (const minute of hour.put) put.push([stateKeys.showMinute(room.id, minute.minute), JSON.stringify(minute)]);
  for (const minute of hour.del) del.push(stateKeys.showMinute(room.id, minute));
  for (const productId of changes.facts) {
    put.push([stateKeys.fact(room.id, productId), JSON.stringify(room.facts.get(productId)!)]);
    changes.storedFacts.add(productId);
    changes.deleted.delete(stateKeys.fact(room.id, productId));
  }
  for (const key of changes.keys) {
    key.dirty = false;
    if (key.gone) continue;
    const name = stateKeys.key(room.id, key.kind, key.productId);
    put.push([name, encodeKey(key)]);
    key.stored = true;
    changes.deleted.delete(name);
    if (key.session.baseDirty) takeBase(room, key, put);
  }
  for (const { key, row } of changes.rows) {
    row.dirty = false;
    if (row.gone) continue;
    const name = stateKeys.row(room.id, key.kind, key.productId, row.index, row.span);
    row.frozen?.text();
    row.frozen = new LateText(name, () => {
      row.frozen = null;
      return encodeAccumulator(row.acc);
    });
    late.push(row.frozen);
    row.stored = true;
    changes.deleted.delete(name);
  }
  // One by one: after a jump of the clock there are more than a call can have arguments.
  for (const name of changes.deleted) del.push(name);
  changes.facts = new Set();
  changes.keys = [];
  changes.rows = [];
  changes.deleted = new Set();
}

function takeAnomalies({ id, anomalies, changes }: Room, put: Entry[]): void {
  const { base, tail } = anomalies.take();
  if (base !== null && base !== changes.lastAnomaly) put.push([stateKeys.anomaly(id), base]);
  changes.lastAnomaly = base;
  if (tail !== changes.lastAnomalyTail) put.push([stateKeys.anomalyTail(id), tail]);
  changes.lastAnomalyTail = tail;
}

function takeBase(room: Room, key: KeyRows, put: Entry[]): void {
  const { session } = key;
  const name = stateKeys.base(room.id, key.kind, key.productId);
  session.baseDirty = false;
  if (session.base !== null) {
    put.push([name, encodeAccumulator(session.base)]);
    room.changes.deleted.delete(name);
  } else if (session.baseStored) room.changes.deleted.add(name);
  session.baseStored = session.base !== null;
}

function encodeRoom(room: Room): string {
  const stored: StoredRoom = {
    clock: room.clock.save(),
    feed: room.feed.save(),
    windows: room.windows.save(),
    pin: room.pin,
    firstIndex: room.firstIndex,
    refusedProducts: room.refusedProducts,
  };
  return JSON.stringify(stored);
}

function encodeKey(key: KeyRows): string {
  const { foldedTo, emitted } = key.session;
  const recent: StoredKey['recent'] = Array.from(key.recent, flatRecent);
  const stored: StoredKey = { recent, foldedTo: Number.isFinite(foldedTo) ? foldedTo : null, emitted };
  return JSON.stringify(stored);
}

function flatRecent([of, ids]: readonly [string, readonly RecentId[]]): StoredKey['recent'][number] {
  const flat: [string, ...(number | string)[]] = [of];
  for (const { eventTimeMs, id } of ids) flat.push(eventTimeMs, id);
  return flat;
}

/**
 * Puts stored entries into empty rooms; entries of others are passed over. Returns the time of the
 * snapshot, or null when there was none. Throws when the stream's own entries cannot be read.
 */
export function restoreRooms(state: readonly Entry[], roomOf: (roomId: string) => Room): number | null {
  const own = state.filter(([key]) => key.startsWith(STATE_PREFIX));
  const foreign = state.find(([key]) => key.startsWith('stream/') && !key.startsWith(STATE_PREFIX));
  if (foreign !== undefined) {
    throw new Error(
      `restoring the stream: the snapshot holds ${JSON.stringify(foreign[0])}, this version reads ${STATE_PREFIX}…; use the version that wrote it, or start without the snapshot`,
    );
  }
  let nowMs: number | null = null;
  // Rooms last: what they say of late slices refers to keys.
  const order = [
    'clock',
    'fact',
    'key',
    'base',
    'row',
    'room',
    'anomaly',
    'anomaly-tail',
    'demand',
    'ledger',
    'show-minute',
  ];
  for (const part of order) {
    for (const [key, value] of own) {
      const [name, rest] = splitKey(key);
      if (name !== part) continue;
      if (part === 'clock') nowMs = (JSON.parse(value) as { nowMs: number }).nowMs;
      else restoreEntry(part, JSON.parse(rest) as unknown[], value, roomOf);
    }
  }
  return nowMs;
}

function splitKey(key: string): [name: string, rest: string] {
  const text = key.slice(STATE_PREFIX.length);
  const slash = text.indexOf('/');
  return slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
}

function restoreEntry(part: string, path: unknown[], value: string, roomOf: (roomId: string) => Room): void {
  const room = roomOf(path[0] as string);
  if (part === 'fact') {
    room.facts.set(path[1] as string, JSON.parse(value) as ProductFacts);
    room.changes.storedFacts.add(path[1] as string);
  } else if (part === 'room') restoreRoom(room, value);
  else if (part === 'demand') {
    room.demand.load(JSON.parse(value) as RoomDemandEntry);
  } else if (part === 'show-minute') {
    room.demand.minutes.load(JSON.parse(value) as StoredMinute);
  } else if (part === 'ledger') {
    room.demand.ledger.load(JSON.parse(value) as LedgerPeriod);
  } else if (part === 'anomaly') {
    room.anomalies.loadBase(value);
    room.changes.lastAnomaly = value;
  } else if (part === 'anomaly-tail') {
    room.anomalies.loadTail(value);
    room.changes.lastAnomalyTail = value;
  } else {
    const key = keyIn(room, path[1] as KeyKind, path[2] as string | null);
    if (part === 'key') restoreKey(key, value);
    else if (part === 'base') Object.assign(key.session, { base: decodeAccumulator(value), baseStored: true });
    else restoreRow(room, key, path[3] as number, path[4] as number, value);
  }
}

function keyIn(room: Room, kind: KeyKind, productId: string | null): KeyRows {
  const key = room.keyOf(kind, productId);
  if (key === null)
    throw new Error(
      `restoring the stream: the snapshot of room ${JSON.stringify(room.id)} holds more products than it may`,
    );
  return key;
}

function restoreRoom(room: Room, value: string): void {
  const stored = JSON.parse(value) as StoredRoom;
  room.clock.load(stored.clock);
  room.feed.load(stored.feed);
  room.windows.load(stored.windows, (kind, productId) => keyIn(room, kind, productId));
  room.pin = stored.pin;
  room.firstIndex = stored.firstIndex;
  room.refusedProducts = stored.refusedProducts;
  room.changes.lastRoom = value;
}

function restoreKey(key: KeyRows, value: string): void {
  const stored = JSON.parse(value) as StoredKey;
  for (const [of, ...flat] of stored.recent) {
    const ids: RecentId[] = [];
    for (let i = 0; i < flat.length; i += 2) ids.push({ eventTimeMs: flat[i] as number, id: flat[i + 1] as string });
    key.recent.set(of, ids);
  }
  key.session.foldedTo = stored.foldedTo ?? -Infinity;
  key.session.emitted = stored.emitted;
  // A lower bound only: the next tick works out when its sessions are due.
  key.session.dueMs = -Infinity;
  key.stored = true;
}

function restoreRow(room: Room, key: KeyRows, index: number, span: number, value: string): void {
  const acc = decodeAccumulator(value);
  const row = {
    index,
    span,
    acc,
    frozen: null,
    dirty: false,
    stored: true,
    trimmed: true,
    gone: false,
    signals: null,
    rhythm: null,
  };
  let at = key.rows.length;
  while (at > 0 && key.rows[at - 1]!.index > index) at--;
  key.rows.splice(at, 0, row);
  key.version++;
  key.pastVersion++;
  room.firstIndex ??= index;
}
