import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { UPLOAD_CHUNK_MAX, type PanelMessage } from '@livecue/shared/contract';
import type { PanelCaller } from '../ports.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import type { CallAnswerer } from './call-answer.ts';
import type { StateFeed, StateFrame } from './state-feed.ts';

/** Close code of a socket without a valid token: the page shows the pairing form and does not try again. */
export const CLOSE_NOT_PAIRED = 4401;
const CLOSE_TRY_LATER = 1013;
const MAX_PANELS = 32;
/** A piece of a product file and what is around it. */
const MAX_CALL_BYTES = UPLOAD_CHUNK_MAX + 16 * 1024;
const MAX_CALLS_IN_FLIGHT = 16;
/** Answers that a panel asked for and does not take. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
export const PING_MS = 5_000;
/** No pong, or nothing taken from the socket, for this long: gone. */
export const SILENT_MS = 15_000;

export interface WsPanel {
  /** A request whose host and origin are checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  start(): void;
  stop(): void;
  /** Turns away at once who is no longer paired. */
  check(): void;
  /** Whether a panel of this device is here. */
  isHere(device: string): boolean;
  readonly connected: number;
}

interface Client {
  readonly socket: WebSocket;
  readonly token: string;
  revision: number;
  calls: number;
  heardMs: number;
  /** When its buffer was last seen empty. */
  drainedMs: number;
}

const NOT_PAIRED: PanelMessage = {
  type: 'error',
  id: null,
  code: 'not-paired',
  message: 'This panel is not paired. Enter a code from a paired panel or from the start of the agent.',
};

/** Browsers over WebSocket: states out, calls in. Unpaired sockets get one refusal and are closed. */
export function createWsPanel(ports: {
  readonly callerOf: (token: string) => PanelCaller | null;
  /** A device is here; says itself when that cannot be kept. */
  readonly onSeen: (token: string) => void;
  readonly tokenOf: (request: IncomingMessage) => string;
  readonly answer: CallAnswerer;
  readonly feed: StateFeed;
  readonly nowMs: () => number;
}): WsPanel {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_CALL_BYTES, perMessageDeflate: false });
  const clients = new Set<Client>();
  let pinger: NodeJS.Timeout | null = null;
  let leaveFeed: (() => void) | null = null;
  let newest: StateFrame | null = null;

  /** A panel that has not taken the last state yet gets none now, and the newest once it has. */
  function push(client: Client): void {
    if (client.socket.bufferedAmount > 0) return;
    client.drainedMs = ports.nowMs();
    if (newest === null || client.revision === newest.revision || client.socket.readyState !== client.socket.OPEN)
      return;
    client.revision = newest.revision;
    client.socket.send(newest.json);
  }

  async function call(client: Client, text: string): Promise<void> {
    if (client.socket.bufferedAmount > MAX_UNREAD_BYTES) return client.socket.terminate();
    if (client.calls >= MAX_CALLS_IN_FLIGHT) {
      const message: PanelMessage = {
        type: 'error',
        id: null,
        code: 'bad-request',
        message: `At most ${MAX_CALLS_IN_FLIGHT} calls at a time.`,
      };
      client.socket.send(JSON.stringify(message));
      return;
    }
    client.calls += 1;
    // Asked with each call, so that a device that was turned away or given another role has it at once.
    const caller = ports.callerOf(client.token);
    const message = caller === null ? NOT_PAIRED : await ports.answer(text, caller);
    client.calls -= 1;
    if (client.socket.readyState === client.socket.OPEN) client.socket.send(JSON.stringify(message));
  }

  function welcome(socket: WebSocket, token: string): void {
    // Protocol errors of the peer end the connection; `close` follows and cleans up.
    socket.on('error', () => socket.terminate());
    if (ports.callerOf(token) === null) {
      socket.send(JSON.stringify(NOT_PAIRED));
      return socket.close(CLOSE_NOT_PAIRED, 'not paired');
    }
    if (clients.size >= MAX_PANELS) return socket.close(CLOSE_TRY_LATER, `at most ${MAX_PANELS} panels`);
    const client: Client = { socket, token, revision: 0, calls: 0, heardMs: ports.nowMs(), drainedMs: ports.nowMs() };
    clients.add(client);
    ports.onSeen(token);
    socket.on('close', () => clients.delete(client));
    socket.on('pong', () => (client.heardMs = ports.nowMs()));
    socket.on('message', (data) => {
      client.heardMs = ports.nowMs();
      void call(client, String(data));
    });
    push(client);
  }

  function check(): void {
    const limitMs = ports.nowMs() - SILENT_MS;
    for (const client of clients) {
      if (ports.callerOf(client.token) === null) client.socket.close(CLOSE_NOT_PAIRED, 'not paired');
      else if (client.heardMs < limitMs || client.drainedMs < limitMs) client.socket.terminate();
      else {
        ports.onSeen(client.token);
        client.socket.ping();
      }
    }
  }

  return {
    upgrade: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (ws) => welcome(ws, ports.tokenOf(request))),
    start() {
      leaveFeed ??= ports.feed.onBeat((frame) => {
        newest = frame;
        for (const client of clients) push(client);
      });
      pinger ??= setInterval(check, PING_MS);
    },
    stop() {
      leaveFeed?.();
      leaveFeed = null;
      if (pinger !== null) clearInterval(pinger);
      pinger = null;
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
    check,
    isHere: (device) => [...clients].some(({ token }) => ports.callerOf(token)?.device === device),
    get connected() {
      return clients.size;
    },
  };
}
