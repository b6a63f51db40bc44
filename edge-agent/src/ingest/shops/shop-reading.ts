import { createBackOff } from '../../runtime/back-off.ts';
import type { Problem } from '../../runtime/problem.ts';
import type { CanonicalWireEvent, ConnectorContext, DecodeResult } from '../connector.ts';
import { createSeenKeys } from '../decoding/seen-keys.ts';
import { asArray, asCount, asObject, asText, compact, readJson } from '../decoding/wire-value.ts';
import type { OrderData } from './shop-fields.ts';

/** An order as the platform's API tells it, `partial` false. Times are RFC 3339 UTC. */
export interface ReadOrder {
  readonly source: string;
  readonly data: OrderData;
  readonly createdTime?: string | undefined;
  /** Absent: not paid. */
  readonly paidTime?: string | undefined;
  readonly isCancelled: boolean;
  readonly updatedTime?: string | undefined;
}

export type ReadAnswer =
  | { readonly order: ReadOrder }
  /** Facts of something else than an order; ids that stay the same however often it is read. */
  | { readonly events: readonly CanonicalWireEvent[] }
  | { readonly retry: string; readonly atLeastMs?: number | null }
  /** The credentials are refused: nothing more is asked until the agent starts again. */
  | { readonly failed: string };

/** Reads what messages only hint at. `thing` is what a decoder named: `order 42`. Never throws. */
export interface ShopApi {
  /** Before the colon of ids. */
  readonly idPrefix: string;
  canRead(thing: string): boolean;
  read(thing: string, signal: AbortSignal): Promise<ReadAnswer>;
}

export interface ReadingHealth {
  readonly waiting: number;
  readonly read: number;
  /** Hints that were told as hints, because reading failed at first or for good. */
  readonly unread: number;
}

/** What one message asks to be read, and the hint that is told when that fails. */
export interface Hint {
  readonly thing: string;
  readonly event: CanonicalWireEvent | null;
}

export interface ShopReading {
  /** Takes the hints out of what a decoder gave; those that cannot wait to be read stay events. */
  split(result: DecodeResult): { readonly events: readonly CanonicalWireEvent[]; readonly hints: readonly Hint[] };
  /** In the memory, which the caller flushes before it answers the platform. */
  take(hints: readonly Hint[]): void;
  run(signal: AbortSignal): Promise<void>;
  health(): ReadingHealth;
  readonly problem: Problem | null;
  readonly nextRetryMs: number | null;
}

interface Pending {
  readonly thing: string;
  readonly types: Set<string>;
  hints: CanonicalWireEvent[];
  readonly sinceMs: number;
  attempts: number;
  /** Of messages about it: what came while it was read is read again. */
  messages: number;
}

const MEMORY_PREFIX = 'read/';
const MAX_PENDING = 10_000;
/** Hints of one order that are kept: it is created, paid, sent, delivered. */
const MAX_HINTS = 8;
const AT_ONCE = 4;
const MAX_ATTEMPTS = 20;
const MAX_AGE_MS = 48 * 3_600_000;
/** The API may lag behind its own messages: so often it is asked again before it is believed. */
const LAG_ATTEMPTS = 3;
const ORDER = /^shop\.order\.(created|paid|cancelled|updated)$/;

/**
 * Orders (and what else a platform only hints at) read through its API: a bounded queue that is in the connector's
 * memory on disk before the platform has its answer, four calls at once, back-off from 1 to 60 s for all of them
 * together, Retry-After obeyed. The first failure tells the hint as a hint; the facts follow when they can be read.
 * `tell` settles true when events are on disk.
 */
export function createShopReading(
  context: Pick<ConnectorContext, 'nowMs' | 'random' | 'sleep' | 'memory' | 'logger'>,
  api: ShopApi,
  tell: (events: readonly CanonicalWireEvent[]) => Promise<boolean>,
): ShopReading {
  const { nowMs, memory } = context;
  const pending = new Map<string, Pending>();
  const told = createSeenKeys({ memoryMs: MAX_AGE_MS, maxKeys: 100_000 });
  const backOff = createBackOff(context);
  const counts = { read: 0, unread: 0 };
  let problem: ShopReading['problem'] = null;
  let nextRetryMs: number | null = null;
  let refused = false;
  let wake: () => void = () => undefined;
  for (const [, text] of memory.entries(MEMORY_PREFIX)) restore(text);

  function restore(text: string): void {
    const saved = asObject(readJson(text));
    const thing = asText(saved?.thing);
    const sinceMs = asCount(saved?.sinceMs);
    if (saved === null || thing === undefined || sinceMs === undefined) return;
    const types = new Set(asArray(saved.types).flatMap((type) => asText(type) ?? []));
    pending.set(thing, {
      thing,
      types,
      hints: asArray(saved.hints) as CanonicalWireEvent[],
      sinceMs,
      attempts: 0,
      messages: 0,
    });
  }

  function save({ thing, types, hints, sinceMs }: Pending): void {
    memory.set(MEMORY_PREFIX + thing, JSON.stringify({ thing, types: [...types], hints, sinceMs }));
  }

  function forget({ thing }: Pending): void {
    pending.delete(thing);
    memory.set(MEMORY_PREFIX + thing, undefined);
  }

  async function tellHints(each: Pending): Promise<void> {
    const { hints } = each;
    if (hints.length === 0 || !(await tell(hints))) return;
    counts.unread += hints.length;
    each.hints = each.hints.filter((hint) => !hints.includes(hint));
    if (pending.get(each.thing) === each) save(each);
  }

  /** What is told once is told once, however many messages hinted at it. */
  async function tellFacts(each: Pending, messages: number, events: readonly CanonicalWireEvent[]): Promise<void> {
    const fresh = events.filter(({ id }) => !told.check(id, nowMs()));
    if (fresh.length > 0 && !(await tell(fresh))) {
      for (const { id } of fresh) told.forget(id);
      return;
    }
    counts.read++;
    if (each.messages === messages) forget(each);
  }

  /** How long to wait because of this one, or null. */
  async function readOne(each: Pending, signal: AbortSignal): Promise<{ atLeastMs: number } | null> {
    const { messages, types } = { messages: each.messages, types: new Set(each.types) };
    const answer = await api.read(each.thing, signal);
    if (signal.aborted) return null;
    each.attempts++;
    if ('events' in answer) await tellFacts(each, messages, answer.events);
    else if ('order' in answer) {
      const isBehind = types.has('shop.order.paid') && answer.order.paidTime === undefined && !answer.order.isCancelled;
      if (isBehind && each.attempts < LAG_ATTEMPTS) return { atLeastMs: 0 };
      await tellFacts(each, messages, eventsOf(api.idPrefix, types, answer.order, nowMs()));
    } else if ('failed' in answer) {
      refused = true;
      problem = { code: 'api-refused', message: `${answer.failed}. Orders are told as hints until the agent starts again` };
      return null;
    } else {
      problem = { code: 'api', message: answer.retry };
      await tellHints(each);
      if (each.attempts >= MAX_ATTEMPTS || nowMs() - each.sinceMs > MAX_AGE_MS) forget(each);
      return { atLeastMs: answer.atLeastMs ?? 0 };
    }
    problem = null;
    return null;
  } // prettier-ignore

  async function round(signal: AbortSignal): Promise<void> {
    const some = [...pending.values()].slice(0, AT_ONCE);
    // Behind the others for the next round: one that cannot be read holds nobody up.
    for (const each of some) {
      pending.delete(each.thing);
      pending.set(each.thing, each);
    }
    const waits = (await Promise.all(some.map((each) => readOne(each, signal)))).filter((wait) => wait !== null);
    if (waits.length === 0) return backOff.reset();
    const waitMs = backOff.next(Math.max(...waits.map(({ atLeastMs }) => atLeastMs)));
    nextRetryMs = nowMs() + waitMs;
    // Rejects when the connector stops, which the loop sees by itself.
    await context.sleep(waitMs, signal).catch(() => undefined);
    nextRetryMs = null;
  }

  return {
    split(result) {
      const read = !refused && pending.size < MAX_PENDING;
      const isHint = (event: CanonicalWireEvent) => ORDER.test(event.type) && (event.data as { partial?: boolean }).partial === true; // prettier-ignore
      const partial = result.events.filter(isHint);
      if (!read) {
        counts.unread += partial.length;
        return { events: result.events, hints: [] };
      }
      const orders: Hint[] = partial.map((event) => ({ thing: `order ${(event.data as { orderNumber: string }).orderNumber}`, event })); // prettier-ignore
      const named = (result.refetch ?? []).filter((thing) => api.canRead(thing)).map((thing) => ({ thing, event: null })); // prettier-ignore
      return { events: result.events.filter((event) => !isHint(event)), hints: [...orders, ...named] };
    },
    take(hints) {
      for (const { thing, event } of hints) {
        const each = pending.get(thing) ?? { thing, types: new Set<string>(), hints: [], sinceMs: nowMs(), attempts: 0, messages: 0 }; // prettier-ignore
        each.messages++;
        if (event !== null) {
          each.types.add(event.type);
          each.hints = [...each.hints, event].slice(-MAX_HINTS);
        }
        pending.set(thing, each);
        save(each);
      }
      wake();
    },
    async run(signal) {
      refused = false;
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort);
      while (!signal.aborted && !refused) {
        if (pending.size > 0) await round(signal);
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      if (refused && !signal.aborted) for (const each of [...pending.values()]) await tellHints(each);
      signal.removeEventListener('abort', onAbort);
    },
    health: () => ({ waiting: pending.size, ...counts }),
    get problem() {
      return problem;
    },
    get nextRetryMs() {
      return nextRetryMs;
    },
  };
}

/**
 * The events of an order that was read: the ones hinted at, and that it is paid or cancelled when no message said so.
 * Their ids say what happened to which order, so that the same facts read twice are one event.
 */
function eventsOf(prefix: string, hinted: ReadonlySet<string>, order: ReadOrder, nowMs: number): CanonicalWireEvent[] {
  const { data, source } = order;
  const event = (what: 'created' | 'paid' | 'cancelled' | 'updated', time: string | undefined, suffix = '') =>
    compact({ id: `${prefix}:order-${data.orderNumber}-${what}${suffix}`, source, type: `shop.order.${what}`, time, idquality: 'native', data }) as CanonicalWireEvent; // prettier-ignore
  const events: CanonicalWireEvent[] = [];
  if (hinted.has('shop.order.created')) events.push(event('created', order.createdTime));
  // Told again after two days, nobody would know any more that it was told.
  const isFresh = nowMs - Date.parse(order.paidTime ?? '') < MAX_AGE_MS;
  if (order.paidTime !== undefined && (isFresh || hinted.has('shop.order.paid'))) events.push(event('paid', order.paidTime)); // prettier-ignore
  if (order.isCancelled) events.push(event('cancelled', order.updatedTime));
  else if (events.length === 0 || hinted.has('shop.order.updated')) events.push(event('updated', order.updatedTime, `-${order.updatedTime ?? data.orderStatus}`)); // prettier-ignore
  return events;
}
