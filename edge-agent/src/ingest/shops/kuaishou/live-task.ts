import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext } from '../../connector.ts';
import { asCount, asId, asText } from '../../decoding/wire-value.ts';
import { createAccessToken, type TokenAnswer } from '../access-token.ts';
import type { ListAnswer, OrderListing } from '../catch-up.ts';
import { callShop, type ShopAnswer } from '../shop-call.ts';
import { type KuaishouSetup, signApiCall } from './decoder.ts';

const TASK = '/openapi/developer/live/data/task';
const GOOD = '1';
/** An access token that is not good (any more): another is asked for. */
const TOKEN_CODES: ReadonlySet<string> = new Set(['100200102', '100200108']);
/** App id or secret. */
const REFUSED_CODES: ReadonlySet<string> = new Set(['100200101', '100200102']);
const PLATFORM_TROUBLE = '100200500';
/** `taskStatus` of a push that was ended; 1 is one that runs. */
const ENDED = 2;
const ROUND_KEY = 'push-round';
/** Of the second within which everything is closed after an abort. */
const END_MS = 600;

type Failure = Exclude<ListAnswer, { messages: unknown }>;

/**
 * The push of a room: started at first, again when the platform says that it has ended, and stopped at the end. One that
 * an agent before this one has left is gone on with. Null without the secret of the application. Endpoint `kuaishou-api`.
 */
export function openLiveTask(settings: z.output<typeof KuaishouSetup>, context: ConnectorContext): OrderListing | null {
  const { app_id, app_secret, room_code: roomCode } = settings;
  if (app_secret === undefined) return null;
  const base = endpointOf(context, 'kuaishou-api', 'kuaishou');

  const token = createAccessToken(context, async (signal): Promise<TokenAnswer> => {
    const body = new URLSearchParams({ app_id, app_secret, grant_type: 'client_credentials' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await callShop(context, under(base, '/oauth2/access_token'), signal, { method: 'POST', body, headers }); // prettier-ignore
    const given = asText(answer.body?.access_token);
    if (given !== undefined) return { token: given, lastsMs: (asCount(answer.body?.expires_in) ?? 3600) * 1000 };
    return isRefused(answer) ? refusal(answer) : later(answer);
  });

  /** A call with a good token: one that is refused is renewed once. */
  async function call(path: string, roundId: string, signal: AbortSignal): Promise<ShopAnswer | Failure> {
    for (let attempt = 0; ; attempt++) {
      const held = await token.get(signal);
      if (!('token' in held)) return held;
      const url = under(base, TASK + path);
      url.search = new URLSearchParams({ app_id, access_token: held.token }).toString();
      const params = { roomCode, timestamp: context.nowMs(), roundId };
      const body = JSON.stringify({ ...params, sign: signApiCall(params, app_id, app_secret!) });
      const answer = await callShop(context, url, signal, { method: 'POST', body });
      if (TOKEN_CODES.has(resultOf(answer))) {
        token.drop(held.token);
        if (attempt === 0) continue;
        return refusal(answer);
      }
      if (isRefused(answer)) return refusal(answer);
      return answer.status !== 200 || resultOf(answer) === '' || resultOf(answer) === PLATFORM_TROUBLE ? later(answer) : answer; // prettier-ignore
    }
  }

  /** Whether the push of this agent, or of the one before it, runs; or why nothing could be asked. */
  async function isRunning(signal: AbortSignal): Promise<boolean | Failure> {
    const round = context.memory.get(ROUND_KEY);
    if (round === undefined) return false;
    const answer = await call('/status', round, signal);
    if (!('body' in answer)) return answer;
    return resultOf(answer) === GOOD && asCount(answer.body?.taskStatus) !== ENDED;
  }

  return {
    async page(_since, _next, signal) {
      const running = await isRunning(signal);
      const told = { messages: [], newest: null, next: null };
      if (running === true) return told;
      if (running !== false) return running;
      const round = String(context.nowMs());
      const answer = await call('/start', round, signal);
      if (!('body' in answer)) return answer;
      const isStarted = resultOf(answer) === GOOD;
      context.memory.set(ROUND_KEY, isStarted ? round : undefined);
      return isStarted ? told : { ...told, trouble: `快手: nothing is pushed (${resultOf(answer)}): is the room live, and room_code its code of now?` }; // prettier-ignore
    },
    async end() {
      const round = context.memory.get(ROUND_KEY);
      if (round === undefined) return;
      const answer = await call('/stop', round, AbortSignal.timeout(END_MS));
      if ('body' in answer && resultOf(answer) === GOOD) context.memory.set(ROUND_KEY, undefined);
    },
  };
}

const resultOf = ({ body }: ShopAnswer): string => asId(body?.result) ?? '';
const isRefused = (answer: ShopAnswer) => answer.status === 401 || answer.status === 403 || REFUSED_CODES.has(resultOf(answer)); // prettier-ignore
const words = (answer: ShopAnswer) => resultOf(answer) || String(answer.status);
const later = (answer: ShopAnswer): Failure => ({
  retry: `快手 answers ${words(answer)}`,
  atLeastMs: answer.retryAfterMs,
});
const refusal = (answer: ShopAnswer): Failure => ({ failed: `快手 refuses the application (${words(answer)}): check app_id and app_secret` }); // prettier-ignore
