import * as z from 'zod';
import { parseRetryAfter } from '../../runtime/back-off.ts';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, CURSOR_KEY, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts'; // prettier-ignore
import type { Connector, ConnectorContext } from '../connector.ts';
import { Mapping } from '../local-ws/mapping.ts';
import { ShopSource } from '../shops/shop-fields.ts';
import { createBlockReader } from './block-reader.ts';
import { createDecoder, readBlock } from './decoder.ts';

const EventStreamConfiguration = z.strictObject({
  room: z.string().regex(/^\S{1,256}$/, 'expected a name without spaces'),
  source: ShopSource.optional().describe('shop/<name>/<shop> for orders and stock; absent: live/event-stream/<room>'),
  access_token: Secret('Sent as Authorization: Bearer, where the endpoint wants one').optional(),
  mapping: Mapping.optional().describe('Content of the mapping file; absent: data is {type, data} in our own words'),
  silence_s: z.int().min(5).max(3600).default(60).describe('Seconds without any byte after which the connection is dead: the endpoint should send a comment line more often'), // prettier-ignore
  max_event_bytes: z.int().min(1024).max(16 * 1024 * 1024).default(1024 * 1024), // prettier-ignore
});
type Configuration = z.output<typeof EventStreamConfiguration>;

const NAME = 'event-stream';
/** The server's `retry` is obeyed up to here. */
const LONGEST_RETRY_MS = 60_000;

/** Server-Sent Events of an endpoint of the user's own: a shop system, a script (tier B). Endpoint `event-stream`. */
export const eventStream = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'B',
  schema: EventStreamConfiguration,
  endpoints: { 'event-stream': 'http://127.0.0.1:8080/events' },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.like.added', 'live.gift.sent', 'live.follow.added', 'live.share.added', 'live.join.added', 'live.audience.updated', 'live.room.started', 'live.room.ended', 'live.room.updated', 'shop.order.created', 'shop.order.paid', 'shop.order.cancelled', 'shop.order.updated', 'shop.order.refunded', 'shop.stock.updated', 'shop.cart.added', 'shop.product.viewed'],
    resume: 'cursor',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
}); // prettier-ignore

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const url = endpointOf(context, NAME, NAME);
  const decoder = createDecoder(settings, context);
  const silenceMs = settings.silence_s * 1000;
  /** The last one received; the one on disk is older while events wait for it. */
  let lastEventId = context.memory.get(CURSOR_KEY);
  let retryMs = 0;

  function ask(signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { accept: 'text/event-stream', 'cache-control': 'no-cache' };
    if (settings.access_token !== undefined) headers.authorization = `Bearer ${settings.access_token}`;
    // As UTF-8, which a header of fetch takes as the bytes that it is.
    if (lastEventId) headers['last-event-id'] = Buffer.from(lastEventId, 'utf8').toString('latin1');
    return context.fetch(url, { headers, redirect: 'error', signal });
  }

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const over = new AbortController();
    let lastMs = context.nowMs();
    let isSilent = false;
    void watchSilence(context, link.signal, {
      limitMs: () => silenceMs,
      lastMs: () => lastMs,
      onSilent() {
        isSilent = true;
        over.abort(new Error('the endpoint is silent'));
      },
    });
    const alive = () => {
      lastMs = context.nowMs();
      link.keepAlive();
    };
    try {
      const response = await ask(AbortSignal.any([link.signal, over.signal]));
      const refusal = refusalOf(response, context.nowMs());
      if (refusal === null) return await listen(response, link, alive);
      await response.body?.cancel();
      return refusal;
    } catch (error) {
      if (link.signal.aborted) return { next: 'now' };
      if (isSilent) return { next: 'now', problem: { code: 'silent', about: String(settings.silence_s), message: `nothing came for ${settings.silence_s} s` } };
      const code = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
      return { next: 'back-off', atLeastMs: retryMs, problem: { code: 'cut', about: code, message: `the connection ended: ${code}` } };
    }
  } // prettier-ignore

  async function listen(response: Response, link: SessionLink, alive: () => void): Promise<SessionEnd> {
    link.open();
    alive();
    const text = new TextDecoder();
    const reader = createBlockReader(settings.max_event_bytes);
    for await (const chunk of response.body ?? []) {
      alive();
      const blocks = reader.push(text.decode(chunk as Uint8Array, { stream: true }));
      if (blocks === null) return { next: 'back-off', problem: { code: 'too-large', about: 'max_event_bytes', message: 'an event was too large: raise max_event_bytes' } }; // prettier-ignore
      for (const block of blocks) take(block, link);
    }
    return {
      next: 'back-off',
      atLeastMs: retryMs,
      problem: { code: 'cut', message: 'the endpoint closed the stream' },
    };
  }

  function take(block: string, link: SessionLink): void {
    const { id, retryMs: asked } = readBlock(block);
    if (asked !== null) retryMs = Math.min(LONGEST_RETRY_MS, asked);
    if (id !== null) lastEventId = id;
    link.take(decoder.decode({ text: block }), id ?? undefined);
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: silenceMs, openSession });
}

/** Null when the stream is open. */
function refusalOf(response: Response, nowMs: number): SessionEnd | null {
  const { status, headers } = response;
  // WHATWG HTML 9.2.3: how an endpoint says that there will be nothing more.
  if (status === 204) return { next: 'nothing' };
  if (status === 401 || status === 403) return { next: 'failed', problem: { code: 'refused', about: String(status), message: `the endpoint refuses the token (${status})` } }; // prettier-ignore
  if (status !== 200) {
    const atLeastMs = parseRetryAfter(headers.get('retry-after'), nowMs) ?? undefined;
    return { next: 'back-off', atLeastMs, problem: { code: 'http', about: String(status), message: `the endpoint answers ${status}` } }; // prettier-ignore
  }
  if (headers.get('content-type')?.startsWith('text/event-stream') === true) return null;
  return { next: 'failed', problem: { code: 'no-stream', message: 'the endpoint answers something else than text/event-stream: check the address' } }; // prettier-ignore
}
