import type { OrderAnomaly } from '@livecue/shared/insight';
import type { OpenDelta } from './recent-table.ts';

/** Orders that are told at most at a time; the ones told first go first. */
const MAX_TOLD = 200;
/** How long an order stays told, by the event time of the newest order. */
const TOLD_MS = 3_600_000;

interface Told {
  readonly turn: number;
  readonly anomaly: OrderAnomaly;
}

/** Orders that look like fraud, in the order in which they were told. */
export class ToldOrders {
  readonly #prefix: string;
  /** Beside the prefix, not under it: below stand order numbers, which are any text. */
  readonly #latestKey: string;
  #told = new Map<string, Told>();
  #turn = 0;
  #latestMs = -Infinity;
  /** No order told is older: until an hour after it nothing is to be looked for. */
  #oldestMs = Infinity;
  #list: readonly OrderAnomaly[] | null = null;
  #changed = new Set<string>();
  #stored = new Set<string>();
  #storedLatestMs = -Infinity;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#latestKey = `${prefix.slice(0, -1)}-latest`;
  }

  get(orderNumber: string): OrderAnomaly | undefined {
    return this.#told.get(orderNumber)?.anomaly;
  }

  /** An order was judged: time goes on to it, and what is an hour older is told no more. */
  pass(eventTimeMs: number): void {
    if (eventTimeMs <= this.#latestMs) return;
    this.#latestMs = eventTimeMs;
    if (eventTimeMs - TOLD_MS < this.#oldestMs) return;
    this.#oldestMs = Infinity;
    for (const [number, { anomaly }] of this.#told) {
      if (anomaly.eventTimeMs <= eventTimeMs - TOLD_MS) this.#remove(number);
      else this.#oldestMs = Math.min(this.#oldestMs, anomaly.eventTimeMs);
    }
  }

  tell(anomaly: OrderAnomaly): void {
    const { orderNumber, eventTimeMs } = anomaly;
    this.#oldestMs = Math.min(this.#oldestMs, eventTimeMs);
    this.#told.delete(orderNumber);
    this.#told.set(orderNumber, { turn: this.#turn++, anomaly });
    this.#changed.add(orderNumber);
    if (this.#told.size > MAX_TOLD) this.#remove(this.#told.keys().next().value!);
    this.#list = null;
  }

  #remove(orderNumber: string): void {
    this.#told.delete(orderNumber);
    this.#changed.add(orderNumber);
    this.#list = null;
  }

  list(): readonly OrderAnomaly[] {
    return (this.#list ??= [...this.#told.values()].map(({ anomaly }) => anomaly));
  }

  takeChanges(to: OpenDelta): void {
    for (const number of this.#changed) {
      const told = this.#told.get(number);
      if (told !== undefined) {
        to.put.push([this.#prefix + number, JSON.stringify(told)]);
        this.#stored.add(number);
      } else if (this.#stored.delete(number)) to.del.push(this.#prefix + number);
    }
    this.#changed = new Set();
    if (this.#latestMs === this.#storedLatestMs) return;
    to.put.push([this.#latestKey, String(this.#latestMs)]);
    this.#storedLatestMs = this.#latestMs;
  }

  restore(state: readonly (readonly [string, string])[]): void {
    const own = state.filter(([key]) => key.startsWith(this.#prefix)).map(([, text]) => JSON.parse(text) as Told);
    for (const told of own.sort((a, b) => a.turn - b.turn)) {
      const { orderNumber } = told.anomaly;
      this.#told.set(orderNumber, told);
      this.#stored.add(orderNumber);
      this.#turn = told.turn + 1;
    }
    const latest = state.find(([key]) => key === this.#latestKey)?.[1];
    if (latest !== undefined) this.#latestMs = this.#storedLatestMs = Number(latest);
    this.#oldestMs = -Infinity;
  }
}
