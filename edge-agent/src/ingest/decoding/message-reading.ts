import { createHash } from 'node:crypto';
import { parseLiveEvent } from '@livecue/shared/event';
import type { CanonicalWireEvent, DecodeResult, DecoderPorts, Outcome } from '../connector.ts';
import { createSeenKeys } from './seen-keys.ts';
import { compact } from './wire-value.ts';

/** An event of a message, without the envelope that all events of the message share. */
export interface EventDraft {
  readonly type: CanonicalWireEvent['type'];
  readonly data: object;
  /** RFC 3339 UTC; without it the receive time counts. */
  readonly time?: string | undefined;
}

export interface EventsReading {
  readonly events: readonly EventDraft[];
  /** The platform's own id of the message; the second event gets `:1`, the third `:2`. */
  readonly id?: string | undefined;
  /** Without an id: what makes this message different from others; the text as received where nothing better is known. */
  readonly derivedFrom?: string | undefined;
  readonly time?: string | undefined;
  readonly historical?: boolean | undefined;
}

/** What one message, or one item of a bundle, says. */
export type MessageReading = EventsReading | OutcomeReading;

interface OutcomeReading {
  readonly outcome: Outcome;
  readonly reason?: string;
  /** What it says of the connection itself. */
  readonly state?: DecodeResult['state'];
}

export const ignored = (reason: string): MessageReading => ({ outcome: 'ignored', reason });
export const control = (reason: string, state?: DecodeResult['state']): MessageReading =>
  compact({ outcome: 'control', reason, state });
export const malformed = (reason: string): MessageReading => ({ outcome: 'malformed', reason });
export const unknown = (reason: string): MessageReading => ({ outcome: 'unknown', reason });
export const duplicate = (reason: string): MessageReading => ({ outcome: 'duplicate', reason });

/** The readings of one message, told apart by its text where they say nothing better. */
export function derivedFromText(readings: MessageReading | readonly MessageReading[], text: string): MessageReading[] {
  const list = Array.isArray(readings) ? (readings as readonly MessageReading[]) : [readings as MessageReading];
  return list.map((reading, index) =>
    'events' in reading && reading.id === undefined && reading.derivedFrom === undefined
      ? { ...reading, derivedFrom: `${index}|${text}` }
      : reading,
  );
}

/** Ids of streams are remembered this long; the agent's admission remembers them on disk as well. */
const MEMORY_MS = 15 * 60_000;
const MAX_KEYS = 100_000;
/** Without id and time the same words soon after are another comment: only an echo is taken as one. */
const ECHO_MS = 2_000;
/** When nothing of a bundle became an event, its outcome is the first of these that occurred. */
const PRECEDENCE: readonly Outcome[] = ['malformed', 'unknown', 'duplicate', 'refetch', 'control', 'ignored'];

export interface MessageAssembler {
  /** One item: its outcome. Several: each stands for itself, what is left out is counted. */
  bundle(readings: readonly MessageReading[], source?: string): DecodeResult;
}

/**
 * Readings → canonical events: ids, duplicates, and the check that each event is one. An event that its
 * schema refuses counts as malformed here, so that nothing downstream meets it.
 */
export function createAssembler(ports: DecoderPorts, config: { readonly platform: string; readonly source: string }): MessageAssembler {
  const seen = createSeenKeys({ memoryMs: MEMORY_MS, maxKeys: MAX_KEYS });
  const echoes = createSeenKeys({ memoryMs: ECHO_MS, maxKeys: MAX_KEYS });

  const derivedId = (text: string) => {
    // Hashed by the port first: without the installation's salt an id could be tried out for a viewer's words.
    const digest = createHash('sha256').update(ports.hash(text)).digest('hex');
    return `derived-${digest.slice(0, 32)}`;
  };

  /** The id, or null when the message is a duplicate. */
  const identify = (reading: EventsReading): { id: string; quality: 'native' | 'derived'; key: string } | null => {
    const nowMs = ports.nowMs();
    if (reading.id !== undefined) {
      return seen.check(reading.id, nowMs) ? null : { id: reading.id, quality: 'native', key: reading.id };
    }
    const from = `${reading.events.map(({ type }) => type).join()}|${reading.derivedFrom ?? ''}`;
    const time = reading.time ?? reading.events[0]?.time;
    let id = derivedId(`${from}|${time ?? ''}`);
    if (time === undefined) {
      if (echoes.check(id, nowMs)) return null;
      // The same again after a while is a new event of the same words, and needs an id of its own.
      if (seen.check(id, nowMs)) id = derivedId(`${from}|received ${nowMs}`);
      return { id, quality: 'derived', key: id };
    }
    return seen.check(id, nowMs) ? null : { id, quality: 'derived', key: id };
  };

  const assemble = (reading: MessageReading, source: string): DecodeResult => {
    if (!('events' in reading)) return { events: [], ...reading };
    const identity = identify(reading);
    if (identity === null) {
      return { events: [], outcome: 'duplicate', reason: reading.id === undefined ? 'same derived id' : 'same id' };
    }
    const events = reading.events.map(({ type, data, time = reading.time }, index) =>
      compact({
        id: `${config.platform}:${identity.id}${index === 0 ? '' : `:${index}`}`,
        source,
        type,
        time,
        historical: reading.historical === true ? true : undefined,
        idquality: identity.quality,
        data,
      } as CanonicalWireEvent),
    );
    for (const event of events) {
      const parsed = parseLiveEvent(event, ports.nowMs());
      if (parsed.ok) continue;
      seen.forget(identity.key);
      return { events: [], outcome: 'malformed', reason: parsed.detail };
    }
    return { events };
  };

  return {
    bundle(readings, source = config.source) {
      const results = readings.map((reading) => assemble(reading, source));
      return results.length === 1 ? results[0]! : summarize(results);
    },
  };
} // prettier-ignore

function summarize(results: readonly DecodeResult[]): DecodeResult {
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length || undefined;
  const events = results.flatMap((result) => result.events);
  const counts = compact({
    duplicates: count('duplicate'),
    malformed: count('malformed'),
    unknown: count('unknown'),
    state: results.find(({ state }) => state !== undefined)?.state,
  });
  if (events.length > 0) return { events, ...counts };
  const outcome = PRECEDENCE.find((each) => results.some((result) => result.outcome === each)) ?? 'ignored';
  const reason = results.find((result) => result.outcome === outcome)?.reason ?? 'nothing in it';
  return { events, outcome, reason, ...counts };
}
