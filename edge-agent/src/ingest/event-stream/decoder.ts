import { EVENT_TYPES } from '@livecue/shared/event';
import * as z from 'zod';
import { writeIdsAsText } from '../canonical/lossless.ts';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { createAssembler, derivedFromText, type EventDraft, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup } from '../decoding/setup.ts';
import { asObject, asText, readJson, timeOfText } from '../decoding/wire-value.ts';
import { readMapped } from '../local-ws/decoder.ts';
import { Mapping } from '../local-ws/mapping.ts';
import { ShopSource } from '../shops/shop-fields.ts';

const EventStreamSetup = z
  .looseObject({
    room: z.string().regex(/^\S{1,256}$/, 'expected a name without spaces'),
    source: ShopSource.optional(),
    mapping: Mapping.optional(),
  })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/event-stream/${setup.room}` }));

/** One event of a stream (`text/event-stream`, WHATWG HTML 9.2.6), without the empty line that ends it. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  /** Null when this event names none. */
  readonly id: string | null;
  /** How long the server wants us to wait before we come again; null when it says nothing. */
  readonly retryMs: number | null;
}

export function readBlock(text: string): StreamEvent {
  const block = { event: 'message', id: null as string | null, retryMs: null as number | null };
  const data: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    // A line that begins with a colon is a comment.
    const [field, rest] = colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
    const value = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (field === 'data') data.push(value);
    else if (field === 'event') block.event = value || 'message';
    else if (field === 'id' && !value.includes('\0')) block.id = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) block.retryMs = Number(value);
  }
  return { ...block, data: data.join('\n') };
}

/** Events of a stream → canonical events: as the mapping says, or, without one, canonical in their data. */
export function createDecoder(setup: unknown, ports: DecoderPorts): PlatformDecoder {
  const { source, mapping } = parseSetup(EventStreamSetup, setup, 'event-stream');
  const assembler = createAssembler(ports, { platform: source.split('/')[1]!, source });
  return {
    decode({ text = '' }: WireInput): DecodeResult {
      return assembler.bundle(derivedFromText(readEvent(readBlock(text), mapping), text));
    },
  };
}

function readEvent({ event, data, id }: StreamEvent, mapping: Mapping | undefined): MessageReading | MessageReading[] {
  if (data === '') return ignored('an event without data');
  const value = readJson(data);
  if (value === undefined) return malformed('data is not JSON');
  return mapping === undefined
    ? readCanonical(value, id)
    : readMapped({ event, id: id ?? undefined, data: value }, mapping);
}

const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);

/** `{type, data}`, perhaps `time` and `id`: for an endpoint that speaks our words. */
function readCanonical(value: unknown, id: string | null): MessageReading {
  const message = asObject(value);
  const type = asText(message?.type);
  const data = asObject(message?.data);
  if (message === null || type === undefined || data === null) return malformed('expected {type, data}');
  if (!TYPES.has(type)) return unknown('a type that is not canonical');
  // Ids written as numbers become text in place, as in canonical frames.
  writeIdsAsText(data, 1);
  return {
    id: asText(message.id) ?? id ?? undefined,
    time: timeOfText(message.time),
    events: [{ type: type as EventDraft['type'], data }],
  };
}
