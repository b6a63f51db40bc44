import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SentMessage } from '@livecue/shared/contract';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { pairPanel } from './panel-peer.ts';
import { ROOT, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: the panel on a real agent, no Chromium on this machine\n');

/** The pictures of the README: `LIVECUE_SCREENS=1 npm test -- e2e/panel` draws them again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? path.join(ROOT, 'docs/screens') : null;

describe.skipIf(executablePath === null)('a first evening: real agent, real browser', () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  const picture = async (name: string) => {
    if (SCREENS === null) return;
    mkdirSync(SCREENS, { recursive: true });
    // The card fades in within 150 ms.
    await page.waitForTimeout(500);
    await page.screenshot({ path: path.join(SCREENS, `${name}.png`) });
  };
  const words = () => page.locator('body').innerText();

  beforeAll(async () => {
    buildPage();
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
    agent = await startAgent([
      '--demo',
      '--data',
      path.join(folder, 'data'),
      '--config',
      writeConfig(folder, { advise: { holdBackShare: 0 } }),
    ]);
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'zh-CN' });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    remove();
  });

  test('the page asks for the code, refuses a wrong one in words, takes the right one', async () => {
    await page.goto(agent.ready.panel!);
    await page.locator('input').first().fill('00000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await picture('demo-pair');
    await page.locator('input').first().fill(agent.ready.code!);
    await page.keyboard.press('Enter');
    await page.getByText('模拟直播间').first().waitFor();
  });

  test('the host sees the first cue with its fact, marked as not live', async () => {
    await page.goto(`${agent.ready.panel!}#/host`);
    await page.locator('.card').waitFor({ timeout: 15_000 });
    const shown = await words();
    expect(shown).toMatch(/3号 \d+ 人问尺码/);
    expect(shown).toContain('模拟直播间');
    expect(await page.locator('.card').count()).toBe(1);
    await picture('demo-host');
  });

  test('the operator sees sources, products and charts of the same room, in the other language too', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${agent.ready.panel!}#/operator`);
    await page.locator('.cue').first().waitFor();
    await page.getByRole('button', { name: 'EN', exact: true }).click();
    await page.getByText('Linen shirt').first().waitFor();
    expect(await words()).toMatch(/simulator/);
    expect(await page.locator('.uplot').count()).toBeGreaterThanOrEqual(4);
    await picture('demo-operator');
  });

  test('one key is done: the card leaves the host screen', async () => {
    await page.goto(`${agent.ready.panel!}#/host`);
    const card = page.locator('.card');
    await card.waitFor();
    // A key within 400 ms of a new card is taken for a slip.
    await page.waitForTimeout(600);
    await page.keyboard.press('Enter');
    await expect.poll(() => card.count(), { timeout: 5_000 }).toBe(0);
  });

  test('what left shows the bytes that the agent says it sent', async () => {
    await page.goto(`${agent.ready.panel!}#/sent`);
    await page.locator('.sent-table tbody tr').first().waitFor({ timeout: 90_000 });
    await page.locator('.sent-table tbody tr').last().click();
    const shown = (await page.locator('.sent-detail').innerText()).replace(/\s+/g, '');
    // The oldest message stays the oldest while new ones come in on top.
    const peer = await pairPanel(agent.ready.panel!, await newCode(page));
    const { messages } = (await peer.call('uplink.sent', { limit: 200 })) as { messages: SentMessage[] };
    peer.close();
    const payloads = messages.map(({ payload }) => payload.replace(/\s+/g, ''));
    expect(payloads.some((payload) => shown.includes(payload))).toBe(true);
    await picture('demo-sent');
  }, 120_000);

  test('a lost agent is said so on the host screen, with the age', async () => {
    await page.goto(`${agent.ready.panel!}#/host`);
    await page.getByText('Simulated room').first().waitFor();
    await agent.kill();
    await expect.poll(words, { timeout: 15_000 }).toMatch(/Connection lost|paused/i);
    expect(errors).toEqual([]);
  });
});

/** A second device pairs by the code that the first one shows. */
async function newCode(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Pair a device' }).click();
  const code = page.getByRole('dialog').getByText(/^\d{4}\s?\d{4}$/);
  const text = await code.innerText();
  await page.keyboard.press('Escape');
  return text.replace(/\s/g, '');
}
