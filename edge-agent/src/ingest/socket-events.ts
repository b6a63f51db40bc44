import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { AgentError } from '../runtime/agent-error.ts';
import { refuseUpgrade } from '../runtime/http-listener.ts';
import { bearerOf } from './bearer-token.ts';
import { sniffEncoding } from './frame-encoding.ts';
import { frameReply } from './frame-reply.ts';
import { type EventLimits, type EventPorts, EVENTS_PATH } from './http-events.ts';

/** A page cannot set headers on a WebSocket; it offers this subprotocol, and `livecue` beside it. */
const TOKEN_PROTOCOL = /^livecue\.token\.([\w~+/.=-]+)$/;
const PROTOCOL = 'livecue';
/** Messages of one sender that wait for the disk before its socket is no longer read. */
const MAX_UNANSWERED = 64;

export interface SocketEvents {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes every WebSocket with 1001; those that do not answer in time are cut. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * WebSocket at `/events`: each message is a frame, text JSON, binary MessagePack (or JSON, by its first
 * byte). Each is answered in order with `{accepted, rejected, rejectedTotal}`, or `{error}` when it
 * could not be kept. With a full queue the socket is not read.
 */
export function createSocketEvents(ports: EventPorts, limits: EventLimits & { readonly pingIntervalMs: number }, signal: AbortSignal): SocketEvents {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : (offered.values().next().value ?? false)),
  });
  const alive = new WeakSet<WebSocket>();
  const pings = setInterval(() => {
    for (const client of server.clients) {
      if (!alive.has(client)) client.terminate();
      alive.delete(client);
      client.ping();
    }
  }, limits.pingIntervalMs);
  // Stopping also ends a source whose server could not listen.
  signal.addEventListener('abort', () => clearInterval(pings), { once: true });

  server.on('connection', (client) => {
    alive.add(client);
    client.on('pong', () => alive.add(client));
    serve(client, ports, limits, signal);
  });

  return {
    upgrade(request, socket, head) {
      const refusal = refuse(request, ports);
      if (refusal === null) {
        server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
        return;
      }
      refuseUpgrade(socket, refusal.status, 'application/json', JSON.stringify({ error: refusal.error }));
    },
    async close(deadlineMs) {
      clearInterval(pings);
      const clients = [...server.clients];
      const closed = clients.map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));
      for (const client of clients) client.close(1001, 'the agent stops');
      const deadline = setTimeout(() => clients.forEach((client) => client.terminate()), deadlineMs);
      await Promise.all(closed);
      clearTimeout(deadline);
      server.close();
    },
  };
} // prettier-ignore

function refuse(request: IncomingMessage, ports: EventPorts): { status: number; error: string } | null {
  // Of `//` no URL can be made: that must not end the agent.
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (url?.pathname !== EVENTS_PATH) return { status: 404, error: `there is nothing at this path: connect to ${EVENTS_PATH}` };
  if (url.searchParams.has('token')) {
    return { status: 400, error: 'a token in the address ends up in logs: send it as "Authorization: Bearer <token>", or from a page as subprotocols ["livecue", "livecue.token.<token>"]' };
  }
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',');
  const offered = protocols.map((name) => TOKEN_PROTOCOL.exec(name.trim())?.[1]).find((token) => token !== undefined);
  if (ports.isToken(bearerOf(request.headers.authorization) ?? offered)) return null;
  ports.meter.refuseToken();
  return { status: 401, error: 'expected the ingest token of this agent as "Authorization: Bearer <token>", or from a page as subprotocols ["livecue", "livecue.token.<token>"]' };
} // prettier-ignore

function serve(client: WebSocket, ports: EventPorts, limits: EventLimits, signal: AbortSignal): void {
  let unanswered = 0;
  let answered: Promise<void> = Promise.resolve();

  /** Reads on when there is room, for us and for this sender. */
  const readOn = () => {
    if (!client.isPaused || unanswered >= MAX_UNANSWERED) return;
    if (!ports.sink.full) return client.resume();
    // When the source stops, the socket closes: there is nothing to read on for.
    ports.sink.ready(signal).then(readOn, () => undefined);
  };

  client.on('message', (data: RawData, isBinary) => {
    const bytes = data as Buffer;
    const encoding = isBinary ? sniffEncoding(bytes) : 'json';
    const { decoded, durable } = ports.sink.accept({ sourceName: limits.name, ingestTimeMs: ports.nowMs(), encoding, bytes }); // prettier-ignore
    ports.meter.record(decoded);
    const reply = durable.then(() => frameReply(decoded), diskReply);
    unanswered++;
    answered = answered.then(async () => {
      const text = JSON.stringify(await reply);
      unanswered--;
      if (client.readyState === client.OPEN) client.send(text);
      readOn();
    });
    answered.catch((error: unknown) => {
      ports.logger.error(`source ${limits.name}: a WebSocket message failed: ${error instanceof Error ? error.stack : String(error)}`);
      client.close(1011, 'the agent could not handle a message');
    }); // prettier-ignore
    if (ports.sink.full || unanswered >= MAX_UNANSWERED) {
      client.pause();
      readOn();
    }
  });
  // A frame that breaks the protocol; a connection that breaks is 'close' alone.
  client.on('error', (error: Error & { code?: string }) => {
    ports.meter.drop(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too-large' : 'malformed');
    ports.logger.info(`source ${limits.name}: a WebSocket sender was cut off: ${error.message}`);
  });
}

function diskReply(error: unknown): { error: string } {
  if (error instanceof AgentError) return { error: `${error.code}: ${error.message}` };
  throw error;
}
