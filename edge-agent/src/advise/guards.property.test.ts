import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMinorUnits } from '@livecue/shared/event';
import type { HostPrompt, PromptEvent } from '@livecue/shared/prompt';
import { createAdvisor } from './advisor.ts';
import { CONFIG, createFakeRoom, offerOf, productOf } from './testing/fake-room.ts';

const DAY_MS = 24 * 3_600_000;
const STEP_MS = 1_000;
const oneOf = (...values: (string | undefined)[]) => fc.constantFrom(...values);
const Catalogue = fc.array(
  fc.record({ price: oneOf('150.00', '200.00', '200.00', undefined), priceFloor: oneOf('60.00', '90.00', '90.00', undefined), offerPrice: oneOf('70.00', '100.00', '120.00', '160.00', undefined), priceCurrency: fc.constantFrom('CNY', 'CNY', 'CNY', 'CNY', 'USD'), stock: fc.option(fc.nat(60), { nil: null }) }),
  { minLength: 3, maxLength: 3 },
); // prettier-ignore
const Config = fc.record({
  offersPerDay: fc.nat(6),
  offerDiscountPerDay: fc.constantFrom('0.00', '300.00', '5000.00', '1000000.00', '1000000.00', '77'),
  offerUnits: fc.constantFrom(1, 20, 1_000),
  offerEndingSeconds: fc.constantFrom(10, 60, 600),
  secondsBetweenCards: fc.constantFrom(0, 10, 40),
  cardsPer10Min: fc.integer({ min: 1, max: 10 }),
  holdBackShare: fc.constantFrom(0, 0.1, 0.5),
  enabled: fc.constantFrom(true, true, true, true, true, false),
  quietOpeningSeconds: fc.constantFrom(0, 0, 30),
});
const Change = fc.record({
  what: fc.constantFrom('want', 'want', 'ask', 'stock', 'start', 'start', 'end', 'move', 'patron', 'feed', 'propose', 'propose', 'say', 'clear', 'hold', 'off', 'veto', 'send', 'clock'),
  which: fc.nat(2),
  level: fc.nat(60),
  /** Ends of offers: in the past, soon, and beyond a day. */
  endsIn: fc.constantFrom(null, -5_000, 8_000, 45_000, 200_000, DAY_MS + 60_000),
  price: fc.integer({ min: 40, max: 210 }),
  steps: fc.constantFrom(1, 3, 8, 20),
}); // prettier-ignore

/** What a broken learner might say: any place, also none that there is, and none at all. */
const Choice = fc.constantFrom(null, 0, 1, 7, -1);

test('whatever is configured, happens and is learned: no card breaks a guard', () => {
  let proposed = 0;
  let counted = 0;
  fc.assert(
    fc.property(Catalogue, Config, fc.array(Change, { minLength: 5, maxLength: 40 }), fc.array(Choice, { minLength: 1, maxLength: 20 }), (parts, config, changes, choices) => {
      const products = parts.map((part, i) => productOf(`p${i}`, i + 1, part));
      const room = createFakeRoom();
      let asked = 0;
      const choose = () => {
        const index = choices[asked++ % choices.length] ?? null;
        return asked % 3 === 0 ? null : { index, propensity: 0.5, noneIs: 0.1 };
      };
      const advisor = createAdvisor({ catalogue: { version: 1, products }, modelVersion: 'm', choose }, { ...CONFIG, ...config });
      const vetoed = new Set<string>();
      let [hold, off, lastMs] = [false, false, -Infinity];

      const judge = (prompt: HostPrompt): void => {
        const { offer, deadlineMs, productId } = prompt;
        const own = products.find((product) => product.productId === productId);
        const stock = productId === null ? null : (room.stock.get(productId) ?? own?.stock ?? null);
        if (stock !== null) expect(stock, prompt.key).toBeGreaterThan(0);
        expect(config.enabled && !off).toBe(true);
        if (prompt.rule !== 'operator-message') expect(vetoed.has(`${prompt.rule}/${productId}`), prompt.key).toBe(false);
        if (deadlineMs !== undefined) {
          counted++;
          expect(deadlineMs).toBeGreaterThan(room.nowMs);
          expect(deadlineMs).toBeLessThanOrEqual(room.nowMs + DAY_MS);
          expect(room.offers.some((one) => one.productId === productId && one.endsMs === deadlineMs && one.endedMs === null)).toBe(true);
        }
        if (offer === undefined) return expect(JSON.stringify(prompt.headline) + JSON.stringify(prompt.reason)).not.toMatch(/限时|offer at/);
        proposed++;
        const minor = (text: string | undefined) => toMinorUnits(text ?? '', 'CNY') ?? Number.NaN;
        expect(own?.priceCurrency).toBe('CNY');
        expect(minor(offer.price)).toBeGreaterThanOrEqual(minor(own?.priceFloor));
        expect(minor(offer.price)).toBeLessThan(minor(own?.price));
        expect(offer.quantity).toBeLessThanOrEqual(stock ?? -1);
        expect(room.feed.state).toBe('ok');
        expect(room.offers.filter(({ startedMs }) => startedMs > room.nowMs - DAY_MS).length).toBeLessThan(config.offersPerDay);
        expect(config.offerDiscountPerDay).not.toBe('77');
        expect((minor(own?.price) - minor(offer.price)) * offer.quantity).toBeLessThanOrEqual(minor(config.offerDiscountPerDay));
        expect(room.offers.some((one) => one.productId === productId && one.endedMs === null)).toBe(false);
      };

      for (const { what, which, level, endsIn, price, steps } of changes) {
        const productId = `p${which}`;
        const running = room.offers.filter((one) => one.productId === productId && one.endedMs === null);
        if (what === 'want') room.ask(productId, 'purchase_signal', level % 20);
        if (what === 'ask') room.ask(productId, 'price', level);
        if (what === 'stock') room.stock.set(productId, 2 * level - 20);
        if (what === 'start') {
          const endsMs = endsIn === null ? null : room.nowMs + endsIn;
          room.offers = [...room.offers, offerOf(room.nowMs, { productId, endsMs, offerId: `${room.offers.length}`, quantity: level % 3 === 0 ? null : level })];
        }
        if (what === 'end') for (const one of running) Object.assign(one, { endedMs: room.nowMs });
        if (what === 'move') for (const one of running) Object.assign(one, { endsMs: endsIn === null ? null : room.nowMs + endsIn });
        if (what === 'patron') room.patrons = [...room.patrons, { patronRef: `00000000000${which}`, orders: level, spentMinor: {}, isPaid: false, isVip: false, productId, intent: 'price', askedMs: room.nowMs, eventId: 'e', commentId: 'c' }];
        if (what === 'feed') room.feed = { ...room.feed, state: level > 50 ? 'stale' : 'ok' };
        if (what === 'propose') advisor.propose(productId, { price: `${price}.00`, quantity: level + 1 }, room.view);
        if (what === 'say') advisor.say({ zh: '慢一点', en: 'Slow down' }, 'act-now', room.nowMs);
        if (what === 'clear') advisor.clearOwn();
        if (what === 'hold') advisor.control({ hold: (hold = level > 40) });
        if (what === 'off') advisor.control({ off: (off = level > 50) });
        const { active, next, queued } = advisor.stage();
        const card = [active, ...next, ...queued][level % 4];
        if (what === 'send' && card != null) advisor.send(card.promptId);
        if (what === 'veto' && card != null && advisor.act(card.promptId, 'veto', room.nowMs).length > 0) vetoed.add(`${card.rule}/${card.productId}`);
        if (what === 'clock') room.nowMs -= 2 * STEP_MS;
        for (let step = 0; step < steps; step++) {
          room.nowMs += STEP_MS;
          for (const one of room.offers) if (one.endsMs !== null && one.endsMs <= room.nowMs && one.endedMs === null) Object.assign(one, { endedMs: one.endsMs });
          const events: PromptEvent[] = advisor.evaluate(room.view);
          const stage = advisor.stage();
          for (const event of events) {
            if (event.kind !== 'raised' || event.prompt.rule === 'feed-stale' || event.prompt.rule === 'operator-message') continue;
            expect(hold).toBe(false);
            expect(event.atMs - lastMs).toBeGreaterThanOrEqual(config.secondsBetweenCards * 1000);
            lastMs = event.atMs;
          }
          for (const prompt of [...(stage.active === null ? [] : [stage.active]), ...stage.next, ...stage.queued]) judge(prompt);
          for (const event of events) if (event.kind === 'raised' || event.kind === 'updated' || event.kind === 'held') judge(event.prompt);
        }
      }
    }),
    { numRuns: 250 },
  );
  // Nothing is proved where nothing was proposed and no deadline was named.
  expect(proposed).toBeGreaterThan(20);
  expect(counted).toBeGreaterThan(20);
}, 60_000); // prettier-ignore
