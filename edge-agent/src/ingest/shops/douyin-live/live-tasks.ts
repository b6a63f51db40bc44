import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext, WireInput } from '../../connector.ts';
import { createSeenKeys } from '../../decoding/seen-keys.ts';
import { createAccessToken, type TokenAnswer } from '../access-token.ts';
import type { ListAnswer, OrderListing } from '../catch-up.ts';
import { callShop, type ShopCall } from '../shop-call.ts';
import { derivedKey } from '../shop-fields.ts';
import { type DouyinLiveSetup, LOST_ROUTE } from './decoder.ts';
import { type LostMessage, readTaskAnswer, type TaskStep } from './task-answers.ts';

const TASK = '/live_data/task';
/** Of what is lost the platform keeps gifts and the fan club; the latter has no canonical kind. */
const KEPT_TYPE = 'live_gift';
const PAGE = 100;
/** The platform keeps the first 100,000 of the last day. */
const MAX_PAGES = 1_000;
const DAY_MS = 24 * 3_600_000;
/** Ten calls a second are allowed. */
const CALL_GAP_MS = 120;
/** Of the second within which everything is closed after an abort. */
const END_MS = 600;

type Failure = Exclude<ListAnswer, { messages: unknown }>;

/**
 * The push tasks of a room, one a message type: started at first and when the platform has ended them, stopped at the
 * end. Between, what the platform could not deliver is read again. Null without the secret of the application. Endpoints `douyin-token`, `douyin-live-api`.
 */
export function openLiveTasks(
  settings: z.output<typeof DouyinLiveSetup>,
  context: ConnectorContext,
): OrderListing | null {
  const { app_id: appid, app_secret: secret, room_id: roomid } = settings;
  if (secret === undefined) return null;
  const tokens = endpointOf(context, 'douyin-token', 'douyin-live');
  const base = endpointOf(context, 'douyin-live-api', 'douyin-live');
  const started = new Set<string>();
  /** What was read before is neither told nor counted again. */
  const seen = createSeenKeys({ memoryMs: DAY_MS, maxKeys: MAX_PAGES * PAGE });
  let lastTotal = 0;

  const ask = async (url: URL, signal: AbortSignal, call?: ShopCall): Promise<Asked> => {
    const { status, text, retryAfterMs } = await callShop(context, url, signal, call);
    if (status === 401 || status === 403) return { step: 'failed', reason: `refused with ${status}` };
    if (status !== 200) return { step: 'retry', reason: `status ${status}`, atLeastMs: retryAfterMs };
    return readTaskAnswer(text);
  };

  const token = createAccessToken(context, async (signal): Promise<TokenAnswer> => {
    const body = JSON.stringify({ appid, secret, grant_type: 'client_credential' });
    const answer = await ask(under(tokens, '/api/apps/v2/token'), signal, { method: 'POST', body });
    if (answer.step === 'token') return { token: answer.token, lastsMs: answer.lastsMs };
    if (answer.step === 'failed') return { failed: `抖音 refuses the application (${answer.reason}): check app id and secret` };
    return later(answer);
  }); // prettier-ignore

  /** A call with a good token: one that is refused is renewed once. */
  async function call(path: string, signal: AbortSignal, query: Query | null, body?: object): Promise<TaskStep | Failure> {
    for (let attempt = 0; ; attempt++) {
      const held = await token.get(signal);
      if (!('token' in held)) return held;
      const url = under(base, TASK + path);
      if (query !== null) url.search = new URLSearchParams(query).toString();
      const how: ShopCall = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const answer = await ask(url, signal, { ...how, headers: { 'access-token': held.token } });
      if (answer.step === 'retry') return later(answer);
      if (answer.step !== 'renew-token') return answer;
      token.drop(held.token);
      if (attempt > 0) return { failed: '抖音 refuses its own access token: check app id and secret' };
    }
  } // prettier-ignore

  const task = (msg_type: string) => ({ roomid, appid, msg_type });

  /** The types that the platform does not push, with its reason; or why nothing could be asked. */
  async function startTasks(signal: AbortSignal): Promise<readonly string[] | Failure> {
    const refused: string[] = [];
    for (const type of Object.keys(settings.data_secrets)) {
      // One may run since before this start, and unmounting the 玩法 ends all.
      const state = await call('/get', signal, task(type));
      if (!('step' in state)) return state;
      const runs = state.step === 'status' ? state.isRunning : started.has(type);
      const answer = runs ? state : await call('/start', signal, null, task(type));
      if (!('step' in answer)) return answer;
      if (answer.step !== 'failed') started.add(type);
      else {
        started.delete(type);
        refused.push(`${type} is not pushed: ${answer.reason}`);
      }
    }
    return refused;
  }

  async function lostPage(number: number, signal: AbortSignal): Promise<LostPage | Failure> {
    const answer = await call('/fail_data/get', signal, { ...task(KEPT_TYPE), page_num: String(number), page_size: String(PAGE) });
    if (!('step' in answer)) return answer;
    if (answer.step === 'failed') return { messages: [], more: false, trouble: [`what was lost is not told: ${answer.reason}`] };
    if (answer.step !== 'lost-messages') return { messages: [], more: false, trouble: [] };
    const isNew = number > 1 || answer.total !== lastTotal;
    lastTotal = answer.total;
    const messages = answer.messages.filter(({ payload }) => !seen.check(derivedKey([payload]), context.nowMs()));
    return { messages, more: isNew && number * PAGE < answer.total && number < MAX_PAGES, trouble: [] };
  } // prettier-ignore

  async function page(_since: string, next: string | null, signal: AbortSignal): Promise<ListAnswer> {
    const number = Number(next ?? '1');
    const refused = next === null ? await startTasks(signal) : [];
    if (!('length' in refused)) return refused;
    if (settings.data_secrets[KEPT_TYPE] === undefined) return { messages: [], newest: null, next: null, trouble: wordsOf(refused) };
    // Rejects when the connector stops, which the caller sees by itself.
    if (number > 1) await context.sleep(CALL_GAP_MS, signal).catch(() => undefined);
    const lost = await lostPage(number, signal);
    if (!('messages' in lost)) return lost;
    const trouble = wordsOf([...refused, ...lost.trouble]);
    return { messages: lost.messages.map(messageOf), newest: null, next: lost.more ? String(number + 1) : null, trouble };
  } // prettier-ignore

  return {
    page,
    async end() {
      const signal = AbortSignal.timeout(END_MS);
      await Promise.all([...started].map((type) => call('/stop', signal, null, task(type))));
      started.clear();
    },
  };
}

interface LostPage {
  readonly messages: LostMessage[];
  readonly more: boolean;
  readonly trouble: readonly string[];
}

const wordsOf = (trouble: readonly string[]) => (trouble.length === 0 ? undefined : `抖音: ${trouble.join('; ')}`);

type Query = Record<string, string>;
type Asked = TaskStep & { readonly atLeastMs?: number | null };

const later = (answer: Asked): Failure => ({
  retry: `抖音: ${'reason' in answer ? answer.reason : 'an answer that was not expected'}`,
  atLeastMs: answer.atLeastMs,
});

/** As the callback would have brought it, without its signature. */
function messageOf({ roomId, messageType, payload }: LostMessage): WireInput {
  return { route: LOST_ROUTE, headers: { 'x-roomid': roomId, 'x-msg-type': messageType }, text: payload };
}
