import { amountProblem } from './amounts.ts';
import { CanonicalEvent, EVENT_TYPES, type EventType } from './canonical-event.ts';
import type { Drop } from './drop-reason.ts';

/**
 * A canonical event after parsing: what the agent works with. Event time is the platform's and is
 * never replaced; `eventTimeFrom` says when the receive time had to stand in for it.
 */
export type LiveEvent = {
  [T in EventType]: {
    readonly id: string;
    readonly type: T;
    readonly source: string;
    /** Unix milliseconds. */
    readonly eventTimeMs: number;
    readonly eventTimeFrom: 'platform' | 'ingest';
    /** Unix milliseconds at which our socket had the frame. */
    readonly ingestTimeMs: number;
    readonly historical: boolean;
    readonly idQuality: 'native' | 'derived';
    readonly data: Extract<CanonicalEvent, { type: T }>['data'];
  };
}[EventType];

export type LiveEventOf<T extends EventType> = Extract<LiveEvent, { type: T }>;

export type ParseResult = { readonly ok: true; readonly event: LiveEvent } | ({ readonly ok: false } & Drop);

const KNOWN_TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);

/** Unknown → `LiveEvent`, or why not. Never throws. */
export function parseLiveEvent(value: unknown, ingestTimeMs: number): ParseResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, reason: 'malformed', detail: 'expected a JSON object' };
  }
  const type = (value as { type?: unknown }).type;
  if (typeof type !== 'string') {
    return { ok: false, reason: 'malformed', detail: 'type: expected a string such as "live.comment.created"' };
  }
  if (!KNOWN_TYPES.has(type)) {
    // Quoted only when it looks like a type: a sender that mixes fields up may put a viewer's words here.
    const name = /^[a-z]+(\.[a-z_-]+){1,4}$/i.test(type) ? JSON.stringify(type.slice(0, 64)) : 'given';
    return { ok: false, reason: 'unknown-kind', detail: `type ${name} is not known` };
  }
  const parsed = CanonicalEvent.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue === undefined || issue.path.length === 0 ? 'event' : issue.path.join('.');
    return { ok: false, reason: 'malformed', detail: `${path}: ${issue?.message ?? 'not valid'}` };
  }
  const wrongAmount = amountProblem(parsed.data);
  if (wrongAmount !== null) return { ok: false, reason: 'malformed', detail: wrongAmount };
  const { id, source, time, historical, idquality, data } = parsed.data;
  const platformMs = time === undefined ? Number.NaN : Date.parse(time);
  const fromPlatform = Number.isFinite(platformMs);
  // The union's `type` and `data` stay paired, which a rebuilt object literal cannot show the compiler.
  const event = {
    id,
    type: parsed.data.type,
    source,
    eventTimeMs: fromPlatform ? platformMs : ingestTimeMs,
    eventTimeFrom: fromPlatform ? 'platform' : 'ingest',
    ingestTimeMs,
    historical,
    idQuality: idquality,
    data,
  } as LiveEvent;
  return { ok: true, event };
}

/** Orders, refunds and stock are never dropped by a full queue, nor offers, whose day's budget must not miss one. */
export function isNeverDropped(type: EventType): boolean {
  return type.startsWith('shop.order.') || type.startsWith('shop.offer.') || type === 'shop.stock.updated';
}

/** True for `shop/...` sources: their ids are remembered for 48 h, those of streams for 15 min. */
export function isShopSource(source: string): boolean {
  return source.startsWith('shop/');
}
