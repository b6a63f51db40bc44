import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '../runtime/logger.ts';
import type { ControlDesk } from './control-desk.ts';
import type { Gate, Presser } from './gate.ts';
import { bearerOf, CONTROL_PATH } from './http-control.ts';
import { parsePress, type RawPress } from './press.ts';

export const CONTROL_SOCKET_PATH = `${CONTROL_PATH}/ws`;
const MAX_SOCKETS = 16;
const MAX_MESSAGE_BYTES = 4096;
const MAX_LINES = 16;
/** States and answers that a peer asked for and does not take. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** Without a token nobody stays longer. */
const ENTER_MS = 10_000;
const SILENT_MS = 15_000;
const PING_MS = 5_000;

export interface WsControl {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends the state to those who have not had it. */
  beat(): void;
  stop(): void;
}

interface Client {
  readonly socket: WebSocket;
  readonly peer: string;
  readonly sinceMs: number;
  /** Null: it has shown no token yet. */
  token: string | null;
  heardMs: number;
  pingedMs: number;
  sent: string;
}

/** Presses and states over WebSocket, each a JSON object in a message or on a line of it. */
export function createWsControl(ports: {
  readonly desk: ControlDesk;
  readonly gate: Gate;
  /** Whether a token that was let in once still is one. */
  readonly isToken: (token: string) => boolean;
  readonly logger: Logger;
  readonly nowMs: () => number;
}): WsControl {
  const { desk, gate, nowMs } = ports;
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const clients = new Set<Client>();

  const send = ({ socket }: Client, message: object) => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const refuse = (client: Client, id: unknown, code: string, words: string) =>
    send(client, { type: 'error', id: idOf(id), ok: false, code, words });
  const pushState = (client: Client) => {
    const state = desk.state();
    const json = JSON.stringify(state);
    if (client.token === null || json === client.sent || client.socket.bufferedAmount > 0) return;
    client.sent = json;
    send(client, { type: 'state', state });
  };

  async function line(client: Client, text: string): Promise<void> {
    const asked = parseLine(text);
    if (asked === null) return refuse(client, null, 'bad-request', 'The message is no JSON object. Expected {"verb":"done","token":"…"}.'); // prettier-ignore
    const token = typeof asked.token === 'string' ? asked.token : (client.token ?? '');
    const entry = gate.enter(token, client.peer);
    if (!entry.ok) return refuse(client, asked.id, entry.code, entry.words);
    client.token = token;
    if (asked.verb !== undefined && asked.verb !== 'state') await press(client, entry.who, asked);
    else client.sent = '';
    pushState(client);
  }

  async function press(client: Client, who: Presser, asked: RawPress & { id?: unknown }): Promise<void> {
    const read = parsePress(asked);
    if ('code' in read) return refuse(client, asked.id, read.code, read.words);
    const answer = await desk.press(who, read);
    send(client, { type: answer.ok ? 'answer' : 'error', id: idOf(asked.id), ...answer });
  }

  function welcome(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => socket.terminate());
    if (clients.size >= MAX_SOCKETS) {
      // Who has shown no token holds no place against who may have one: the oldest of them goes.
      const stranger = [...clients].find(({ token }) => token === null);
      if (stranger === undefined) return socket.close(1013, `at most ${MAX_SOCKETS} control sockets`);
      clients.delete(stranger);
      stranger.socket.terminate();
    }
    const atMs = nowMs();
    const client: Client = { socket, peer: request.socket.remoteAddress ?? 'unknown', sinceMs: atMs, token: null, heardMs: atMs, pingedMs: atMs, sent: '' }; // prettier-ignore
    clients.add(client);
    socket.on('close', () => clients.delete(client));
    socket.on('pong', () => (client.heardMs = nowMs()));
    let work: Promise<void> = Promise.resolve();
    const take = (text: string) => {
      // One after the other: presses count in the order of their messages.
      work = work.then(() => line(client, text)).catch((error: unknown) => {
        ports.logger.error(`control: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`);
        refuse(client, null, 'internal', 'The agent could not do that. Its log says why.');
      }); // prettier-ignore
    };
    socket.on('message', (data) => {
      client.heardMs = nowMs();
      const lines = String(data).split('\n').filter((text) => text.trim() !== ''); // prettier-ignore
      for (const text of lines.slice(0, MAX_LINES)) take(text);
    });
    const bearer = bearerOf(request);
    if (bearer !== '') take(JSON.stringify({ token: bearer }));
  }

  function check(client: Client): void {
    const atMs = nowMs();
    const { token } = client;
    if (token === null ? atMs - client.sinceMs > ENTER_MS : !ports.isToken(token)) return client.socket.close(4401, 'no token'); // prettier-ignore
    if (atMs - client.heardMs > SILENT_MS) return client.socket.terminate();
    if (atMs - client.pingedMs < PING_MS) return;
    client.pingedMs = atMs;
    client.socket.ping();
  }

  return {
    upgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, (ws) => welcome(ws, request)),
    beat() {
      for (const client of clients) {
        check(client);
        pushState(client);
      }
    },
    stop() {
      for (const { socket } of clients) socket.terminate();
      server.close();
    },
  };
}

function parseLine(text: string): (RawPress & { readonly id?: unknown; readonly token?: unknown }) | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Given back as it came, so that a program finds its press again; nothing but small things. */
const idOf = (id: unknown) => (typeof id === 'number' || (typeof id === 'string' && id.length <= 64) ? id : null);
