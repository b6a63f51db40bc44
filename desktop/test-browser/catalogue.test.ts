/** The Catalogue page in a real browser: on a scripted room, and on a real agent that starts again with what was imported. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAgent, temporaryFolder, writeConfig, type Program, type Ready } from '../../e2e/program.ts';
import { AUDIT_FILE, verifyAuditLog } from '../../edge-agent/src/store/audit-log.ts';
import { buildPage } from '../test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../test/stage.ts';
import { freshRoom } from './fresh-room.ts';
import { seriousProblems } from './axe.ts';

const chromium = findChromium();
const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const words = async (page: Page, selector: string) => (await page.innerText(selector)).replace(/\s+/g, ' ');

const room = freshRoom('catalogue', '.desk');

describe.skipIf(room.chromium === null)('the Catalogue page', { timeout: 60_000 }, () => {
  const CSV = '编号,品名,链接,售价,SKU\np3,亚麻衬衫,3,119,LS-S;LS-M\nn9,竹凉席,9,88,\nn10,坏行,10,免费,\n';
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.goto(`${room.url}#/catalogue`);
    await room.page.locator('.catalogue-side').waitFor();
  }
  const choose = (name: string, text: string) => room.page.setInputFiles('input[type=file]', file(name, text));
  const apply = () => room.page.getByRole('button', { name: /^导入 \d+ 个商品$/ });

  test('file, columns, problems, changes, the word to do it, and back', async () => {
    await open();
    await room.page.getByText('当前：3 个商品').waitFor();
    await choose('夏日.csv', CSV);
    await room.page.locator('.import-facts').waitFor();
    expect(await words(room.page, '.import-facts')).toBe('夏日.csv CSV · UTF-8 · 3 行 2 个商品可以导入 1 行有问题');
    expect(await words(room.page, '.problems')).toContain('4 售价 免费 不是价格，应当像 129.00');
    const changes = await words(room.page, '.changes');
    expect(changes).toContain('亚麻衬衫 价格 129.00 119.00');
    expect(changes).toContain('2 个不在文件里');
    expect(await seriousProblems(room.page)).toEqual([]);
    // Nothing is taken until the bad row is left out by the operator's word.
    expect(await apply().isDisabled()).toBe(true);
    await room.page.getByText('跳过有问题的 1 行').click();
    await room.page.getByRole('textbox', { name: '备注' }).fill('夏日专场');
    await apply().click();
    await room.page.getByText('版本 2 已生效').waitFor();
    await room.page.getByText('当前：4 个商品').waitFor();
    expect(await words(room.page, '.versions')).toMatch(/^2 \d{4}-\d\d-\d\d \d\d:\d\d 场控屏 · 夏日专场 使用中 1 .* 手工 恢复$/);
    expect(room.stage.show.catalogue.restarts).toBe(1);
    await room.page.getByRole('button', { name: '撤销' }).click();
    await room.page.getByText('当前：3 个商品').waitFor();
    await room.page.getByText('版本 3 已生效').waitFor();
  }); // prettier-ignore

  test('a column gets its meaning by hand; in English too', async () => {
    await open({ locale: 'en' });
    await choose('odd.csv', 'A,B\nx1,Thing\n');
    await room.page.getByText('No column is the name of the product yet').waitFor();
    await room.page.getByLabel('Means: A').selectOption('productId');
    await room.page.getByLabel('Means: B').selectOption('name');
    await room.page.getByText('1 product can be taken').waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: 'Drop the file' }).click();
    await room.page.getByText(/In force: \d products/).waitFor();
  });

  test('a file that cannot be read says why; what is in force goes out as a file', async () => {
    await open();
    await choose('a.json', '{"a": 1}');
    await room.page.getByText('这个 JSON 里没有商品列表').waitFor();
    const [download] = await Promise.all([room.page.waitForEvent('download'), room.page.getByRole('button', { name: /JSON/ }).click()]); // prettier-ignore
    expect(download.suggestedFilename()).toBe('catalogue.json');
  });

  test('on a phone nothing is wider than the screen', async () => {
    await open({ width: 390, height: 844, touch: true });
    await room.page.getByText(/当前：\d 个商品/).waitFor();
    expect(await room.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThan(391);
  });
});

describe.skipIf(chromium === null)('an import on a real agent', { timeout: 90_000 }, () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    buildPage();
    const httpPort = await freePort();
    const config = writeConfig(folder, { uplink: { enabled: false }, panel: { httpPort, zmqPubPort: 0, zmqCallPort: 0 } }); // prettier-ignore
    writeFileSync(path.join(folder, 'catalogue.json'), JSON.stringify({ products: [{ productId: 'p1', linkNumber: 1, name: { zh: '旧款', en: 'Old' } }] })); // prettier-ignore
    browser = await playwright.launch({ executablePath: chromium!, args: CHROMIUM_FLAGS });
    agent = await startAgent(['--source', 'http', '--data', folder, '--config', config]);
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage();
    // Less than the test may take, so that it fails with the name of what it waited for.
    page.setDefaultTimeout(40_000);
    await page.goto(`${agent.ready.panel!}#/pair?code=${agent.ready.code!}`);
    await page.locator('.desk').waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    remove();
  });

  test('the products are on the desk a moment later, without a start by hand, and undone they are gone', async () => {
    await page.goto(`${agent.ready.panel!}#/catalogue`);
    await page.getByText('当前：1 个商品').waitFor();
    const rows = Array.from({ length: 5_000 }, (_, i) => `n${i},新款 ${i},${i < 999 ? i + 1 : ''},${i}.00`);
    await page.setInputFiles('input[type=file]', file('n.csv', `编号,名称,链接,价格\n${rows.join('\n')}\n`));
    await page.getByText('移除不在文件里的 1 个').click();
    await page.getByRole('button', { name: '导入 5,000 个商品' }).click();
    await page.getByText('版本 2 已生效').waitFor();
    await page.getByText('当前：5,000 个商品').waitFor();
    await page.goto(`${agent.ready.panel!}#/operator`);
    await page.locator('.products', { hasText: '新款 0' }).waitFor();
    await page.goto(`${agent.ready.panel!}#/catalogue`);
    await page.getByRole('button', { name: '恢复版本 1' }).click();
    await page.getByText('当前：1 个商品').waitFor();
    await page.goto(`${agent.ready.panel!}#/operator`);
    await page.locator('.products', { hasText: '旧款' }).waitFor();
    expect(await page.locator('.products', { hasText: '新款 0' }).count()).toBe(0);
    // The pairing and both changes stand in the audit log, which goes on over the agents' starts.
    const verbs = readFileSync(path.join(folder, AUDIT_FILE), 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as { verb: string }).verb); // prettier-ignore
    expect(verbs).toEqual(['device.pair', 'catalogue.apply', 'catalogue.restore']);
    expect(await verifyAuditLog(folder)).toMatchObject({ entries: 3, problem: null });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
