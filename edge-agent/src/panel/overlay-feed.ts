import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OverlayState } from '@livecue/shared/contract';

/** What the overlay page reads, and nothing else: it can change nothing. */
export interface OverlaySource {
  /** In the address of the page: who has it sees what the stream shows anyway. */
  readonly token: string;
  state(): OverlayState;
  /** A page is open, until it calls what it is given. */
  open(listener: () => void): () => void;
}

const OVERLAY_EVENTS = '/overlay/events';
/** A streaming machine has one, perhaps a preview beside it. */
const MAX_PAGES = 8;
/** Also tells a connection that is dead, so that a page that is gone does not count as open. */
const BEAT_MS = 5_000;
const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;

export interface OverlayFeed {
  /** True when the request was one for the feed; it has been answered then. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Server-sent events of the overlay: to this machine alone, with the token, for reading. */
export function createOverlayFeed(source: OverlaySource): OverlayFeed {
  let open = 0;

  function refuse(response: ServerResponse, status: number, text: string): true {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(text);
    return true;
  }

  return {
    answer(request, response) {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (url.pathname !== OVERLAY_EVENTS) return false;
      if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) return refuse(response, 403, 'The overlay is for this machine alone.\n'); // prettier-ignore
      if (request.method !== 'GET') return refuse(response, 405, 'The overlay is for reading.\n');
      if (!isToken(url.searchParams.get('token') ?? '', source.token)) return refuse(response, 403, 'Copy the address of the overlay from the panel again.\n'); // prettier-ignore
      if (open >= MAX_PAGES) return refuse(response, 429, 'Too many overlay pages are open. Close one.\n');
      open++;
      response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }); // prettier-ignore
      const send = () => void response.write(`data: ${JSON.stringify(source.state())}\n\n`);
      const close = source.open(send);
      const beat = setInterval(send, BEAT_MS);
      response.on('close', () => {
        clearInterval(beat);
        close();
        open--;
      });
      send();
      return true;
    },
  };
}

function isToken(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
