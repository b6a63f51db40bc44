import { describe, expect, test } from 'vitest';
import { roomAnomalies } from '../test/scripted-signals.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('signals', '.tab.orders');

describe.skipIf(room.chromium === null)('orders, anomalies and the why of a product in a real browser', () => {
  /** The operator's screen with its list of orders, which shares its place with the answers. */
  async function open(options: Parameters<typeof room.open>[0] = {}, waitFor = '.order'): Promise<void> {
    await room.open(options);
    await room.page.locator('.tab.orders').click();
    await room.page.locator(waitFor).first().waitFor();
  }
  const verdicts = () => [...room.stage.show.orders.labels.rows.values()].map(({ example }) => [example.orderNumber, example.verdict]); // prettier-ignore
  const status = () => room.page.textContent('.order-strip [role=status]');

  test('an odd order stands there with product, masked number and reason, in both languages; the chosen one says why', async () => {
    await open();
    expect(await room.page.locator('.order').count()).toBe(10);
    expect(await room.page.getAttribute('.tab.orders strong', 'aria-label')).toContain('10 单待核对');
    const first = room.page.locator('.order').first();
    expect(await first.textContent()).toMatch(/^\d\d:\d\d:\d\d…70183号同一买家 1 小时同款 6 单0\.95$/);
    await first.click();
    const strip = () => room.page.textContent('.order-strip');
    expect(await strip()).toContain('同一地址 4 位买家；平时 1');
    expect(await strip()).toContain('分数 0.95，达到 0.56 即提示 · 规则：1 小时内同一买家同款 3 单 · order-fraud-1');
    await room.page.getByRole('button', { name: 'EN', exact: true }).click();
    await expect.poll(() => first.textContent()).toContain('6 orders of the buyer for this product in 1 h');
    expect(await strip()).toContain('4 buyers at the address; usual 1');
    // The whole number is on no screen.
    expect(await room.page.textContent('body')).not.toContain('20260101');
  });

  test('O goes to the list, A accepts, X calls a false alarm, U takes back one after the other; all of it is stored', async () => {
    await open();
    await room.press('o', 'a', 'x');
    await expect.poll(verdicts).toEqual([['20260101-7018', 'confirmed'], ['20260101-7017', 'false-alarm']]); // prettier-ignore
    await expect.poll(status).toContain('…7017：误报');
    await expect.poll(() => room.page.locator('.order').nth(0).textContent()).toContain('属实');
    await expect.poll(() => room.page.locator('.order').nth(1).textContent()).toContain('误报');
    await expect.poll(() => room.page.getAttribute('.tab.orders strong', 'aria-label')).toContain('8 单待核对');
    await room.press('u');
    await expect.poll(verdicts).toEqual([['20260101-7018', 'confirmed']]);
    await room.press('u');
    await expect.poll(verdicts).toEqual([]);
    await room.press('u');
    await expect.poll(status).toContain('没有可撤销');
    await expect.poll(() => room.page.getAttribute('.tab.orders strong', 'aria-label')).toContain('10 单待核对');
  });

  test('the buttons do what the keys do, and the same verdict again takes it back', async () => {
    await open();
    await room.page.locator('.order').nth(2).click();
    const accept = room.page.locator('.order-strip button', { hasText: '属实' });
    await accept.click();
    await expect.poll(verdicts).toEqual([['20260101-7016', 'confirmed']]);
    await expect.poll(() => accept.getAttribute('aria-pressed')).toBe('true');
    await accept.click();
    await expect.poll(verdicts).toEqual([]);
  });

  test('a verdict that was stored before is there after a reload, and another panel sees it at once', async () => {
    await open();
    const other = (await room.stage.device()).page;
    await other.goto(`${room.url}#/operator`);
    await other.locator('.tab.orders').waitFor();
    await other.keyboard.press('o');
    await other.locator('.order').first().waitFor();
    await room.press('o', 'x');
    await expect.poll(() => other.locator('.order').first().textContent()).toContain('误报');
    await room.page.reload();
    await expect.poll(() => room.page.locator('.order').first().textContent()).toContain('误报');
    await expect.poll(() => room.page.textContent('.order-strip')).toContain('本机有 1 条判定');
  });

  test('what is under the pointer or chosen never moves: new orders wait behind the pill', async () => {
    await open();
    const row = room.page.locator('.order').nth(1);
    await row.hover();
    const before = [await row.textContent(), await row.boundingBox()];
    room.stage.show.orders.tell(41);
    room.stage.show.orders.tell(42);
    await room.page.locator('.panel.orders .fresh').waitFor();
    expect(await room.page.textContent('.panel.orders .fresh')).toContain('2 单新到');
    expect([await row.textContent(), await row.boundingBox()]).toEqual(before);
    await room.page.locator('.panel.orders .fresh').click();
    await expect.poll(() => room.page.locator('.order').first().textContent()).toContain('…7042');
    await room.press('o');
    room.stage.show.orders.tell(43);
    await room.page.locator('.panel.orders .fresh').waitFor();
    await room.press('Escape');
    await room.page.mouse.move(5, 5);
    await expect.poll(() => room.page.locator('.order').first().textContent()).toContain('…7043');
  });

  test('room anomalies stand in a list with time, length, severity and reason, the newest on top, in both languages', async () => {
    await open();
    const entries = room.page.locator('.anomaly');
    expect(await entries.count()).toBe(3);
    expect(await entries.nth(0).textContent()).toMatch(/^机器刷量持续中程度 99 %\d\d:\d\d:\d\d 起，已 \d+ 秒 · 8\.0 秒后发现5 秒每账号点赞 411，平时 12\.4/); // prettier-ignore
    expect(await entries.nth(1).textContent()).toMatch(/^在线骤降程度 93 %\d\d:\d\d:\d\d–\d\d:\d\d:\d\d，22 秒/);
    expect(await entries.nth(2).textContent()).toContain('静默 23 秒，平时 1.9 秒');
    await room.page.getByRole('button', { name: 'EN', exact: true }).click();
    await expect.poll(() => entries.nth(1).textContent()).toContain('viewers 2,140, usual 3,380');
  });

  test('anomalies shade all room charts over the same stretch of time, and a gap in the feed stays a gap', async () => {
    await open();
    room.stage.show.change({ anomalies: [] });
    await expect.poll(() => room.page.locator('.anomaly').count()).toBe(0);
    expect(await room.page.textContent('.panel.orders')).toContain('最近 10 分钟没有异常');
    const shades = () =>
      room.page.$$eval('.chart-row canvas', (all) =>
        all.map((element) => {
          const canvas = element as HTMLCanvasElement;
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
          const columns: number[] = [];
          for (let x = 0; x < width; x++) {
            for (let y = 0; y < height; y++) {
              const at = (y * width + x) * 4;
              // The solid bar on top of a band: the colour that means wrong.
              if (data[at] === 255 && data[at + 1] === 122 && data[at + 2] === 89 && data[at + 3] === 255) {
                columns.push(x);
                break;
              }
            }
          }
          return { from: columns[0] ?? -1, to: columns.at(-1) ?? -1, width };
        }),
      );
    await expect.poll(async () => (await shades()).every(({ from }) => from === -1)).toBe(true);
    const [, drop] = roomAnomalies(Date.now());
    room.stage.show.change({ anomalies: [drop!] });
    await expect.poll(async () => (await shades()).every(({ from }) => from > 0)).toBe(true);
    const drawn = (await shades()).slice(1);
    for (const { from, to, width } of drawn) {
      expect(Math.abs(from - drawn[0]!.from)).toBeLessThan(0.02 * width);
      // 22 of 300 s, on a plot a little narrower than its canvas.
      expect((to - from) / width).toBeGreaterThan(0.04);
      expect((to - from) / width).toBeLessThan(0.09);
    }
  });

  test('a product row shows direction and surprise; G and Enter open its why, which counts on and closes with Esc', async () => {
    await open();
    const row = room.page.locator('.section.products tbody tr').nth(3);
    expect(await row.locator('.direction').getAttribute('aria-label')).toBe('上升');
    expect(await row.locator('td.surging').textContent()).toBe('11.8');
    expect(await room.page.locator('.section.products tbody tr').nth(1).textContent()).toContain('8.2′');
    await room.press('g', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter');
    const dialog = room.page.getByRole('dialog');
    await dialog.locator('.cone canvas').waitFor();
    const words = await dialog.innerText();
    expect(words).toContain('5号 蓝色水杯');
    expect(words).toContain('每分钟加权 116.4；按它自己的过去和全场应为 27.7');
    expect(words).toContain('浏览 31（58 %） · 提问 12（27 %） · 加购 8（15 %）');
    expect(words).toMatch(/今后 60 分钟\s*42（23–68）/);
    expect(words).toMatch(/售罄时间\s*44′（27′–84′，80 %）/);
    expect(words).toContain('demand-show-1');
    expect(words).toContain('由 intent-hash-2.1 识别');
    await room.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await room.page.evaluate(() => document.activeElement?.className)).toBe('product-open');
  });

  test('the cone is drawn: its band lies between the lines to the right of now, and nowhere to the left', async () => {
    await open();
    await room.page.locator('.product-open').nth(3).click();
    const canvas = room.page.getByRole('dialog').locator('.cone canvas');
    await canvas.waitFor();
    const filled = () =>
      canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        const inColumn = (x: number) => {
          let count = 0;
          for (let y = 0; y < height; y++) {
            const at = (y * width + x) * 4;
            if (data[at + 3]! > 20 && data[at + 1]! > data[at]! + 40) count++;
          }
          return count;
        };
        return [0.14, 0.5, 0.75, 0.95].map((share) => inColumn(Math.round(share * width)));
      });
    await expect.poll(async () => (await filled())[3]!).toBeGreaterThan(20);
    const [left, middle, later, last] = await filled();
    expect(left!).toBeLessThan(8);
    expect(later!).toBeGreaterThan(middle!);
    expect(last!).toBeGreaterThan(later!);
  });

  test('an empty room says what will stand there', async () => {
    room.stage.show.orders.clear();
    await open({ locale: 'en' }, '.anomaly');
    await room.page.getByText('No odd order in the last hour').waitFor();
  });

  test('on a phone all of it is there, one below the other, and nothing is wider than the screen', async () => {
    await open({ width: 390, height: 844, touch: true });
    await room.page.locator('.order').nth(1).tap();
    await room.page.locator('.order-strip button', { hasText: '误报' }).tap();
    await expect.poll(verdicts).toEqual([['20260101-7017', 'false-alarm']]);
    expect(await room.page.evaluate(() => document.querySelector('.panel.orders')!.getBoundingClientRect().width)).toBeLessThan(391); // prettier-ignore
  });
});
