import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, describe, expect, it } from 'vitest';
import { hasGolden, openGolden, SKIP_REASON } from '../../../test/connectors/golden.ts';
import { createRig, type FakePlatform, openFakePlatform, type Rig } from '../connecting/testing/connector-rig.ts';
import { youtube } from './connector.ts';
import { untilQuotaDayEndsMs } from './quota-day.ts';

interface Call {
  readonly request: { readonly page_token: string | null };
  readonly responses: object[];
  readonly end: { readonly code: keyof typeof grpc.status } | null;
}

interface Asked {
  readonly live_chat_id: string;
  readonly page_token?: string;
}

/** A gRPC server that plays a script call by call; after the last one it stays open and says nothing. */
async function openFakeChat(calls: readonly Call[]) {
  const asked: { request: Asked; key: string | undefined }[] = [];
  const file = fileURLToPath(new URL('stream-list.proto', import.meta.url));
  const tree = grpc.loadPackageDefinition(loadSync(file, { keepCase: true, longs: String, enums: String, defaults: false })) as never as Record<'youtube', Record<'api', Record<'v3', Record<string, grpc.ServiceClientConstructor>>>>;
  const server = new grpc.Server();
  server.addService(tree.youtube.api.v3.V3DataLiveChatMessageService!.service, {
    StreamList(stream: grpc.ServerWritableStream<Asked, object>) {
      const call = calls[asked.length];
      asked.push({ request: stream.request, key: stream.metadata.get('x-goog-api-key')[0]?.toString() });
      for (const response of call?.responses ?? []) stream.write(response);
      if (call?.end?.code === 'OK') stream.end();
      else if (call?.end) stream.emit('error', { code: grpc.status[call.end.code], details: 'as the script says' });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { asked, url: `grpc://127.0.0.1:${port}`, close: () => server.forceShutdown() };
} // prettier-ignore

const item = (id: string) => ({ id, snippet: { type: 'TEXT_MESSAGE_EVENT', published_at: '2026-01-15T12:00:00Z', text_message_details: { message_text: id } }, author_details: { channel_id: 'UC1' } }); // prettier-ignore
const response = (token: string, ...ids: string[]) => ({ next_page_token: token, items: ids.map(item) });
const CONFIGURATION = { video_id: 'v1', live_chat_id: 'chat', api_key: 'zqx-key' };

let chat: Awaited<ReturnType<typeof openFakeChat>> | null = null;
let platform: FakePlatform | null = null;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  chat?.close();
  await platform?.close();
  chat = platform = null;
});

async function open(calls: readonly Call[], remembered: Record<string, string> = {}) {
  chat = await openFakeChat(calls);
  const endpoints = { 'youtube-grpc': chat.url, 'youtube-api': 'http://127.0.0.1:9' };
  rig = createRig(youtube, CONFIGURATION, endpoints, remembered);
  return rig;
}
const call = (responses: object[], code: NonNullable<Call['end']>['code'] | null = null): Call => ({ request: { page_token: null }, responses, end: code === null ? null : { code } }); // prettier-ignore
const tokens = () => chat!.asked.map(({ request }) => request.page_token ?? null);

describe('connector of YouTube live chat', () => {
  it('marks the first response without a token as history, and remembers the token when its events are kept', async () => {
    const { until, events, memory, health } = await open([call([response('p1', 'a'), response('p2', 'b')])]);
    await until(() => memory.get('cursor') === 'p2');
    expect(events.map(({ id, historical }) => [id, historical ?? false])).toEqual([['youtube:a', true], ['youtube:b', false]]);
    expect(chat!.asked[0]).toMatchObject({ request: { live_chat_id: 'chat' }, key: 'zqx-key' });
    expect(health()).toMatchObject({ state: 'open', cursor: 'p2', quotaLeft: 9_995 });
    expect(await rig.stop()).toBeLessThan(1000);
  });

  it('takes only the first response for history, also when it names no token to go on with', async () => {
    const { until, events } = await open([call([{ items: [item('a')] }, { items: [item('b')] }])]);
    await until(() => events.length === 2);
    expect(events.map(({ historical }) => historical ?? false)).toEqual([true, false]);
  });

  it('goes on behind the remembered token, without history', async () => {
    const { until, events } = await open([call([response('p6', 'f')])], { cursor: 'p5' });
    await until(() => events.length === 1);
    expect(tokens()).toEqual(['p5']);
    expect(events[0]!.historical).toBeUndefined();
  });

  it('begins without a token in the chat of another video', async () => {
    const { until, events, memory } = await open([call([response('q1', 'a')])], { cursor: 'p5', 'cursor-of': 'v0' });
    await until(() => memory.get('cursor') === 'q1');
    expect(tokens()).toEqual([null]);
    expect(events.map(({ historical }) => historical)).toEqual([true]);
    expect(memory.get('cursor-of')).toBe('v1');
  });

  it('resumes after a cut with back-off, each comment once, nothing lost', async () => {
    const { until, clock, ids, health } = await open([call([response('p1', 'a'), response('p2', 'b')], 'UNAVAILABLE'), call([response('p3', 'b', 'c')])]);
    await until(() => health().state === 'waiting');
    await clock.advance(1000);
    await until(() => ids().length === 3);
    expect(tokens()).toEqual([null, 'p2']);
    expect(ids()).toEqual(['youtube:a', 'youtube:b', 'youtube:c']);
    expect(health()).toMatchObject({ reconnects: 1, counts: { duplicates: 1 } });
  });

  it('asks once more without a token that is refused', async () => {
    const { until, clock, events, health } = await open([call([], 'INVALID_ARGUMENT'), call([response('p1', 'a')])], { cursor: 'old' });
    await until(() => health().state === 'waiting');
    await clock.advance(1000);
    await until(() => events.length === 1);
    expect(tokens()).toEqual(['old', null]);
    expect(events[0]!.historical).toBe(true);
  });

  it.each(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'NOT_FOUND', 'INVALID_ARGUMENT'] as const)('stays down after %s, and tells nobody its key', async (code) => {
    const { ended, health, failure, log } = await open([call([], code)]);
    await ended;
    expect(failure()).toMatchObject({ retry: 'never' });
    expect(health().state).toBe('failed');
    expect(chat!.asked).toHaveLength(1);
    expect(JSON.stringify([health(), String(failure()), log])).not.toContain('zqx');
  });

  it('waits for midnight Pacific time when the quota is used up', async () => {
    const { until, clock, health } = await open([call([], 'RESOURCE_EXHAUSTED')]);
    await until(() => health().state === 'waiting');
    // 2026-01-15 12:00 UTC is 04:00 in Los Angeles.
    expect(health()).toMatchObject({ problem: { code: 'quota' }, nextRetryMs: clock.nowMs() + 20 * 3_600_000 });
    expect(untilQuotaDayEndsMs(Date.UTC(2026, 6, 1, 6, 59, 59, 250))).toBe(750);
  });

  it('ends when the show does, with one end', async () => {
    const ended = { id: 'e', snippet: { type: 'CHAT_ENDED_EVENT', published_at: '2026-01-15T13:00:00Z' } };
    const { events, health, ...rest } = await open([call([{ next_page_token: 'p1', items: [ended] }, { next_page_token: 'p2', offline_at: '2026-01-15T13:00:01Z' }], 'OK')]);
    await rest.ended;
    expect(events.map(({ type }) => type)).toEqual(['live.room.ended']);
    expect(health().state).toBe('idle');
  });

  it('is degraded when the stream says nothing, and opens it again after ten minutes', async () => {
    const { until, clock, health } = await open([call([response('p1', 'a')])]);
    await until(() => health().state === 'open');
    await clock.advance(121_000);
    expect(health()).toMatchObject({ state: 'degraded', problem: { code: 'silent' } });
    await clock.advance(480_000);
    await until(() => tokens().length === 2);
    expect(tokens()).toEqual([null, 'p1']);
  });

  it('polls where gRPC does not work, not before the interval, and finds the chat of the video', async () => {
    let page = 0;
    platform = await openFakePlatform({
      answer(path) {
        if (path.startsWith('/videos')) return { body: { kind: 'youtube#videoListResponse', items: [{ id: 'v1', statistics: { likeCount: '5' }, liveStreamingDetails: { activeLiveChatId: 'found', concurrentViewers: '9' } }] } };
        page++;
        const { id, snippet } = item(`r${page}`);
        const rest = { id, snippet: { type: 'textMessageEvent', publishedAt: snippet.published_at, textMessageDetails: { messageText: 'x' } }, authorDetails: { channelId: 'UC1' } };
        return page < 4 ? { body: { nextPageToken: `t${page}`, pollingIntervalMillis: 3000, items: [rest] } } : { status: 403, body: { error: { code: 403, errors: [{ reason: 'quotaExceeded' }] } } };
      },
    });
    rig = createRig(youtube, { video_id: 'v1', access_token: 'zqx-token', mode: 'poll' }, { 'youtube-grpc': 'grpc://127.0.0.1:9', 'youtube-api': platform.url });
    await rig.until(() => rig.events.length === 1);
    await rig.clock.advance(2999);
    expect(page).toBe(1);
    await rig.clock.advance(1);
    await rig.until(() => rig.events.length === 2);
    await rig.clock.advance(3000);
    await rig.until(() => rig.events.length === 3);
    await rig.clock.advance(3000);
    await rig.until(() => rig.health().problem?.code === 'quota');
    expect(rig.events.map(({ historical }) => historical ?? false)).toEqual([true, false, false]);
    const asked = platform.requests.filter(({ path }) => path.startsWith('/liveChat')).map(({ path }) => new URLSearchParams(path.split('?')[1]));
    expect(asked.map((query) => [query.get('liveChatId'), query.get('pageToken')])).toEqual([['found', null], ['found', 't1'], ['found', 't2'], ['found', 't3']]);
    expect(JSON.stringify(platform.requests.map(({ path }) => path))).not.toContain('zqx');
    expect(rig.health().cursor).toBe('t3');
  });

  it('waits when it was asked too often, and is not down for it', async () => {
    platform = await openFakePlatform({ answer: () => ({ status: 403, body: { error: { code: 403, errors: [{ reason: 'rateLimitExceeded' }] } } }) });
    rig = createRig(youtube, { ...CONFIGURATION, mode: 'poll' }, { 'youtube-grpc': 'grpc://127.0.0.1:9', 'youtube-api': platform.url });
    await rig.until(() => rig.health().state === 'waiting');
    expect(rig.health()).toMatchObject({ problem: { code: 'rate' }, nextRetryMs: rig.clock.nowMs() + 10_000 });
  });

  it('never sends a key in the clear to another machine', () => {
    const endpoints = { 'youtube-grpc': 'grpc://chat.example.invalid:80', 'youtube-api': 'http://127.0.0.1:9' };
    expect(() => createRig(youtube, CONFIGURATION, endpoints)).toThrow(/loopback/);
    expect(() => createRig(youtube, { video_id: 'v' }, endpoints)).toThrow(/api_key/);
  });
}); // prettier-ignore

interface Script {
  readonly case: string;
  readonly calls: Call[];
  readonly expect: { historical?: string[]; live?: string[]; duplicates?: number; reconnects?: number; state?: string; events?: string[] };
} // prettier-ignore

describe('scripts of YouTube streams', () => {
  if (!hasGolden) {
    it.skip(SKIP_REASON, () => {});
    return;
  }
  const scripts = openGolden('youtube').lines('streams.jsonl').map((line) => JSON.parse(line) as Script); // prettier-ignore

  it.each(scripts)('$case', async (script) => {
    const { until, clock, events, health } = await open(script.calls);
    const { historical, live, state, duplicates, reconnects } = script.expect;
    const chatEvents = () => events.filter(({ type }) => type !== 'live.room.ended');
    const wanted = (historical?.length ?? 0) + (live?.length ?? 0);
    await until(() => chatEvents().length >= wanted || health().state === 'waiting');
    if (health().state === 'waiting' && state !== 'waiting') await clock.advance(1000);
    await until(() => chatEvents().length === wanted && tokens().length === script.calls.length);
    expect(tokens()).toEqual(script.calls.map(({ request }) => request.page_token));
    if (historical !== undefined) {
      expect(chatEvents().filter((event) => event.historical === true).map(({ id }) => id)).toEqual(historical);
      expect(chatEvents().filter((event) => event.historical !== true).map(({ id }) => id)).toEqual(live);
    }
    if (script.case === 'silent') await clock.advance(600_000 - 1);
    if (state !== undefined) await until(() => health().state === state);
    if (duplicates !== undefined) expect(health().counts.duplicates).toBe(duplicates);
    if (reconnects !== undefined) expect(health().reconnects).toBe(reconnects);
    if (script.expect.events !== undefined) {
      await until(() => events.some(({ type }) => type === 'live.room.ended'));
      expect(events.filter(({ type }) => type === 'live.room.ended')).toHaveLength(1);
    }
  });
}); // prettier-ignore
