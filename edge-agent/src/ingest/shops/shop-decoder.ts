import { parseLiveEvent } from '@livecue/shared/event';
import type { CanonicalWireEvent, DecodeResult, DecoderPorts, Outcome, PlatformDecoder, WireAnswer } from '../connector.ts'; // prettier-ignore
import { compact, readJson } from '../decoding/wire-value.ts';
import { createRecollection, type Recollection } from './recollection.ts';
import { bodyText, MAX_BODY_BYTES, MAX_MESSAGES, readRequest, type ShopRequest } from './shop-request.ts';

/** Shops repeat for days; the agent's admission remembers the same span on disk. */
export const MEMORY_MS = 48 * 3_600_000;
export const MAX_REMEMBERED = 200_000;

/** An event of a message, without the envelope that all its events share. */
export interface ShopDraft {
  readonly type: CanonicalWireEvent['type'];
  readonly data: object;
  /** RFC 3339 UTC; without it the receive time counts. */
  readonly time?: string | undefined;
}

export interface ShopEvents {
  readonly events: readonly ShopDraft[];
  readonly source: string;
  /** Native id, or what the id is derived from; the second event gets `:1`. */
  readonly id: string;
  readonly derived?: boolean;
}

export interface ShopOutcome {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly state?: 'degraded' | 'failed';
}

/** One message of a body. `key` is the duplicate key; without it repetitions are not looked for. */
export type ShopMessage = { readonly key?: string | undefined } & (ShopEvents | ShopOutcome);

/** A message that changes what the decoder remembers: read only when it is no repetition. */
export interface LateMessage {
  readonly key: string;
  readonly later: () => ShopMessage;
}

/** What the signature says of a request. */
export type Checked =
  | { readonly verified: true; /** The real body, where it came encrypted. */ readonly body?: string }
  | { readonly refused: string; readonly status?: number }
  | (ShopOutcome & { readonly answer?: WireAnswer });

/** What is different from shop to shop. Neither function throws. */
export interface ShopPlatform {
  /** Before the colon of every id. */
  readonly idPrefix: string;
  readonly answer: WireAnswer;
  /** For a verified body that cannot be read; most senders stop sending after errors, so `answer`. */
  readonly malformedAnswer?: WireAnswer;
  /** The body's bytes and headers alone: nothing is parsed before. */
  check(request: ShopRequest): Checked;
  /** Body text → value, or undefined when it cannot be read. Absent: JSON. */
  parse?(text: string): unknown;
  read(body: unknown, request: ShopRequest): readonly ShopMessage[] | ShopMessage | LateMessage;
}

/** When nothing of a body became an event, its outcome is the first of these that occurred. */
const PRECEDENCE: readonly Outcome[] = ['malformed', 'unknown', 'refetch', 'duplicate', 'control', 'ignored'];

export const ignored = (reason: string, key?: string): ShopMessage => ({ outcome: 'ignored', reason, key });
export const control = (reason: string): ShopMessage => ({ outcome: 'control', reason });
export const malformed = (reason: string): ShopMessage => ({ outcome: 'malformed', reason });
export const unknown = (reason: string, key?: string): ShopMessage => ({ outcome: 'unknown', reason, key });
export const refetch = (reason: string, key?: string): ShopMessage => ({ outcome: 'refetch', reason, key });

/**
 * The order of work that all shops share: size, signature over the raw bytes, parsing, duplicates,
 * schema. `define` gets the recollection, in which it keeps what it remembers between messages.
 */
export function createShopDecoder(
  ports: DecoderPorts,
  define: (recollection: Recollection) => ShopPlatform,
): PlatformDecoder {
  const recollection = createRecollection(ports.nowMs, ports.memory);
  const platform = define(recollection);
  const seen = recollection.map<true>({ keepMs: MEMORY_MS, maxEntries: MAX_REMEMBERED });

  function assemble(given: ShopMessage | LateMessage): DecodeResult {
    if (given.key !== undefined && seen.get(given.key) === true) {
      return { events: [], outcome: 'duplicate', reason: 'seen before, by its id' };
    }
    const message = 'later' in given ? given.later() : given;
    if ('outcome' in message) {
      const { key, ...result } = message;
      // Malformed is not remembered: the same id may come again, whole.
      if (key !== undefined && result.outcome !== 'malformed') seen.set(key, true);
      return { events: [], ...result, ...(result.outcome === 'refetch' ? { refetch: [result.reason] } : {}) };
    }
    const events = message.events.map((draft, index) => toEvent(platform.idPrefix, message, draft, index));
    for (const event of events) {
      const parsed = parseLiveEvent(event, ports.nowMs());
      if (!parsed.ok) return { events: [], outcome: 'malformed', reason: parsed.detail };
    }
    if (message.key !== undefined) seen.set(message.key, true);
    return { events };
  }

  function read(request: ShopRequest, body: string | undefined): DecodeResult {
    const text = body ?? bodyText(request);
    const parsed = text === null ? undefined : (platform.parse ?? readJson)(text);
    if (parsed === undefined) {
      return { events: [], outcome: 'malformed', reason: text === null ? 'the body is not UTF-8' : 'the body cannot be read' };
    }
    const messages = platform.read(parsed, request);
    if (!('length' in messages)) return assemble(messages);
    if (messages.length > MAX_MESSAGES) {
      const reason = `more than ${MAX_MESSAGES} messages in one body`;
      return { events: [], outcome: 'rejected', reason, answer: { status: 413 } };
    }
    return summarize(messages.map(assemble));
  } // prettier-ignore

  return {
    decode(input) {
      const request = readRequest(input);
      if (request.bytes.length > MAX_BODY_BYTES) {
        return { events: [], outcome: 'rejected', reason: `the body is larger than ${MAX_BODY_BYTES} bytes`, answer: { status: 413 } }; // prettier-ignore
      }
      const checked = platform.check(request);
      if ('refused' in checked) {
        return { events: [], outcome: 'rejected', reason: checked.refused, answer: { status: checked.status ?? 401 } };
      }
      if ('outcome' in checked) return { events: [], answer: platform.answer, ...checked };
      const { value: result, undo, commit } = recollection.transaction(() => read(request, checked.body));
      // What is remembered of a message that could not be read to its end would be half the truth.
      if (result.outcome === 'malformed') undo();
      const answer = result.outcome === 'malformed' ? (platform.malformedAnswer ?? platform.answer) : platform.answer;
      return compact({ answer, ...result, undo, commit });
    },
  };
}

function toEvent(prefix: string, message: ShopEvents, draft: ShopDraft, index: number): CanonicalWireEvent {
  return compact({
    id: `${prefix}:${message.id}${index === 0 ? '' : `:${index}`}`,
    source: message.source,
    type: draft.type,
    time: draft.time,
    idquality: message.derived === true ? 'derived' : 'native',
    data: compact(draft.data),
  } as CanonicalWireEvent);
}

/** Several messages of one body: what is left out is counted. */
function summarize(results: readonly DecodeResult[]): DecodeResult {
  if (results.length === 0) return { events: [], outcome: 'control', reason: 'nothing in it' };
  if (results.length === 1) return results[0]!;
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length || undefined;
  const refetch = results.flatMap((result) => result.refetch ?? []);
  const counts = compact({ duplicates: count('duplicate'), malformed: count('malformed'), unknown: count('unknown') });
  const named = refetch.length > 0 ? { refetch } : {};
  const events = results.flatMap((result) => result.events);
  if (events.length > 0) return { events, ...counts, ...named };
  const outcome = PRECEDENCE.find((each) => results.some((result) => result.outcome === each)) ?? 'ignored';
  // A body of nothing but repetitions is a repetition, not a mixed one.
  const mixed = results.some((result) => result.outcome !== outcome);
  const reason = results.find((result) => result.outcome === outcome)?.reason;
  return { events, outcome, reason, ...(mixed ? counts : {}), ...named };
}
