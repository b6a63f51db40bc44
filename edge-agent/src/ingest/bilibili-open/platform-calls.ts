import { randomUUID } from 'node:crypto';
import { parseRetryAfter } from '../../runtime/back-off.ts';
import { under } from '../connecting/endpoint.ts';
import type { SessionEnd } from '../connecting/stream-connector.ts';
import type { ConnectorContext } from '../connector.ts';
import { asArray, asId, asInteger, asObject, asText, part, readJson, type WireObject } from '../decoding/wire-value.ts';
import { type SigningKey, signedHeaders } from './signed-headers.ts';

export interface Session {
  readonly gameId: string;
  readonly roomId: string;
  readonly hostId: string | undefined;
  /** Sent byte for byte in the first packet. */
  readonly authBody: string;
  readonly socketUrls: readonly string[];
}

export type CallAnswer = { readonly code: number; readonly data: WireObject } | { readonly end: SessionEnd };

const REQUEST_MS = 10_000;
/** Signature, key and permission: asking again with the same key cannot help. */
const REFUSED: ReadonlySet<number> = new Set([4001, 4002, 4005, 4006, 4007, 4008, 4010]);
const WRONG_IDENTITY_CODE = 7007;
const TOO_MANY_SESSIONS = 7010;
const RATE_LIMITED = 4009;

/** The three signed calls of a session. Answers carry `code`; 0 is good. */
export function createPlatformCalls(context: ConnectorContext, base: string, key: SigningKey) {
  async function call(path: string, body: object, signal: AbortSignal): Promise<CallAnswer> {
    const text = JSON.stringify(body);
    const headers = signedHeaders(text, key, randomUUID(), Math.floor(context.nowMs() / 1000));
    let response: Response;
    try {
      response = await context.fetch(under(base, path), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: text,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      });
    } catch (error) {
      return { end: { next: 'back-off', problem: { code: 'unreachable', about: causeOf(error), message: `${path}: ${causeOf(error)}` } } };
    }
    const answer = asObject(readJson(await response.text().catch(() => '')));
    const code = asInteger(answer?.code);
    if (response.status === 401 || response.status === 403) return { end: refusedWith(response.status) };
    if (!response.ok || answer === null || code === undefined) {
      const atLeastMs = parseRetryAfter(response.headers.get('retry-after'), context.nowMs()) ?? undefined;
      return { end: { next: 'back-off', atLeastMs, problem: { code: 'http', about: String(response.status), message: `${path}: status ${response.status}` } } };
    }
    return { code: Number(code), data: part(answer, 'data') };
  } // prettier-ignore

  return {
    /** A session of the room of this identity code, or how the attempt ended. */
    async start(body: { code: string; app_id: number }, signal: AbortSignal): Promise<Session | { end: SessionEnd }> {
      const answer = await call('/v2/app/start', body, signal);
      if ('end' in answer) return answer;
      if (answer.code !== 0) return { end: refusal(answer.code) };
      const [game, socket, anchor] = ['game_info', 'websocket_info', 'anchor_info'].map((name) => part(answer.data, name));
      const gameId = asId(game!.game_id);
      const roomId = asId(anchor!.room_id);
      const authBody = asText(socket!.auth_body);
      const socketUrls = asArray(socket!.wss_link).flatMap((url) => (typeof url === 'string' && /^wss?:\/\//.test(url) ? [url] : []));
      if (gameId === undefined || roomId === undefined || authBody === undefined || socketUrls.length === 0) {
        return { end: { next: 'back-off', problem: { code: 'answer', about: 'start', message: 'the answer of start lacks a field' } } };
      }
      return { gameId, roomId, hostId: asText(anchor!.open_id), authBody, socketUrls };
    },
    heartbeat: (gameId: string, signal: AbortSignal) => call('/v2/app/heartbeat', { game_id: gameId }, signal),
    /** Always at the end: else the room cannot be opened again for a while. */
    end: (appId: number, gameId: string, signal: AbortSignal) => call('/v2/app/end', { app_id: appId, game_id: gameId }, signal),
  };
} // prettier-ignore

/** What a code of `start` leads to. */
function refusal(code: number): SessionEnd {
  if (code === WRONG_IDENTITY_CODE) {
    const message = 'the identity code is wrong (7007): copy it again from the streamer page';
    return { next: 'failed', problem: { code: 'identity-code', message } };
  }
  if (REFUSED.has(code)) return refusedWith(code);
  if (code === TOO_MANY_SESSIONS) {
    const message = 'too many sessions of this app are open for the room (7010): end the others';
    return { next: 'back-off', atLeastMs: 30_000, problem: { code: 'too-many-sessions', message } };
  }
  const atLeastMs = code === RATE_LIMITED ? 30_000 : undefined;
  return {
    next: 'back-off',
    atLeastMs,
    problem: { code: 'start', about: String(code), message: `start was answered with ${code}` },
  };
}

function refusedWith(code: number): SessionEnd {
  const message = `the platform refuses the key (${code}): check access key, secret and app id`;
  return { next: 'failed', problem: { code: 'refused', about: String(code), message } };
}

function causeOf(error: unknown): string {
  const { cause, name } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? name;
}
