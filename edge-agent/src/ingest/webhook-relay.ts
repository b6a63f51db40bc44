import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import * as z from 'zod';
import { closeListener, openListener, portOf, urlOf } from '../runtime/http-listener.ts';
import type { Service } from '../runtime/service.ts';
import { bearerOf, createTokenCheck } from './bearer-token.ts';
import type { WireAnswer } from './connector.ts';
import { HOOK_LIMITS, HOOKS_PATH, MAX_HOOK_BYTES, readBody, readHead, sendAnswer } from './webhook-router.ts';

/** Where the agent asks for requests, and tells what they are to be answered. */
export const RELAY_REQUESTS = '/relay/requests';
export const RELAY_ANSWERS = '/relay/answers';

/** One request on its way through the relay. `body` is base64: not one byte may change, they are signed. */
export const RelayedRequest = z.object({
  id: z.string().min(1).max(64),
  method: z.string().max(16),
  path: z.string().max(2048),
  query: z.record(z.string(), z.string()),
  headers: z.record(z.string(), z.string()),
  body: z.base64(),
});
export type RelayedRequest = z.infer<typeof RelayedRequest>;
export const RelayedRequests = z.object({ requests: z.array(RelayedRequest).max(1000) });
export const RelayedAnswers = z.object({
  answers: z
    .array(
      z.object({
        id: z.string().max(64),
        status: z.int().min(200).max(599),
        body: z.string().max(65_536).optional(),
        contentType: z.string().max(128).optional(),
      }),
    )
    .max(1000),
});

export interface RelayConfig {
  readonly host: string;
  readonly port: number;
  /** What the agent must show. */
  readonly token: string;
  /** Milliseconds that a platform's request is held for the agent's answer; then 503, and the platform repeats it. */
  readonly holdMs: number;
  /** Longest that the agent's question is held, in milliseconds. */
  readonly longestWaitMs: number;
}

export interface HookRelay extends Service {
  readonly url: string;
}

interface Held {
  readonly request: RelayedRequest;
  readonly answer: (answer: WireAnswer) => void;
  handed: boolean;
}

/** Requests held at once; beyond that platforms are told to come back. */
const MAX_HELD = 5000;
const MAX_HANDED = 100;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * For an agent behind a router: stands where platforms can reach it, holds each of their requests, hands
 * it to the agent that asks from inside, and gives the platform the agent's own answer. It stores nothing
 * and understands nothing: without the agent it answers 503, so that platforms repeat.
 */
export function createHookRelay(config: RelayConfig): HookRelay {
  const isToken = createTokenCheck(config.token);
  const held = new Map<string, Held>();
  /** Agents that wait for requests. */
  let asking: (() => void)[] = [];
  let server: Server | null = null;

  function hold(request: Omit<RelayedRequest, 'id'>): Promise<WireAnswer> {
    if (held.size >= MAX_HELD) return Promise.resolve({ status: 503 });
    const id = randomUUID();
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer({ status: 503 }), config.holdMs);
      const answer = (given: WireAnswer) => {
        clearTimeout(timer);
        held.delete(id);
        resolve(given);
      };
      held.set(id, { request: { id, ...request }, answer, handed: false });
      for (const wake of asking.splice(0)) wake();
    });
  }

  async function handOut(waitMs: number, gone: AbortSignal): Promise<WireAnswer> {
    const fresh = () => [...held.values()].filter(({ handed }) => !handed).slice(0, MAX_HANDED);
    if (fresh().length === 0) await somethingHeld(Math.min(waitMs, config.longestWaitMs), gone);
    if (gone.aborted) return { status: 503 };
    const taken = fresh();
    for (const each of taken) each.handed = true;
    return { status: 200, body: JSON.stringify({ requests: taken.map(({ request }) => request) }), contentType: 'application/json' }; // prettier-ignore
  }

  function somethingHeld(waitMs: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        asking = asking.filter((each) => each !== end);
        gone.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      asking.push(end);
      gone.addEventListener('abort', end, { once: true });
    });
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<WireAnswer> {
    const head = readHead(request);
    if (head === null) return { status: 400 };
    if (head.path.startsWith(`${HOOKS_PATH}/`)) {
      const bytes = await readBody(request, MAX_HOOK_BYTES);
      return bytes === null ? { status: 413 } : hold({ ...head, body: Buffer.from(bytes).toString('base64') });
    }
    if (head.path !== RELAY_REQUESTS && head.path !== RELAY_ANSWERS) return { status: 404 };
    if (!isToken(bearerOf(request.headers.authorization))) return { status: 401 };
    if (head.path === RELAY_REQUESTS) {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      return handOut(Number(head.query.wait ?? 0) * 1000 || 0, gone.signal);
    }
    const bytes = await readBody(request, MAX_ANSWER_BYTES);
    const parsed = RelayedAnswers.safeParse(bytes === null ? null : parseJson(bytes));
    if (!parsed.success) return { status: 400, body: 'expected {"answers": [{"id", "status", "body"}]}' };
    for (const { id, ...answer } of parsed.data.answers) held.get(id)?.answer(answer);
    return { status: 200 };
  }

  const onRequest: RequestListener = (request, response) => {
    respond(request, response).then(
      (answer) => sendAnswer(request, response, answer),
      () => {
        // Only a sender that went away: nothing here can fail by itself.
        if (!response.headersSent) sendAnswer(request, response, { status: 400 });
      },
    );
  };

  return {
    name: 'hook-relay',
    get url() {
      return urlOf(config.host, server === null ? config.port : portOf(server), '');
    },
    async start(signal) {
      signal.throwIfAborted();
      server = await openListener(
        { request: onRequest },
        { ...config, ...HOOK_LIMITS, headersTimeoutMs: 15_000, requestTimeoutMs: 15_000, what: 'the relay', hostKey: '--host', portKey: '--port' },
      ); // prettier-ignore
    },
    async stop() {
      const opened = server;
      server = null;
      for (const { answer } of held.values()) answer({ status: 503 });
      for (const wake of asking.splice(0)) wake();
      if (opened !== null) await closeListener(opened, 1000);
    },
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Answered as any other body that is not the expected one.
    return null;
  }
}
