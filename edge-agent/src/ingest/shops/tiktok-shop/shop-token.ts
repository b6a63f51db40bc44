import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext } from '../../connector.ts';
import { asCount, asText, part } from '../../decoding/wire-value.ts';
import { type AccessToken, createAccessToken, type TokenAnswer } from '../access-token.ts';
import { callShop, type ShopAnswer } from '../shop-call.ts';
import { idOf } from '../shop-fields.ts';
import type { TiktokShopSetup } from './decoder.ts';

const PATH = '/api/v2/token/refresh';
/** Codes of an application or a refresh token that is refused. */
const REFUSED = /^(10[56]\d{3}|3600400\d|3600900[345])$/;
const AGAIN = 'authorise the shop again and set access_token and refresh_token';

/** The answer's code; without one its status. */
export const codeOf = ({ body, status }: ShopAnswer): string => (body === null ? undefined : idOf(body, 'code')) ?? String(status); // prettier-ignore

/** The access token of a shop, renewed with its refresh token, and both kept. Endpoint `tiktok-shop-auth`. */
export function createShopToken(settings: z.output<typeof TiktokShopSetup>, context: ConnectorContext): AccessToken {
  const { app_key, app_secret } = settings;
  let refresh = settings.refresh_token;
  const base = refresh === undefined ? null : endpointOf(context, 'tiktok-shop-auth', 'tiktok-shop');
  /** Renewed, and not on disk yet. */
  let unkept: readonly (readonly [field: string, secret: string])[] = [];

  async function renew(signal: AbortSignal): Promise<TokenAnswer> {
    if (refresh === undefined || base === null) return { failed: `TikTok Shop refuses the access token, and there is no refresh_token to renew it: ${AGAIN}` }; // prettier-ignore
    const url = under(base, PATH);
    url.search = new URLSearchParams({ app_key, app_secret, refresh_token: refresh, grant_type: 'refresh_token' }).toString(); // prettier-ignore
    const answer = await callShop(context, url, signal);
    const code = codeOf(answer);
    const data = part(answer.body ?? {}, 'data');
    const token = asText(data.access_token);
    if (token === undefined) {
      if (answer.status === 401 || answer.status === 403 || REFUSED.test(code)) return { failed: `TikTok Shop renews the access token no more (${code}): ${AGAIN}` }; // prettier-ignore
      return { retry: `TikTok Shop does not renew the access token (${code})`, atLeastMs: answer.retryAfterMs };
    }
    refresh = asText(data.refresh_token) ?? refresh;
    // The refresh token first: with it a lost access token is renewed.
    unkept = [['refresh_token', refresh], ['access_token', token]]; // prettier-ignore
    await keep();
    return { token, lastsMs: lifeOf(data.access_token_expire_in, context.nowMs()) };
  }

  async function keep(): Promise<void> {
    for (const pair of unkept) {
      try {
        await context.keepSecret(...pair);
        unkept = unkept.filter((each) => each !== pair);
      } catch (error) {
        context.logger.error(`connector tiktok-shop: keeping the renewed ${pair[0]}: ${(error as Error).message}; tried again at the next order. If the agent ends before, ${AGAIN}`); // prettier-ignore
        return;
      }
    }
  }

  const held = createAccessToken(context, renew, settings.access_token);
  return {
    async get(signal) {
      if (unkept.length > 0) await keep();
      return held.get(signal);
    },
    drop: held.drop,
  };
}

/** Milliseconds that are left: the platform says the Unix second of the end. Unknown: until it is refused. */
function lifeOf(endsAt: unknown, nowMs: number): number {
  const seconds = asCount(endsAt);
  return seconds === undefined ? Infinity : Math.max(0, seconds * 1000 - nowMs);
}
