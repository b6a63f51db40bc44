import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentConfig, LabelledOrder, type PanelResult } from '@livecue/shared/contract';
import { parseLiveEvent } from '@livecue/shared/event';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { createLogger } from '../edge-agent/src/runtime/logger.ts';
import { openStore } from '../edge-agent/src/store/open-store.ts';
import { createStream } from '../edge-agent/src/stream/stream.ts';
import { pairPanel } from './panel-peer.ts';
import { ROOT, runCommand, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: signals on a real agent, no Chromium on this machine\n');

/** `LIVECUE_SCREENS=1 npm test -- e2e/signals` draws the picture of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? path.join(ROOT, 'docs/screens') : null;

/** The ring of the demo comes at 5 min and the bots at 7.5 min. */
const MINUTES = 8.5;
const SPEED = 50;
const RUN_MS = (MINUTES * 60_000) / SPEED;

interface Truth {
  readonly kind: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly details: { readonly orderNumbers?: readonly string[] };
}

/** What an agent had on disk that saw the show until now: state as a step of the pipeline writes it. */
async function writeWatchedShow(show: string, data: string): Promise<void> {
  const store = await openStore({ folder: data, agentId: 'e2e', nowMs: Date.now, logger: createLogger({ write: () => undefined, nowMs: Date.now }, 'error') });
  const stream = createStream({ resolveProduct: ({ productID, sku }) => productID ?? sku ?? '', roomOf: () => 'main' }, AgentConfig.parse({}).stream);
  let nowMs = 0;
  for (const line of readFileSync(show, 'utf8').trimEnd().split('\n')) {
    const parsed = parseLiveEvent(JSON.parse(line), 0);
    if (!parsed.ok) throw new Error(parsed.detail);
    const { event } = parsed;
    if (event.eventTimeMs > nowMs + 1000) stream.tick((nowMs = event.eventTimeMs));
    if (stream.admit(event, Math.max(nowMs, event.eventTimeMs)) === null) stream.add(event, null);
  }
  stream.tick(nowMs + 5_000);
  await store.store.commitStep({ journalPosition: 0, state: stream.takeDelta(), seenIds: stream.takeSeen(), outbox: [], showLog: [], nowMs });
  await store.stop();
} // prettier-ignore

describe.skipIf(executablePath === null)('a ring of orders and a burst of bots: real agent, real browser', () => {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'data');
  const show = path.join(folder, 'show.jsonl');
  const catalogue = path.join(folder, 'catalogue.json');
  let config: string;
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  let ring: ReadonlySet<string>;
  let orderId = '';
  const errors: string[] = [];

  const pairPage = async () => {
    await page.goto(agent.ready.panel!);
    await page.locator('input').first().fill(agent.ready.code!);
    await page.keyboard.press('Enter');
    await page.locator('.desk').waitFor();
    await page.locator('.tab.orders').click();
  };
  const exported = async () => {
    const out = path.join(folder, 'verdicts.jsonl');
    expect(await runCommand(['order-labels', '--out', out, '--data', data])).toMatchObject({ code: 0 });
    const lines = readFileSync(out, 'utf8').split('\n').filter((line) => line !== ''); // prettier-ignore
    return lines.map((line) => LabelledOrder.parse(JSON.parse(line)));
  };

  beforeAll(async () => {
    buildPage();
    const made = await runCommand(['simulate', '--seed', '3', '--minutes', String(MINUTES), '--profile', 'demo', '--out', show, '--catalogue-out', catalogue]); // prettier-ignore
    expect(made.code).toBe(0);
    ring = new Set(truths(show).find(({ kind }) => kind === 'order-ring')!.details.orderNumbers);
    expect(ring.size).toBeGreaterThan(20);
    config = writeConfig(folder, { uplink: { enabled: false } });
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
    agent = await startAgent(['--source', `replay:${show}@${SPEED}`, '--catalogue', catalogue, '--data', data, '--config', config]); // prettier-ignore
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage();
    page.on('pageerror', (error) => errors.push(error.message));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await agent.kill();
    remove();
  });

  test('the orders of the ring stand on the panel with their reason, all of them and no other', async () => {
    await pairPage();
    const rows = page.locator('.order');
    await expect.poll(() => rows.count(), { timeout: RUN_MS + 30_000 }).toBe(ring.size);
    const operator = await pairPanel(agent.ready.panel!, await newCode(page));
    const read = async () => (await operator.call('orders.read', {})) as PanelResult<'orders.read'>;
    const { rows: told } = await read();
    expect(new Set(told.map(({ orderRef }) => orderRef))).toEqual(new Set([...ring].map((n) => `…${n.slice(-4)}`)));
    for (const { by, reasons } of told) expect([by, reasons[0]!.feature]).toEqual(['rule', 'sameProductOrders1H']);
    expect(await rows.first().textContent()).toMatch(/6号同一买家 1 小时同款 \d+ 单/);
    // Whole numbers of orders are on no screen and in no answer.
    const heard = JSON.stringify([told, operator.states]) + (await page.textContent('body'));
    for (const number of ring) expect(heard).not.toContain(number);
    const { code } = (await operator.call('pairing.create', { role: 'host' })) as PanelResult<'pairing.create'>;
    const host = await pairPanel(agent.ready.panel!, code);
    await expect(host.call('orders.read', {})).rejects.toThrow(/^forbidden: .*paired as host/);
    await expect(host.call('orders.label', { orderId: told[0]!.orderId, verdict: null })).rejects.toThrow(/^forbidden/);
    await expect(host.call('labels.read', { after: 0 })).rejects.toThrow(/^forbidden/);
    await expect(host.call('product.read', { productId: 'any' })).rejects.toThrow(/^forbidden/);
    await expect(operator.call('product.read', { productId: 'nowhere' })).rejects.toThrow(/^not-found/);
    host.close();
    operator.close();
  }, 60_000);

  test('one key calls it a false alarm; a running agent gives the verdict out with what the model saw', async () => {
    await page.keyboard.press('o');
    orderId = (await page.locator('.order.active').getAttribute('data-order'))!;
    await page.keyboard.press('x');
    await page.keyboard.press('a');
    const chosen = page.locator(`[data-order="${orderId}"]`);
    await expect.poll(() => chosen.textContent()).toContain('误报');
    await expect.poll(async () => (await exported()).map(({ verdict }) => verdict)).toEqual(['false-alarm', 'confirmed']); // prettier-ignore
    await page.keyboard.press('u');
    await expect.poll(async () => (await exported()).map(({ verdict }) => verdict)).toEqual(['false-alarm']);
    const [label] = await exported();
    expect(ring.has(label!.orderNumber)).toBe(true);
    expect(label!.features.sameProductOrders1H).toBeGreaterThanOrEqual(1);
    expect(Object.keys(label!.features)).toHaveLength(ORDER_FEATURES.length);
    if (SCREENS !== null) await page.screenshot({ path: path.join(SCREENS, 'demo-orders.png') });
  }, 40_000);

  test('the forecast and the why of a product of the real agent open by key', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator('.cone canvas').waitFor();
    expect(await dialog.innerText()).toMatch(/今后 60 分钟\s*[\d.,]+（\d/);
    await page.keyboard.press('Escape');
  }, 20_000);

  test('after a SIGKILL the orders and the verdict are still there: in the folder, in the agent that starts again, on its page', async () => {
    await agent.kill();
    expect((await exported()).map(({ verdict }) => verdict)).toEqual(['false-alarm']);
    agent = await startAgent(['--source', 'http', '--catalogue', catalogue, '--data', data, '--config', config]);
    await pairPage();
    await expect.poll(() => page.locator('.order').count()).toBe(ring.size);
    expect(await page.locator(`[data-order="${orderId}"]`).textContent()).toContain('误报');
    await page.getByLabel(`${ring.size - 1} 单待核对`).waitFor();
    for (const number of ring) expect(agent.words()).not.toContain(number);
    expect(errors).toEqual([]);
  }, 60_000);

  test('a burst of bots that was seen before a restart stands in the list with its true beginning, and on the charts', async () => {
    await agent.kill();
    const watched = path.join(folder, 'watched');
    const seen = path.join(folder, 'seen.jsonl');
    const start = new Date(Date.now() - 8.4 * 60_000).toISOString();
    await runCommand([
      'simulate',
      '--seed',
      '3',
      '--minutes',
      '8.4',
      '--profile',
      'demo',
      '--start',
      start,
      '--out',
      seen,
    ]);
    await writeWatchedShow(seen, watched);
    agent = await startAgent(['--source', 'http', '--catalogue', catalogue, '--data', watched, '--config', config]);
    await pairPage();
    const bots = truths(seen).find(({ kind }) => kind === 'bot-likes')!;
    const burst = page.locator('[data-anomaly="bot-burst"]');
    await burst.waitFor();
    expect(await burst.textContent()).toMatch(/5 秒每账号点赞 \d+/);
    const operator = await pairPanel(agent.ready.panel!, await newCode(page));
    await expect.poll(() => operator.last()).toBeDefined();
    const told = operator.last()!.anomalies.filter(({ kind }) => kind === 'bot-burst');
    expect(told).toHaveLength(1);
    // Slices are 5 s long.
    expect(Math.abs(told[0]!.startMs - bots.startMs)).toBeLessThanOrEqual(5_000);
    expect(Math.abs(told[0]!.endMs! - bots.endMs)).toBeLessThanOrEqual(5_000);
    operator.close();
    expect(errors).toEqual([]);
  }, 60_000);
});

function truths(show: string): Truth[] {
  const lines = readFileSync(`${show}.truth.jsonl`, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Truth);
}

async function newCode(page: Page): Promise<string> {
  await page.getByRole('button', { name: '配对设备' }).click();
  const code = page.getByRole('dialog').getByText(/^\d{4}\s?\d{4}$/);
  await code.waitFor();
  const text = await code.innerText();
  await page.keyboard.press('Escape');
  return text.replace(/\s/g, '');
}
