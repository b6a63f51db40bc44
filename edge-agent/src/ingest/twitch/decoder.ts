import * as z from 'zod';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { control, createAssembler, derivedFromText, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupId, SetupSource } from '../decoding/setup.ts';
import { asArray, asCount, asId, asObject, readJson } from '../decoding/wire-value.ts';
import { readEventSub } from './eventsub-reading.ts';
import { readIrcLine } from './irc-reading.ts';

const Login = z.string().regex(/^\w{1,64}$/, 'expected the login name of a channel');

export const TwitchSetup = z
  .looseObject({
    channel_irc: Login.optional(),
    channel_irc_id: SetupId.optional().describe('Tells the comments of a shared chat apart; else the room-id tag does'),
    source_irc: SetupSource.optional(),
    channel_eventsub: Login.optional(),
    channel_eventsub_id: SetupId.optional(),
    source_eventsub: SetupSource.optional(),
    clock: z.iso.datetime({ offset: true }).optional().describe('For recordings: the time that "now" shall be'),
  })
  .transform((setup, context) => {
    const irc = setup.channel_irc ?? setup.channel_eventsub;
    const eventsub = setup.channel_eventsub ?? setup.channel_irc;
    const source_irc = setup.source_irc ?? (irc === undefined ? setup.source_eventsub : `live/twitch/${irc}`);
    const source_eventsub = setup.source_eventsub ?? (eventsub === undefined ? setup.source_irc : `live/twitch/${eventsub}`);
    if (source_irc === undefined || source_eventsub === undefined) {
      context.addIssue({ code: 'custom', path: ['channel_eventsub'], message: 'expected the login name of the channel' });
      return z.NEVER;
    }
    return { ...setup, source_irc, source_eventsub };
  }); // prettier-ignore

/**
 * Twitch → canonical events. `route` says `irc` (one line, or several with line feeds), `eventsub` (a text
 * message of the WebSocket) or `helix` (a REST answer); without it the text itself tells them apart.
 */
export function createDecoder(setup: unknown, ports: DecoderPorts): PlatformDecoder {
  const settings = parseSetup(TwitchSetup, setup, 'twitch');
  const clockMs = settings.clock === undefined ? undefined : Date.parse(settings.clock);
  const assembler = createAssembler(ports, { platform: 'twitch', source: settings.source_eventsub });
  return {
    decode(input: WireInput): DecodeResult {
      const text = input.text ?? Buffer.from(input.bytes ?? []).toString('utf8');
      const route = input.route ?? routeOf(text);
      if (route === 'irc') return assembler.bundle(readLines(text, settings.channel_irc_id), settings.source_irc);
      const reading =
        route === 'helix'
          ? readHelix(text, settings.channel_eventsub_id)
          : readEventSub(text, clockMs ?? ports.nowMs());
      return assembler.bundle(derivedFromText(reading, text));
    },
  };
}

function routeOf(text: string): 'irc' | 'eventsub' | 'helix' {
  if (!/^\uFEFF?\s*[{["]/.test(text)) return 'irc';
  if (/^\s*"/.test(text)) return 'irc';
  const message = asObject(readJson(text));
  return message === null || 'metadata' in message ? 'eventsub' : 'helix';
}

function readLines(text: string, channelId: string | undefined): MessageReading[] {
  // Recordings hold a line as a JSON string, because actions have control characters.
  const value = text.startsWith('"') ? readJson(text) : text;
  if (typeof value !== 'string') return [malformed('no IRC line')];
  const lines = value.split(/\r?\n/).filter((line) => line !== '');
  return lines.length === 0 ? [malformed('an empty line')] : lines.map((line) => readIrcLine(line, channelId));
}

/** Answers of the REST API: streams by polling (viewers), token validation, refused subscriptions. */
function readHelix(text: string, channelId: string | undefined): MessageReading {
  const answer = asObject(readJson(text));
  if (answer === null) return malformed('not a JSON object');
  const status = asCount(answer.status);
  if (status === 401) return control('failed: sign in again');
  if (status === 403) return control('that kind is missing: degraded, go on with the others');
  if (status !== undefined) return control(`status ${status}: retry with back-off`);
  if (Array.isArray(answer.scopes)) return control('token is good; check the scopes before subscribing');
  if (!Array.isArray(answer.data)) return unknown('an answer that is not known');
  const streams = asArray(answer.data).map(asObject);
  if (streams.length === 0) return ignored('not live');
  const stream = streams.find((each) => channelId === undefined || asId(each?.user_id) === channelId);
  if (stream === undefined) return ignored('not live');
  const concurrent = asCount(stream?.viewer_count);
  if (concurrent === undefined) return malformed('viewer_count is not a number');
  return { events: [{ type: 'live.audience.updated', data: { concurrent } }] };
}
