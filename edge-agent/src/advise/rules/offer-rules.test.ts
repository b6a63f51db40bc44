import { describe, expect, test } from 'vitest';
import type { PatronAsked } from '../../core-ports.ts';
import { advisorFor, createFakeRoom, type FakeRoom, offerOf, productOf, run, shortly } from '../testing/fake-room.ts';

const PRICES = { price: '99.00', priceCurrency: 'CNY', priceFloor: '70.00', offerPrice: '79.00', stock: 400 };
const shirt = productOf('p', 3, { ...PRICES, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, facts: { size_spec: { zh: 'M 到 XL', en: 'M to XL' } } }); // prettier-ignore
const cup = productOf('cup', 5, PRICES);
const raisedOf = (events: ReturnType<typeof run>) =>
  events.flatMap((event) => (event.kind === 'raised' ? [event.prompt] : []));

describe('an offer that ends', () => {
  const endingIn = (seconds: number, room = createFakeRoom()) => {
    room.offers = [offerOf(room.nowMs - 60_000, { endsMs: room.nowMs + seconds * 1000, unitsPaid: 12 })];
    return { room, advisor: advisorFor([shirt, cup]) };
  };

  test('is said at once when as little is left as configured, with its end and what it sold', () => {
    const { room, advisor } = endingIn(61);
    expect(run(advisor, room, 900)).toEqual([]);
    const [card] = raisedOf(run(advisor, room, 100));
    expect(card).toMatchObject({
      rule: 'offer-ending', productId: 'p', proposes: 'countdown', deadlineMs: room.nowMs + 60_000,
      headline: { zh: '3号 60秒内优惠结束', en: 'No. 3: offer ends within 60 s' },
      reason: { en: '12 sold on offer: count down · Linen shirt' }, evidence: { counts: { seconds: 60, units: 12 }, threshold: { seconds: 60 } },
    });
  }); // prettier-ignore

  test.each<[string, (room: FakeRoom) => void]>([
    ['it has ended', (room) => (room.offers = room.offers.map((offer) => ({ ...offer, endedMs: room.nowMs })))],
    ['its end was changed', (room) => (room.offers = room.offers.map((offer) => ({ ...offer, endsMs: room.nowMs + 900_000 })))],
    ['its end was taken back', (room) => (room.offers = room.offers.map((offer) => ({ ...offer, endsMs: null })))],
    ['it is sold out', (room) => room.stock.set('p', 0)],
  ])('is withdrawn at the next evaluation when %s', (_, change) => {
    const { room, advisor } = endingIn(30);
    const [card] = raisedOf(run(advisor, room, 100));
    change(room);
    expect(shortly(run(advisor, room, 100))).toEqual([`closed ${card?.key} withdrawn`]);
  }); // prettier-ignore

  test('is over when its time is, and not said of a time that nobody gave', () => {
    const { room, advisor } = endingIn(30);
    run(advisor, room, 29_900);
    expect(advisor.stage().active).not.toBeNull();
    expect(shortly(run(advisor, room, 200))).toHaveLength(1);
    expect(advisor.stage().active).toBeNull();
    room.offers = [offerOf(room.nowMs, { endsMs: null })];
    expect(run(advisor, room, 10_000)).toEqual([]);
  });
});

describe('many want to buy', () => {
  const wanting = (set: (room: FakeRoom) => void = () => {}, config = {}) => {
    const room = createFakeRoom();
    room.ask('p', 'purchase_signal', 9);
    set(room);
    const advisor = advisorFor([shirt, cup], config);
    const [card] = raisedOf(run(advisor, room, 6_000));
    return { room, advisor, card };
  };

  test('an offer at the catalogue’s price is proposed where every guard agrees, else the order is asked for', () => {
    expect(wanting().card).toMatchObject({
      proposes: 'offer', offer: { price: '79.00', priceCurrency: 'CNY', quantity: 50 },
      reason: { zh: '60 秒内 9 人：开限时价 79，限 50 件 · 亚麻衬衫', en: '9 viewers in 60 s: start an offer at 79 for 50 units · Linen shirt' },
    });
    const { card } = wanting(undefined, { offersPerDay: 0 });
    expect(card?.offer).toBeUndefined();
    expect(card?.reason.en).toBe('9 viewers in 60 s: 400 in stock, ask for the order now · Linen shirt');
  }); // prettier-ignore

  test('the card goes at once when a guard no longer agrees: too few left, or the budget is used up', () => {
    for (const change of [
      (room: FakeRoom) => room.stock.set('p', 49),
      (room: FakeRoom) => (room.offers = [offerOf(room.nowMs - 1000, { productId: 'cup', quantity: null })]),
    ]) {
      const { room, advisor, card } = wanting();
      expect(card?.proposes).toBe('offer');
      change(room);
      expect(shortly(run(advisor, room, 100))[0]).toBe(`closed ${card?.key} withdrawn`);
    }
  });
});

describe('a patron asks', () => {
  const asked = (room: FakeRoom, parts: Partial<PatronAsked> = {}): PatronAsked => ({
    patronRef: '000000000001', orders: 3, spentMinor: { CNY: 9_900 }, isPaid: false, isVip: false, productId: 'p', intent: 'size_spec', askedMs: room.nowMs, eventId: 'e1', commentId: 'c1', ...parts,
  }); // prettier-ignore

  test.each<[Partial<PatronAsked>, string, string]>([
    [{}, '3号 1位老客问尺码', 'No. 3: 1 regular asks about size'],
    [{ isVip: true, orders: 0 }, '3号 1位VIP问尺码', 'No. 3: 1 VIP asks about size'],
    [{ isPaid: true }, '3号 1位付费客问尺码', 'No. 3: 1 paid comment asks about size'],
    [{ productId: null, intent: 'shipping' }, '全场 1位老客问发货', 'Room: 1 regular asks about shipping'],
  ])('%o', (parts, zh, en) => {
    const room = createFakeRoom();
    room.patrons = [asked(room, parts)];
    const [card] = raisedOf(run(advisorFor([shirt]), room, 100));
    expect(card).toMatchObject({ rule: 'patron-question', headline: { zh, en }, evidence: { eventIds: ['e1'] } });
    expect(JSON.stringify(card)).not.toMatch(/000000000001|c1"/);
    if (parts.productId !== null) expect(card?.fact).toEqual({ zh: 'M 到 XL', en: 'M to XL' });
  });

  test('goes after 90 s, when the comment is removed, and never names what the catalogue does not have', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt]);
    room.patrons = [asked(room)];
    const [card] = raisedOf(run(advisor, room, 100));
    room.patrons = [];
    expect(shortly(run(advisor, room, 100))).toEqual([`closed ${card?.key} withdrawn`]);
    room.patrons = [asked(room, { askedMs: room.nowMs - 90_000 }), asked(room, { productId: 'unknown' })];
    expect(run(advisor, room, 1_000)).toEqual([]);
  });

  test('what the operator answered before is not asked of the host', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt]);
    room.patrons = [asked(room)];
    advisor.answered('p', 'size_spec', room.nowMs + 50);
    expect(run(advisor, room, 10_000)).toEqual([]);
    expect(advisor.cues(room.view).patrons).toEqual([]);
  });
});

describe('the operator speaks', () => {
  const words = { zh: '慢一点', en: 'Slow down' };
  const stageOf = (advisor: ReturnType<typeof advisorFor>) => advisor.stage().active?.headline.en ?? null;

  test('past hold, a full screen and a silent feed, in one evaluation, and for as long as its priority', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt, cup], { cardsPer10Min: 1 });
    advisor.control({ hold: true });
    room.feed = { state: 'stale', lastEventMs: room.nowMs - 20_000, quietLimitMs: 12_000 };
    advisor.say(words, 'act-now', room.nowMs);
    expect(shortly(run(advisor, room, 100))).toContain('raised operator-message/own-1/');
    run(advisor, room, 44_800);
    expect(advisor.stage().next.map(({ rule }) => rule)).toEqual(['operator-message']);
    expect(shortly(run(advisor, room, 200))).toContain('closed operator-message/own-1/ expired');
    expect(run(advisor, room, 60_000).filter((event) => event.kind === 'raised')).toEqual([]);
  });

  test('a new message takes the place of the old one; cleared, done or switched off it is gone for good', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt]);
    advisor.say(words, 'advice', room.nowMs);
    run(advisor, room, 100);
    advisor.say({ zh: '快一点', en: 'Faster' }, 'advice', room.nowMs);
    expect(shortly(run(advisor, room, 100)).sort()).toEqual(['closed operator-message/own-1/ withdrawn', 'raised operator-message/own-2/']); // prettier-ignore
    expect(stageOf(advisor)).toBe('Faster');
    // Also by the host's veto, which does not silence the operator for the show.
    advisor.act(advisor.stage().active?.promptId ?? '', 'veto', room.nowMs);
    expect(run(advisor, room, 1_000)).toEqual([]);
    advisor.say(words, 'advice', room.nowMs);
    run(advisor, room, 100);
    expect(stageOf(advisor)).toBe('Slow down');
    expect(advisor.clearOwn()).toBe(1);
    run(advisor, room, 100);
    advisor.control({ off: true });
    advisor.say(words, 'advice', room.nowMs);
    run(advisor, room, 1_000);
    expect([stageOf(advisor), advisor.stage().queued]).toEqual([null, []]);
  });

  test('an offer that he proposes passes every guard, or is refused with all reasons', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt]);
    expect(advisor.propose('p', { price: '60.00', quantity: 500 }, room.view)).toEqual({ refusals: ['too-few-left', 'below-floor', 'discount-used-up'] }); // prettier-ignore
    expect(advisor.propose('unknown', { price: '60.00', quantity: 5 }, room.view)).toEqual({ refusals: ['unknown-product'] }); // prettier-ignore
    advisor.propose('p', { price: '75.00', quantity: 20 }, room.view);
    expect(raisedOf(run(advisor, room, 100))).toMatchObject([{ proposes: 'offer', headline: { zh: '3号 限时 75', en: 'No. 3: offer at 75' } }]); // prettier-ignore
    room.stock.set('p', 19);
    expect(shortly(run(advisor, room, 100))).toEqual(['closed operator-message/offer-1/p withdrawn']);
  });

  test('a crash forgets neither his message nor what he answered', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt]);
    advisor.say(words, 'advice', room.nowMs);
    advisor.answered('p', 'price', room.nowMs);
    run(advisor, room, 100);
    const restored = advisorFor([shirt]);
    restored.restore([...advisor.takeDelta().put].reverse());
    expect(restored.takeDelta()).toEqual({ put: [], del: [] });
    expect(run(restored, room, 5_000)).toEqual([]);
    expect(stageOf(restored)).toBe('Slow down');
    expect(restored.clearOwn()).toBe(1);
  });

  test('he sends a card of a rule that goes to him alone, and hears why one must wait', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt, cup], { cardsPer10Min: 1 });
    room.ask('p', 'price', 9);
    room.ask('cup', 'price', 9);
    run(advisor, room, 6_000);
    const [waiting] = advisor.stage().queued;
    expect(advisor.send(waiting?.promptId ?? '')).toBe(true);
    run(advisor, room, 100);
    expect(advisor.whyQueued(waiting?.promptId ?? '')).toBe('rate-limit');
    advisor.control({ hold: true });
    run(advisor, room, 100);
    expect([advisor.send('nobody'), advisor.whyQueued('nobody')]).toEqual([false, null]);
  });
});
