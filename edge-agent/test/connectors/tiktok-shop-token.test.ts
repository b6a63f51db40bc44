import { afterEach, describe, expect, it } from 'vitest';
import { SIGNED_AT_S } from './shop-signers.ts';
import { type ApiRequest, openFakeApi, openHintRig } from './hint-rig.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close();
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => (started.push(each), each);

const OLD = { access_token: 'zqx-access-0', refresh_token: 'zqx-refresh-0', shop_cipher: 'zqx-cipher' };
const LIFE_S = 7 * 86_400;
const AT_S = SIGNED_AT_S - 60;
const hint = (id: number) => JSON.stringify({ type: 1, tts_notification_id: `n-${id}`, timestamp: AT_S, data: { order_id: String(id), order_status: 'AWAITING_SHIPMENT', update_time: AT_S } }); // prettier-ignore

interface Play {
  readonly settings?: object;
  /** In place of a renewal. */
  readonly renew?: () => { status?: number; body: object } | null;
  readonly keep?: (field: string, secret: string) => Promise<void>;
  /** The access token that the platform takes at first. */
  readonly good?: string;
}

/** The platform's side: orders for the token that is good now, and a new pair for each refresh token that is good. */
async function open({ settings = OLD, renew = () => null, keep, good = 'none yet' }: Play = {}) {
  const platform = { access: good, refresh: 'zqx-refresh-0', pairs: 0, saved: [] as string[][] };
  const answer = ({ url, headers }: ApiRequest) => {
    if (url.pathname === '/api/v2/token/refresh') {
      const special = renew();
      if (special !== null) return special;
      expect(Object.fromEntries(url.searchParams)).toEqual({ app_key: 'app', app_secret: 'tiktok-secret', refresh_token: platform.refresh, grant_type: 'refresh_token' });
      platform.pairs++;
      Object.assign(platform, { access: `zqx-access-${platform.pairs}`, refresh: `zqx-refresh-${platform.pairs}` });
      return { body: { code: 0, message: 'success', data: { access_token: platform.access, access_token_expire_in: SIGNED_AT_S + platform.pairs * LIFE_S, refresh_token: platform.refresh, refresh_token_expire_in: 4_818_450_857 } } };
    }
    if (headers['x-tts-access-token'] !== platform.access) return { status: 401, body: { code: 105002, message: 'Expired credentials' } };
    return { body: { code: 0, data: { orders: [{ id: url.searchParams.get('ids'), status: 'AWAITING_SHIPMENT', create_time: AT_S, paid_time: AT_S, update_time: AT_S, payment: { currency: 'USD', total_amount: '9.00' }, line_items: [] }] } } };
  }; // prettier-ignore
  const api = kept(await openFakeApi(answer));
  const save = keep ?? (async (field: string, secret: string) => void platform.saved.push([field, secret]));
  const rig = kept(await openHintRig({ shop: 'tiktok-shop', settings, endpoints: { 'tiktok-shop-api': api.url, 'tiktok-shop-auth': api.url }, keep: save })); // prettier-ignore
  const paths = () => api.requests.map(({ url }) => url.pathname);
  return { rig, platform, paths, renewals: () => paths().filter((path) => path.includes('refresh')).length };
}

describe('access token of TikTok Shop', () => {
  it('is renewed once when it is refused, however many orders wait, and both new tokens are kept', async () => {
    const { rig, platform, renewals } = await open();
    await Promise.all([1, 2, 3, 4, 5, 6].map((id) => rig.send(hint(id))));
    await rig.until(() => rig.health().hints!.read === 6);
    expect(renewals()).toBe(1);
    expect(platform.saved).toEqual([['refresh_token', 'zqx-refresh-1'], ['access_token', 'zqx-access-1']]); // prettier-ignore
    expect(rig.health()).toMatchObject({ state: 'open', problem: null, hints: { unread: 0 } });
    expect(rig.logs.join()).not.toContain('zqx');
  });

  it('is renewed before its end, and with the newest refresh token', async () => {
    const { rig, platform, paths, renewals } = await open();
    await rig.send(hint(1));
    await rig.until(() => rig.health().hints!.read === 1);
    await rig.clock.advance((LIFE_S - 400) * 1000);
    await rig.send(hint(2));
    await rig.until(() => rig.health().hints!.read === 2);
    expect(renewals()).toBe(1);
    await rig.clock.advance(101_000);
    await rig.send(hint(3));
    await rig.until(() => rig.health().hints!.read === 3);
    expect(paths().slice(-2)).toEqual(['/api/v2/token/refresh', '/order/202309/orders']);
    expect(platform.saved.slice(2)).toEqual([['refresh_token', 'zqx-refresh-2'], ['access_token', 'zqx-access-2']]); // prettier-ignore
  });

  it('that is still good is used, and without one the refresh token fetches it', async () => {
    const first = await open({ good: OLD.access_token });
    await first.rig.send(hint(1));
    await first.rig.until(() => first.rig.health().hints!.read === 1);
    expect(first.renewals()).toBe(0);
    const { access_token: _access, ...rest } = OLD;
    const second = await open({ settings: rest });
    await second.rig.send(hint(1));
    await second.rig.until(() => second.rig.health().hints!.read === 1);
    expect(second.paths()).toEqual(['/api/v2/token/refresh', '/order/202309/orders']);
  });

  it.each([
    ['the refresh token is refused', { renew: () => ({ body: { code: 36004004, message: 'invalid' } }) }, 2],
    ['the renewed one is refused too', { renew: () => ({ body: { code: 0, data: { access_token: 'zqx-other' } } }) }, 3],
    ['there is no refresh token', { settings: { access_token: OLD.access_token, shop_cipher: 'c' } }, 1],
  ])('stays down with what to do when %s, and the order is told as a hint', async (_what, play, calls) => {
    const { rig, paths } = await open(play);
    await rig.send(hint(1));
    await rig.until(() => rig.health().problem !== null && rig.events().length === 1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api-refused' } });
    expect(rig.health().problem!.message).toContain('authorise the shop again');
    expect(rig.events()[0]!.data).toMatchObject({ partial: true });
    await rig.clock.advance(3_600_000);
    await rig.send(hint(2));
    expect(paths()).toHaveLength(calls);
    expect(`${rig.logs.join()} ${rig.health().problem!.message}`).not.toContain('zqx');
  }); // prettier-ignore

  it('waits for a platform in trouble, and goes on where it was', async () => {
    let trouble = 2;
    const { rig, renewals } = await open({ renew: () => (trouble-- > 0 ? { status: trouble === 0 ? 503 : 200, body: { code: 36009001 } } : null) }); // prettier-ignore
    await rig.send(hint(1));
    await rig.until(() => rig.clock.sleeping === 1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' }, nextRetryMs: rig.clock.nowMs() + 1000 }); // prettier-ignore
    await rig.clock.advance(1000);
    await rig.until(() => renewals() === 2 && rig.clock.sleeping === 1);
    await rig.clock.advance(2000);
    await rig.until(() => rig.health().hints!.read === 1);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
  });

  it('that could not be kept is said, without it, and kept at the next order', async () => {
    let full = true;
    const saved: string[] = [];
    const keep = async (field: string) => {
      if (full && field === 'access_token') throw new Error('no space is left');
      saved.push(field);
    };
    const { rig, renewals } = await open({ keep });
    await rig.send(hint(1));
    await rig.until(() => rig.health().hints!.read === 1);
    expect(rig.logs.join()).toMatch(/keeping the renewed access_token: no space is left.*authorise the shop again/);
    full = false;
    await rig.send(hint(2));
    await rig.until(() => rig.health().hints!.read === 2);
    expect(saved).toEqual(['refresh_token', 'access_token']);
    expect(renewals()).toBe(1);
    expect(rig.logs.join()).not.toContain('zqx');
  });
});
