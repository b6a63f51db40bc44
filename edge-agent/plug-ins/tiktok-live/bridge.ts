import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What is used of the library's `TikTokLiveConnection`. */
export interface LiveConnection {
  on(event: string, listener: () => void): unknown;
  emit(event: string, ...args: unknown[]): boolean;
  connect(): Promise<unknown>;
  disconnect(): unknown;
}

export interface BridgePorts {
  readonly createConnection: (uniqueId: string) => LiveConnection;
  readonly log: (line: string) => void;
}

export interface Bridge {
  readonly port: number;
  close(): Promise<void>;
}

const ACCOUNT = /^[\w.]{1,64}$/;
/** Events of the library about itself, or frames before they are read. */
const NOT_TOLD: ReadonlySet<string> = new Set(['error', 'rawData', 'decodedData', 'websocketData', 'enterRoom', 'newListener', 'removeListener']); // prettier-ignore
/** The close codes of the service that the agent knows, by the name of the library's error. */
const CODE_OF_ERROR: Readonly<Record<string, number>> = { UserOfflineError: 4404, SignatureRateLimitError: 4429, PremiumFeatureError: 4403, InvalidUniqueIdError: 4400 }; // prettier-ignore
const STREAM_END = 4005;
const LOST = 4500;
const OVERLOADED = 1013;
/** An agent that reads nothing for so long is sent away: it comes back. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/**
 * The library's events of one account for one agent on this machine, as `{event, data}`, with the close codes of the
 * service. Connected to the room as long as the agent is. `token`: what the agent must show as `apiKey`. Listens on
 * 127.0.0.1 alone.
 */
export async function openBridge(
  ports: BridgePorts,
  { port, token }: { readonly port: number; readonly token: string },
): Promise<Bridge> {
  const server = createServer((_request, response) => void response.writeHead(426).end());
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Here nobody else listens: a caller that breaks off would end this program.
    socket.on('error', () => undefined);
    const query = new URLSearchParams(request.url?.split('?', 2)[1]);
    const account = query.get('uniqueId') ?? '';
    const status = !sameText(query.get('apiKey') ?? '', token) ? 401 : ACCOUNT.test(account) ? null : 400;
    if (status !== null) return socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    return sockets.handleUpgrade(request, socket, head, (opened) => play(opened, ports.createConnection(account), ports.log));
  }); // prettier-ignore

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function play(socket: WebSocket, connection: LiveConnection, log: BridgePorts['log']): void {
  let beforeOpen = true;
  let isOver = false;
  const tell = (event: string, data: unknown) => {
    if (event === 'websocketConnected') beforeOpen = false;
    if (event === 'streamEnd') isOver = true;
    if (NOT_TOLD.has(event) || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) return socket.close(OVERLOADED);
    socket.send(JSON.stringify(beforeOpen ? { event, data, beforeOpen } : { event, data }, digits));
    if (event === 'disconnected') socket.close(isOver ? STREAM_END : LOST);
  };
  const emit = connection.emit.bind(connection);
  connection.emit = (event, ...args) => {
    tell(event, args[0]);
    return emit(event, ...args);
  };
  // One without a listener would end this program.
  connection.on('error', () => log('the library could not read a message'));
  socket.on('error', () => undefined);
  const leave = async () => {
    try {
      await connection.disconnect();
    } catch (error) {
      log(`leaving the room: ${(error as Error).constructor.name}`);
    }
  };
  socket.on('close', () => void leave());
  // The agent may have left while the library was on its way into the room.
  const joined = () => (socket.readyState === socket.OPEN ? undefined : leave());
  connection.connect().then(joined, (error: Error) => {
    const name = error.constructor.name;
    log(`connecting: ${name}`);
    socket.close(CODE_OF_ERROR[name] ?? LOST);
  });
}

/** 64-bit ids as text, whatever the library makes of them. */
const digits = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
