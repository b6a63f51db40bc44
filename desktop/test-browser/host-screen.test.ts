import { describe, expect, test } from 'vitest';
import { memoryTokens } from '../../edge-agent/src/panel/panel-fixture.ts';
import { NOMINAL_MM_PER_PX, leastFontPx } from '../src/renderer/host/optics.ts';
import { buildPage } from '../test/build-page.ts';
import { anomaly, stockOut, surge } from '../test/scripted-show.ts';
import { findChromium, serveShow } from '../test/stage.ts';
import { panelStage } from './panel-stage.ts';

const chromium = findChromium();
if (chromium === null)
  console.warn('skipped: pages in a real browser, no Chromium found (set LIVECUE_CHROMIUM to its path)');

describe.skipIf(chromium === null)('the host screen in a real browser', () => {
  const panel = panelStage(chromium);
  const { open, show, card, verbs, settled } = panel;

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
      panel.stage.show.change({ feed: { state: 'stale', lastEventMs: Date.now() - 22_000 } });
      await page.waitForSelector('.paused.stale');
      expect(await page.textContent('.paused')).toMatch(/数据暂停已 2\d 秒没有数据/);
      expect(await page.locator('.card, .next-card').count()).toBe(0);
      await page.keyboard.press('Enter');
      panel.stage.show.change({ feed: { state: 'ok', lastEventMs: Date.now() } });
      await page.waitForSelector('.card');
      expect(verbs()).toEqual([]);
    });

    test('the headline takes at most two lines and is as large as three metres need (HP5)', async () => {
      const { page, context } = await panel.stage.device({ width: 1920, height: 1080, locale: 'en' });
      await context.addInitScript(() => localStorage.setItem('livecue.distance', '3'));
      await page.goto(`${panel.url}#/host`);
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
      const { page, context } = await panel.stage.device({ paired: false });
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
      panel.stage.pageErrors.splice(0); // Failed tries of a WebSocket are written to the console by Chromium.
    });
  });
});
