import type { MinuteCount, ShowLogEntry, ShowLogEntryOf } from '@livecue/shared/contract';
import type { Priority, RuleName, Words } from '@livecue/shared/prompt';

type Minute = ShowLogEntryOf<'minute'>;
/** Minor units by currency. */
export type Money = Partial<Record<string, number>>;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RuleSummary {
  readonly rule: RuleName;
  raised: number;
  held: number;
  done: number;
  /** Of those that were acted on, from the first moment on the screen; null while there are none. */
  medianToDoneMs: number | null;
}

export interface ProductSummary {
  readonly productId: string;
  readonly linkNumber: number | null;
  readonly name: Words;
  readonly units: number;
  readonly revenueMinor: Money;
}

/** The numbers of a show that the page tells; the report has the rest. Times are Unix ms. */
export interface ShowSummary {
  /** Null: the record has lost its beginning. */
  readonly mode: ShowLogEntryOf<'started'>['mode'] | null;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Within the show, without a feed or with the agent off. */
  readonly unseenMs: number;
  /** `viewersMost` is the highest, everything else the sum. */
  readonly counts: Partial<Record<MinuteCount, number>>;
  readonly revenueMinor: Money;
  readonly raised: Readonly<Record<Priority, number>>;
  /** Most raised first. */
  readonly rules: readonly RuleSummary[];
  /** That sold, most units first. */
  readonly products: readonly ProductSummary[];
}

/** Begin of a show in Unix ms, of its id: `20260501T120000Z-main`. */
export function showBegan(showId: string): number {
  return Date.parse(showId.slice(0, 16).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** Adds up the entries of one show, which come in the order in which they were written. */
export class ShowTally {
  readonly #showId: string;
  #mode: ShowSummary['mode'] = null;
  #lastEventMs: number | null = null;
  #newestMs = -Infinity;
  readonly #names = new Map<string, { linkNumber: number | null; name: Words }>();
  /** The last version of each minute, by product. */
  readonly #minutes = new Map<string | null, Map<number, Minute>>();
  readonly #rules = new Map<RuleName, RuleSummary & { toDoneMs: number[] }>();
  readonly #raised: Record<Priority, number> = { 'act-now': 0, advice: 0, info: 0 };
  /** Since when a card is on the screen. */
  readonly #open = new Map<string, number>();
  readonly #off: Span[] = [];
  readonly #feedGaps = new Map<number, Span>();

  constructor(showId: string) {
    this.#showId = showId;
  }

  add(entry: ShowLogEntry): void {
    this.#newestMs = Math.max(this.#newestMs, entry.atMs);
    if (entry.kind === 'started') this.#mode = entry.mode;
    else if (entry.kind === 'ended') this.#lastEventMs = entry.lastEventMs;
    else if (entry.kind === 'product') this.#names.set(entry.productId, entry);
    else if (entry.kind === 'minute') this.#minute(entry);
    else if (entry.kind === 'prompt') this.#prompt(entry.event);
    else if (entry.kind === 'gap') this.#off.push(entry);
    else if (entry.kind === 'anomaly' && entry.anomaly.kind === 'feed-gap') {
      const { startMs, endMs } = entry.anomaly;
      this.#feedGaps.set(startMs, { fromMs: startMs, toMs: endMs ?? Infinity });
    }
  }

  summary(): ShowSummary {
    const startedMs = showBegan(this.#showId);
    const endedMs = Math.max(startedMs, this.#lastEventMs ?? this.#newestMs);
    const rules = [...this.#rules.values()].map(({ toDoneMs, ...rule }) => ({ ...rule, medianToDoneMs: median(toDoneMs) }));
    const products = [...this.#minutes].flatMap(([productId, minutes]): ProductSummary[] => {
      if (productId === null) return [];
      const { counts, revenueMinor } = sumOf(minutes.values());
      const { linkNumber = null, name = { zh: productId, en: productId } } = this.#names.get(productId) ?? {};
      const units = counts.unitsPaid ?? 0;
      return units > 0 ? [{ productId, linkNumber, name, units, revenueMinor }] : [];
    });
    return {
      mode: this.#mode, startedMs, endedMs,
      unseenMs: covered([...this.#off, ...this.#feedGaps.values()], startedMs, endedMs),
      ...sumOf(this.#minutes.get(null)?.values() ?? []),
      raised: { ...this.#raised },
      rules: rules.sort((a, b) => b.raised - a.raised || (a.rule < b.rule ? -1 : 1)),
      products: products.sort((a, b) => b.units - a.units || (a.productId < b.productId ? -1 : 1)),
    };
  } // prettier-ignore

  #minute(minute: Minute): void {
    const { productId, openMs } = minute;
    const own = this.#minutes.get(productId) ?? new Map<number, Minute>();
    this.#minutes.set(productId, own);
    if ((own.get(openMs)?.revision ?? 0) <= minute.revision) own.set(openMs, minute);
  }

  #prompt(event: ShowLogEntryOf<'prompt'>['event']): void {
    if (event.kind === 'held') this.#rule(event.prompt.rule).held++;
    else if (event.kind === 'raised' || event.kind === 'updated') {
      const { promptId, rule, priority } = event.prompt;
      if (!this.#open.has(promptId)) this.#open.set(promptId, event.atMs);
      if (event.kind === 'updated') return;
      this.#rule(rule).raised++;
      this.#raised[priority]++;
    } else if (event.kind === 'closed') {
      const sinceMs = this.#open.get(event.promptId);
      this.#open.delete(event.promptId);
      if (event.outcome !== 'done') return;
      const own = this.#rule(event.rule);
      own.done++;
      if (sinceMs !== undefined) own.toDoneMs.push(Math.max(0, event.atMs - sinceMs));
    }
  }

  #rule(rule: RuleName) {
    const own = this.#rules.get(rule) ?? { rule, raised: 0, held: 0, done: 0, medianToDoneMs: null, toDoneMs: [] };
    this.#rules.set(rule, own);
    return own;
  }
}

function sumOf(minutes: Iterable<Minute>): Pick<ShowSummary, 'counts' | 'revenueMinor'> {
  const counts: Partial<Record<MinuteCount, number>> = {};
  const revenueMinor: Money = {};
  for (const minute of minutes) {
    for (const [name, n] of Object.entries(minute.counts) as [MinuteCount, number][]) {
      // People watching at one moment are not added to those of the next.
      if (name === 'viewersMost') counts[name] = Math.max(counts[name] ?? 0, n);
      else if (name !== 'viewersLast') counts[name] = (counts[name] ?? 0) + n;
    }
    for (const [currency, n] of Object.entries(minute.revenueMinor))
      revenueMinor[currency] = (revenueMinor[currency] ?? 0) + (n ?? 0);
  }
  return { counts, revenueMinor };
}

/** Time between `fromMs` and `toMs` that lies in at least one span. */
function covered(spans: readonly Span[], fromMs: number, toMs: number): number {
  let sum = 0;
  let reached = fromMs;
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const end = Math.min(span.toMs, toMs);
    sum += Math.max(0, end - Math.max(span.fromMs, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[at]! : (sorted[at - 1]! + sorted[at]!) / 2;
}
