import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { hasGolden, openGolden, SKIP_REASON } from '../../../test/connectors/golden.ts';
import { createRig, type FakePlatform, openFakePlatform, type Rig } from '../connecting/testing/connector-rig.ts';
import { tiktokService } from './service-connector.ts';

const chat = (id: string) => JSON.stringify({ messages: [{ type: 'WebcastChatMessage', data: { common: { msgId: id, createTime: '1768478400000' }, user: { userId: '7', nickname: 'N' }, comment: 'hi' } }] }); // prettier-ignore
const gift = (id: string, count: number) => JSON.stringify({ messages: [{ type: 'WebcastGiftMessage', data: { common: { msgId: id, createTime: '1768478400000' }, user: { userId: '7' }, giftId: 5, groupId: 'g', repeatEnd: 0, repeatCount: count, giftDetails: { giftName: 'Rose', giftType: 1, diamondCount: 1 } } }] }); // prettier-ignore

let platform: FakePlatform;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  await platform?.close();
});

async function open(onSocket: (socket: WebSocket, path: string, index: number) => void, accept?: () => number | null) {
  platform = await openFakePlatform({ onSocket, accept });
  rig = createRig(tiktokService, { unique_id: 'shop', api_key: 'zqx-key' }, { 'tiktok-service': platform.url.replace('http', 'ws') }); // prettier-ignore
  return rig;
}

describe('connector of the TikTok LIVE service', () => {
  it('names account, key and options, gives comments once, and lives through what it cannot read', async () => {
    let address = '';
    const { until, events, health } = await open((socket, path) => {
      address = path;
      for (const text of [chat('1'), chat('1'), 'no json', chat('2')]) socket.send(text);
      socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
      socket.send(chat('3'));
    });
    await until(() => events.length === 3);
    expect(new URLSearchParams(address.split('?')[1])).toEqual(new URLSearchParams({ uniqueId: 'shop', apiKey: 'zqx-key', 'features.bundleEvents': 'true' })); // prettier-ignore
    expect(health()).toMatchObject({ state: 'open', counts: { duplicates: 1, malformed: 2 } });
    expect(await rig.stop()).toBeLessThan(1000);
  });

  it('tells gifts of a streak that nobody closes', async () => {
    const { until, clock, events, health } = await open((socket) => socket.send(gift('1', 4)));
    await until(() => health().state === 'open');
    await clock.advance(16_000);
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ type: 'live.gift.sent', data: { quantity: 4, final: false } });
  });

  it('refuses frames of a schema that it does not know', async () => {
    const worker = JSON.stringify({ messages: [{ type: 'workerInfo', data: { schemaVersion: 'v9' } }] });
    const { ended, health } = await open((socket) => socket.send(worker));
    await ended;
    expect(health()).toMatchObject({ state: 'failed', problem: { code: 'schema' } });
  });

  it('stays down when the upgrade is refused, and obeys Retry-After when there are too many', async () => {
    const { ended, failure, log } = await open(() => undefined, () => 401); // prettier-ignore
    await ended;
    expect(failure()).toMatchObject({ retry: 'never' });
    expect(`${String(failure())} ${log.join()}`).not.toContain('zqx');
    await platform.close();
    const { until, clock, health } = await open(() => undefined, () => 429); // prettier-ignore
    await until(() => health().state === 'waiting');
    expect(health().nextRetryMs! - clock.nowMs()).toBe(7000);
  });
});

interface CloseCode {
  readonly code: number;
  readonly do: string;
}

describe('close codes of the TikTok LIVE service', () => {
  if (!hasGolden) {
    it.skip(SKIP_REASON, () => {});
    return;
  }
  const codes = openGolden('tiktok').lines('close-codes.jsonl').map((line) => JSON.parse(line) as CloseCode); // prettier-ignore

  it.each(codes.filter(({ code }) => code !== 1000))('$code: $do', async ({ code, do: what }) => {
    let sockets = 0;
    const { until, clock, ended, events, health } = await open((socket) => {
      if (++sockets > 1) return;
      if (code === 1006) socket.terminate();
      else socket.close(code);
    });
    if (what.startsWith('failed')) {
      await ended;
      expect(health().state).toBe('failed');
    } else if (what.startsWith('live.room.ended')) {
      await ended;
      expect(events.map(({ type }) => type)).toEqual(['live.room.ended']);
      expect(health().state).toBe('idle');
    } else {
      await until(() => health().state === 'waiting');
      const waitMs = health().nextRetryMs! - clock.nowMs();
      if (what.includes('60 s')) expect(waitMs).toBeGreaterThanOrEqual(60_000);
      else expect(waitMs).toBeLessThan(60_000);
      await clock.advance(waitMs);
      await until(() => sockets === 2);
    }
  });
});
