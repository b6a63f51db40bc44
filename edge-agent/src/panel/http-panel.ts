import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { closeListener, openListener, portOf, refuseUpgrade } from '../runtime/http-listener.ts';
import type { Logger } from '../runtime/logger.ts';
import { originOf, type DoorTls } from '../runtime/tls-door.ts';
import { createOverlayFeed, type OverlaySource } from './overlay-feed.ts';
import { servePage } from './page-files.ts';
import type { HttpGuest } from './panel-ports.ts';
import { serveReport, type ReportFiles } from './report-pages.ts';
import type { Pairing } from './pairing.ts';
import { browserName } from './browser-name.ts';
import { isOwnHost, isOwnOrigin, securedCookies, tokenCookie, tokenOf } from './peer-check.ts';
import type { PanelCaller } from '../ports.ts';

const MAX_BODY_BYTES = 1024;
/** A studio has some ten panels, each with one WebSocket and at times six connections for files. */
const LIMITS = { headersTimeoutMs: 5_000, requestTimeoutMs: 10_000, maxHeaderBytes: 16 * 1024, connections: { most: 512, perAddress: 128 } } as const; // prettier-ignore
const PairRequest = z.strictObject({ code: z.string().min(1).max(64) });

export interface HttpPanel {
  /** Resolves with the port when it listens; rejects with `PortInUseError`. */
  open(): Promise<number>;
  close(): Promise<void>;
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...headers })
    .end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    // Not JSON: the schema refuses it with the words for the caller.
    return undefined;
  }
}

async function pair(
  { pairing, onPaired }: { readonly pairing: Pairing; readonly onPaired: (caller: PanelCaller) => Promise<void> },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const json = /^application\/json\b/.test(request.headers['content-type'] ?? '');
  const parsed = PairRequest.safeParse(json ? await readBody(request) : undefined);
  if (!parsed.success) {
    return answer(
      response,
      400,
      { code: 'bad-request', message: 'Expected JSON {"code":"12345678"} as application/json.' },
      { Connection: 'close' },
    );
  }
  const redeemed = await pairing.redeem(parsed.data.code, request.socket.remoteAddress ?? 'unknown', browserName(request.headers['user-agent'])); // prettier-ignore
  if (redeemed.ok) {
    await onPaired(redeemed.caller);
    return answer(response, 200, { token: redeemed.token }, { 'Set-Cookie': tokenCookie(redeemed.token, request) });
  }
  if (redeemed.reason === 'wrong-code') {
    const message = 'This code is wrong, used or older than 10 minutes. Create a new one on a paired panel.';
    return answer(response, 403, { code: 'wrong-code', message });
  }
  const seconds = Math.ceil(redeemed.retryAfterMs / 1000);
  answer(response, 429, { code: 'locked', message: `Too many wrong codes. Try again in ${seconds} s.`, retryAfterMs: redeemed.retryAfterMs }, { 'Retry-After': String(seconds) }); // prettier-ignore
}

/** Serves the page and `POST /pair`; hands checked WebSocket requests on. */
export function createHttpPanel(
  ports: {
    readonly pairing: Pairing;
    /** Before the device has its token. */
    readonly onPaired: (caller: PanelCaller) => Promise<void>;
    readonly logger: Logger;
    readonly pageFolder: string;
    readonly overlay?: OverlaySource;
    readonly control?: HttpGuest;
    readonly reports?: ReportFiles;
    readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  },
  config: { readonly host: string; readonly httpPort: number; readonly tls?: DoorTls },
): HttpPanel {
  const overlay = ports.overlay === undefined ? null : createOverlayFeed(ports.overlay);

  const isOurName = (name: string) => config.tls?.current.certificate.checkHost(name) !== undefined;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnHost(request, isOurName)) {
      return answer(response, 421, {
        code: 'bad-request',
        message: 'Open the panel by the address of its machine, such as http://127.0.0.1:7420/.',
      });
    }
    // Of `//` no URL can be made, which is no failure of ours to be logged.
    if (!URL.canParse(request.url ?? '/', 'http://panel'))
      return answer(response, 400, { code: 'bad-request', message: 'This is no address of a page.' });
    const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
    if (path === '/pair') {
      if (request.method !== 'POST')
        return answer(response, 405, { code: 'bad-request', message: 'Expected POST.' }, { Allow: 'POST' });
      if (!isOwnOrigin(request))
        return answer(response, 403, { code: 'bad-request', message: 'Only the panel itself may pair.' });
      return pair(ports, request, response);
    }
    if (overlay?.answer(request, response) === true || ports.control?.answer(request, response) === true) return;
    const role = () => ports.pairing.callerOf(tokenOf(request))?.role ?? null;
    if (ports.reports !== undefined && (await serveReport(ports.reports, role, path, request, response))) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(response, 405, { code: 'bad-request', message: 'Expected GET.' }, { Allow: 'GET, HEAD' });
    }
    const cookies = securedCookies(request);
    if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
    await servePage(ports.pageFolder, path, originOf(request), response);
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => {
      // The sender went away, or was cut off for being slow.
      if (request.destroyed && !request.complete) return;
      ports.logger.error(
        `panel: ${request.method} failed: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`,
      );
      if (response.headersSent) response.destroy();
      else answer(response, 500, { code: 'internal', message: 'The agent could not answer. Its log says why.' });
    });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    // Words that browsers do not show, but people with curl see them.
    const refuse = (status: number, words: string) => refuseUpgrade(socket, status, 'text/plain', words);
    if (isOwnHost(request, isOurName) && isOwnOrigin(request) && ports.control?.upgrade(request, socket, head) === true)
      return;
    if ((request.url ?? '').split('?', 1)[0] !== '/panel') return refuse(404, 'The panel is at /panel.');
    if (!isOwnHost(request, isOurName) || !isOwnOrigin(request))
      return refuse(403, 'Only the page of this agent may connect.');
    ports.onUpgrade(request, socket, head);
  };
  let server: Server | null = null;

  return {
    async open() {
      const where = { host: config.host, port: config.httpPort, what: 'the panel', hostKey: 'panel.host', portKey: 'panel.httpPort', ...(config.tls === undefined ? {} : { tls: config.tls }) }; // prettier-ignore
      server = await openListener({ request: onRequest, upgrade: onUpgrade }, { ...LIMITS, ...where });
      server.on('error', (error) => ports.logger.error(`panel: HTTP server: ${error.message}`));
      return portOf(server);
    },
    async close() {
      const opened = server;
      server = null;
      if (opened !== null) await closeListener(opened, 0);
    },
  };
}
