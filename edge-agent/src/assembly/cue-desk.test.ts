import { describe, expect, test } from 'vitest';
import { CUE_VERBS, DEFAULT_PRESETS } from '@livecue/shared/contract';
import { createAdvisor } from '../advise/advisor.ts';
import { CONFIG, createFakeRoom, offerOf, productOf } from '../advise/testing/fake-room.ts';
import { createCueDesk } from './cue-desk.ts';

const shirt = productOf('p', 3, { price: '99.00', priceCurrency: 'CNY', priceFloor: '70.00', stock: 40 });
const cup = productOf('cup', 5, { stock: 40 });

function open(config = {}) {
  const room = createFakeRoom();
  const catalogue = { version: 1 as const, products: [shirt, cup] };
  const advisor = createAdvisor({ catalogue, modelVersion: 'm' }, { ...CONFIG, ...config });
  const rows = new Map([['row', { productId: 'p', intent: 'price' as const }]]);
  const answers = {
    close: (answerId: string) => {
      const row = rows.get(answerId) ?? null;
      rows.delete(answerId);
      return row;
    },
  };
  const pipeline = {
    tick: (nowMs: number) => {
      room.nowMs = nowMs;
      advisor.evaluate(room.view);
    },
  };
  const desk = createCueDesk({ advisor, pipeline, answers, view: () => room.view, nowMs: () => room.nowMs }, { presets: [...DEFAULT_PRESETS] }); // prettier-ignore
  const pass = (ms: number) => {
    for (let i = 0; i < ms; i += 500) pipeline.tick(room.nowMs + 500);
  };
  return { room, advisor, desk, pass };
}

describe('messages', () => {
  test('a text or a preset is on the stage with the answer to the call', () => {
    const { desk, advisor } = open();
    const { promptId } = desk.send({ text: ' 讲讲尺码 ', priority: 'act-now' });
    expect(advisor.stage().active).toMatchObject({ promptId, headline: { zh: '讲讲尺码', en: '讲讲尺码' } });
    desk.send({ presetId: 'next', priority: 'advice' });
    expect(advisor.stage().active?.headline).toEqual({ zh: '换下一个品', en: 'Next product' });
    expect(desk.clear()).toEqual({ cleared: 1 });
    expect(advisor.stage().active).toBeNull();
  });

  test('an unknown preset and the kill switch are refused, and nothing comes later', () => {
    const { desk, advisor, pass } = open();
    expect(() => desk.send({ presetId: 'nothing', priority: 'advice' })).toThrow('message.presets lists them');
    advisor.control({ off: true });
    expect(() => desk.send({ text: '慢一点', priority: 'advice' })).toThrow('cues are switched off');
    advisor.control({ off: false });
    pass(1_000);
    expect(advisor.stage().active).toBeNull();
  });
});

test('a queued card is shown within the limits, or the call says which limit it waits for', () => {
  const { desk, advisor, room, pass } = open({ cardsPer10Min: 1, secondsBetweenCards: 10 });
  room.ask('p', 'price', 9);
  room.ask('cup', 'price', 9);
  pass(6_000);
  const promptId = advisor.stage().queued[0]?.promptId ?? '';
  expect(desk.show(promptId)).toEqual({ shown: false, reason: 'too-soon' });
  pass(10_000);
  expect(desk.show(promptId)).toEqual({ shown: false, reason: 'rate-limit' });
  advisor.control({ hold: true });
  expect(() => desk.show('nobody')).toThrow('no card with this id waits');
});

test('offers and what is left for them; a proposal is on the stage or says why not', () => {
  const { desk, room, advisor } = open();
  room.offers = [offerOf(room.nowMs - 5_000, { productId: 'p', endsMs: room.nowMs + 500_000 })];
  expect(CUE_VERBS['offers.read'].result.parse(desk.offers())).toMatchObject({ offers: [{ productId: 'p', endedMs: null }], budget: { started: 1, discount: '200.00' } }); // prettier-ignore
  expect(desk.propose({ productId: 'p', price: '80.00', quantity: 5 })).toEqual({ promptId: null, refusals: ['already-running'] }); // prettier-ignore
  room.offers = [];
  const { promptId, refusals } = desk.propose({ productId: 'p', price: '80.00', quantity: 5 });
  expect(refusals).toEqual([]);
  expect(advisor.stage().active).toMatchObject({
    promptId,
    offer: { price: '80.00', priceCurrency: 'CNY', quantity: 5 },
  });
  expect(advisor.cues(room.view).offers.budget.started).toBe(0);
});

test('an answer that was given ends the card of its question; one put aside does not', () => {
  for (const given of [true, false]) {
    const { desk, advisor, room, pass } = open();
    room.ask('p', 'price', 9);
    pass(6_000);
    expect(advisor.stage().active?.rule).toBe('counted-questions');
    expect(desk.closeAnswer({ answerId: 'row', given })).toEqual({ closed: true });
    expect(advisor.stage().active === null).toBe(given);
    expect(desk.closeAnswer({ answerId: 'row', given })).toEqual({ closed: false });
  }
});
