import * as z from 'zod';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../../../src/ingest/connector.ts';
import { createAssembler, derivedFromText, ignored, malformed, type MessageReading, unknown } from '../../../src/ingest/decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupSource } from '../../../src/ingest/decoding/setup.ts';
import { asCount, asId, asObject, asText, compact, readJson, timeOfMs, type WireObject } from '../../../src/ingest/decoding/wire-value.ts'; // prettier-ignore

const FreshPlatformSetup = z
  .looseObject({
    room: z.string().regex(/^\S{1,256}$/, 'expected a name without spaces'),
    source: SetupSource.optional(),
  })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/fresh-platform/${setup.room}` }));

/** One message as received → canonical events, or why there is none. Never throws. */
export function createDecoder(setup: unknown, ports: DecoderPorts): PlatformDecoder {
  const { source } = parseSetup(FreshPlatformSetup, setup, 'fresh-platform');
  const assembler = createAssembler(ports, { platform: 'fresh-platform', source });
  return {
    decode({ text = '' }: WireInput): DecodeResult {
      return assembler.bundle(derivedFromText(readMessage(text), text));
    },
  };
}

function readMessage(text: string): MessageReading {
  const message = asObject(readJson(text));
  if (message === null) return malformed('not a JSON object');
  const kind = asText(message.kind);
  if (kind === undefined) return malformed('kind is missing');
  const read = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  return read === undefined ? unknown('a kind that is not known') : read(message);
}

/** The platform's kinds. One that is known and maps to nothing is `ignored`, so that it is not counted as unknown. */
const READERS: Readonly<Record<string, (message: WireObject) => MessageReading>> = {
  comment: readComment,
  like: readLike,
  heartbeat: () => ignored('a sign of life'),
};

/** `id` makes repetitions known; `time` is the platform's, never ours. */
const envelope = (message: WireObject) => ({ id: asId(message.id), time: timeOfMs(message.atMs) });

function readComment(message: WireObject): MessageReading {
  const user = asObject(message.user);
  const author = user === null ? undefined : asId(user.id);
  const text = asText(message.text);
  if (author === undefined || text === undefined) return malformed('user.id or text is missing');
  const comment = compact({
    identifier: asId(message.id),
    text,
    author: compact({ identifier: author, name: asText(user!.name) }),
    isPaid: false,
  });
  return { ...envelope(message), events: [{ type: 'live.comment.created', data: comment }] };
}

function readLike(message: WireObject): MessageReading {
  const count = asCount(message.count);
  if (count === undefined) return malformed('count is no whole number');
  return { ...envelope(message), events: [{ type: 'live.like.added', data: { count } }] };
}
