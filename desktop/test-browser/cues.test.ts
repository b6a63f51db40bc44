import { describe, expect, test } from 'vitest';
import { SETTLE_MS } from '../src/renderer/host/host-gestures.ts';
import { anomaly, prompt, surge } from '../test/scripted-show.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('answers and cue controls', '.answer');

describe.skipIf(room.chromium === null)('answers and what the operator does with cues, in a real browser', () => {
  const said = (verb: string) => room.stage.show.calls.filter((call) => call.verb === verb).map(({ args }) => args);
  const questions = () => room.page.locator('.answer').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-answer'))); // prettier-ignore
  const clipboard = () => room.page.evaluate(() => navigator.clipboard.readText());
  async function openWithClipboard(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(room.url).origin }); // prettier-ignore
  }
  const show = (part: Partial<Parameters<typeof prompt>[0]>[], queued: ReturnType<typeof prompt>[] = []) => {
    const [active] = part.map((one) => prompt({ promptId: 'c1', ...one }, Date.now()));
    room.stage.show.change((state) => ({ stage: { ...state.stage, active: active ?? null, queued } }));
  };

  describe('answers', () => {
    test('a question stands there with decision, product, intent and viewers; the newest is open with reason, confidence and fact in both languages', async () => {
      await room.open();
      expect(await room.page.locator('.answer').allTextContents()).toEqual([
        expect.stringMatching(/^ ?可直答3号 尺码×12[\d.]+ 秒165 穿什么码$/),
        expect.stringMatching(/^ ?需人工 ?物流×3[\d.]+ 秒怎么还没发货，都5天了$/),
        expect.stringMatching(/^ ?建议3号 商品×2[\d.]+ 秒does the linen shirt shrink/),
        expect.stringMatching(/^ ?建议 ?物流×4[\d.]+ 秒新疆能到吗$/),
        expect.stringMatching(/^ ?需人工2号 价格×1[\d.]+ 秒已被平台删除$/),
      ]);
      const detail = () => room.page.locator('.answer-detail').innerText();
      expect(await detail()).toMatch(/165 穿什么码[\s\S]*把握足够，可以照读。 首条正确的把握 97 %。[\s\S]*155–160 选 S[\s\S]*loose fit/); // prettier-ignore
      await room.page.locator('.answer').nth(1).click();
      expect(await detail()).toContain('需人工：投诉。');
      expect(await detail()).toContain('faq');
      await room.page.getByRole('button', { name: 'EN', exact: true }).click();
      await expect.poll(detail).toContain('Needs a person: a complaint.');
      expect(await room.page.getAttribute('.tab.answers strong', 'aria-label')).toBe('5 questions wait');
    });

    test('one tap copies the fact in its language, C copies it in the language of the panel', async () => {
      await openWithClipboard({ locale: 'en' });
      await room.page.locator('.fact-line button').nth(1).click();
      await expect.poll(clipboard).toBe('155–160 选 S，160–165 选 M，165–170 选 L，宽松版');
      await room.page.getByRole('button', { name: 'Copied' }).or(room.page.getByText('Copied')).first().waitFor();
      await room.press('q', 'ArrowDown', 'ArrowDown', 'c');
      await expect.poll(clipboard).toBe('Wash gently at 30 °C, it shrinks less than 2 %');
    });

    test('a page without a clipboard of its own copies all the same; one that may not says what to do', async () => {
      await openWithClipboard({ locale: 'en' });
      await room.page.evaluate(() => {
        const { clipboard } = navigator;
        Object.assign(window, { readBack: () => clipboard.readText() });
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
      });
      await room.page.locator('.fact-line button').first().click();
      await expect
        .poll(() => room.page.evaluate(() => (window as unknown as { readBack(): Promise<string> }).readBack()))
        .toBe('155–160 cm S, 160–165 M, 165–170 L, loose fit');
      await room.page.evaluate(() => Object.assign(document, { execCommand: () => false }));
      await room.page.locator('.fact-line button').nth(1).click();
      await room.page.getByText('Select the words and copy them by hand').waitFor();
    });

    test('A calls it given, X puts it aside, one key a question; each goes at once and comes back when it is asked again', async () => {
      await room.open();
      await room.press('q', 'a', 'ArrowDown', 'x');
      await expect
        .poll(() => said('answers.close'))
        .toEqual([
          { answerId: 'answer/p3/size', given: true },
          { answerId: 'offer/p3/shrink', given: false },
        ]);
      await expect.poll(questions).toEqual(['human//complaint', 'offer//freight', 'human/p2/live']);
      expect(await room.page.textContent('.tab.answers strong')).toBe('3');
      await room.press('Escape');
      const again = { ...room.stage.show.cues.rows[0]!, answerId: 'answer/p3/size', lastMs: Date.now() };
      room.stage.show.cues.rows = [again, ...room.stage.show.cues.rows];
      await expect.poll(questions).toContain('answer/p3/size');
    });

    test('a decision filters the list and tells its count; nothing left of it says so', async () => {
      await room.open();
      const filter = (name: string) => room.page.locator('.answer-filter button', { hasText: name });
      expect(await room.page.locator('.answer-filter button').allInnerTexts()).toEqual([
        expect.stringMatching(/全部\s*5/), expect.stringMatching(/可直答\s*1/), expect.stringMatching(/建议\s*2/), expect.stringMatching(/需人工\s*2/),
      ]); // prettier-ignore
      await filter('建议').click();
      await expect.poll(questions).toEqual(['offer/p3/shrink', 'offer//freight']);
      await filter('可直答').click();
      await expect.poll(questions).toEqual(['answer/p3/size']);
      await room.press('q', 'a');
      await room.page.getByText('没有这一类等待的问题').waitFor();
    });

    test('what is under the pointer never moves: a new question waits behind the pill', async () => {
      await room.open();
      const row = room.page.locator('.answer').nth(1);
      await row.hover();
      const before = await row.boundingBox();
      const fresh = { ...room.stage.show.cues.rows[0]!, answerId: 'new', question: '有没有小票', lastMs: Date.now() };
      room.stage.show.cues.rows = [fresh, ...room.stage.show.cues.rows];
      await room.page.locator('.panel.answers .fresh').waitFor();
      expect(await row.boundingBox()).toEqual(before);
      expect((await questions())[0]).not.toBe('new');
      await room.page.locator('.panel.answers .fresh').click();
      await expect.poll(async () => (await questions())[0]).toBe('new');
    });

    test('an empty queue says what to do', async () => {
      room.stage.show.cues.rows = [];
      await room.open({ locale: 'en' }, '.panel.answers .empty');
      expect(await room.page.textContent('.panel.answers')).toContain('faq and facts in the catalogue file');
    });

    test('patrons stand there with why they count, and without a name', async () => {
      await room.open({ locale: 'en' });
      const patrons = await room.page.locator('.patron').allInnerTexts();
      expect(patrons.map((text) => text.replace(/\s+/g, ' '))).toEqual([
        expect.stringMatching(/bought before No. 3 size orders: 3 \d+ s/),
        expect.stringMatching(/paid comment No. 5 price [\d]+ (s|min)/),
      ]);
      expect(await room.page.textContent('body')).not.toContain('a1b2c3d4e5f6');
    });
  });

  describe('cues', () => {
    test('D holds and releases; all screens say so', async () => {
      await room.open();
      const hold = room.page.getByRole('button', { name: '勿扰' });
      await room.press('d');
      await expect.poll(() => hold.getAttribute('aria-pressed')).toBe('true');
      expect(await room.page.textContent('.section.cues')).toContain('只放行安全提示');
      await room.press('v');
      await room.page.getByText('勿扰', { exact: true }).waitFor();
      await room.press('v');
      await room.page.locator('.hold').click();
      await expect.poll(() => hold.getAttribute('aria-pressed')).toBe('false');
      expect(said('cues.control')).toEqual([{ hold: true }, { hold: false }]);
    });

    test('in the opening D holds, so that it stays quiet after it: there is nothing to release yet', async () => {
      room.stage.show.change((state) => ({ stage: { ...state.stage, quiet: 'do-not-disturb' } }));
      await room.open();
      expect(await room.page.getAttribute('.hold', 'aria-pressed')).toBe('false');
      expect(await room.page.textContent('.section.cues')).toContain('开场几分钟只放行安全提示');
      await room.press('d');
      await expect.poll(() => room.page.getAttribute('.hold', 'aria-pressed')).toBe('true');
      expect(said('cues.control')).toEqual([{ hold: true }]);
      await room.page.getByText('你按了勿扰').waitFor();
    });

    test('the switch asks before it stops all cues and before it starts them; Esc leaves all as it is', async () => {
      await room.open({ locale: 'en' });
      await room.press('k', 'Escape');
      await room.page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(said('cues.control')).toEqual([]);
      await room.page.getByRole('button', { name: 'Stop cues' }).click();
      await room.page.getByRole('dialog').getByRole('button', { name: 'Stop cues' }).click();
      await room.page.getByText('Cues are off').waitFor();
      expect(said('cues.control')).toEqual([{ off: true }]);
      await room.press('k');
      await room.page.getByRole('dialog').getByRole('button', { name: 'Start cues' }).click();
      await room.page.getByText('Cues are off').waitFor({ state: 'detached' });
      expect(said('cues.control')).toEqual([{ off: true }, { off: false }]);
    });

    test('a rule whose cards come to the operator alone is named with the reason', async () => {
      room.stage.show.change((state) => ({ stage: { ...state.stage, operatorOnly: ['interest-surge'] } }));
      await room.open({ locale: 'en' });
      expect(await room.page.textContent('.cue-note.only')).toBe('Interest surge was acted on in fewer than 4 of its last 20 cards: its cards come to you alone.'); // prettier-ignore
    });

    test('a card is called wrong by the operator’s button and by X on the host screen', async () => {
      show([{}]);
      await room.open();
      await room.page.locator('[data-prompt="c1"]').getByRole('button', { name: '不对' }).click();
      await room.page.locator('[data-prompt="c1"]').waitFor({ state: 'detached' });
      show([{ promptId: 'c2' }]);
      await room.press('v');
      await room.page.locator('.card[data-prompt="c2"]').waitFor();
      // A younger card was not what the hand was on its way to.
      await room.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLE_MS + 50);
      await room.press('x');
      await expect.poll(() => said('prompt.veto')).toEqual([{ promptId: 'c1' }, { promptId: 'c2' }]);
    });

    test('a queued card goes to the host by one tap; one that may not says why', async () => {
      const now = Date.now();
      show([], [surge(now), anomaly(now)]);
      room.stage.show.cues.refused = 'c-orders';
      await room.open();
      await room.page.locator('[data-prompt="c-orders"]').getByRole('button', { name: '发给主播' }).click();
      await room.page.getByText('没有发出：正在勿扰').waitFor();
      await room.page.locator('[data-prompt="c-surge"]').getByRole('button', { name: '发给主播' }).click();
      await expect.poll(() => room.page.locator('.cue-part').first().innerText()).toContain('5号 关注');
      // One that is with the host already cannot be sent again.
      expect(await room.page.locator('[data-prompt="c-surge"]').getByRole('button', { name: '发给主播' }).count()).toBe(0); // prettier-ignore
    });

    test('a queued card is put into own words: they go, and it is done; without them it stays', async () => {
      const now = Date.now();
      show([], [surge(now), anomaly(now)]);
      await room.open();
      const own = room.page.getByRole('textbox', { name: '自己写' });
      const reword = (id: string) => room.page.locator(`[data-prompt="${id}"]`).getByRole('button', { name: '改写' }).click(); // prettier-ignore
      await reword('c-orders');
      await expect.poll(() => own.inputValue()).not.toBe('');
      await own.fill('');
      await own.fill('先别念订单');
      await room.press('Enter');
      await expect.poll(() => said('message.send')).toEqual([{ text: '先别念订单', priority: 'advice' }]);
      expect(said('prompt.done')).toEqual([]);
      await reword('c-surge');
      await expect.poll(() => own.inputValue()).toContain('5号');
      await expect.poll(() => own.evaluate((element) => element === document.activeElement)).toBe(true);
      await own.fill('5号再讲一遍');
      await room.press('Enter');
      await expect.poll(() => said('prompt.done')).toEqual([{ promptId: 'c-surge' }]);
      expect(said('message.send').at(-1)).toMatchObject({ text: '5号再讲一遍' });
    });

    test('a message: T writes, the limit is told while typing, too long cannot go, Enter sends, and it can be taken back', async () => {
      await room.open({ locale: 'en' });
      await room.press('t');
      const own = room.page.getByRole('textbox', { name: 'Own words' });
      await expect.poll(() => own.evaluate((element) => element === document.activeElement)).toBe(true);
      const send = room.page.getByRole('button', { name: 'Send', exact: true });
      expect(await send.isDisabled()).toBe(true);
      await room.page.keyboard.type('show the back of it and zoom right in now');
      const length = () => room.page.locator('.message-line [role=status]').innerText();
      expect(await length()).toBe('10 of 8 words Too long to read at a glance.');
      expect(await send.isDisabled()).toBe(true);
      await own.fill('请把三号衬衫再给大家看一遍谢谢');
      expect(await length()).toContain('15 of 14 characters');
      await own.fill('再看一遍三号');
      expect(await length()).toBe('6 of 14 characters');
      await room.press('Enter');
      const card = room.page.locator('.cue', { hasText: '再看一遍三号' });
      await card.waitFor();
      expect(said('message.send')).toEqual([{ text: '再看一遍三号', priority: 'act-now' }]);
      expect(await own.inputValue()).toBe('');
      await card.getByRole('button', { name: 'Take back' }).click();
      await card.waitFor({ state: 'detached' });
      expect(said('message.clear')).toEqual([{}]);
    });

    test('a preset goes by one tap, in both languages, as advice when it is asked for', async () => {
      await room.open();
      await room.press('t');
      await room.page.locator('.message').getByRole('button', { name: '建议' }).click();
      await room.page.getByRole('button', { name: '声音大一点' }).click();
      await room.page.locator('.cue.advice', { hasText: '声音大一点' }).waitFor();
      expect(said('message.send')).toEqual([{ presetId: 'louder', priority: 'advice' }]);
      await room.page.getByRole('button', { name: 'EN', exact: true }).click();
      await room.page.locator('.cue', { hasText: 'Speak up' }).waitFor();
    });

    test('running offers count down to the end an event gave, or say that none was given; the budget says what is left', async () => {
      await room.open({ locale: 'en' });
      const offers = () => room.page.locator('.offer').allInnerTexts();
      const text = (await offers()).map((one) => one.replace(/\s+/g, ' '));
      expect(text).toEqual([
        expect.stringMatching(/^ ?0:[0-4]\d No. 5 Blue water bottle ¥59.00 12 of 50 paid$/),
        expect.stringMatching(/^ ?no end told No. 1 Glass food box ¥29.90 7 paid$/),
      ]);
      expect(await room.page.textContent('.offers')).toContain('7 of 10 left today · ¥3,760 to give away');
      await expect.poll(async () => (await offers())[0]?.replace(/\s+/g, ' ')).not.toBe(text[0]);
      room.stage.show.change((state) => ({
        cues: { ...state.cues!, offers: { ...state.cues!.offers, budget: { ...state.cues!.offers.budget, closed: 'clock-unknown' } } },
      })); // prettier-ignore
      await room.page.getByText('No offer is proposed: the feed is silent').waitFor();
    });

    test('an offer is asked for with product, price and units, and what the guards refuse is said until one of them changes', async () => {
      await room.open({ locale: 'en' });
      const box = room.page.locator('.offer-box');
      await box.locator('summary').click();
      const ask = box.getByRole('button', { name: 'Ask', exact: true });
      expect(await ask.isDisabled()).toBe(true);
      await box.getByLabel('Product').selectOption('p3');
      await box.getByLabel('Price, CNY').fill('79 yuan');
      await box.getByLabel('Units').fill('20');
      expect(await ask.isDisabled()).toBe(true);
      await box.getByLabel('Price, CNY').fill('79.00');
      await ask.click();
      await box.getByText('Not asked: the catalogue gives no lowest price.').waitFor();
      expect(said('offer.propose')).toEqual([{ productId: 'p3', price: '79.00', quantity: 20 }]);
      await box.getByLabel('Units').fill('10');
      await box.getByText('The host starts it on the platform').waitFor();
    });

    test('a card with a deadline counts down to it on the host screen', async () => {
      show([{ rule: 'offer-ending', deadlineMs: Date.now() + 45_000 }]);
      await room.open();
      await room.press('v');
      await room.page.locator('.card .deadline').waitFor();
      const left = () => room.page.textContent('.card .deadline');
      const first = await left();
      expect(first).toMatch(/还剩 0:4[0-5]/);
      await expect.poll(left).not.toBe(first);
    });
  });
});
