import * as z from 'zod';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { createConnectorMeter } from './connector-health.ts';
import type { CanonicalWireEvent, Capabilities, Connector, ConnectorContext, ConnectorFactory, ConnectorHealth, CreateDecoder, DecodeResult, WireAnswer, WireInput } from './connector.ts'; // prettier-ignore
import { createCatchUp, type OrderListing } from './shops/catch-up.ts';
import { createShopReading, type Hint, type ShopApi } from './shops/shop-reading.ts';

/** One sender of signed HTTP requests. */
export interface WebhookKind {
  readonly name: string;
  readonly version: string;
  readonly setup: z.ZodObject;
  readonly createDecoder: CreateDecoder;
  readonly kinds: Capabilities['kinds'];
  readonly resume: Capabilities['resume'];
  /** Milliseconds within which the platform wants its answer; we give up a little earlier. */
  readonly answerWithinMs: number;
  /** Silence that is suspicious, in milliseconds: minutes for live rooms, hours for shops. */
  readonly quietLimitMs: number;
  readonly endpoints?: ConnectorFactory['endpoints'];
  /** Where its messages are hints: the API that tells the facts, or null without credentials for it. `settings`: output of `setup`. */
  readonly openApi?: (settings: never, context: ConnectorContext) => ShopApi | null;
  /** Where its messages are whole but may be lost: the API that lists them, or null without credentials for it. */
  readonly openListing?: (settings: never, context: ConnectorContext) => OrderListing | null;
}

/** Requests that may wait for the disk at once; beyond that senders are told to come back. */
const MAX_WAITING = 20_000;
/** Events of one batch: enough to share one flush of the disk, few enough to fit into a frame. */
const MAX_BATCH_EVENTS = 500;
/** No sender waits longer, whatever its platform allows: the contract of connectors says two seconds. */
const LONGEST_ANSWER_MS = 1_900;
const OVERLOADED: WireAnswer = { status: 503, body: 'the agent cannot store this now: send it again in a moment' };

interface Waiting {
  readonly events: readonly CanonicalWireEvent[];
  /** Its events are on disk; what is changed in the memory is there before it settles. */
  readonly commit?: () => void;
  readonly settle: (stored: boolean) => void;
}

/** A push connector: verifies, decodes, waits for the disk, answers. */
export function createWebhookFactory(kind: WebhookKind): ConnectorFactory {
  const strict = z.strictObject(kind.setup.shape);
  return {
    name: kind.name,
    version: kind.version,
    tier: 'A',
    configuration: z.toJSONSchema(strict, { io: 'input' }),
    endpoints: kind.endpoints,
    capabilities: { kinds: kind.kinds, resume: kind.resume, order: 'none', duplicates: 'delivered', transport: 'push' },
    create(configuration, context) {
      const parsed = strict.safeParse(configuration);
      if (!parsed.success) {
        const words = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
        throw new ConfigurationError(`Setting up the connector ${kind.name}: ${words.join('; ')}`, {
          cause: parsed.error,
        });
      }
      const decoder = kind.createDecoder(parsed.data, context);
      const api = kind.openApi?.(parsed.data as never, context);
      const listing = kind.openListing?.(parsed.data as never, context) ?? null;
      return createWebhookConnector(kind, decoder.decode.bind(decoder), context, { api, listing });
    },
  };
}

function createWebhookConnector(
  kind: WebhookKind,
  decode: (request: WireInput) => DecodeResult,
  ports: ConnectorContext,
  { api, listing }: { readonly api: ShopApi | null | undefined; readonly listing: OrderListing | null },
): Connector {
  const meter = createConnectorMeter(ports, { quietLimitMs: kind.quietLimitMs });
  let waiting: Waiting[] = [];
  /** Taken for the batch that is being stored. */
  let storing: readonly Waiting[] = [];
  let running = false;
  let wake: (() => void) | null = null;
  let verified = false;
  /** What was changed in the memory is not on disk: nobody is answered before it is. */
  let unwritten = false;
  const reading = api ? createShopReading(ports, api, (events) => toBeStored(events)) : null;

  const catchUp = listing === null ? null : createCatchUp(ports, listing, { decode, tell: toBeStored, meter });

  function takeBatch(): Waiting[] {
    let count = 0;
    let end = 0;
    while (end < waiting.length && (end === 0 || count + waiting[end]!.events.length <= MAX_BATCH_EVENTS)) {
      count += waiting[end++]!.events.length;
    }
    const taken = waiting.slice(0, end);
    waiting = waiting.slice(end);
    return taken;
  }

  async function* batches(signal: AbortSignal): AsyncGenerator<CanonicalWireEvent[]> {
    const abort = () => wake?.();
    signal.addEventListener('abort', abort);
    running = true;
    meter.state('open');
    const stopping = new AbortController();
    const over = AbortSignal.any([signal, stopping.signal]);
    const ends = Promise.all([reading?.run(over), catchUp?.run(over)]);
    try {
      while (!signal.aborted) {
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = null;
          continue;
        }
        storing = takeBatch();
        const events = storing.flatMap((each) => each.events);
        if (events.length > 0) yield events;
        // Asked for more: the batch is on disk.
        meter.accepted(events.length);
        const remembered = await remember(storing);
        for (const each of storing) each.settle(remembered);
        storing = [];
      }
    } finally {
      signal.removeEventListener('abort', abort);
      running = false;
      for (const each of [...storing, ...waiting]) each.settle(false);
      storing = waiting = [];
      stopping.abort(new Error(`connector ${kind.name} stops`));
      await ends;
      meter.state('idle');
    }
  }

  /** What the messages changed in the memory goes to disk before their senders are answered. */
  async function remember(stored: readonly Waiting[]): Promise<boolean> {
    if (stored.every(({ commit }) => commit === undefined)) return true;
    for (const each of stored) each.commit?.();
    try {
      await ports.memory.flush();
      unwritten = false;
      return true;
    } catch (error) {
      unwritten = true;
      ports.logger.error(`connector ${kind.name}: writing what it remembers: ${(error as Error).message}; the platform is asked to send again`); // prettier-ignore
      return false;
    }
  }

  /** Settles true when these events are on disk, false when the connector stops before. */
  function toBeStored(events: readonly CanonicalWireEvent[], commit?: () => void): Promise<boolean> {
    if (!running) return Promise.resolve(false);
    return new Promise((settle) => {
      waiting.push({ events, commit, settle });
      wake?.();
    });
  }

  /** Settles true when everything up to these events is on disk, false when that takes too long. */
  function storedInTime(events: readonly CanonicalWireEvent[], commit?: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.min(kind.answerWithinMs * 0.75, LONGEST_ANSWER_MS));
      const settle = (stored: boolean) => {
        clearTimeout(timer);
        resolve(stored);
      };
      waiting.push({ events, commit, settle });
      wake?.();
    });
  }

  function noteState(result: DecodeResult): void {
    const { outcome, reason = '' } = result;
    if (outcome === 'rejected') {
      // Strangers knock at every public address: only before the first good message it means the set-up.
      if (!verified) meter.state('degraded', { code: 'rejected', message: `a request was refused: ${reason}; compare the secret with the platform's` }); // prettier-ignore
      return;
    }
    verified = true;
    if (result.state !== undefined)
      meter.state(result.state, { code: `platform-${result.state}` as const, message: reason });
    else if (result.events.length > 0) meter.state('open');
  }

  function health(nowMs: number): ConnectorHealth {
    const read = meter.read(nowMs);
    const asked = reading ?? catchUp;
    const problem = read.problem ?? asked?.problem ?? null;
    const state = read.state === 'open' && problem !== null ? 'degraded' : read.state;
    const told = { ...read, state, problem, nextRetryMs: read.nextRetryMs ?? asked?.nextRetryMs ?? null };
    if (api === undefined) return told;
    return { ...told, hints: { reading: reading !== null, waiting: 0, read: 0, unread: 0, ...reading?.health() } };
  }

  return {
    start: batches,
    health,
    async handle(request) {
      if (!running) return OVERLOADED;
      if (waiting.length + storing.length >= MAX_WAITING) {
        meter.dropped(1);
        return OVERLOADED;
      }
      const result = decode(request);
      meter.record(result);
      noteState(result);
      const answer = result.answer ?? { status: 200 };
      // A repetition may be of a request that is still on its way to the disk: it waits for that.
      const repeats = result.outcome === 'duplicate' || (result.duplicates ?? 0) > 0;
      const { events, hints } = reading?.split(result) ?? { events: result.events, hints: [] as Hint[] };
      const remembers = hints.length > 0 || result.commit !== undefined || unwritten;
      if (events.length === 0 && !remembers && !(repeats && waiting.length + storing.length > 0)) return answer;
      const commit = () => {
        result.commit?.();
        reading?.take(hints);
      };
      if (await storedInTime(events, remembers ? commit : undefined)) return answer;
      result.undo?.();
      return OVERLOADED;
    },
  };
}
