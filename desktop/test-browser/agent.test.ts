/** The operator's cues on a real agent: what the page asks for is what the agent does and tells everybody. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PanelResult, PanelState } from '@livecue/shared/contract';
import { pairPanel, type PanelPeer } from '../../e2e/panel-peer.ts';
import { startAgent, temporaryFolder, writeConfig, type Program, type Ready } from '../../e2e/program.ts';
import { buildPage } from '../test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../test/stage.ts';

const chromium = findChromium();
if (chromium === null) process.stderr.write('skipped: cues on a real agent, no Chromium on this machine\n');

const CATALOGUE = {
  products: [
    {
      productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, price: '129.00', priceCurrency: 'CNY', priceFloor: '89.00', stock: 120,
      faq: [
        { factId: 'size-zh', topic: 'size_spec', question: '165 穿什么码', answer: '155–160 选 S，160–165 选 M，165–170 选 L', lang: 'zh' },
        { factId: 'size-en', topic: 'size_spec', question: 'what size for 165 cm', answer: '155–160 cm S, 160–165 M, 165–170 L', lang: 'en' },
      ],
    },
  ],
}; // prettier-ignore

describe.skipIf(chromium === null)('cues on a real agent', () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  let host: Page;
  let peer: PanelPeer;
  const errors: string[] = [];
  let sent = 0;

  async function send(type: string, ...data: object[]): Promise<void> {
    const lines = data.map((one) => JSON.stringify({ id: `t:${(sent += 1)}`, source: 'live/test/1', time: new Date().toISOString(), type, data: one })); // prettier-ignore
    const answer = await fetch(agent.ready.endpoints.http!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect(answer.status).toBe(202);
  }
  const state = (): PanelState => peer.last()!;
  async function open(code: string, hash: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    const opened = await context.newPage();
    // Below the test’s own limit, so that it says what it waited for.
    opened.setDefaultTimeout(25_000);
    opened.on('pageerror', (error) => errors.push(error.message));
    await opened.goto(`${agent.ready.panel!}#/pair?code=${code}`);
    await opened.locator('.desk, .host').first().waitFor();
    await opened.goto(`${agent.ready.panel!}${hash}`);
    return opened;
  }

  beforeAll(async () => {
    buildPage();
    const catalogue = path.join(folder, 'catalogue.json');
    const config = writeConfig(folder, { uplink: { enabled: false }, advise: { quietOpeningSeconds: 0 } });
    writeFileSync(catalogue, JSON.stringify(CATALOGUE));
    browser = await playwright.launch({ executablePath: chromium!, args: CHROMIUM_FLAGS });
    agent = await startAgent(['--source', 'http', '--catalogue', catalogue, '--data', path.join(folder, 'data'), '--config', config]); // prettier-ignore
    page = await open(agent.ready.code!, '#/operator');
    await page.locator('.pair-button').click();
    const words = await page.locator('.device-code').innerText();
    await page.keyboard.press('Escape');
    peer = await pairPanel(agent.ready.panel!, words.replace(/\D/g, ''));
    const { code } = (await peer.call('pairing.create', { role: 'host' })) as PanelResult<'pairing.create'>;
    host = await open(code, '#/host');
  }, 120_000);
  afterAll(async () => {
    peer.close();
    await browser.close();
    await agent.kill();
    remove();
    expect(errors).toEqual([]);
  });

  test('D holds the agent and releases it, and the host screen says so', async () => {
    await page.keyboard.press('d');
    await expect.poll(() => state().stage).toMatchObject({ quiet: 'do-not-disturb', hold: true });
    await host.getByText('勿扰').waitFor();
    await page.locator('.hold[aria-pressed=true]').waitFor();
    await page.keyboard.press('d');
    await expect.poll(() => state().stage.quiet).toBeUndefined();
  });

  test('a message of one’s own comes to the host as a card, and is taken back', async () => {
    await page.keyboard.press('t');
    await page.getByRole('textbox', { name: '自己写' }).fill('请把三号再看一遍');
    await page.keyboard.press('Enter');
    await host.locator('.card', { hasText: '请把三号再看一遍' }).waitFor();
    await page.locator('.cue').getByRole('button', { name: '撤回' }).click();
    await host.locator('.card').waitFor({ state: 'detached' });
    // The agent's own presets, in the words of the panel.
    await page.getByRole('button', { name: '声音大一点' }).click();
    await host.locator('.card', { hasText: '声音大一点' }).waitFor();
    await page.locator('.cue').getByRole('button', { name: '撤回' }).click();
    await host.locator('.card').waitFor({ state: 'detached' });
  });

  test('the switch stops all cues after it was asked, also the operator’s own, and starts them again', async () => {
    await page.keyboard.press('Escape');
    await page.locator('.kill').click();
    await page.getByRole('dialog').getByRole('button', { name: '停止提示' }).click();
    await expect.poll(() => state().stage.quiet).toBe('switched-off');
    await host.getByText('提示已停止').waitFor();
    await page.getByRole('button', { name: '声音大一点' }).click();
    await page.locator('.section.cues [role=alert]', { hasText: '没有发出' }).waitFor();
    expect(await host.locator('.card').count()).toBe(0);
    await page.locator('.kill').click();
    await page.getByRole('dialog').getByRole('button', { name: '恢复提示' }).click();
    await expect.poll(() => state().stage.quiet).toBeUndefined();
  });

  test('a question comes with the shop’s own fact; A closes it in the agent; the host’s device is told of none', async () => {
    const ask = { identifier: 'c1', text: '3号 165 穿什么码', author: { identifier: 'v1', name: '小鹿' } };
    await send('live.comment.created', ask);
    await page.locator('.answer', { hasText: '165 穿什么码' }).waitFor();
    expect(await page.locator('.answer-detail').innerText()).toContain('160–165 选 M');
    const rows = async () => ((await peer.call('answers.read', {})) as PanelResult<'answers.read'>).rows;
    expect(await rows()).toHaveLength(1);
    await page.keyboard.press('q');
    await page.keyboard.press('a');
    await expect.poll(rows).toEqual([]);
    await page.locator('.answer').waitFor({ state: 'detached' });
    await host.goto(`${agent.ready.panel!}#/operator`);
    await host.getByRole('heading', { name: '这台设备是主播屏' }).waitFor();
    expect(await host.locator('.desk').count()).toBe(0);
    expect(await host.locator('body').innerText()).not.toContain('穿什么码');
    await host.goto(`${agent.ready.panel!}#/host`);
  });

  test('an offer that the shop starts counts down to the end it gave, and goes when it ends', async () => {
    const offer = { product: { productID: 'p3' }, price: '99.00', priceCurrency: 'CNY', validThrough: new Date(Date.now() + 120_000).toISOString() }; // prettier-ignore
    await send('shop.offer.started', offer);
    const line = page.locator('.offer');
    await line.waitFor();
    expect((await line.innerText()).replace(/\s+/g, ' ')).toMatch(/1:[0-5]\d 3号 亚麻衬衫 ¥99.00/);
    expect(await page.textContent('.offers')).toMatch(/今日还可开 9 \/ 10 个/);
    await send('shop.offer.ended', offer);
    await line.waitFor({ state: 'detached' });
  });

  test('the show that runs stands among the recorded ones and is read; beyond it nothing is known yet', async () => {
    await page.goto(`${agent.ready.panel!}#/shows`);
    const row = page.locator('.shows-table tbody tr', { hasText: '进行中' });
    await row.click();
    await page.getByText('本场还在进行：这是截至').waitFor();
    const { shows } = (await peer.call('shows.list', {})) as PanelResult<'shows.list'>;
    expect(shows).toMatchObject([{ ended: false }]);
    expect(await page.locator('.shows-table tbody tr').count()).toBe(1);
    await page.goto(`${agent.ready.panel!}#/operator`);
    await page.locator('.product-open').first().click();
    await page.locator('.across').getByText('需要之前有两场').waitFor();
    await page.keyboard.press('Escape');
  }, 40_000);
});
