import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CreateDecoder, DecodeResult } from '../../src/ingest/connector.ts';
import { createDecoder as createTiktok } from '../../src/ingest/tiktok/decoder.ts';
import { createDecoder as createYoutube } from '../../src/ingest/youtube/decoder.ts';
import { openConnectorMemory } from '../../src/store/connector-files.ts';
import { RECEIVE_MS, TEST_PORTS } from './golden.ts';
import { openHintRig } from './hint-rig.ts';

const ended: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

/** Runs `bodies` through a shop's connector that is killed and opened anew before each of `restarts`. */
async function replay(shop: string, requests: readonly [body: string, headers: Record<string, string>][], isKilledBefore: (index: number) => boolean) {
  const first = await openHintRig({ shop });
  ended.push(() => first.close());
  let rig = first;
  const told: string[] = [];
  const note = () => told.push(...rig.events().map(({ id, type, data }) => `${id} ${type} ${JSON.stringify(data)}`));
  for (const [index, [body, headers]] of requests.entries()) {
    if (isKilledBefore(index)) {
      note();
      const next = await openHintRig({ shop, folder: rig.killed() });
      ended.push(() => next.source.stop());
      rig = next;
    }
    expect((await rig.send(body, headers)).status).toBe(200);
  }
  note();
  return told;
} // prettier-ignore

const cart = (quantities: readonly number[], n: number): [string, Record<string, string>] => [
  JSON.stringify({ token: 'c', line_items: quantities.map((quantity, line) => ({ key: `k${line}`, quantity, product_id: line + 1, price: '4.50' })) }),
  { 'X-Shopify-Topic': 'carts/update', 'X-Shopify-Event-Id': `cart-${n}` },
]; // prettier-ignore
const order = (status: string, minute: number): [string, Record<string, string>] => [
  JSON.stringify({ id: 12, status, date_modified_gmt: `2026-01-15T12:0${minute}:00`, total: '1.00', line_items: [] }),
  { 'X-WC-Webhook-Topic': 'order.updated', 'X-WC-Webhook-Delivery-ID': `d-${minute}-${status}` },
];

/** Each is told the same whether the agent runs through or is killed between any two messages. */
const SHOWS = [
  { shop: 'shopify', what: 'carts', requests: [cart([1], 1), cart([1, 2], 2), cart([3, 2], 3), cart([3], 4), cart([3, 1], 5)], events: 4 }, // prettier-ignore
  { shop: 'woocommerce', what: 'paid orders', requests: [order('processing', 2), order('processing', 3), order('pending', 1), order('completed', 4)], events: 3 }, // prettier-ignore
  { shop: 'woocommerce', what: 'refunds', requests: [order('refunded', 2), order('refunded', 3)], events: 1 },
];

describe('what a shop was told', () => {
  it.each(SHOWS)('$shop: $what are neither told twice nor lost after a kill', async ({ shop, requests, events }) => {
    const through = await replay(shop, requests, () => false);
    expect(through).toHaveLength(events);
    for (let at = 1; at < requests.length; at++) expect(await replay(shop, requests, (index) => index === at)).toEqual(through); // prettier-ignore
    expect(await replay(shop, requests, () => true)).toEqual(through);
  });

  it('is known after a message that was taken back only as far as it was stored', async () => {
    const rig = await openHintRig({ shop: 'shopify' });
    ended.push(() => rig.close());
    await rig.send(...cart([1], 1));
    await rig.source.stop();
    // Nobody stores: the shop is told to come again.
    expect((await rig.send(...cart([5], 2))).status).toBe(503);
    const next = await openHintRig({ shop: 'shopify', folder: rig.killed() });
    ended.push(() => next.source.stop());
    await next.send(...cart([5], 2));
    expect(next.events()).toMatchObject([{ data: { orderQuantity: 4 } }]);
  });
});

describe('a disk that refuses what is to be remembered', () => {
  it('has the platform send again, and tells nothing else then', async () => {
    const rig = await openHintRig({ shop: 'shopify' });
    ended.push(() => rig.close());
    const file = path.join(rig.folder, 'connectors/shop.jsonl');
    mkdirSync(file);
    expect((await rig.send(...cart([2], 1))).status).toBe(503);
    expect(rig.logs.join()).toContain('writing what it remembers');
    rmSync(file, { recursive: true });
    expect((await rig.send(...cart([2], 1))).status).toBe(200);
    // The same event with the same id, of which the agent counts one.
    expect(new Set(rig.events().map(({ id, data }) => `${id} ${JSON.stringify(data)}`)).size).toBe(1);
    const next = await openHintRig({ shop: 'shopify', folder: rig.killed() });
    ended.push(() => next.source.stop());
    await next.send(...cart([3], 2));
    expect(next.events()).toMatchObject([{ data: { orderQuantity: 1 } }]);
  });
});

function openStream<T extends ReturnType<CreateDecoder>>(
  create: (setup: never, ports: typeof TEST_PORTS) => T,
  setup: object,
) {
  // prettier-ignore
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-told-'));
  ended.push(() => rmSync(folder, { recursive: true }));
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = { nowMs: RECEIVE_MS };
  return {
    clock,
    /** A decoder as an agent finds it that was just started. */
    decoder(other: object = setup) {
      const memory = openConnectorMemory({ folder, logger }, 'stream');
      const decoder = create(other as never, { ...TEST_PORTS, nowMs: () => clock.nowMs, memory } as never);
      const stored = async (result: DecodeResult) => {
        result.commit?.();
        await memory.flush();
        return result.events.map(({ type, data }) => [type, (data as { count?: number; quantity?: number }).count ?? (data as { quantity?: number }).quantity]); // prettier-ignore
      };
      return { decoder, stored };
    },
  };
}

describe('what a stream was told', () => {
  it('YouTube: likes that came while nobody listened are told, none twice, and the end once', async () => {
    const { decoder } = openStream(createYoutube, { room: 'v' });
    const video = (likes: number, end?: string) => ({ text: JSON.stringify({ kind: 'youtube#videoListResponse', items: [{ statistics: { likeCount: String(likes) }, liveStreamingDetails: { actualEndTime: end } }] }) }); // prettier-ignore
    const first = decoder();
    expect(await first.stored(first.decoder.decode(video(10)))).toEqual([['live.like.added', 0]]);
    expect(await first.stored(first.decoder.decode(video(14)))).toEqual([['live.like.added', 4]]);
    const second = decoder();
    expect(await second.stored(second.decoder.decode(video(14)))).toEqual([]);
    expect(await second.stored(second.decoder.decode(video(20, '2026-01-15T12:30:00Z')))).toEqual([['live.like.added', 6], ['live.room.ended', undefined]]); // prettier-ignore
    const third = decoder();
    expect(await third.stored(third.decoder.decode(video(20, '2026-01-15T12:30:00Z')))).toEqual([]);
    // Another video through the same connector has likes and an end of its own.
    const next = decoder({ room: 'w' });
    expect(await next.stored(next.decoder.decode(video(50, '2026-01-15T12:40:00Z')))).toEqual([['live.like.added', 0], ['live.room.ended', undefined]]); // prettier-ignore
  });

  it('TikTok: a streak of gifts goes on after a restart, and what nobody closed is told once', async () => {
    const { decoder, clock } = openStream(createTiktok, { unique_id: 'shop' });
    const gift = (id: number, repeatCount: number, repeatEnd: number) => ({ text: JSON.stringify({ messages: [{ type: 'WebcastGiftMessage', data: { common: { msgId: String(id), createTime: String(RECEIVE_MS) }, user: { userId: '7', nickname: 'N' }, giftId: 5, groupId: 'g', repeatCount, repeatEnd, gift: { id: 5, name: 'Rose', type: 1, diamondCount: 3 } } }] }) }); // prettier-ignore
    const first = decoder();
    expect(await first.stored(first.decoder.decode(gift(1, 2, 0)))).toEqual([]);
    const second = decoder();
    clock.nowMs += 15_000;
    const overdue = second.decoder.overdue();
    expect(overdue.events).toMatchObject([{ data: { quantity: 2, totalValue: '6', final: false } }]);
    await second.stored(overdue);
    const third = decoder();
    clock.nowMs += 15_000;
    expect(await third.stored(third.decoder.overdue())).toEqual([]);
    expect(await third.stored(third.decoder.decode(gift(2, 5, 1)))).toEqual([['live.gift.sent', 3]]);
    const fourth = decoder();
    expect(await fourth.stored(fourth.decoder.decode(gift(2, 5, 1)))).toEqual([]);
    clock.nowMs += 600_000;
    fourth.decoder.overdue();
  });
});

describe('a burst', () => {
  it('of orders that are remembered on disk is answered in time', async () => {
    const rig = await openHintRig({ shop: 'shopify' });
    ended.push(() => rig.close());
    const body = (n: number) => `{"id":${7_300_000_000_000_000_000n + BigInt(n)},"updated_at":"2026-01-15T12:00:00Z","total_price":"1.00","line_items":[]}`; // prettier-ignore
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 1000 }, (_each, n) => rig.send(body(n))));
    const tookMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(cpu);
    console.log(`1000 orders remembered in ${Math.round(tookMs)} ms, ${Math.round((user + system) / 1000)} µs of processor each`);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // The platform waits five seconds for its answer.
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(rig.events()).toHaveLength(1000);
  }); // prettier-ignore
});
