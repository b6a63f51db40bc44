import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PanelState } from '@livecue/shared/contract';
import { memoryTokens } from '../../edge-agent/src/panel/panel-fixture.ts';
import { SETTLE_MS } from '../src/renderer/host/host-gestures.ts';
import { NOMINAL_MM_PER_PX, leastFontPx } from '../src/renderer/host/optics.ts';
import { buildPage } from '../test/build-page.ts';
import { anomaly, prompt, record, stockOut, surge } from '../test/scripted-show.ts';
import { findChromium, openStage, serveShow, type Stage } from '../test/stage.ts';

const chromium = findChromium();
if (chromium === null)
  console.warn('skipped: pages in a real browser, no Chromium found (set LIVECUE_CHROMIUM to its path)');

const EMPTY = { active: null, next: [], queued: [] };

describe.skipIf(chromium === null)('the panel in a real browser', () => {
  let stage: Stage;
  let first: PanelState;
  let url: string;
  beforeAll(async () => {
    stage = await openStage(chromium ?? '');
    first = PanelState.parse(stage.show.state());
    url = stage.server.address().url;
  });
  afterEach(async () => {
    for (const context of stage.browser.contexts()) await context.close();
    stage.show.change({ ...first, stage: EMPTY });
    stage.show.calls.length = 0;
    // A policy violation, a thrown error or a failed load of any page ends its test.
    expect(stage.pageErrors.splice(0)).toEqual([]);
  });
  afterAll(() => stage.close());

  async function open(route: string, options: Parameters<Stage['device']>[0] = {}): Promise<Page> {
    const { page } = await stage.device(options);
    await page.goto(`${url}#/${route}`);
    await page.waitForSelector('.page');
    return page;
  }
  const show = (
    active: ReturnType<typeof prompt> | null,
    next: ReturnType<typeof prompt>[] = [],
    queued: ReturnType<typeof prompt>[] = [],
  ) => stage.show.change({ stage: { active, next, queued } });
  const card = (id = 'c1', part: Partial<ReturnType<typeof prompt>> = {}) =>
    prompt({ promptId: id, ...part }, Date.now());
  const verbs = () => stage.show.calls.filter((call) => call.verb.startsWith('prompt.'));
  /** The card is on the screen and old enough for a key to be meant for it. */
  async function settled(page: Page, id = 'c1'): Promise<void> {
    await page.waitForSelector(`[data-prompt="${id}"]`);
    await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLE_MS + 50);
  }

  describe('pairing', () => {
    test('a device that is not paired sees the form and no word of the show; a wrong code is told; the right one lets in', async () => {
      const { page } = await stage.device({ paired: false });
      await page.goto(url);
      await page.waitForSelector('form');
      expect(await page.textContent('body')).not.toContain(first.roomName);
      const { code } = stage.server.createCode();
      await page.fill('#code', code === '00000000' ? '11111111' : '00000000');
      await page.press('#code', 'Enter');
      await page.waitForFunction(() => document.querySelector('#pair-problem')?.textContent?.includes('配对码不对'));
      stage.pageErrors.splice(0); // Chromium writes every 403 to its console.
      await page.fill('#code', `${code.slice(0, 4)} ${code.slice(4)}`);
      await page.press('#code', 'Enter');
      await page.waitForSelector('.desk');
      expect(await page.textContent('.room-name')).toBe(first.roomName);
      // The token is out of reach of scripts and survives a reload.
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await page.reload();
      await page.waitForSelector('.desk');

      const second = await stage.device({ paired: false });
      await second.page.goto(url);
      await second.page.fill('#code', code);
      await second.page.press('#code', 'Enter');
      await second.page.waitForFunction(() => document.querySelector('#pair-problem')?.textContent?.includes('已用过'));
      expect(await second.page.textContent('body')).not.toContain(first.roomName);
      stage.pageErrors.splice(0);
    });

    test('the address that the agent prints pairs by itself and keeps no code', async () => {
      const { page } = await stage.device({ paired: false });
      await page.goto(`${url}#/pair?code=${stage.server.createCode().code}`);
      await page.waitForSelector('.desk');
      expect(page.url()).not.toContain('code=');
    });

    test('a paired panel makes a code that pairs another device', async () => {
      const page = await open('operator');
      await page.getByRole('button', { name: '配对设备' }).click();
      const code = (await page.textContent('.device-code'))?.replace(/\D/g, '') ?? '';
      expect(await page.textContent('.urls')).toContain(url);
      const { page: other } = await stage.device({ paired: false });
      await other.goto(url);
      await other.fill('#code', code);
      await other.press('#code', 'Enter');
      await other.waitForSelector('.desk');
    });
  });

  describe('the host screen', () => {
    test('never more than one card and two next, nothing scrolls, through 500 changes of the stage (HP1)', async () => {
      const page = await open('host', { width: 1280, height: 720 });
      await page.evaluate(() => {
        const seen = { states: 0, cards: 0, next: 0, scrolled: false };
        Object.assign(window, { seen });
        const count = (selector: string) => document.querySelectorAll(selector).length;
        new MutationObserver(() => {
          seen.states += 1;
          seen.cards = Math.max(seen.cards, count('.card'));
          seen.next = Math.max(seen.next, count('.next-card'));
          seen.scrolled ||=
            document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth;
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      const place = () =>
        page.evaluate(() =>
          ['.quiet-line', '.stage', '.host-foot'].map((s) =>
            document.querySelector(s)?.getBoundingClientRect().toJSON(),
          ),
        );
      const before = await place();
      const now = Date.now();
      for (let i = 0; i < 500; i++) {
        const next = [surge(now), stockOut(now)].slice(0, i % 3);
        show(i % 7 === 0 ? null : card(`c${i}`, { priority: i % 2 === 0 ? 'act-now' : 'advice' }), next, [
          anomaly(now),
        ]);
        // Yields to the server between changes: 500 of them within about 3 s.
        await page.evaluate(() => 0);
        if (i % 4 === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      show(card('last'), [surge(now), stockOut(now)]);
      await page.waitForSelector('[data-prompt="last"]');
      await page.waitForFunction(() => document.querySelectorAll('.next-card').length === 2);
      const seen = await page.evaluate(
        () => (window as unknown as { seen: { states: number; cards: number; next: number; scrolled: boolean } }).seen,
      );
      expect(seen.states).toBeGreaterThan(5);
      expect(seen).toMatchObject({ cards: 1, next: 2, scrolled: false });
      expect(await place()).toEqual(before);
    });

    test('a card appears with words, reason, fact and time left, is updated in place, and is gone when withdrawn', async () => {
      const page = await open('host');
      await page.waitForSelector('.calm-number');
      expect(await page.textContent('.calm-number')).toBe('486');
      show(card());
      await page.waitForSelector('.card.act-now');
      expect(await page.textContent('.card .priority')).toBe('现在');
      expect(await page.textContent('.headline')).toBe('12 人问尺码');
      expect(await page.textContent('.reason')).toBe('3号亚麻衬衫 · 60 秒内');
      expect(await page.textContent('.fact')).toBe('S 155–160 · M 160–165 · L 165–170');
      expect(await page.textContent('.time-left')).toMatch(/^3\d 秒$/);
      await page.evaluate(() => Object.assign(document.querySelector('.card') as Element, { same: true }));
      show(card('c1', { headline: { zh: '24 人问尺码', en: '24 ask about size' } }));
      await page.waitForFunction(() => document.querySelector('.headline')?.textContent === '24 人问尺码');
      expect(await page.evaluate(() => (document.querySelector('.card') as unknown as { same?: boolean }).same)).toBe(
        true,
      );
      show(null);
      await page.waitForSelector('.card', { state: 'detached', timeout: 1_000 });
      await page.waitForSelector('.calm-number');
    });

    test('a card past its time is not shown, even when the agent still sends it', async () => {
      const page = await open('host');
      show(card('old', { expiresMs: Date.now() + 900 }));
      await page.waitForSelector('.card');
      await page.waitForSelector('.card', { state: 'detached', timeout: 2_500 });
    });

    test('Enter and space are done, N is not now, M is mute, and the card goes', async () => {
      const page = await open('host');
      const keys = { Enter: 'prompt.done', Space: 'prompt.done', n: 'prompt.snooze', M: 'prompt.mute' };
      for (const [key, verb] of Object.entries(keys)) {
        show(card(`c-${key}`));
        await settled(page, `c-${key}`);
        await page.keyboard.press(key);
        await page.waitForSelector('.card', { state: 'detached' });
        expect(verbs().at(-1)).toEqual({ verb, args: { promptId: `c-${key}` } });
      }
      expect(verbs()).toHaveLength(4);
    });

    test('a key that was on its way when the card changed does nothing', async () => {
      const page = await open('host');
      show(card());
      await settled(page);
      await page.evaluate(() => {
        new MutationObserver((_, observer) => {
          if (document.querySelector('[data-prompt="c2"]') === null) return;
          observer.disconnect();
          window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
        }).observe(document.body, { subtree: true, childList: true });
      });
      show(card('c2'));
      await settled(page, 'c2');
      expect(verbs()).toEqual([]);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.card', { state: 'detached' });
      expect(verbs()).toEqual([{ verb: 'prompt.done', args: { promptId: 'c2' } }]);
    });

    test('on a phone a tap is done, a long press is not now, a swipe is neither', async () => {
      const page = await open('', { width: 390, height: 844, touch: true });
      show(card());
      await settled(page);
      const at = { x: 195, y: 420 };
      await page.mouse.move(at.x, at.y);
      await page.mouse.down();
      await page.mouse.move(at.x + 90, at.y, { steps: 3 });
      await page.mouse.up();
      await page.mouse.move(at.x, at.y);
      await page.mouse.down();
      await expect.poll(() => verbs().length).toBe(1);
      await page.mouse.up();
      await page.waitForSelector('.card', { state: 'detached' });
      show(card('c2'));
      await settled(page, 'c2');
      await page.touchscreen.tap(at.x, at.y);
      await page.waitForSelector('.card', { state: 'detached' });
      expect(verbs()).toEqual([
        { verb: 'prompt.snooze', args: { promptId: 'c1' } },
        { verb: 'prompt.done', args: { promptId: 'c2' } },
      ]);
    });

    test('a stale feed fills the middle with its age and hides every card', async () => {
      const page = await open('host');
      show(card(), [surge(Date.now())]);
      await page.waitForSelector('.card');
      stage.show.change({ feed: { state: 'stale', lastEventMs: Date.now() - 22_000 } });
      await page.waitForSelector('.paused.stale');
      expect(await page.textContent('.paused')).toMatch(/数据暂停已 2\d 秒没有数据/);
      expect(await page.locator('.card, .next-card').count()).toBe(0);
      await page.keyboard.press('Enter');
      stage.show.change({ feed: { state: 'ok', lastEventMs: Date.now() } });
      await page.waitForSelector('.card');
      expect(verbs()).toEqual([]);
    });

    test('the headline takes at most two lines and is as large as three metres need (HP5)', async () => {
      const { page, context } = await stage.device({ width: 1920, height: 1080, locale: 'en' });
      await context.addInitScript(() => localStorage.setItem('livecue.distance', '3'));
      await page.goto(`${url}#/host`);
      for (const [zh, en] of [
        ['2号 8 分钟后售罄', 'No. 2 sells out in 8 min'],
        ['三号亚麻衬衫库存只剩十四件', 'Twenty-four viewers ask about the linen shirt size'],
        ['售罄', 'Sold'],
      ]) {
        show(card('fit', { headline: { zh: zh ?? '', en: en ?? '' } }));
        await page.waitForFunction((words) => document.querySelector('.headline')?.textContent === words, en);
        const { px, lines, cut } = await page.evaluate(() => {
          const element = document.querySelector('.headline') as HTMLElement;
          const px = Number.parseFloat(getComputedStyle(element).fontSize);
          const cut =
            element.scrollHeight > element.clientHeight + px * 0.3 || element.scrollWidth > element.clientWidth;
          return { px, lines: Math.round(element.scrollHeight / (px * 1.15)), cut };
        });
        expect(px).toBeGreaterThanOrEqual(Math.floor(leastFontPx(3, NOMINAL_MM_PER_PX)));
        expect(lines).toBeLessThanOrEqual(2);
        expect(cut, en).toBe(false);
      }
    });

    test('a lost agent is told with its age, no card stays, and all comes back without a reload', async () => {
      const tokens = memoryTokens();
      const own = await serveShow(buildPage(), undefined, undefined, tokens);
      const { url: ownUrl, httpPort } = own.server.address();
      const { page, context } = await stage.device({ paired: false });
      await context.request.post(`${ownUrl}pair`, { data: { code: own.server.createCode().code } });
      await page.goto(`${ownUrl}#/host`);
      own.show.change({ stage: { active: card(), next: [], queued: [] } });
      await page.waitForSelector('.card');
      await own.close();
      await page.waitForSelector('.paused.lost', { timeout: 5_000 });
      expect(await page.textContent('.paused')).toContain('连接断开');
      expect(await page.locator('.card').count()).toBe(0);
      await page.keyboard.press('v');
      await page.waitForSelector('.lost-banner');
      expect(await page.textContent('.lost-banner')).toMatch(/最后数据 .+前/);
      const again = await serveShow(buildPage(), { httpPort, zmqPubPort: 0, zmqCallPort: 0 }, undefined, tokens);
      await page.waitForSelector('.lost-banner', { state: 'detached', timeout: 10_000 });
      await again.close();
      stage.pageErrors.splice(0); // Failed tries of a WebSocket are written to the console by Chromium.
    });
  });

  describe('the operator screen', () => {
    test('shows sources with their silence and remedy, products, cues with their evidence, and the cloud', async () => {
      const now = Date.now();
      show(card(), [surge(now)], [anomaly(now)]);
      const page = await open('operator');
      await page.waitForSelector('.cue');
      const text = (selector: string) => page.textContent(selector);
      expect(await page.locator('.section.sources .row.wrong').textContent()).toMatch(
        /TikTok静默 \d+ (秒|分钟)，正常 9 秒内.*Check its login/,
      );
      expect(await page.locator('.section.health .row.warn').textContent()).toContain('在系统设置里打开自动校时');
      expect(await page.locator('.section.products tbody tr').nth(2).textContent()).toMatch(
        /3亚麻衬衫 讲解中.*12 尺码 · 2 价格41120/,
      );
      expect(await page.locator('.section.products tbody tr').nth(4).textContent()).toContain('售罄');
      expect(await text('.top-bar')).toContain('覆盖率 99.2 %');
      expect(await page.locator('.chart canvas').count()).toBe(4);
      const cue = page.locator('[data-prompt="c1"]');
      await cue.locator('summary').click();
      expect(await cue.locator('.evidence').textContent()).toMatch(
        /size_spec 12.*viewers 8.*intent-hash-2\.1.*douyin:7345/,
      );
      await page.locator('[data-prompt="c-surge"] button').nth(1).click();
      await page.waitForSelector('[data-prompt="c-surge"]', { state: 'detached' });
      expect(verbs()).toEqual([{ verb: 'prompt.snooze', args: { promptId: 'c-surge' } }]);
    });

    test('an action that comes too late says so', async () => {
      show(card('late'));
      stage.show.closed.add('late');
      const page = await open('operator');
      await page.locator('[data-prompt="late"] button').first().click();
      await page.waitForFunction(() =>
        document.querySelector('.section.cues [role=alert]')?.textContent?.includes('already closed'),
      );
    });

    test('everything is reached by keyboard, and V goes to the host screen and back', async () => {
      const page = await open('operator');
      const reached = new Set<string>();
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab');
        reached.add((await page.evaluate(() => document.activeElement?.textContent?.trim())) ?? '');
      }
      for (const name of ['场控', '主播', '更多页面', '配对设备', '浅色', 'EN']) expect(reached).toContain(name);
      await page.keyboard.press('v');
      await page.waitForSelector('.host');
      await page.keyboard.press('v');
      await page.waitForSelector('.desk');
    });

    test('language and theme change at once and are remembered; the host screen stays dark', async () => {
      show(card());
      const page = await open('operator');
      await page.getByRole('button', { name: 'EN', exact: true }).click();
      await page.waitForFunction(
        () => document.querySelector('.cue-headline')?.textContent === '12 viewers ask about size',
      );
      await page.getByRole('button', { name: 'Light' }).click();
      await page.reload();
      await page.waitForSelector('.operator.light .cue');
      expect(await page.textContent('.section.sources h2')).toBe('Sources');
      expect(await page.getAttribute('html', 'lang')).toBe('en');
      await page.keyboard.press('v');
      await page.waitForSelector('.card');
      expect(await page.textContent('.card .priority')).toBe('NOW');
      expect(
        await page.evaluate(() => getComputedStyle(document.querySelector('.page') as Element).backgroundColor),
      ).toBe('rgb(11, 14, 20)');
    });

    test('without sources, products, cues and cloud each part says what to do', async () => {
      stage.show.change({
        sources: [],
        products: [],
        health: [],
        explaining: null,
        viewers: null,
        feed: { state: 'waiting', lastEventMs: null },
        uplink: { ...first.uplink, state: 'off', lastAckMs: null },
      });
      const page = await open('operator', { locale: 'en' });
      const body = await page.textContent('body');
      for (const words of [
        'livecue start --demo',
        'catalogue',
        'The host sees no cue',
        'cloud off',
        'Waiting for events',
      ])
        expect(body).toContain(words);
      await page.locator('.pages summary').click();
      await page.locator('nav a', { hasText: 'What left' }).click();
      await page.getByText('Set uplink.enabled to send summaries').waitFor();
    });
  });

  test('"what left" shows the exact bytes and properties, and holds still under the pointer', async () => {
    const payload = '{"kind":"prompt",  "zh":"亚麻衬衫 ☂","tab":"\\t","html":"<b>&amp;</b>"}\n ';
    const message = { ...record(Date.now(), 9_001, false), payload, bytes: Buffer.byteLength(payload) };
    stage.show.sent = [message, ...stage.show.sent];
    const page = await open('sent');
    await page.locator('.sent-table tbody tr').first().click();
    expect(await page.evaluate(() => document.querySelector('.payload')?.textContent)).toBe(payload);
    expect(await page.textContent('.sent-detail')).toContain(`内容，共 ${message.bytes} B`);
    expect(await page.locator('.sent-detail .remedy').count()).toBe(0);
    const properties = await page
      .locator('.properties tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
    expect(Object.fromEntries(properties)).toEqual(message.properties);
    expect(await page.textContent('.sent-total')).toContain('1.5 MB');
    // The pointer rests on the list: a new message waits behind the pill.
    const top = await page.locator('.sent-table tbody tr').first().textContent();
    stage.show.sent = [record(Date.now(), 9_002, false), ...stage.show.sent];
    await page.waitForSelector('.pill');
    expect(await page.textContent('.pill')).toBe('1 条新消息');
    expect(await page.locator('.sent-table tbody tr').first().textContent()).toBe(top);
    await page.click('.pill');
    expect(await page.locator('.sent-table tbody tr').first().textContent()).toContain('9002');
  });

  test('a payload that was cut for display is called so', async () => {
    stage.show.sent = [{ ...record(Date.now(), 9_003, true), bytes: 5000 }, ...stage.show.sent];
    const page = await open('sent', { locale: 'en' });
    await page.locator('.sent-table tbody tr').first().click();
    expect(await page.textContent('.sent-detail .remedy')).toContain('the message had 5,000');
  });

  test('whatever products, sources and messages are called, it stays text', async () => {
    const evil = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>{{nowMs}}$t(live)';
    const words = { zh: evil, en: evil };
    stage.show.change((state) => ({
      roomName: evil,
      products: state.products.map((p) => ({ ...p, name: words, questions: { [evil]: 3 } })),
      sources: state.sources.map((s) => ({ ...s, name: `${evil}${s.name}`, endpoint: evil, problem: evil })),
      health: [
        {
          name: evil,
          level: 'wrong',
          title: { zh: evil, en: evil },
          text: { zh: evil, en: evil },
          remedy: { zh: evil, en: evil },
        },
      ],
      stage: { active: card('c1', { headline: words, reason: words, fact: words }), next: [], queued: [] },
    }));
    stage.show.sent = [
      {
        ...record(Date.now(), 9_004, true),
        payload: evil,
        bytes: Buffer.byteLength(evil),
        topic: evil,
        properties: { type: evil },
      },
    ];
    const page = await open('operator');
    await page.waitForSelector('.cue');
    expect(await page.textContent('.cue-headline')).toBe(evil);
    expect(await page.textContent('.room-name')).toBe(evil);
    await page.goto(`${url}#/host`);
    await page.waitForSelector('.card');
    expect(await page.textContent('.headline')).toBe(evil);
    await page.goto(`${url}#/sent`);
    await page.locator('.sent-table tbody tr').first().click();
    expect(await page.evaluate(() => document.querySelector('.payload')?.textContent)).toBe(evil);
    expect(await page.locator('img, body script:not([type=module])').count()).toBe(0);
    expect(await page.evaluate(() => (window as unknown as { hurt?: number }).hurt)).toBeUndefined();
  });

  test('a room that is not live is marked on every screen in both languages, a live one on none', async () => {
    const page = await open('operator', { locale: 'en' });
    await page.waitForSelector('.desk');
    expect(await page.locator('.mode-strip').count()).toBe(0);
    for (const [mode, words] of [
      ['simulated', /模拟直播间.*Simulated room, not live/],
      ['replay', /回放.*Replay, not live/],
    ] as const) {
      stage.show.change({ mode });
      for (const route of ['operator', 'host', 'sent']) {
        await page.goto(`${url}#/${route}`);
        await page.waitForFunction(
          (start) => document.querySelector('.mode-strip')?.textContent.trim().startsWith(start),
          mode === 'replay' ? '回放' : '模拟',
        );
        expect(await page.textContent('.mode-strip')).toMatch(words);
      }
    }
  });

  test('from phone to tablet no screen is wider than its window, and the host screen is not higher either', async () => {
    const now = Date.now();
    show(card(), [surge(now), stockOut(now)], [anomaly(now)]);
    const page = await open('host');
    const size = () =>
      page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
    for (const [width, height] of [
      [390, 844],
      [844, 390],
      [768, 1024],
      [1024, 600],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.goto(`${url}#/host`);
      await page.waitForSelector('.card');
      expect(await size()).toEqual([width, height]);
      // The observer of the headline fits it once more after the new size was drawn.
      await expect.poll(() => inside(page)).toBe(true);
      for (const route of ['operator', 'sent']) {
        await page.goto(`${url}#/${route}`);
        await page.waitForSelector('.top-bar');
        expect((await size())[0], `${route} at ${width}`).toBe(width);
      }
    }
  });
});

/** Whether all lines of the card lie within it and the fact is not cut. */
function inside(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const outer = (document.querySelector('.card') as Element).getBoundingClientRect();
    const fact = document.querySelector('.fact') as Element;
    const whole = fact.scrollHeight <= fact.clientHeight + 2;
    return (
      whole &&
      ['.headline', '.reason', '.fact', '.card-foot'].every((s) => {
        const inner = (document.querySelector(s) as Element).getBoundingClientRect();
        return inner.bottom <= outer.bottom + 1 && inner.right <= outer.right + 1 && inner.height > 0;
      })
    );
  });
}
