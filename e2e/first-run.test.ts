/** From an empty data folder to a card on the host's screen: a real agent, a desk and a host's screen in real Chromium. */
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriousProblems } from '../desktop/test-browser/axe.ts';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { ROOT, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: the first run on a real agent, no Chromium on this machine\n'); // prettier-ignore

/** `LIVECUE_SCREENS=1 npm test -- e2e/first-run` draws the pictures of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? path.join(ROOT, 'docs/screens') : null;
const PRODUCTS = '编号,名称,链接,价格,库存\np3,亚麻衬衫,3,129.00,120\np5,蓝色水杯,5,59.00,40\n';
/** A person's time for the whole of it; the test types faster. */
const BOUND_MS = 5 * 60_000;

describe.skipIf(executablePath === null)('the first run', { timeout: 240_000 }, () => {
  const { folder, remove } = temporaryFolder();
  const errors: string[] = [];
  let agent: Program<Ready>;
  let browser: Browser;
  let desk: Page;
  let host: Page;
  let shop: { url: string; open: () => Promise<void>; close: () => Promise<unknown> };
  let beganMs: number;

  const url = (route: string) => `${agent.ready.panel!}#/${route}`;
  const step = () => desk.locator('.first-run .settings-work');
  const press = (name: string) => desk.getByRole('button', { name, exact: true, disabled: false }).press('Enter');
  /** What changes is looked at first, then applied; the agent starts again. */
  async function apply(): Promise<void> {
    const bar = desk.locator('.review-bar');
    await bar.locator('.button.main:enabled').press('Enter');
    await bar.locator('.change-table').waitFor();
    await bar.locator('.button.main').press('Enter');
    await bar.waitFor({ state: 'detached' });
  }
  async function picture(name: string): Promise<void> {
    expect(await seriousProblems(desk), name).toEqual([]);
    if (SCREENS === null) return;
    await desk.screenshot({ path: path.join(SCREENS, `${name}-zh.png`) });
    await desk.locator('.top-bar .language').press('Enter');
    await desk.getByRole('link', { name: 'Operator' }).waitFor();
    await desk.screenshot({ path: path.join(SCREENS, `${name}-en.png`) });
    await desk.locator('.top-bar .language').press('Enter');
    await desk.getByRole('link', { name: '场控', exact: true }).waitFor();
  }
  async function open(width: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'zh-CN' });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    page.on('pageerror', (error) => errors.push(error.message));
    return page;
  }
  /** A call as the page makes it, with its cookie. */
  const ask = (verb: string, args: object) =>
    desk.evaluate(
      ([to, name, given]) =>
        new Promise<unknown>((resolve) => {
          const socket = new WebSocket(to);
          // The agent starts again: it is asked once more.
          socket.onclose = () => resolve(null);
          socket.onopen = () => socket.send(JSON.stringify({ type: 'call', id: 1, verb: name, args: given }));
          socket.onmessage = ({ data }) => {
            const message = JSON.parse(String(data)) as { id?: number; result?: unknown };
            if (message.id !== 1) return;
            socket.close();
            resolve(message.result);
          };
        }),
      [`${agent.ready.panel!.replace('http', 'ws')}panel`, verb, args] as const,
    );

  beforeAll(async () => {
    buildPage();
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
    shop = await eventEndpoint();
    // The same port after each start, as in a studio: pages come back by themselves.
    const panel = { httpPort: await freePort(), zmqPubPort: 0, zmqCallPort: 0 };
    const config = writeConfig(folder, { uplink: { enabled: false }, panel });
    agent = await startAgent(['--source', 'http', '--data', path.join(folder, 'data'), '--config', config]);
    beganMs = Date.now();
    [desk, host] = [await open(1440), await open(1280)];
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    await shop.close();
    remove();
    expect(errors).toEqual([]);
  });

  test('opens by itself on an agent where nothing is set up, and names the room', async () => {
    await desk.goto(`${agent.ready.panel!}#/pair?code=${agent.ready.code!}`);
    await desk.getByRole('heading', { name: '首次设置' }).waitFor();
    await step().getByLabel('直播间名称').fill('家居专场');
    await apply();
    await desk.locator('.room-name', { hasText: '家居专场' }).waitFor();
    await press('下一步');
    await desk.getByRole('heading', { name: '观众在哪里' }).waitFor();
  });

  test('left and opened again, it goes on where it was', async () => {
    await press('先离开');
    await desk.locator('.desk').waitFor();
    await desk.goto('about:blank');
    await desk.goto(agent.ready.panel!);
    await desk.getByRole('heading', { name: '观众在哪里' }).waitFor();
  });

  test('a source that cannot connect says so, and works once it can', async () => {
    await step().locator('select').first().selectOption('event-stream');
    await press('添加来源');
    await step().locator('[data-path$=".settings.room"] input').fill('main');
    await step().locator('summary', { hasText: /./ }).first().press('Enter');
    await press('再加一行');
    await step().locator('.schema-table-row input').nth(0).fill('event-stream');
    await step().locator('.schema-table-row input').nth(1).fill(shop.url);
    await apply();
    const arrivals = desk.locator('.arrivals [data-source=event-stream]');
    await arrivals.and(desk.locator('.wrong')).waitFor();
    expect(await arrivals.locator('.remedy').innerText()).not.toBe('');
    await picture('first-run');
    await shop.open();
    await arrivals.and(desk.locator('.ok')).waitFor({ timeout: 60_000 });
    await press('下一步');
  });

  test('products come from the shop’s own file', async () => {
    const startedMs = async () =>
      ((await ask('fleet.read', {})) as { own: { startedMs: number } } | null)?.own.startedMs;
    const before = (await startedMs())!;
    await desk.setInputFiles('input[type=file]', { name: 'show.csv', mimeType: 'text/csv', buffer: Buffer.from(PRODUCTS) }); // prettier-ignore
    await desk.getByRole('button', { name: '导入 2 个商品' }).press('Enter');
    await desk.getByText('2 个商品已生效').waitFor();
    // A code that is made before the agent starts again with them is forgotten: nobody is so quick but this test.
    await expect.poll(async () => ((await startedMs()) ?? before) > before, { timeout: 40_000 }).toBe(true);
    await press('下一步');
  });

  test('a host’s screen pairs by its code, and a test card is seen on it', async () => {
    await press('平板：显示配对码');
    const code = (await desk.locator('.device-code').innerText()).replace(/\D/g, '');
    await host.goto(`${agent.ready.panel!}#/pair?code=${code}`);
    await host.locator('.host').waitFor();
    await desk.locator('.screens li', { hasText: '1.5 米' }).waitFor();
    await press('下一步');
    await press('发送测试提示');
    await host.locator('.card', { hasText: '测试提示' }).waitFor();
    await desk.locator('.shown li', { hasText: '已显示' }).waitFor();
    const tookMs = Date.now() - beganMs;
    process.stdout.write(`first run: from start to a card on the host's screen in ${(tookMs / 1000).toFixed(1)} s\n`);
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(await seriousProblems(desk)).toEqual([]);
    await press('完成，去看开播检查');
    await desk.locator('.air').waitFor();
    await desk.goto('about:blank');
    await desk.goto(agent.ready.panel!);
    await desk.locator('.desk').waitFor();
  });

  test('a template brings back rules, sources and products; removing one can be taken back', async () => {
    await desk.goto(url('templates'));
    await desk.getByText('还没有模板').waitFor();
    await desk.getByRole('textbox', { name: '名称' }).fill('周五晚场');
    await press('保存当前状态');
    const row = desk.locator('[data-template="周五晚场"]');
    await row.waitFor();
    expect(await row.innerText()).toContain('2 个商品 · 打开的数据源：event-stream');
    const read = async () => (await ask('settings.read', {})) as { settings: { connectors: { enabled?: boolean }[]; advise?: object }; basis: string; versions: { number: number; inForce: boolean }[] } | null; // prettier-ignore
    const { settings, basis } = (await read())!;
    const [source] = settings.connectors;
    const other = { ...settings, advise: { cardsPer10Min: 2 }, connectors: [{ ...source, enabled: false }] };
    const { version, reason } = (await ask('settings.apply', { settings: other, basis })) as { version: number; reason: string | null }; // prettier-ignore
    expect(reason).toBeNull();
    /** The agent that has this version runs. */
    const runs = (number: number) => expect.poll(async () => (await read())?.versions.find(({ inForce }) => inForce)?.number, { timeout: 40_000 }).toBe(number); // prettier-ignore
    await runs(version);
    await row.getByRole('button', { name: '看看会改变什么', disabled: false }).press('Enter');
    await desk.locator('.template-look .change-table', { hasText: 'advise.cardsPer10Min' }).waitFor();
    await picture('templates');
    await desk.locator('.template-look .button.main').press('Enter');
    await desk.getByText('“周五晚场”开始生效').waitFor();
    await runs(version + 1);
    const after = (await read())!.settings;
    expect([after.connectors[0]?.enabled ?? true, after.advise]).toEqual([true, undefined]);
    await row.getByRole('button', { name: '删除', disabled: false }).press('Enter');
    await row.waitFor({ state: 'detached' });
    await press('撤销');
    await row.waitFor();
  });

  test('the log has all of it in words, newest first, whole, and gives those alone that are asked for', async () => {
    await desk.goto(url('log'));
    const rows = desk.locator('.log-table tbody tr');
    await rows.filter({ hasText: '撤销模板更改' }).first().waitFor();
    const all = (await rows.allInnerTexts()).join('\n');
    for (const words of ['应用模板', '保存模板', '商品', '给主播的消息', '更改设置', '生成配对码', '设备配对']) expect(all).toContain(words); // prettier-ignore
    const numbers = (await rows.locator('td:first-child').allInnerTexts()).map(Number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
    await desk.locator('.log-chain', { hasText: '完整' }).waitFor();
    await picture('log');
    await desk.getByLabel('类别').selectOption('devices');
    await expect.poll(async () => (await rows.allInnerTexts()).every((text) => /配对/.test(text)) && (await rows.count()) > 1).toBe(true);
    const [download] = await Promise.all([desk.waitForEvent('download'), press('CSV')]);
    expect(download.suggestedFilename()).toBe('livecue-log.csv');
    await press('重新检查');
    await desk.getByText('已从头重新读过').waitFor();
  }); // prettier-ignore
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A program of the shop's own that tells events, once it is opened: until then nobody answers at its address. */
async function eventEndpoint() {
  const port = await freePort();
  const timers = new Set<NodeJS.Timeout>();
  const server: Server = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let n = 0;
    const tell = () => response.write(`id: ${++n}\ndata: ${JSON.stringify({ type: 'live.comment.created', data: { text: '3号多少钱', author: { identifier: `v${n}` } } })}\n\n`); // prettier-ignore
    tell();
    const timer = setInterval(tell, 500);
    timers.add(timer);
    response.on('close', () => clearInterval(timer));
  });
  return {
    url: `http://127.0.0.1:${port}/events`,
    open: () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve)),
    close: () => {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
