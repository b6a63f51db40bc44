import { describe, expect, test } from 'vitest';
import { HostPrompt, type PromptEvent } from '@livecue/shared/prompt';
import { advisorFor, createFakeRoom, productOf, run, shortly } from '../testing/fake-room.ts';

const shirt = productOf('shirt', 3, {
  name: { zh: '亚麻衬衫', en: 'Linen shirt' },
  facts: { size_spec: { zh: 'S 至 XL，偏大一码', en: 'S to XL, runs one size large' } },
});
const cup = productOf('cup', 5, { name: { zh: '保温杯', en: 'Thermos' } });

function promptIn(events: readonly PromptEvent[]): HostPrompt {
  const raised = events.find((event) => event.kind === 'raised');
  if (raised?.kind !== 'raised') throw new Error(`no card was raised: ${shortly(events).join()}`);
  return HostPrompt.parse(raised.prompt);
}

describe('counted questions', () => {
  test('eight viewers asking one thing of one product raise one card after the on-delay', () => {
    const room = createFakeRoom();
    room.ask('shirt', 'size_spec', 12);
    const advisor = advisorFor([shirt, cup]);
    expect(run(advisor, room, 5_000)).toEqual([]);
    const prompt = promptIn(run(advisor, room, 200));
    expect(prompt).toMatchObject({
      promptId: `counted-questions/size_spec/shirt@${prompt.raisedMs}`,
      priority: 'advice',
      productId: 'shirt',
      linkNumber: 3,
      headline: { zh: '3号 12 人问尺码', en: 'No. 3: 12 ask about size' },
      reason: { zh: '60 秒内 12 人问尺码 · 亚麻衬衫', en: '12 viewers in 60 s · Linen shirt' },
      fact: shirt.facts.size_spec,
    });
    expect(prompt.expiresMs - prompt.raisedMs).toBe(90_000);
    expect(prompt.evidence).toMatchObject({
      counts: { viewers: 12, unnamed: 0 },
      threshold: { viewers: 8, windowSeconds: 60 },
      modelVersion: 'intent-rules-1',
      eventIds: ['shirt-size_spec-1'],
    });
    expect(prompt.evidence.window.closeMs - prompt.evidence.window.openMs).toBe(60_000);
  });

  test('seven are no card, and however many ask it is no act now', () => {
    const quiet = createFakeRoom();
    quiet.ask('shirt', 'price', 7);
    quiet.ask('shirt', 'chat_other', 90);
    expect(run(advisorFor([shirt]), quiet, 20_000)).toEqual([]);
    const loud = createFakeRoom();
    loud.ask('shirt', 'price', 4_000);
    expect(promptIn(run(advisorFor([shirt]), loud, 6_000)).priority).toBe('advice');
  });

  test('questions without a product count for the one being explained, from when it is', () => {
    const room = createFakeRoom();
    room.ask('cup', 'price', 3);
    room.ask('?', 'price', 5);
    room.explaining = { productId: 'cup', sinceMs: room.nowMs };
    const advisor = advisorFor([shirt, cup]);
    const prompt = promptIn(run(advisor, room, 10_000));
    expect(prompt).toMatchObject({ productId: 'cup', evidence: { counts: { viewers: 8, unnamed: 5 } } });
    room.explaining = { productId: 'shirt', sinceMs: room.nowMs };
    expect(shortly(run(advisor, room, 100))).toEqual(['closed counted-questions/price/cup withdrawn']);
  });

  test('with nothing explained they count for the room', () => {
    const room = createFakeRoom();
    room.ask('?', 'shipping', 9);
    expect(promptIn(run(advisorFor([shirt]), room, 6_000))).toMatchObject({
      productId: null,
      headline: { zh: '全场 9 人问发货', en: 'Room: 9 ask about shipping' },
    });
  });
});

describe('interest surge', () => {
  test('a product nobody explains is offered; explaining it counts as done at once', () => {
    const room = createFakeRoom();
    room.interest.set('cup', { level: 42.2, expected: 10.04, surprise: 7 });
    const advisor = advisorFor([shirt, cup]);
    const prompt = promptIn(run(advisor, room, 6_000));
    expect(prompt.headline).toEqual({ zh: '5号 关注 ×4.2', en: 'No. 5: interest ×4.2' });
    room.explaining = { productId: 'cup', sinceMs: room.nowMs };
    expect(shortly(run(advisor, room, 100))).toEqual(['closed interest-surge/interest/cup done']);
  });

  test('neither a small one nor one that is expected is a surge', () => {
    const room = createFakeRoom();
    room.interest.set('cup', { level: 11, expected: 0, surprise: 9 });
    room.interest.set('shirt', { level: 500, expected: 400, surprise: 5.5 });
    expect(run(advisorFor([shirt, cup]), room, 30_000)).toEqual([]);
  });
});

describe('past peak', () => {
  const faded = { peakMs: 0, peakLevel: 120, level: 66, commentsRising: true, strength: 1.1 };
  const roomWith = (parts: Partial<typeof faded>) => {
    const room = createFakeRoom();
    room.explaining = { productId: 'shirt', sinceMs: room.nowMs - 300_000 };
    room.interest.set('shirt', { pastPeak: { ...faded, peakMs: room.nowMs - 120_000, ...parts } });
    return room;
  };

  test('the host is told to move on, with the drop and the peak; moving on counts as done at once', () => {
    const room = roomWith({});
    const advisor = advisorFor([shirt, cup]);
    const prompt = promptIn(run(advisor, room, 6_000));
    expect(prompt).toMatchObject({
      priority: 'advice',
      productId: 'shirt',
      headline: { zh: '3号 关注跌45% 换品', en: 'No. 3: interest down 45%, move on' },
      reason: {
        zh: '2 分钟前每分钟 120 次关注，现在 66，评论不减 · 亚麻衬衫',
        en: '66 signals a minute, 120 at its peak 2 min ago, comments are not · Linen shirt',
      },
    });
    room.explaining = { productId: 'cup', sinceMs: room.nowMs };
    expect(shortly(run(advisor, room, 100))).toEqual(['closed past-peak/time/shirt done']);
  });

  test('a card stays while the peak is half as surely past, and goes 10 s after that ends', () => {
    const room = roomWith({});
    const advisor = advisorFor([shirt]);
    promptIn(run(advisor, room, 6_000));
    room.interest.set('shirt', { pastPeak: { ...faded, strength: 0.6 } });
    expect(shortly(run(advisor, room, 20_000))).toEqual([]);
    room.interest.set('shirt', { pastPeak: { ...faded, strength: 0.4 } });
    expect(shortly(run(advisor, room, 11_000))).toEqual(['closed past-peak/time/shirt withdrawn']);
  });

  test('neither an unsure one, nor one from a peak of a few clicks, nor one that nobody explains', () => {
    expect(run(advisorFor([shirt]), roomWith({ strength: 0.99 }), 20_000)).toEqual([]);
    expect(run(advisorFor([shirt]), roomWith({ peakLevel: 11 }), 20_000)).toEqual([]);
    const unexplained = roomWith({});
    unexplained.explaining = null;
    expect(run(advisorFor([shirt]), unexplained, 20_000)).toEqual([]);
  });
});

describe('stock-out', () => {
  test('stock over the paid rate of 5 min, with enough units', () => {
    const room = createFakeRoom();
    room.stock.set('shirt', 40);
    room.counts.set('shirt', { unitsPaid: 25 });
    const prompt = promptIn(run(advisorFor([shirt]), room, 6_000));
    // 40 ÷ (25 ÷ 5 min) = 8 min
    expect(prompt).toMatchObject({
      priority: 'advice',
      headline: { zh: '3号 8 分钟后售罄', en: 'No. 3 sold out in 8 min' },
      reason: { zh: '库存 40，近 5 分钟卖出 25 · 亚麻衬衫', en: '40 left, 25 sold in 5 min · Linen shirt' },
    });
  });

  test('under 3 min is act now; beyond the limit, without stock or with 4 units there is none', () => {
    const soon = createFakeRoom();
    soon.stock.set('shirt', 14);
    soon.counts.set('shirt', { unitsPaid: 25 });
    expect(promptIn(run(advisorFor([shirt]), soon, 6_000)).priority).toBe('act-now');
    const none = createFakeRoom();
    none.counts.set('shirt', { unitsPaid: 25 });
    none.counts.set('cup', { unitsPaid: 4 });
    none.stock.set('cup', 1);
    expect(run(advisorFor([shirt, cup]), none, 20_000)).toEqual([]);
    none.stock.set('shirt', 51);
    expect(run(advisorFor([shirt, cup]), none, 20_000)).toEqual([]);
  });

  test('the stock of the catalogue stands in until one is told', () => {
    const room = createFakeRoom();
    room.counts.set('shirt', { unitsPaid: 10 });
    expect(promptIn(run(advisorFor([productOf('shirt', 3, { stock: 8 })]), room, 6_000)).headline.en).toBe(
      'No. 3 sold out in 4 min',
    );
  });
});

describe('order anomaly', () => {
  test('12 orders of 2 buyers are checked before thanking', () => {
    const room = createFakeRoom();
    room.counts.set('', { ordersCreated: 30, buyers: 20 });
    room.counts.set('shirt', { ordersCreated: 12, ordersPaid: 4, buyers: 2 });
    expect(promptIn(run(advisorFor([shirt]), room, 6_000))).toMatchObject({
      key: 'order-anomaly/orders/shirt',
      priority: 'act-now',
      headline: { zh: '订单异常 12 单先别谢', en: 'Check 12 orders before thanking' },
      reason: { zh: '10 分钟 12 单只有 2 位买家 · 亚麻衬衫', en: '12 orders from 2 buyers in 10 min · Linen shirt' },
    });
  });

  test('spread over products it is the room; 5 orders, many buyers or unknown buyers are none', () => {
    const room = createFakeRoom();
    room.counts.set('', { ordersPaid: 9, buyers: 3 });
    room.counts.set('shirt', { ordersPaid: 5, buyers: 1 });
    room.counts.set('cup', { ordersPaid: 4, buyers: 2 });
    expect(promptIn(run(advisorFor([shirt, cup]), room, 6_000)).productId).toBeNull();
    const usual = createFakeRoom();
    usual.counts.set('', { ordersPaid: 60, buyers: 45 });
    usual.counts.set('shirt', { ordersPaid: 20, buyers: 0 });
    expect(run(advisorFor([shirt]), usual, 20_000)).toEqual([]);
  });
});

describe('when some products are named', () => {
  test('a card of another product stays as long as its rule finds it, and goes when it does not', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt, cup]);
    room.ask('shirt', 'price', 9);
    room.ask('cup', 'price', 1);
    expect(shortly(run(advisor, room, 6_000))).toEqual(['raised counted-questions/price/shirt']);
    const cupOnly = () => {
      const events: PromptEvent[] = [];
      for (let at = 0; at < 30_000; at += 500) {
        room.nowMs += 500;
        room.feed = { ...room.feed, lastEventMs: room.nowMs };
        events.push(...advisor.evaluate(room.view, new Set(['cup'])));
      }
      return shortly(events).filter((event) => event.startsWith('closed'));
    };
    expect(cupOnly()).toEqual([]);
    room.ask('shirt', 'price', 0);
    expect(cupOnly()).toEqual(['closed counted-questions/price/shirt withdrawn']);
  });
});

describe('feed stale', () => {
  test('says so at once, takes every other card down, lasts, and goes with the first event', () => {
    const room = createFakeRoom();
    room.ask('shirt', 'price', 9);
    const advisor = advisorFor([shirt]);
    run(advisor, room, 6_000);
    room.feed = { state: 'stale', lastEventMs: room.nowMs - 12_900, quietLimitMs: 12_000 };
    const events = run(advisor, room, 100);
    expect(shortly(events)).toEqual(['closed counted-questions/price/shirt withdrawn', 'raised feed-stale/feed/']);
    expect(promptIn(events).headline).toEqual({ zh: '数据暂停 13 秒', en: 'Data paused for 13 s' });
    expect(shortly(run(advisor, room, 60_000))).toEqual(['updated feed-stale/feed/']);
    expect(advisor.stage().active?.rule).toBe('feed-stale');
    room.feed = { state: 'ok', lastEventMs: room.nowMs, quietLimitMs: 12_000 };
    expect(shortly(run(advisor, room, 100))).toEqual(['closed feed-stale/feed/ withdrawn']);
  });

  test('a room that has not begun is no stale one, and no card comes in it', () => {
    const room = createFakeRoom();
    room.feed = { state: 'waiting', lastEventMs: null, quietLimitMs: 12_000 };
    room.ask('shirt', 'price', 9);
    expect(shortly(run(advisorFor([shirt]), room, 20_000))).toEqual([
      'suppressed counted-questions/price/shirt stale-feed',
    ]);
  });
});
