import { type RawData, WebSocket } from 'ws';
import { parseRetryAfter } from '../../runtime/back-off.ts';

export interface SocketPorts {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly onOpen?: (socket: WireSocket) => void;
  /** Text messages arrive decoded; invalid UTF-8 closes the socket with 1007, as the protocol says. */
  readonly onText?: (text: string, socket: WireSocket) => void;
  readonly onBytes?: (bytes: Uint8Array, socket: WireSocket) => void;
  readonly maxMessageBytes?: number;
}

export interface WireSocket {
  send(data: string | Uint8Array): void;
  close(): void;
  /** Settles when the socket is closed, whatever the reason; never rejects. */
  readonly closed: Promise<SocketEnd>;
}

export interface SocketEnd {
  /** Close code of RFC 6455; 1006 when there was none. */
  readonly code: number;
  /** HTTP status when the upgrade was refused. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  /** For the log: never holds a message of the platform. */
  readonly problem: string;
}

const HANDSHAKE_MS = 10_000;
const CLOSE_MS = 300;
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Opens a WebSocket; it closes when the signal aborts, by force after 300 ms. */
export function openWireSocket(url: string, ports: SocketPorts): WireSocket {
  const socket = new WebSocket(url, {
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: ports.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    followRedirects: false,
  });
  const end = { code: 1006, status: null as number | null, retryAfterMs: null as number | null, problem: 'the connection ended' };
  let force: NodeJS.Timeout | undefined;
  const close = () => {
    if (socket.readyState === WebSocket.CONNECTING) return socket.terminate();
    socket.close(1000);
    force ??= setTimeout(() => socket.terminate(), CLOSE_MS);
  };
  const wire: WireSocket = {
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close,
    closed: new Promise((resolve) => {
      socket.on('close', (code) => {
        clearTimeout(force);
        ports.signal.removeEventListener('abort', close);
        resolve({ ...end, code });
      });
    }),
  };
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end.problem = error.code ?? error.name;
  });
  socket.on('unexpected-response', (request, response) => {
    end.status = response.statusCode ?? null;
    end.retryAfterMs = parseRetryAfter(response.headers['retry-after'], ports.nowMs());
    end.problem = `the server answered ${end.status}`;
    request.destroy();
    socket.terminate();
  });
  socket.on('open', () => ports.onOpen?.(wire));
  socket.on('message', (data: RawData, isBinary) => {
    const bytes = data as Buffer;
    if (isBinary) ports.onBytes?.(bytes, wire);
    else ports.onText?.(bytes.toString('utf8'), wire);
  });
  if (ports.signal.aborted) close();
  else ports.signal.addEventListener('abort', close, { once: true });
  return wire;
} // prettier-ignore
