import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PanelArgs } from '@livecue/shared/contract';
import { createHttpPanel, type HttpPanel } from '../../edge-agent/src/panel/http-panel.ts';
import { buildPage } from '../test/build-page.ts';
import { createScriptedActions, type ScriptedActions } from '../test/scripted-actions.ts';
import { CHROMIUM_FLAGS, findChromium } from '../test/stage.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: the overlay in a browser, no Chromium on this machine\n');
/** `LIVECUE_SCREENS=1 npm test -- overlay` draws the pictures of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? fileURLToPath(new URL('../../docs/screens', import.meta.url)) : null; // prettier-ignore

describe.skipIf(executablePath === null)('the overlay that OBS draws', () => {
  let browser: Browser;
  let folder: string;
  let page: Page;
  let http: HttpPanel;
  let actions: ScriptedActions;
  let errors: string[];

  beforeAll(async () => {
    folder = buildPage();
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await page.close();
    await http.close();
    // A refused feed is an error of the network, which the test that refuses one expects.
    expect(errors).toEqual([]);
  });

  async function open(options: Parameters<typeof createScriptedActions>[1] = {}, token?: string) {
    actions = createScriptedActions(Date.now, options);
    const nothing = () => undefined;
    http = createHttpPanel(
      { pairing: {} as never, onPaired: async () => undefined, logger: { debug: nothing, info: nothing, warn: nothing, error: console.error }, pageFolder: folder, overlay: actions.overlay, onUpgrade: nothing },
      { host: '127.0.0.1', httpPort: 0 },
    );
    const port = await http.open();
    page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && token === undefined) errors.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${port}/overlay/?token=${token ?? actions.overlay.token}`);
    if (token === undefined) await expect.poll(async () => ((await actions.call('actions.read', {})) as { overlay: { pages: number } }).overlay.pages).toBe(1);
  }

  /** Does it, and says yes to the question before the first time. */
  async function act(args: PanelArgs<'action.do'>) {
    const told = (await actions.call('action.do', { productId: null, text: null, answerId: null, ...args, targets: ['overlay'] })) as { results: { result: { outcome: string; askId?: string } }[] };
    const [first] = told.results;
    if (first?.result.outcome === 'asked') await actions.call('action.permit', { askId: first.result.askId, allowed: true });
  }
  const box = (selector: string) => page.locator(selector).boundingBox();
  async function picture(name: string) {
    if (SCREENS === null) return;
    mkdirSync(SCREENS, { recursive: true });
    await page.waitForTimeout(300);
    // On grey, as the picture of the show stands behind it.
    await page.evaluate(() => void (document.body.style.background = 'linear-gradient(#6b7a8f, #39424f)'));
    await page.screenshot({ path: join(SCREENS, `${name}.png`) });
  }

  test('is transparent and empty until something is shown', async () => {
    await open();
    expect(await page.locator('section:visible, aside:visible').count()).toBe(0);
    expect(await page.evaluate(() => [document.documentElement, document.body].map((it) => getComputedStyle(it).backgroundColor))).toEqual(['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)']);
  });

  test('shows product, offer and answer in Chinese; the offer counts down to its own end, without a jump, and goes', async () => {
    await open();
    await act({ action: 'explain', productId: 'p3' });
    await act({ action: 'offer', productId: 'p5' });
    await act({ action: 'message', answerId: 'answer/p3/size' });
    await page.locator('#answer').waitFor();
    expect(await page.locator('#product').innerText()).toMatch(/3号\s+亚麻衬衫\s+¥129\.00\s+正在讲解/);
    expect(await page.locator('#offer').innerText()).toMatch(/5号\s+蓝色水杯\s+¥59\.00 ¥79\.00\s+0:4\d\s+仅剩 38 件/);
    expect(await page.locator('#answer').innerText()).toMatch(/165 穿什么码\s+155–160 选 S/);
    await picture('overlay-zh');
    const before = await Promise.all(['#product', '#offer', '#answer', '#offer .clock'].map(box));
    const told = await page.locator('.clock').innerText();
    await expect.poll(() => page.locator('.clock').innerText()).not.toBe(told);
    actions.offer.endsMs = Date.now() + 9_000;
    actions.second();
    await expect.poll(() => page.locator('.clock').innerText()).toMatch(/^0:0\d$/);
    expect(await Promise.all(['#product', '#offer', '#answer', '#offer .clock'].map(box))).toEqual(before);
    actions.offer.running = false;
    actions.second();
    await page.locator('#offer').waitFor({ state: 'hidden' });
    expect(await box('#product')).toEqual(before[0]);
  });

  test('speaks English, and says that a rehearsal is one', async () => {
    await open({ language: 'en', mode: 'simulated' });
    await act({ action: 'explain', productId: 'p3' });
    await act({ action: 'offer', productId: 'p5' });
    await act({ action: 'message', answerId: 'offer/p3/shrink' });
    await page.locator('#answer').waitFor();
    expect(await page.locator('body').innerText()).toMatch(/Rehearsal, not live[\s\S]*#3\s+Linen shirt\s+¥129\.00\s+Now showing[\s\S]*38 left[\s\S]*Wash gently/);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await picture('overlay-en');
  });

  test('shows words as words: no markup of a message becomes part of the page', async () => {
    await open();
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>&lt;b&gt;';
    await act({ action: 'message', text: evil });
    await page.locator('#answer').waitFor();
    expect(await page.locator('#answer .words').innerText()).toBe(evil);
    expect(await page.locator('img, #answer script, b').count()).toBe(0);
    expect(await page.title()).toBe('LiveCue overlay');
  });

  test('a text that is too long is cut, and pushes nothing away', async () => {
    await open();
    await act({ action: 'pin', productId: 'p3' });
    await page.locator('#product').waitFor();
    const before = await box('#product');
    await act({ action: 'message', text: '很长的话 '.repeat(40).slice(0, 200) });
    await page.locator('#answer').waitFor();
    expect(await box('#product')).toEqual(before);
    const [card, words] = [await box('#answer'), await box('#answer .words')];
    expect(words!.y + words!.height).toBeLessThanOrEqual(card!.y + card!.height);
    expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  test('is empty with a wrong token, and after the agent is gone', async () => {
    await open({}, 'wrong');
    await act({ action: 'pin', productId: 'p3' });
    await page.waitForLoadState('networkidle');
    expect(await page.locator('section:visible').count()).toBe(0);
    await page.close();
    await http.close();
    await open();
    await act({ action: 'pin', productId: 'p3' });
    await page.locator('#product').waitFor();
    await page.clock.install();
    errors = [];
    await http.close();
    // What the agent said last is believed for 15 s.
    await page.clock.runFor(16_000);
    await page.locator('#product').waitFor({ state: 'hidden' });
    errors = errors.filter((text) => !text.includes('ERR_'));
  });
}); // prettier-ignore
