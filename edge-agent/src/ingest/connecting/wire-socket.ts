import { isUtf8 } from 'node:buffer';
import { type RawData, WebSocket } from 'ws';
import { parseRetryAfter } from '../../runtime/back-off.ts';

export interface SocketPorts {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly onOpen?: (socket: WireSocket) => void;
  /** Text messages arrive decoded. */
  readonly onText?: (text: string, socket: WireSocket) => void;
  readonly onBytes?: (bytes: Uint8Array, socket: WireSocket) => void;
  /** A text message that is no UTF-8: the socket lives on, whatever RFC 6455 says, because the show does. */
  readonly onInvalid?: () => void;
  /** A sign of life: the answer to our ping, or a ping of the server. */
  readonly onAlive?: () => void;
  readonly maxMessageBytes?: number;
}

export interface WireSocket {
  send(data: string | Uint8Array): void;
  ping(): void;
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
    skipUTF8Validation: true,
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
    ping() {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
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
  socket.on('pong', () => ports.onAlive?.());
  socket.on('ping', () => ports.onAlive?.());
  socket.on('open', () => ports.onOpen?.(wire));
  socket.on('message', (data: RawData, isBinary) => {
    const bytes = data as Buffer;
    if (isBinary) ports.onBytes?.(bytes, wire);
    else if (isUtf8(bytes)) ports.onText?.(bytes.toString('utf8'), wire);
    else ports.onInvalid?.();
  });
  if (ports.signal.aborted) close();
  else ports.signal.addEventListener('abort', close, { once: true });
  return wire;
} // prettier-ignore
