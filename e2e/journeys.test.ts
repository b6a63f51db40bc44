/** A show from an empty catalogue to a lost agent: a real agent, a desk and a phone in real Chromium. */
import { createServer } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriousProblems } from '../desktop/test-browser/axe.ts';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: journeys on a real agent, no Chromium on this machine\n');

const PRODUCTS = '编号,名称,链接,价格,库存\np3,亚麻衬衫,3,129.00,120\np5,蓝色水杯,5,59.00,40\n';
/** Longer than a busy machine takes for anything but what the agent waits for itself. */
const LONG = { timeout: 60_000 };

describe.skipIf(executablePath === null)('an evening', { timeout: 150_000 }, () => {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'data');
  const errors: string[] = [];
  let config: string;
  let agent: Program<Ready>;
  let browser: Browser;
  let desk: Page;
  let phone: Page;
  let sent = 0;

  const start = () => startAgent(['--source', 'http', '--data', data, '--config', config]);
  async function open(size: { width: number; height: number }, touch: boolean): Promise<Page> {
    const context = await browser.newContext({ viewport: size, locale: 'zh-CN', hasTouch: touch });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    page.on('pageerror', (error) => errors.push(error.message));
    return page;
  }
  async function send(type: string, list: readonly object[]): Promise<void> {
    const source = type.startsWith('shop.') ? 'shop/evening/1' : 'live/evening/1';
    const lines = list.map((part) => JSON.stringify({ id: `e:${sent++}`, source, time: new Date().toISOString(), type, data: part })); // prettier-ignore
    const answer = await fetch(agent.ready.endpoints['http']!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect(await answer.json()).toMatchObject({ accepted: list.length, rejected: [] });
  }
  const ask = (text: string, viewers: number) =>
    send('live.comment.created', Array.from({ length: viewers }, (_, i) => ({ text, author: { identifier: `v${i}` } }))); // prettier-ignore
  const likes = (n: number) =>
    send(
      'live.like.added',
      Array.from({ length: n }, () => ({ count: 1 })),
    );
  const card = (words: RegExp) => phone.locator('.card', { hasText: words });
  /** How much wider than its window the page is, px. Pages are scripts to Node: it knows no window. */
  const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');

  beforeAll(async () => {
    buildPage();
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
    // The same port after the kill, as in a studio: pages come back by themselves.
    const panel = { httpPort: await freePort(), zmqPubPort: 0, zmqCallPort: 0 };
    const advise = { holdBackShare: 0, secondsBetweenCards: 0, cardsPer10Min: 10, actNowPer10Min: 10 };
    const ingest = { httpPort: await freePort(), zmq: { endpoint: 'tcp://127.0.0.1:*' } };
    config = writeConfig(folder, { uplink: { enabled: false }, panel, ingest, advise });
    agent = await start();
    desk = await open({ width: 1440, height: 900 }, false);
    phone = await open({ width: 390, height: 844 }, true);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    remove();
    expect(errors).toEqual([]);
  });

  test('the desk pairs by the printed code and imports the products of the show', async () => {
    await desk.goto(`${agent.ready.panel!}#/pair?code=${agent.ready.code!}`);
    await desk.locator('.desk, .page main').first().waitFor();
    await desk.goto(`${agent.ready.panel!}#/catalogue`);
    await desk.setInputFiles('input[type=file]', { name: 'show.csv', mimeType: 'text/csv', buffer: Buffer.from(PRODUCTS) }); // prettier-ignore
    await desk.getByRole('button', { name: '导入 2 个商品' }).click();
    await desk.getByText('当前：2 个商品').waitFor();
    await desk.goto(`${agent.ready.panel!}#/operator`);
    await desk.locator('.products', { hasText: '亚麻衬衫' }).waitFor();
    expect(await seriousProblems(desk)).toEqual([]);
  });

  test('a phone pairs as a host, sees the screen of the host and no word of a viewer', async () => {
    await desk.locator('.pair-button').click();
    const dialog = desk.getByRole('dialog');
    const shown = dialog.locator('.device-code');
    await shown.waitFor();
    const first = await shown.innerText();
    await dialog.getByRole('radio', { name: /^主播屏/ }).check();
    await shown.filter({ hasNotText: first }).waitFor();
    await shown.waitFor();
    const code = (await shown.innerText()).replace(/\D/g, '');
    expect(code).toMatch(/^\d{8}$/);
    await desk.keyboard.press('Escape');
    await phone.goto(`${agent.ready.panel!}#/pair?code=${code}`);
    await phone.locator('.host').waitFor();
    await ask('今天天气不错', 3);
    await desk.locator('.comment', { hasText: '今天天气不错' }).first().waitFor();
    await phone.goto(`${agent.ready.panel!}#/operator`);
    await phone.getByText('这台设备是主播屏').waitFor();
    expect(await phone.locator('body').innerText()).not.toContain('今天天气不错');
    // What the page does not offer, the agent refuses too.
    const refused = await phone.evaluate<string>(`new Promise((resolve) => {
      const socket = new WebSocket('ws://' + location.host + '/panel');
      socket.onopen = () => socket.send(JSON.stringify({ type: 'call', id: 1, verb: 'cues.control', args: { off: true } }));
      socket.onmessage = ({ data }) => data.includes('"id":1') && (socket.close(), resolve(data));
    })`);
    expect(JSON.parse(refused)).toMatchObject({ type: 'error', code: 'forbidden' });
    await phone.goto(`${agent.ready.panel!}#/host`);
    await phone.locator('.host').waitFor();
    expect(await beyond(phone)).toBeLessThanOrEqual(0);
  });

  test('a cue appears on the phone, one tap is done, and the desk no longer has it', async () => {
    await ask('3号有什么尺码', 12);
    await card(/3号.*问尺码/s).waitFor(LONG);
    await desk.locator('.cue', { hasText: '问尺码' }).waitFor();
    expect(await beyond(phone)).toBeLessThanOrEqual(0);
    expect(await seriousProblems(phone)).toEqual([]);
    // A tap within 400 ms of a new card is taken for a slip.
    await expect
      .poll(async () => {
        if ((await phone.locator('.card').count()) > 0) await phone.locator('.card').tap();
        return phone.locator('.card').count();
      }, LONG)
      .toBe(0);
    await desk.locator('.cue', { hasText: '问尺码' }).waitFor({ state: 'detached' });
  });

  test('a cue is withdrawn from both screens when its product is sold out', async () => {
    await ask('5号多少钱', 12);
    await card(/5号.*价/s).waitFor(LONG);
    await send('shop.stock.updated', [{ productID: 'p5', inventoryLevel: 0 }]);
    // Well before it expires, which takes 45 s.
    await card(/5号.*价/s).waitFor({ state: 'detached', timeout: 30_000 });
    await desk.locator('.cue', { hasText: /5号.*价/s }).waitFor({ state: 'detached' });
  });

  test('the language changes on the desk at once, on the phone it stays', async () => {
    await desk.getByRole('button', { name: 'EN', exact: true }).click();
    await desk.locator('.products', { hasText: '蓝色水杯' }).waitFor();
    await desk.getByText('What the host sees', { exact: false }).or(desk.getByText('On the host screen')).first().waitFor(); // prettier-ignore
    expect(await desk.locator('html').getAttribute('lang')).toBe('en');
    expect(await phone.locator('html').getAttribute('lang')).toBe('zh-CN');
    await desk.getByRole('button', { name: '中文', exact: true }).click();
    await desk.getByText('主播屏').first().waitFor();
  });

  test('a feed that falls silent pauses both screens with its age, and one that comes again brings them back', async () => {
    await likes(600);
    await phone.getByText('数据暂停').waitFor(LONG);
    await desk.getByText(/数据暂停/).first().waitFor(); // prettier-ignore
    await likes(1);
    await phone.getByText('数据暂停').waitFor({ state: 'detached' });
  });

  test('an agent that is killed is said so on both screens; started again, both go on without a hand', async () => {
    await agent.kill();
    await desk.locator('.lost-banner').waitFor(LONG);
    await expect.poll(async () => phone.locator('body').innerText(), LONG).toMatch(/连接|中断|断开/);
    agent = await start();
    await desk.locator('.lost-banner').waitFor({ state: 'detached', ...LONG });
    await desk.locator('.products', { hasText: '亚麻衬衫' }).waitFor();
    await ask('3号什么时候发货', 14);
    await card(/3号.*问发货|3号.*发货/s).waitFor(LONG);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port of loopback is free');
  return address.port;
}
