import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { PortInUseError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { createOverlayFeed, type OverlaySource } from './overlay-feed.ts';
import { servePage } from './page-files.ts';
import type { HttpGuest } from './panel-ports.ts';
import { serveReport, type ReportFiles } from './report-pages.ts';
import type { Pairing } from './pairing.ts';
import { browserName } from './browser-name.ts';
import { isOwnHost, isOwnOrigin, tokenCookie, tokenOf } from './peer-check.ts';
import type { PanelCaller } from '../ports.ts';

const MAX_BODY_BYTES = 1024;
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
    return answer(response, 200, { token: redeemed.token }, { 'Set-Cookie': tokenCookie(redeemed.token) });
  }
  if (redeemed.reason === 'wrong-code') {
    const message = 'This code is wrong, used or older than 10 minutes. Create a new one on a paired panel.';
    return answer(response, 403, { code: 'wrong-code', message });
  }
  const seconds = Math.ceil(redeemed.retryAfterMs / 1000);
  answer(response, 429, { code: 'locked', message: `Too many wrong codes. Try again in ${seconds} s.`, retryAfterMs: redeemed.retryAfterMs }, { 'Retry-After': String(seconds) }); // prettier-ignore
}

/** Ends a refused upgrade with words; browsers do not show them, people with curl do. */
function refuseUpgrade(socket: Duplex, status: string, text: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
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
  config: { readonly host: string; readonly httpPort: number },
): HttpPanel {
  const overlay = ports.overlay === undefined ? null : createOverlayFeed(ports.overlay);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnHost(request)) {
      return answer(response, 421, {
        code: 'bad-request',
        message: 'Open the panel by the address of its machine, such as http://127.0.0.1:7420/.',
      });
    }
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
    await servePage(ports.pageFolder, path, request.headers.host ?? '', response);
  }

  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      ports.logger.error(
        `panel: ${request.method} failed: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`,
      );
      if (response.headersSent) response.destroy();
      else answer(response, 500, { code: 'internal', message: 'The agent could not answer. Its log says why.' });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (isOwnHost(request) && isOwnOrigin(request) && ports.control?.upgrade(request, socket, head) === true) return;
    if ((request.url ?? '').split('?', 1)[0] !== '/panel')
      return refuseUpgrade(socket, '404 Not Found', 'The panel is at /panel.');
    if (!isOwnHost(request) || !isOwnOrigin(request))
      return refuseUpgrade(socket, '403 Forbidden', 'Only the page of this agent may connect.');
    ports.onUpgrade(request, socket, head);
  });

  return {
    open: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EADDRINUSE') return reject(error);
          const text = `Opening the panel on ${config.host}:${config.httpPort}: another program has this port. Stop it, or set panel.httpPort to another one (0 takes any free port).`;
          reject(new PortInUseError(text, { cause: error }));
        });
        server.listen(config.httpPort, config.host, () => {
          server.removeAllListeners('error');
          server.on('error', (error) => ports.logger.error(`panel: HTTP server: ${error.message}`));
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
