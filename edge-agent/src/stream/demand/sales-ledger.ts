/** Clock hours that are remembered: eight weeks. */
const MAX_HOURS = 56 * 24;
/** Sales of a product in an hour that are remembered at most, over all hours; the oldest hours go first. */
const MAX_ROWS = 40_000;
const HOUR_MS = 3_600_000;

/** Units of a product that were paid, and that would have been had it not been sold out. */
export type LedgerRow = readonly [productId: string, sold: number, missed: number];

/** One clock hour (Unix time / 1 h) of a room, or the part of it that belongs to one show. As it is stored. */
export interface LedgerPeriod {
  readonly hour: number;
  /** First slice of the show, which names it; null: between shows. */
  readonly show: number | null;
  /** How long somebody watched. */
  readonly minutes: number;
  readonly rows: readonly LedgerRow[];
}

interface OpenPeriod {
  readonly hour: number;
  readonly show: number | null;
  minutes: number;
  readonly rows: Map<string, { sold: number; missed: number }>;
}

/** What one look at the room adds. */
export interface Booking {
  /** The newest slice it tells of. */
  readonly index: number;
  /** Watched since the look before. */
  readonly minutes: number;
  readonly isLive: boolean;
  readonly sold: Iterable<readonly [productId: string, units: number]>;
  readonly missed: Iterable<readonly [productId: string, units: number]>;
}

/**
 * What sold in each clock hour of the last eight weeks, by product and show. Hours in which nobody watched are not
 * there: they are not known, not empty. Bounded by hours and by rows.
 */
export class SalesLedger {
  readonly #sliceMs: number;
  /** Oldest first. */
  #periods: OpenPeriod[] = [];
  #rows = 0;
  #show: number | null = null;
  #changed = new Set<OpenPeriod>();
  #stored = new Set<string>();
  #deleted = new Set<string>();
  /** Grows when an hour or a show begins or hours are forgotten: what was read of the hours before is old then. */
  version = 0;

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
  }

  /** Name of a period among the stored ones. */
  static keyOf({ hour, show }: Pick<LedgerPeriod, 'hour' | 'show'>): string {
    return `${hour}/${show ?? '-'}`;
  }

  /** The show that is on; null between shows. */
  get show(): number | null {
    return this.#show;
  }

  book({ index, minutes, isLive, sold, missed }: Booking): void {
    this.#show = isLive ? (this.#show ?? index) : null;
    const period = this.#periodOf(Math.floor((index * this.#sliceMs) / HOUR_MS));
    if (minutes > 0) period.minutes += minutes;
    for (const [productId, units] of sold) this.#rowOf(period, productId, units).sold += positive(units);
    for (const [productId, units] of missed) this.#rowOf(period, productId, units).missed += positive(units);
    this.#changed.add(period);
    while (this.#periods.length > 1 && (this.#rows > MAX_ROWS || this.#periods[0]!.hour <= period.hour - MAX_HOURS)) {
      this.#forget(this.#periods.shift()!);
    }
  }

  /** All periods, oldest first. Valid until the next booking. */
  periods(): readonly Readonly<OpenPeriod>[] {
    return this.#periods;
  }

  /** Our clock was set back to slice `index`: the hours from there on are told anew. */
  rewind(index: number): void {
    const hour = Math.floor((index * this.#sliceMs) / HOUR_MS);
    while (this.#periods.length > 0 && this.#periods.at(-1)!.hour >= hour) this.#forget(this.#periods.pop()!);
    this.#show = null;
  }

  /** What changed since the last call: periods as they are stored, and keys of those that are gone. */
  take(): { put: LedgerPeriod[]; del: string[] } {
    const put = [...this.#changed].map(({ hour, show, minutes, rows }) => ({ hour, show, minutes, rows: [...rows].map(([id, { sold, missed }]): LedgerRow => [id, sold, missed]) })); // prettier-ignore
    for (const period of this.#changed) this.#stored.add(SalesLedger.keyOf(period));
    const del = [...this.#deleted];
    this.#changed = new Set();
    this.#deleted = new Set();
    return { put, del };
  }

  load({ hour, show, minutes, rows }: LedgerPeriod): void {
    const period: OpenPeriod = { hour, show, minutes, rows: new Map(rows.map(([id, sold, missed]) => [id, { sold, missed }])) }; // prettier-ignore
    const at = this.#periods.findLastIndex((one) => isBefore(one, period));
    this.#periods.splice(at + 1, 0, period);
    this.#rows += period.rows.size;
    this.#stored.add(SalesLedger.keyOf(period));
    this.version++;
  }

  /** Goes on with the show that was on when the ledger was stored. */
  resume(show: number | null): void {
    this.#show = show;
  }

  #periodOf(hour: number): OpenPeriod {
    const period = { hour, show: this.#show, minutes: 0, rows: new Map() };
    const at = this.#periods.findLastIndex((one) => !isBefore(period, one));
    const known = this.#periods[at];
    if (known?.hour === hour && known.show === this.#show) return known;
    this.#periods.splice(at + 1, 0, period);
    // A period that comes back before its deletion was taken is stored still.
    if (this.#deleted.delete(SalesLedger.keyOf(period))) this.#stored.add(SalesLedger.keyOf(period));
    this.version++;
    return period;
  }

  #rowOf(period: OpenPeriod, productId: string, units: number) {
    let row = period.rows.get(productId);
    if (row !== undefined || positive(units) === 0) return row ?? { sold: 0, missed: 0 };
    row = { sold: 0, missed: 0 };
    period.rows.set(productId, row);
    this.#rows++;
    return row;
  }

  #forget(period: OpenPeriod): void {
    this.#rows -= period.rows.size;
    this.#changed.delete(period);
    const key = SalesLedger.keyOf(period);
    if (this.#stored.delete(key)) this.#deleted.add(key);
    this.version++;
  }
}

function positive(units: number): number {
  return units > 0 && Number.isFinite(units) ? units : 0;
}

/** Of one hour, what lies between shows comes before the shows. */
function isBefore(a: Pick<LedgerPeriod, 'hour' | 'show'>, b: Pick<LedgerPeriod, 'hour' | 'show'>): boolean {
  return a.hour !== b.hour ? a.hour < b.hour : (a.show ?? -1) < (b.show ?? -1);
}
