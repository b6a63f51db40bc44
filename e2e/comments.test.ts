import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrainingExample, type PanelResult } from '@livecue/shared/contract';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { pairPanel } from './panel-peer.ts';
import { ROOT, runCommand, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: comments on a real agent, no Chromium on this machine\n');

/** `LIVECUE_SCREENS=1 npm test -- e2e/comments` draws the pictures of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? path.join(ROOT, 'docs/screens') : null;

describe.skipIf(executablePath === null)('comments of a simulated room: real agent, real browser', () => {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'data');
  let config: string;
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  let corrected = '';
  const errors: string[] = [];

  const start = () =>
    startAgent(['--source', 'simulator:demo', '--source', 'http', '--data', data, '--config', config]);
  const exported = async () => {
    const out = path.join(folder, 'corrections.jsonl');
    expect(await runCommand(['corrections', '--out', out, '--data', data])).toMatchObject({ code: 0 });
    const lines = readFileSync(out, 'utf8').split('\n').filter((line) => line !== ''); // prettier-ignore
    return lines.map((line) => TrainingExample.parse(JSON.parse(line)));
  };
  const pairPage = async () => {
    await page.goto(agent.ready.panel!);
    await page.locator('input').first().fill(agent.ready.code!);
    await page.keyboard.press('Enter');
    await page.locator('.desk').waitFor();
  };

  beforeAll(async () => {
    buildPage();
    config = writeConfig(folder, { uplink: { enabled: false } });
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
    agent = await start();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    remove();
  });

  test('the list fills by itself, with chips of the models and masked viewers', async () => {
    await pairPage();
    await expect.poll(() => page.locator('.comment').count(), { timeout: 20_000 }).toBeGreaterThan(8);
    await page.locator('.comment .chip.product').first().waitFor();
    const viewers = await page.locator('.comment-viewer').allTextContents();
    for (const viewer of viewers) expect(viewer).toMatch(/^(|.\*\*)$/u);
    if (SCREENS === null) return;
    mkdirSync(SCREENS, { recursive: true });
    await page.screenshot({ path: path.join(SCREENS, 'demo-comments.png') });
  }, 40_000);

  test('one key corrects the chosen comment, and a running agent gives the example out', async () => {
    await page.keyboard.press('l');
    corrected = (await page.locator('.comment.active .comment-text').textContent()) ?? '';
    expect(corrected).not.toBe('');
    await page.keyboard.press('c');
    await page.locator('dialog.chooser').waitFor();
    await page.keyboard.press('t');
    await page.locator('.comment.active .chip.corrected').waitFor();
    const examples = await exported();
    expect(examples).toHaveLength(1);
    expect(examples[0]).toMatchObject({ text: corrected, intent: 'stock' });
    expect(examples[0]!.modelVersion).not.toBe('none');
  }, 30_000);

  test('a device paired as host gets no comment, whatever it asks', async () => {
    const operator = await pairPanel(agent.ready.panel!, await newCode(page));
    const { code } = (await operator.call('pairing.create', { role: 'host' })) as PanelResult<'pairing.create'>;
    const host = await pairPanel(agent.ready.panel!, code);
    await expect(host.call('comments.after', { after: 0, revision: 0 })).rejects.toThrow(
      /^forbidden: .*paired as host/,
    );
    await expect(host.call('comments.before', { before: 100 })).rejects.toThrow(/^forbidden/);
    await expect(host.call('corrections.read', { after: 0 })).rejects.toThrow(/^forbidden/);
    await expect.poll(() => host.states.length).toBeGreaterThan(1);
    const { rows } = (await operator.call('comments.before', { before: 1e9 })) as PanelResult<'comments.before'>;
    const heard = JSON.stringify(host.states);
    for (const { text } of rows.filter((row) => row.text.length > 8)) expect(heard).not.toContain(text);
    operator.close();
    host.close();
  });

  test('a comment that its platform removes loses its words on the page, and the example made of it goes', async () => {
    const send = async (...events: object[]) => {
      const answer = await fetch(agent.ready.endpoints.http!, {
        method: 'POST',
        headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
        body: events.map((event) => JSON.stringify(event)).join('\n'),
      });
      expect(answer.status).toBe(202);
    };
    const source = 'live/e2e/1';
    const time = new Date().toISOString();
    await send({ id: 'e2e:1', source, time, type: 'live.comment.created', data: { identifier: 'r1', text: '我的手机号是一二三', author: { identifier: 'v1', name: '小明' } } }); // prettier-ignore
    await page.fill('.comment-search input', '手机号');
    await expect.poll(() => page.locator('.comment').count(), { timeout: 5_000 }).toBe(1);
    await page.locator('.comment', { hasText: '我的手机号是一二三' }).click();
    await page.keyboard.press('c');
    await page.keyboard.press('o');
    await page.locator('.comment.active .chip.corrected').waitFor();
    expect(await exported()).toHaveLength(2);
    await send({ id: 'e2e:2', source, time, type: 'live.comment.deleted', data: { identifier: ['r1'] } });
    await page.locator('.comment', { hasText: '已被平台删除' }).waitFor();
    expect(await page.locator('body').innerText()).not.toContain('我的手机号');
    await expect.poll(async () => (await exported()).map(({ text }) => text), { timeout: 10_000 }).toEqual([corrected]);
  }, 40_000);

  test('after a SIGKILL the example is still there: in the folder, in the agent that starts again, on its page', async () => {
    await agent.kill();
    expect((await exported()).map(({ text, intent }) => [text, intent])).toEqual([[corrected, 'stock']]);
    agent = await start();
    await pairPage();
    await page.getByText('本机有 1 条训练样本').waitFor();
    expect((await exported()).map(({ text }) => text)).toEqual([corrected]);
    expect(agent.words()).not.toContain(corrected.length > 4 ? corrected : '我的手机号');
    expect(errors).toEqual([]);
  }, 60_000);
});

async function newCode(page: Page): Promise<string> {
  await page.getByRole('button', { name: '配对设备' }).click();
  // It comes a moment after the dialog.
  const code = await page
    .getByRole('dialog')
    .getByText(/^\d{4}\s?\d{4}$/)
    .innerText();
  await page.keyboard.press('Escape');
  return code.replace(/\s/g, '');
}
