import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { anomaly, record, stockOut, surge } from '../test/scripted-show.ts';
import { findChromium } from '../test/stage.ts';
import { panelStage } from './panel-stage.ts';

const chromium = findChromium();
if (chromium === null)
  console.warn('skipped: pages in a real browser, no Chromium found (set LIVECUE_CHROMIUM to its path)');

describe.skipIf(chromium === null)('the panel in a real browser', () => {
  const panel = panelStage(chromium);
  const { open, show, card, verbs } = panel;

  describe('pairing', () => {
    test('a device that is not paired sees the form and no word of the show; a wrong code is told; the right one lets in', async () => {
      const { page } = await panel.stage.device({ paired: false });
      await page.goto(panel.url);
      await page.waitForSelector('form');
      expect(await page.textContent('body')).not.toContain(panel.first.roomName);
      const { code } = panel.stage.server.createCode();
      await page.fill('#code', code === '00000000' ? '11111111' : '00000000');
      await page.press('#code', 'Enter');
      await page.waitForFunction(() => document.querySelector('#pair-problem')?.textContent?.includes('配对码不对'));
      panel.stage.pageErrors.splice(0); // Chromium writes every 403 to its console.
      await page.fill('#code', `${code.slice(0, 4)} ${code.slice(4)}`);
      await page.press('#code', 'Enter');
      await page.waitForSelector('.desk');
      expect(await page.textContent('.room-name')).toBe(panel.first.roomName);
      // The token is out of reach of scripts and survives a reload.
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await page.reload();
      await page.waitForSelector('.desk');

      const second = await panel.stage.device({ paired: false });
      await second.page.goto(panel.url);
      await second.page.fill('#code', code);
      await second.page.press('#code', 'Enter');
      await second.page.waitForFunction(() => document.querySelector('#pair-problem')?.textContent?.includes('已用过'));
      expect(await second.page.textContent('body')).not.toContain(panel.first.roomName);
      panel.stage.pageErrors.splice(0);
    });

    test('the address that the agent prints pairs by itself and keeps no code', async () => {
      const { page } = await panel.stage.device({ paired: false });
      await page.goto(`${panel.url}#/pair?code=${panel.stage.server.createCode().code}`);
      await page.waitForSelector('.desk');
      expect(page.url()).not.toContain('code=');
    });

    test('a paired panel makes a code that pairs another device', async () => {
      const page = await open('operator');
      await page.getByRole('button', { name: '配对设备' }).click();
      const code = (await page.textContent('.device-code'))?.replace(/\D/g, '') ?? '';
      expect(await page.textContent('.urls')).toContain(panel.url);
      const { page: other } = await panel.stage.device({ paired: false });
      await other.goto(panel.url);
      await other.fill('#code', code);
      await other.press('#code', 'Enter');
      await other.waitForSelector('.desk');
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
        /TikTok静默 \d+ (秒|分钟)，正常 9 秒内.*没有收到任何消息.*到平台后台确认/,
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
      panel.stage.show.closed.add('late');
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
      panel.stage.show.change({
        sources: [],
        products: [],
        health: [],
        explaining: null,
        viewers: null,
        feed: { state: 'waiting', lastEventMs: null },
        uplink: { ...panel.first.uplink, state: 'off', lastAckMs: null },
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
    panel.stage.show.sent = [message, ...panel.stage.show.sent];
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
    panel.stage.show.sent = [record(Date.now(), 9_002, false), ...panel.stage.show.sent];
    await page.waitForSelector('.pill');
    expect(await page.textContent('.pill')).toBe('1 条新消息');
    expect(await page.locator('.sent-table tbody tr').first().textContent()).toBe(top);
    await page.click('.pill');
    expect(await page.locator('.sent-table tbody tr').first().textContent()).toContain('9002');
  });

  test('a payload that was cut for display is called so', async () => {
    panel.stage.show.sent = [{ ...record(Date.now(), 9_003, true), bytes: 5000 }, ...panel.stage.show.sent];
    const page = await open('sent', { locale: 'en' });
    await page.locator('.sent-table tbody tr').first().click();
    expect(await page.textContent('.sent-detail .remedy')).toContain('the message had 5,000');
  });

  test('whatever products, sources and messages are called, it stays text', async () => {
    const evil = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>{{nowMs}}$t(live)';
    const words = { zh: evil, en: evil };
    panel.stage.show.change((state) => ({
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
    panel.stage.show.sent = [
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
    await page.goto(`${panel.url}#/host`);
    await page.waitForSelector('.card');
    expect(await page.textContent('.headline')).toBe(evil);
    await page.goto(`${panel.url}#/sent`);
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
      panel.stage.show.change({ mode });
      for (const route of ['operator', 'host', 'sent']) {
        await page.goto(`${panel.url}#/${route}`);
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
      await page.goto(`${panel.url}#/host`);
      await page.waitForSelector('.card');
      expect(await size()).toEqual([width, height]);
      // The observer of the headline fits it once more after the new size was drawn.
      await expect.poll(() => inside(page)).toBe(true);
      for (const route of ['operator', 'sent']) {
        await page.goto(`${panel.url}#/${route}`);
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
