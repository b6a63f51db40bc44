/** Text from outside that would be markup or code if a page let it: in comments, names, products, orders, the room. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { ROOT, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: hostile text on a real agent, no Chromium on this machine\n'); // prettier-ignore

/** Each would set `window.struck` if it ran, and leave an element if it were parsed. */
const STRIKES = [
  '<img src=struck onerror="window.struck=1">',
  '"><svg onload=window.struck=1>',
  '<script>window.struck=1</script>',
  "'-window.struck=1-'",
  'javascript:window.struck=1',
  '{{constructor.constructor("window.struck=1")()}}',
  '<iframe srcdoc="<script>parent.struck=1</script>">',
];
const ALL = STRIKES.join(' ');
const ROUTES = [...readFileSync(path.join(ROOT, 'desktop/src/renderer/parts/route.ts'), 'utf8').matchAll(/^ {2}'([a-z-]+)',$/gm)].map(([, name]) => name!); // prettier-ignore

describe.skipIf(executablePath === null)('hostile text', { timeout: 120_000 }, () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  let sent = 0;

  async function send(type: string, list: readonly object[]): Promise<void> {
    const lines = list.map((data) => JSON.stringify({ id: `h:${sent++}-${ALL}`.slice(0, 120), source: type.startsWith('shop') ? 'shop/evening/1' : 'live/evening/1', time: new Date().toISOString(), type, data })); // prettier-ignore
    const answer = await fetch(agent.ready.endpoints['http']!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect(await answer.json()).toMatchObject({ accepted: list.length, rejected: [] });
  }

  /** Whether anything ran, or stands in the page as an element that we did not make. */
  const struck = (at: Page) =>
    at.evaluate(`['struck' in window, document.querySelectorAll('img[src="struck"], iframe, script:not([src]), svg[onload], [onerror], a[href^="javascript"]').length]`); // prettier-ignore

  beforeAll(async () => {
    buildPage();
    const catalogue = path.join(folder, 'catalogue.json');
    const product = (productId: string, linkNumber: number) => ({ productId, linkNumber, skus: [], aliases: [], name: { zh: STRIKES[linkNumber - 1], en: STRIKES[linkNumber] }, price: '9.00', priceCurrency: 'CNY', stock: 30, facts: { size_spec: { zh: STRIKES[0], en: STRIKES[1] } } }); // prettier-ignore
    writeFileSync(catalogue, JSON.stringify({ version: 1, products: [product('p1', 1), product('p2', 2)] }));
    const advise = { holdBackShare: 0, secondsBetweenCards: 0 }; // prettier-ignore
    const config = writeConfig(folder, { uplink: { enabled: false }, room: { name: ALL.slice(0, 64) }, advise });
    agent = await startAgent(['--source', 'http', '--data', path.join(folder, 'data'), '--config', config, '--catalogue', catalogue]); // prettier-ignore
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    // A page that runs what it should only show is mostly stopped by its policy: then the policy says so here.
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('dialog', (dialog) => errors.push(`a dialog: ${dialog.message()}`));
    await page.goto(`${agent.ready.panel!}#/pair?code=${agent.ready.code!}`);
    await page.locator('.desk').waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    remove();
  });

  test('is text on the desk and on the host’s card', async () => {
    await send('live.comment.created', Array.from({ length: 14 }, (_, n) => ({ text: '1号什么尺码', author: { identifier: `v${n}`, name: ALL.slice(0, 40) } }))); // prettier-ignore
    await send('shop.order.paid', STRIKES.map((text, n) => ({ orderNumber: `${n}-${text}`.slice(0, 60), orderStatus: 'OrderProcessing', partial: false, total: '9.00', priceCurrency: 'CNY', customerRef: text.slice(0, 40), orderedItem: [{ productID: 'p1', orderQuantity: 1, price: '9.00' }] }))); // prettier-ignore
    await send('live.comment.created', STRIKES.map((text, n) => ({ text, author: { identifier: `${STRIKES[n]}`, name: text } }))); // prettier-ignore
    // What looks like spam is folded.
    await page.locator('.comment').nth(5).waitFor();
    for (const fold of await page.locator('.comment.fold').all()) await fold.click({ timeout: 5_000 });
    await page.locator('.comment', { hasText: STRIKES[0]! }).first().waitFor();
    await page.locator('.products', { hasText: STRIKES[0]! }).waitFor();
    expect(await struck(page)).toEqual([false, 0]);
    await page.goto(`${agent.ready.panel!}#/host`);
    await page.locator('.card', { hasText: STRIKES[0]! }).waitFor({ timeout: 60_000 });
    expect(await struck(page)).toEqual([false, 0]);
  });

  test.each(ROUTES)('is text on the page %s', async (route) => {
    await page.goto(`${agent.ready.panel!}#/${route}`);
    await page.locator('main, .desk').first().waitFor();
    // What the page asks the agent for has been drawn by then, or comes with the next page.
    await page.evaluate('new Promise((done) => { let left = 40; const next = () => (left-- === 0 ? done() : requestAnimationFrame(next)); next(); })'); // prettier-ignore
    expect(await struck(page)).toEqual([false, 0]);
  });

  test('and no page had to be stopped by its policy', () => expect(errors).toEqual([]));
});
