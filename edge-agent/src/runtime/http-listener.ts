import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigurationError, PortInUseError } from './agent-error.ts';
import { addTls, EXPOSED, isExposed, sendToTls, type DoorTls } from './tls-door.ts';

export interface ListenerConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Milliseconds a request's head may take to arrive. */
  readonly headersTimeoutMs: number;
  /** Milliseconds a request may take to arrive whole. */
  readonly requestTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Connections at once, and those of one address: one machine may not take the places of all others. */
  readonly connections: { readonly most: number; readonly perAddress: number };
  /** Words for the error: what is opened, and which keys say where. */
  readonly what: string;
  readonly hostKey: string;
  readonly portKey: string;
  /** Other machines are served over TLS alone, this machine also without. Absent: plain HTTP for all. */
  readonly tls?: DoorTls;
}

export interface Listeners {
  readonly request: RequestListener;
  /** Absent: what asks for a WebSocket is a request as any other. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** What neither sends nor takes anything for so long is cut off: also who asks, and never reads the answer. */
const IDLE_MS = 60_000;

/** While it closes, connections whose request was answered are looked for so often. */
const IDLE_LOOK_MS = 20;

/** Ends what has come to a server with TLS and has asked nothing yet. */
const unserved = new WeakMap<Server, () => void>();

/** Opens an HTTP server. Rejects with `PortInUseError` or `ConfigurationError`, which say what to change. */
export function openListener(listeners: Listeners, config: ListenerConfig): Promise<Server> {
  const server = createServer(
    {
      requestTimeout: config.requestTimeoutMs,
      headersTimeout: config.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, config.headersTimeoutMs),
      maxHeaderSize: config.maxHeaderBytes,
    },
    config.tls === undefined ? listeners.request : (request, response) => (isExposed(request) ? sendToTls(request, response) : listeners.request(request, response)),
  ); // prettier-ignore
  server.timeout = IDLE_MS;
  if (config.tls !== undefined) unserved.set(server, addTls(server, config.tls, config.headersTimeoutMs));
  boundConnections(server, config.connections);
  const { upgrade } = listeners;
  if (upgrade !== undefined) server.on('upgrade', (request, socket, head) => (config.tls !== undefined && isExposed(request) ? refuseUpgrade(socket, 403, 'text/plain', EXPOSED) : upgrade(request, socket, head))); // prettier-ignore
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const doing = `Opening ${config.what} on ${config.host}:${config.port}`;
      const inUse = error.code === 'EADDRINUSE';
      const message = inUse
        ? `${doing}: another program has this port. Stop it, or set ${config.portKey} to another one (0 takes any free port).`
        : `${doing}: ${error.message}. Set ${config.hostKey} to an address of this machine and ${config.portKey} to a port this user may open.`;
      reject(inUse ? new PortInUseError(message, { cause: error }) : new ConfigurationError(message, { cause: error }));
    });
    server.listen(config.port, config.host, () => resolve(server));
  });
}

function boundConnections(server: Server, { most, perAddress }: ListenerConfig['connections']): void {
  server.maxConnections = most;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const from = socket.remoteAddress ?? '';
    const count = (open.get(from) ?? 0) + 1;
    open.set(from, count);
    socket.once('close', () => {
      const left = open.get(from)! - 1;
      if (left === 0) open.delete(from);
      else open.set(from, left);
    });
    if (count > perAddress) socket.destroy();
  });
}

/**
 * Answers what asked for a WebSocket with `status` and `body`, and closes. Nobody reads such a socket any more, so that
 * the end of its sender would never be seen: it is closed from here.
 */
export function refuseUpgrade(socket: Duplex, status: number, type: string, body: string): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
} // prettier-ignore

export function urlOf(host: string, port: number, path: string, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}${path}`;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Lets requests under way end, up to the deadline. */
export function closeListener(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A sender that keeps its connection would be served by us for as long as it sends.
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
    unserved.get(server)?.();
  });
}
