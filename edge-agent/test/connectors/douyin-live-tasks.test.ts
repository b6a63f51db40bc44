import { afterEach, describe, expect, it } from 'vitest';
import { RECEIVE_MS } from './golden.ts';
import { type ApiRequest, openFakeApi, openHintRig } from './hint-rig.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close();
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => (started.push(each), each);

const MINUTE = 60_000;
const ROOM = '7238876224917940001';
const TASK = '/live_data/task';

const gift = (id: string, atMs: number) => JSON.stringify([{ msg_id: id, sec_openid: 'v1', sec_gift_id: 'rose', gift_num: 1, gift_value: 10, timestamp: atMs }]); // prettier-ignore

/** The platform's side: gives tokens, starts tasks, and keeps what it could not push. */
async function open(
  play: { answer?: (request: ApiRequest) => object | number | null; lost?: string[]; running?: Set<string> } = {},
) {
  const { lost = [], running = new Set<string>() } = play;
  let tokens = 0;
  const api = kept(await openFakeApi((request) => {
    const special = play.answer?.(request) ?? null;
    if (special !== null) return typeof special === 'number' ? { status: special, body: {} } : { body: special };
    const { pathname, searchParams } = request.url;
    if (pathname === '/api/apps/v2/token') {
      expect(JSON.parse(request.body)).toEqual({ appid: 'tt1', secret: 'zqx-app-secret', grant_type: 'client_credential' });
      return { body: { err_no: 0, data: { access_token: `token-${++tokens}`, expires_in: 7200 } } };
    }
    const type = (JSON.parse(request.body || '{}') as { msg_type?: string }).msg_type ?? searchParams.get('msg_type')!;
    if (pathname === `${TASK}/get`) return { body: { err_no: 0, data: { status: running.has(type) ? 3 : 2 } } };
    if (pathname === `${TASK}/start`) {
      running.add(type);
      return { body: { err_no: 0, data: { task_id: '1' } } };
    }
    if (pathname === `${TASK}/stop`) {
      running.delete(type);
      return { body: { err_no: 0, data: {} } };
    }
    expect(Object.fromEntries(searchParams)).toMatchObject({ roomid: ROOM, appid: 'tt1', msg_type: 'live_gift', page_size: '100' });
    const at = (Number(searchParams.get('page_num')) - 1) * 100;
    const data_list = lost.slice(at, at + 100).map((payload) => ({ roomid: ROOM, msg_type: 'live_gift', payload }));
    return { body: { err_no: 0, data: { page_num: at / 100 + 1, total_count: lost.length, data_list } } };
  })); // prettier-ignore
  const rig = kept(await openHintRig({ shop: 'douyin-live', settings: { app_secret: 'zqx-app-secret' }, endpoints: { 'douyin-token': api.url, 'douyin-live-api': api.url } })); // prettier-ignore
  return {
    api, rig, lost, running,
    asked: (path: string) => api.requests.filter(({ url }) => url.pathname === path),
    rounds: (count: number) => rig.until(() => rig.clock.slept.length >= count),
    ids: () => rig.events().map(({ id }) => id),
  }; // prettier-ignore
}

describe('push tasks of Douyin live data', () => {
  it('are started one a type with one token, and ended when the connector stops', async () => {
    const { rig, asked, rounds } = await open();
    await rounds(1);
    const types = (path: string) => asked(TASK + path).map(({ body, headers }) => [JSON.parse(body).msg_type, headers['access-token']]).sort(); // prettier-ignore
    const all = ['live_comment', 'live_gift', 'live_like'].map((type) => [type, 'token-1']);
    expect(types('/start')).toEqual(all);
    expect(JSON.parse(asked(`${TASK}/start`)[0]!.body)).toMatchObject({ roomid: ROOM, appid: 'tt1' });
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
    await rig.clock.advance(5 * MINUTE);
    await rounds(2);
    expect(types('/start')).toEqual(all);
    await rig.source.stop();
    expect(types('/stop')).toEqual(all);
    expect(rig.logs.join()).not.toContain('zqx');
  });

  it('that run since before are not started again, those that the platform has ended are', async () => {
    const { rig, asked, rounds, running } = await open({ running: new Set(['live_gift']) });
    await rounds(1);
    const startedTypes = () =>
      asked(`${TASK}/start`)
        .map(({ body }) => JSON.parse(body).msg_type)
        .sort();
    expect(startedTypes()).toEqual(['live_comment', 'live_like']);
    running.delete('live_comment');
    await rig.clock.advance(5 * MINUTE);
    await rounds(2);
    expect(startedTypes()).toEqual(['live_comment', 'live_comment', 'live_like']);
    await rig.source.stop();
    expect(running).toEqual(new Set());
  });

  it('that are refused are told by type, and tried again in a minute', async () => {
    let open_ = false;
    const { rig, asked, rounds } = await open({
      answer: ({ url, body }) => !open_ && url.pathname === `${TASK}/start` && body.includes('live_like') ? { err_no: 5003019, err_msg: 'x' } : null,
    }); // prettier-ignore
    await rounds(1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' }, nextRetryMs: rig.clock.nowMs() + MINUTE }); // prettier-ignore
    expect(rig.health().problem!.message).toMatch(/^抖音: live_like is not pushed: room closed/);
    open_ = true;
    await rig.clock.advance(MINUTE);
    await rounds(2);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null, nextRetryMs: null });
    expect(asked(`${TASK}/start`)).toHaveLength(4);
  });

  it('renew a token that is refused once, and stay down when the next one is refused too', async () => {
    const { rig, asked } = await open({
      answer: ({ url }) => (url.pathname === `${TASK}/start` ? { err_no: 40022 } : null),
    });
    await rig.until(() => rig.health().problem !== null);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api-refused' } });
    expect(asked('/api/apps/v2/token')).toHaveLength(2);
    await rig.clock.advance(60 * MINUTE);
    expect(asked(`${TASK}/start`)).toHaveLength(2);
  });

  it('wait for a platform in trouble, with back-off', async () => {
    let answers = 2;
    const { rig, rounds } = await open({
      answer: () => (answers-- > 1 ? { err_no: 10001, err_msg: 'x' } : answers === 0 ? 503 : null),
    });
    await rounds(1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' }, nextRetryMs: rig.clock.nowMs() + 1000 }); // prettier-ignore
    await rig.clock.advance(1000);
    await rounds(2);
    await rig.clock.advance(2000);
    await rounds(3);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
  });
});

describe('lost gifts of Douyin live data', () => {
  it('are told once: those of before as history, those that were pushed after all not again', async () => {
    const lost = [gift('1', RECEIVE_MS - MINUTE)];
    const { rig, rounds, ids } = await open({ lost });
    await rounds(1);
    expect(rig.events()).toMatchObject([{ id: 'douyin:1', historical: true, data: { giftName: '玫瑰', totalValue: '0.10' } }]); // prettier-ignore
    await rig.send(gift('2', RECEIVE_MS + MINUTE), { 'x-msg-type': 'live_gift' });
    lost.push(gift('2', RECEIVE_MS + MINUTE), gift('3', RECEIVE_MS + 2 * MINUTE));
    await rig.clock.advance(5 * MINUTE);
    await rounds(2);
    expect(ids()).toEqual(['douyin:1', 'douyin:2', 'douyin:3']);
    expect(rig.events()[2]!.historical).toBe(false);
    await rig.clock.advance(5 * MINUTE);
    await rounds(3);
    expect(ids()).toHaveLength(3);
    // The one that was pushed after all counts as a repetition, once.
    expect(rig.health().counts).toMatchObject({ events: 3, duplicates: 1, malformed: 0 });
  });

  it('of many pages are all read, no faster than ten calls a second, and pages that hold nothing new are not asked for', async () => {
    const lost = Array.from({ length: 250 }, (_each, n) => gift(`n${n}`, RECEIVE_MS + 1));
    const { rig, asked, ids } = await open({ lost });
    const pages = () => asked(`${TASK}/fail_data/get`).map(({ url }) => url.searchParams.get('page_num'));
    await rig.until(() => pages().length === 1 && rig.clock.slept.length === 1);
    await rig.clock.advance(120);
    await rig.until(() => pages().length === 2 && rig.clock.slept.length === 2);
    await rig.clock.advance(120);
    await rig.until(() => rig.clock.slept.length === 3);
    expect(pages()).toEqual(['1', '2', '3']);
    expect(new Set(ids()).size).toBe(250);
    await rig.clock.advance(5 * MINUTE);
    await rig.until(() => rig.clock.slept.length === 4);
    expect(pages()).toEqual(['1', '2', '3', '1']);
    expect(rig.health().counts).toMatchObject({ events: 250, duplicates: 0 });
  });
});
