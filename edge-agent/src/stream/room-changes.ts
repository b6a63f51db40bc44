import type { Changes, KeyKind, KeyRows, Row } from './key-rows.ts';

/** First part of every state key of the stream; the number is the version of the stored form. */
export const STATE_PREFIX = 'stream/1/';

/** Names of stored rows: what they hold, and of what. JSON, because ids hold any character. */
export const stateKeys = {
  clock: () => `${STATE_PREFIX}clock`,
  room: (roomId: string) => `${STATE_PREFIX}room/${JSON.stringify([roomId])}`,
  fact: (roomId: string, productId: string) => `${STATE_PREFIX}fact/${JSON.stringify([roomId, productId])}`,
  /** Detectors of anomalies as they were up to a minute ago. */
  anomaly: (roomId: string) => `${STATE_PREFIX}anomaly/${JSON.stringify([roomId])}`,
  /** What they have read since. */
  anomalyTail: (roomId: string) => `${STATE_PREFIX}anomaly-tail/${JSON.stringify([roomId])}`,
  /** What sells: of one product, or of the room under null. */
  demand: (roomId: string, productId: string | null) => `${STATE_PREFIX}demand/${JSON.stringify([roomId, productId])}`,
  /** What went on in one minute of the show. */
  showMinute: (roomId: string, minute: number) => `${STATE_PREFIX}show-minute/${JSON.stringify([roomId, minute])}`,
  /** What sold in one hour; `period` as the ledger names it. */
  ledger: (roomId: string, period: string) => `${STATE_PREFIX}ledger/${JSON.stringify([roomId, period])}`,
  key: (roomId: string, kind: KeyKind, productId: string | null) =>
    `${STATE_PREFIX}key/${JSON.stringify([roomId, kind, productId])}`,
  /** Folded part of a key's session: large, and changed once a slice only. */
  base: (roomId: string, kind: KeyKind, productId: string | null) =>
    `${STATE_PREFIX}base/${JSON.stringify([roomId, kind, productId])}`,
  row: (roomId: string, kind: KeyKind, productId: string | null, index: number, span: number) =>
    `${STATE_PREFIX}row/${JSON.stringify([roomId, kind, productId, index, span])}`,
} as const;

/** What changed in a room since the last checkpoint. Only what a checkpoint holds is ever named as deleted. */
export class RoomChanges implements Changes {
  readonly roomId: string;
  rows: { readonly key: KeyRows; readonly row: Row }[] = [];
  keys: KeyRows[] = [];
  facts = new Set<string>();
  storedFacts = new Set<string>();
  deleted = new Set<string>();
  /** The room's own row as it was put last, so that a silent room puts nothing. */
  lastRoom = '';
  /** The same for its anomalies. */
  lastAnomaly: string | null = null;
  lastAnomalyTail = '';

  constructor(roomId: string) {
    this.roomId = roomId;
  }

  rowChanged(key: KeyRows, row: Row): void {
    if (row.dirty) return;
    row.dirty = true;
    this.rows.push({ key, row });
  }

  rowGone(key: KeyRows, row: Row): void {
    if (row.stored) this.deleted.add(stateKeys.row(this.roomId, key.kind, key.productId, row.index, row.span));
  }

  keyChanged(key: KeyRows): void {
    if (key.dirty) return;
    key.dirty = true;
    this.keys.push(key);
  }

  keyGone(key: KeyRows): void {
    key.gone = true;
    if (key.stored) this.deleted.add(stateKeys.key(this.roomId, key.kind, key.productId));
    if (key.session.baseStored) this.deleted.add(stateKeys.base(this.roomId, key.kind, key.productId));
  }

  /** Lets go of what is gone, so that a replay that never takes a checkpoint does not keep all of it. */
  prune(): void {
    this.rows = this.rows.filter(({ row }) => !row.gone);
    this.keys = this.keys.filter((key) => !key.gone);
  }

  factChanged(productId: string): void {
    this.facts.add(productId);
  }

  factGone(productId: string): void {
    this.facts.delete(productId);
    if (!this.storedFacts.delete(productId)) return;
    this.deleted.add(stateKeys.fact(this.roomId, productId));
  }
}
