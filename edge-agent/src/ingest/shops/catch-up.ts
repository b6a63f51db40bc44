import { createBackOff } from '../../runtime/back-off.ts';
import type { Problem } from '../../runtime/problem.ts';
import type { ConnectorContext, DecodeResult, WireInput } from '../connector.ts';
import type { ConnectorMeter } from '../connector-health.ts';

export type ListAnswer =
  /** `newest`: the latest change in the page. `next`: what to hand in for the page behind it, or null. `trouble`: what is missing although the page was read. */
  | { readonly messages: readonly WireInput[]; readonly newest: string | null; readonly next: string | null; readonly quotaLeft?: number; readonly trouble?: string | undefined } // prettier-ignore
  | { readonly retry: string; readonly atLeastMs?: number | null }
  | { readonly failed: string };

/** What a platform keeps of its messages, such as orders in the order of their last change, as messages that its decoder reads. Never throws. */
export interface OrderListing {
  page(since: string, next: string | null, signal: AbortSignal): Promise<ListAnswer>;
  /** When the connector stops: within a second. */
  end?(): Promise<void>;
}

export interface CatchUp {
  run(signal: AbortSignal): Promise<void>;
  readonly problem: Problem | null;
  readonly nextRetryMs: number | null;
}

export interface CatchUpPorts {
  readonly decode: (message: WireInput) => DecodeResult;
  /** Settles true when it is on disk. */
  readonly tell: (events: DecodeResult['events'], commit?: () => void) => Promise<boolean>;
  readonly meter: Pick<ConnectorMeter, 'record' | 'quota' | 'cursor'>;
}

const CURSOR_KEY = 'orders-since';
const EVERY_MS = 5 * 60_000;
/** What is missing may be there in a minute: a room that was not open yet. */
const TROUBLE_MS = 60_000;
/** The shop's clock and its search index may be that far behind. */
const OVERLAP_MS = 2 * 60_000;
/** Who was away longer is told of the last two days. */
const LONGEST_MS = 48 * 3_600_000;

/**
 * Orders whose messages were lost, or came while the agent was down: at the start and every five minutes the orders
 * changed since the cursor are read, and what no message told is told. What happened before this start is `historical`.
 */
export function createCatchUp(
  context: Pick<ConnectorContext, 'nowMs' | 'random' | 'sleep' | 'memory'>,
  listing: OrderListing,
  { decode, tell, meter }: CatchUpPorts,
): CatchUp {
  const { nowMs, memory } = context;
  const backOff = createBackOff(context);
  let problem: CatchUp['problem'] = null;
  let trouble: string | undefined;
  let nextRetryMs: number | null = null;

  /** Null when it was stored, or stopped; else how it went on. */
  async function pages(startMs: number, signal: AbortSignal): Promise<Exclude<ListAnswer, { messages: unknown }> | null> {
    const cursorMs = Math.max(Date.parse(memory.get(CURSOR_KEY)!), nowMs() - LONGEST_MS);
    const since = new Date(cursorMs - OVERLAP_MS).toISOString();
    let newest = memory.get(CURSOR_KEY)!;
    let next: string | null = null;
    do {
      const answer: ListAnswer = await listing.page(since, next, signal);
      if (signal.aborted) return null;
      if (!('messages' in answer)) return answer;
      if (next === null) trouble = answer.trouble;
      if (answer.quotaLeft !== undefined) meter.quota(answer.quotaLeft);
      for (const message of answer.messages) if (!(await tellOne(message, startMs))) return null;
      if (answer.newest !== null && answer.newest > newest) newest = answer.newest;
      next = answer.next;
    } while (next !== null);
    memory.set(CURSOR_KEY, newest);
    meter.cursor(newest);
    return null;
  } // prettier-ignore

  async function tellOne(message: WireInput, startMs: number): Promise<boolean> {
    const result = decode(message);
    meter.record(result);
    if (result.events.length === 0 && result.commit === undefined) return true;
    const isPast = (time: string | undefined) => time !== undefined && Date.parse(time) < startMs;
    const events = result.events.map((event) => (isPast(event.time) ? { ...event, historical: true } : event));
    if (await tell(events, result.commit)) return true;
    result.undo?.();
    return false;
  }

  return {
    async run(signal) {
      const startMs = nowMs();
      // Nothing is known of a shop that is new here: its orders begin now.
      if (memory.get(CURSOR_KEY) === undefined) memory.set(CURSOR_KEY, new Date(startMs).toISOString());
      meter.cursor(memory.get(CURSOR_KEY)!);
      while (!signal.aborted) {
        const failure = await pages(startMs, signal);
        if (failure !== null && 'failed' in failure) {
          problem = { code: 'api-refused', message: `${failure.failed}. Messages that are lost stay unknown until the agent starts again` }; // prettier-ignore
          await aborted(signal);
          break;
        }
        const words = failure === null ? trouble : failure.retry;
        problem = words === undefined ? null : { code: 'api', message: words };
        if (failure === null) backOff.reset();
        const waitMs = failure !== null ? backOff.next(failure.atLeastMs) : words === undefined ? EVERY_MS : TROUBLE_MS;
        nextRetryMs = words === undefined ? null : nowMs() + waitMs;
        // Rejects when the connector stops, which the loop sees by itself.
        await context.sleep(waitMs, signal).catch(() => undefined);
      }
      await listing.end?.();
    },
    get problem() {
      return problem;
    },
    get nextRetryMs() {
      return nextRetryMs;
    },
  };
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
