import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiRequest, openFakeApi, openHintRig } from './hint-rig.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close();
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => (started.push(each), each);

const MINUTE = 60_000;
const TASK = '/openapi/developer/live/data/task';
const SECRET = 'zqx-ks-secret';

/** The platform's side: gives tokens, and starts, tells and stops the push of one room. */
async function open(play: { answer?: (request: ApiRequest) => object | null; folder?: string; round?: string } = {}) {
  let tokens = 0;
  const push = { round: play.round ?? null };
  const api = kept(await openFakeApi((request) => {
    const special = play.answer?.(request) ?? null;
    if (special !== null) return { body: special };
    const { pathname, searchParams } = request.url;
    if (pathname === '/oauth2/access_token') {
      expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
      expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({ app_id: 'ks1', app_secret: SECRET, grant_type: 'client_credentials' });
      return { body: { result: 1, access_token: `token-${++tokens}`, expires_in: 172_800 } };
    }
    expect(Object.fromEntries(searchParams)).toEqual({ app_id: 'ks1', access_token: `token-${tokens}` });
    const { sign, ...params } = JSON.parse(request.body) as Record<string, string>;
    const text = Object.entries({ ...params, app_id: 'ks1' }).sort().map(([key, value]) => `${key}=${value}`).join('&');
    expect(sign).toBe(createHash('md5').update(text + SECRET).digest('hex'));
    expect(params.roomCode).toBe('R1');
    if (pathname === `${TASK}/start`) push.round = params.roundId!;
    if (pathname === `${TASK}/status`) return { body: { result: 1, taskStatus: push.round === params.roundId ? 1 : 2 } };
    if (pathname === `${TASK}/stop`) push.round = null;
    return { body: { result: 1, userInfo: { authorOpenId: 'a' } } };
  })); // prettier-ignore
  const rig = kept(await openHintRig({ shop: 'kuaishou', settings: { app_secret: SECRET }, endpoints: { 'kuaishou-api': api.url }, folder: play.folder })); // prettier-ignore
  return {
    rig, push,
    asked: () => api.requests.map(({ url }) => url.pathname.replace(`${TASK}/`, '')),
    rounds: (count: number) => rig.until(() => rig.clock.slept.length >= count),
  }; // prettier-ignore
}

describe('push of Kuaishou live data', () => {
  it('is started with a signed call and stopped when the connector stops', async () => {
    const { rig, push, asked, rounds } = await open();
    await rounds(1);
    expect(push.round).not.toBeNull();
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
    await rig.clock.advance(5 * MINUTE);
    await rounds(2);
    await rig.source.stop();
    expect(asked()).toEqual(['/oauth2/access_token', 'start', 'status', 'stop']);
    expect(push.round).toBeNull();
    expect(rig.logs.join()).not.toMatch(/zqx|token-1/);
  });

  it('that the platform has ended is started again', async () => {
    const { rig, push, asked, rounds } = await open();
    await rounds(1);
    push.round = null;
    await rig.clock.advance(5 * MINUTE);
    await rounds(2);
    expect(asked().slice(2)).toEqual(['status', 'start']);
    expect(push.round).not.toBeNull();
  });

  it('of an agent that was killed goes on under the next one, which stops it', async () => {
    const first = await open();
    await first.rounds(1);
    await first.rig.remembered();
    const second = await open({ folder: first.rig.killed(), round: first.push.round! });
    await second.rounds(1);
    expect(second.asked()).toEqual(['/oauth2/access_token', 'status']);
    await second.rig.source.stop();
    expect(second.push.round).toBeNull();
  });

  it('that is refused is told with what to look at, and tried again in a minute', async () => {
    let isLive = false;
    const { rig, rounds } = await open({
      answer: ({ url }) => (!isLive && url.pathname.endsWith('/start') ? { result: 300017, errorMsg: 'x' } : null),
    });
    await rounds(1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' }, nextRetryMs: rig.clock.nowMs() + MINUTE }); // prettier-ignore
    expect(rig.health().problem!.message).toMatch(/^快手: nothing is pushed \(300017\): is the room live/);
    isLive = true;
    await rig.clock.advance(MINUTE);
    await rounds(2);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
  });

  it.each([
    ['token is refused twice', ({ url }: ApiRequest) => (url.pathname.endsWith('/start') ? { result: 100200108 } : null), 4],
    ['secret is wrong', () => ({ result: 100200101, error: 'invalid_client' }), 1],
  ])('stays down when its %s', async (_what, answer, calls) => {
    const { rig, asked } = await open({ answer });
    await rig.until(() => rig.health().problem !== null);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api-refused' } });
    await rig.clock.advance(60 * MINUTE);
    expect(asked()).toHaveLength(calls);
  }); // prettier-ignore

  it('waits for a platform in trouble, with back-off', async () => {
    let answers = 2;
    const { rig, rounds } = await open({ answer: () => (answers-- > 0 ? { result: 100200500 } : null) });
    await rounds(1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' }, nextRetryMs: rig.clock.nowMs() + 1000 }); // prettier-ignore
    await rig.clock.advance(1000);
    await rounds(2);
    await rig.clock.advance(2000);
    await rounds(3);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
  });

  it('is left alone without the secret', async () => {
    const rig = kept(await openHintRig({ shop: 'kuaishou' }));
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
  });
});
