import * as z from 'zod';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { repeat, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import { openWireSocket } from '../connecting/wire-socket.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { type BilibiliOpenDecoder, createDecoder } from './decoder.ts';
import { decodeFrame, encodePacket, OPERATION } from './frame-codec.ts';
import { createPlatformCalls, type Session } from './platform-calls.ts';

const VISIBLE = /^[\x21-\x7e]+$/;

export const BilibiliOpenConfiguration = z.strictObject({
  code: Secret("The streamer's identity code (身份码)"),
  app_id: z.int().min(1).describe('Id of the application'),
  access_key_id: z.string().regex(VISIBLE, 'expected letters and digits'),
  access_key_secret: Secret('Secret of the access key'),
});
type Configuration = z.output<typeof BilibiliOpenConfiguration>;

const SOCKET_HEARTBEAT_MS = 30_000;
const HTTP_HEARTBEAT_MS = 20_000;
/** Two answers of the heartbeat missed. */
const SILENCE_MS = 70_000;
const QUIET_LIMIT_MS = 45_000;
/** Of the second within which everything is closed after an abort. */
const END_MS = 600;
/** 7000: the session is closed already; 7003: its heartbeat came too late, or it is another's. */
const SESSION_GONE: ReadonlySet<number> = new Set([7000, 7003]);

/** Bilibili's open platform: an application's session in one room. Endpoint `bilibili-open`. */
export const bilibiliOpen = createFactory({
  name: 'bilibili-open',
  version: '1.0.0',
  tier: 'A',
  schema: BilibiliOpenConfiguration,
  endpoints: { 'bilibili-open': 'https://live-open.biliapi.com' },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.like.added', 'live.gift.sent', 'live.join.added', 'live.room.started', 'live.room.ended'],
    resume: 'none',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
}); // prettier-ignore

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const key = { accessKeyId: settings.access_key_id, accessKeySecret: settings.access_key_secret };
  const calls = createPlatformCalls(context, endpointOf(context, 'bilibili-open', 'bilibili-open'), key);
  /** Kept from session to session, so that what is told again is known. */
  let decoder: BilibiliOpenDecoder | null = null;
  let attempt = 0;

  const decoderOf = ({ roomId, hostId, gameId }: Session) => {
    decoder ??= createDecoder({ room_id: roomId, anchor_open_id: hostId }, context);
    decoder.session(gameId);
    return decoder;
  };

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const session = await calls.start({ code: settings.code, app_id: settings.app_id }, link.signal);
    if ('end' in session) return session.end;
    try {
      const url = session.socketUrls[attempt++ % session.socketUrls.length]!;
      return await listen(link, session, url, decoderOf(session));
    } finally {
      // 7000 and 7003 say that it is closed already; a failure of this call leaves nothing to do.
      await calls.end(settings.app_id, session.gameId, AbortSignal.timeout(END_MS));
    }
  }

  async function listen(link: SessionLink, session: Session, url: string, decode: BilibiliOpenDecoder): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let end: SessionEnd | null = null;
    let lastMs = context.nowMs();
    const finish = (next: SessionEnd) => {
      end ??= next;
      over.abort();
    };
    const socket = openWireSocket(url, {
      signal,
      nowMs: context.nowMs,
      onOpen: (opened) => opened.send(encodePacket(OPERATION.auth, session.authBody)),
      onBytes(bytes) {
        lastMs = context.nowMs();
        for (const framePart of decodeFrame(bytes)) {
          if (framePart.kind === 'auth') {
            if (framePart.code === 0) link.open();
            else finish({ next: 'back-off', problem: { code: 'auth', about: String(framePart.code), message: `the socket refused us with ${framePart.code}` } });
          } else if (framePart.kind === 'heartbeat') link.keepAlive();
        }
        const result = decode.decode({ bytes });
        link.take(result);
        if (result.state === 'failed') finish({ next: 'back-off', problem: { code: 'ended', message: 'the platform ended the session' } });
      },
    });
    void repeat(context, SOCKET_HEARTBEAT_MS, signal, () => socket.send(encodePacket(OPERATION.heartbeat)));
    void repeat(context, HTTP_HEARTBEAT_MS, signal, () => void beat());
    void watchSilence(context, signal, {
      limitMs: () => SILENCE_MS,
      lastMs: () => lastMs,
      onSilent: () => finish({ next: 'now', problem: { code: 'no-answer', message: 'the socket answers no heartbeat' } }),
    });
    const beat = async () => {
      const answer = await calls.heartbeat(session.gameId, signal);
      if (!('end' in answer) && SESSION_GONE.has(answer.code)) {
        finish({ next: 'back-off', problem: { code: 'expired', about: String(answer.code), message: `the session is gone (${answer.code})` } });
      }
    };
    const closed = await socket.closed;
    over.abort();
    return end ?? { next: 'back-off', problem: { code: 'cut', about: `${closed.code}: ${closed.problem}`, message: `the socket closed with ${closed.code}: ${closed.problem}` } };
  }

  return createStreamConnector(context, { name: 'bilibili-open', quietLimitMs: QUIET_LIMIT_MS, openSession });
} // prettier-ignore
