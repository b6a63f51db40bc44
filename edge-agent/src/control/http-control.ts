import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Words } from '@livecue/shared/prompt';
import type { Logger } from '../runtime/logger.ts';
import { originOf } from '../runtime/tls-door.ts';
import type { Answer, ControlDesk } from './control-desk.ts';
import type { Gate } from './gate.ts';
import { parsePress, type RawPress } from './press.ts';

const MAX_BODY_BYTES = 1024;
const STATUS = {
  'bad-request': 400, 'bad-value': 400, 'no-token': 401, 'wrong-token': 401, expired: 401, forbidden: 403, 'unknown-verb': 404, 'not-found': 404,
  'wrong-method': 405, 'too-large': 413, locked: 429, 'too-fast': 429, internal: 500,
} as const; // prettier-ignore
type Code = keyof typeof STATUS;

export const CONTROL_PATH = '/control';

/** `Authorization: Bearer TOKEN`; empty when there is none. */
export function bearerOf(request: IncomingMessage): string {
  return /^Bearer +([\w-]{1,128})$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Presses over HTTP: `POST /control/<verb>[/<value>]`, and `GET /control/state`. True when the request was one. */
export function createHttpControl(
  ports: { readonly desk: ControlDesk; readonly gate: Gate; readonly logger: Logger },
  config: { readonly language: 'zh' | 'en' },
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { desk, gate } = ports;

  async function handle(request: IncomingMessage, url: URL, reply: Reply): Promise<void> {
    if (url.searchParams.has('token')) {
      return reply.refuse('bad-request', 'A token is not taken from an address, since addresses end up in logs. Send it as Authorization: Bearer TOKEN.'); // prettier-ignore
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== originOf(request)) return reply.refuse('forbidden', 'Pages of other sites may not press buttons.'); // prettier-ignore
    const entry = gate.enter(bearerOf(request), request.socket.remoteAddress ?? 'unknown');
    if (!entry.ok) return reply.refuse(entry.code, entry.words, entry.retryAfterMs);
    const [verb = '', value, ...rest] = url.pathname
      .slice(CONTROL_PATH.length + 1)
      .split('/')
      .map(decoded);
    const isState = verb === 'state' && value === undefined;
    if (isState && (request.method === 'GET' || request.method === 'HEAD')) return reply.state();
    const body = await readBody(request);
    if (body === 'too-large') return reply.refuse('too-large', `A press has at most ${MAX_BODY_BYTES} bytes.`);
    if (body === 'no-json') return reply.refuse('bad-request', 'The body is no JSON object. Send {} or nothing, or {"value":…,"card":…}.'); // prettier-ignore
    const press = parsePress({
      value: value ?? body.value,
      card: body.card,
      verb: rest.length > 0 ? url.pathname : verb,
    });
    if ('code' in press) return reply.refuse(press.code, press.words);
    if (isState || request.method !== 'POST') return reply.refuse('wrong-method', isState ? 'The state is for reading: send GET.' : 'A press changes something: send POST.'); // prettier-ignore
    reply.answer(await desk.press(entry.who, press));
  }

  return (request, response) => {
    // Looked at before it is read: not every path is an address.
    if (!/^\/control(?:[/?]|$)/.test(request.url ?? '')) return false;
    const url = new URL(request.url!, 'http://127.0.0.1');
    const reply = replyTo(request, response, desk, url.searchParams.get('lang') === 'en' ? 'en' : url.searchParams.get('lang') === 'zh' ? 'zh' : config.language); // prettier-ignore
    handle(request, url, reply).catch((error: unknown) => {
      ports.logger.error(`control: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`);
      reply.refuse('internal', 'The agent could not do that. Its log says why.');
    });
    return true;
  };
}

interface Reply {
  state(): void;
  answer(answer: Answer): void;
  refuse(code: Code, words: string, retryAfterMs?: number): void;
}

/** JSON, or one line for whoever accepts plain text alone. */
function replyTo(request: IncomingMessage, response: ServerResponse, desk: ControlDesk, language: keyof Words): Reply {
  const isText = /^text\/plain\b/.test(request.headers.accept ?? '');
  const send = (status: number, line: string, body: unknown, headers: Record<string, string> = {}) => {
    if (response.headersSent) return void response.destroy();
    const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
    response
      .writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers })
      .end(isText ? `${line}\n` : JSON.stringify(body)); // prettier-ignore
  };
  const refuse: Reply['refuse'] = (code, words, retryAfterMs = 0) => {
    const wait = retryAfterMs > 0 ? { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) } : null;
    const login = STATUS[code] === 401 ? { 'WWW-Authenticate': 'Bearer' } : null;
    const close = code === 'too-large' ? { Connection: 'close' } : null;
    send(STATUS[code], words, { ok: false, code, words }, { ...wait, ...login, ...close });
  };
  return {
    refuse,
    state() {
      const state = desk.state();
      send(200, state.text[language], state);
    },
    answer(answer) {
      if (!answer.ok) return refuse(answer.code, answer.words);
      send(200, answer.words[language], { ...answer, words: answer.words[language], state: desk.state() });
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // It names no verb and no value then, and is refused as such.
    return part;
  }
}

/** Programs that always send a body send `{}`, or a text that says nothing to us. */
async function readBody(request: IncomingMessage): Promise<RawPress | 'too-large' | 'no-json'> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return 'too-large';
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'no-json';
  } catch {
    return 'no-json';
  }
}
