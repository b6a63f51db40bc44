import { describe, expect, test } from 'vitest';
import { SHOW_ID } from '../../edge-agent/src/report/testing/entries.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('recorded shows', '.desk');

describe.skipIf(room.chromium === null)('the recorded shows in a real browser', () => {
  const rows = () => room.page.locator('.shows-table tbody tr');
  const detail = () => room.page.locator('.sent-detail').innerText();
  const said = async (words: string) => (await detail()).replace(/\s+/g, ' ').includes(words);
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.goto(`${room.url}#/shows`);
    await room.page.locator('.shows').waitFor();
  }
  const two = (n: number) => String(n).padStart(2, '0');
  const local = new Date(Date.UTC(2026, 4, 1, 12));
  const day = `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;

  test('the shows stand there with date, length and state, the newest on top; one opens with the numbers of its record', async () => {
    await open();
    await rows().first().waitFor();
    expect(await rows().count()).toBe(2);
    expect(await rows().nth(0).innerText()).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d\s+1:00:\d\d\s+进行中/);
    expect(await rows().nth(1).innerText()).toMatch(new RegExp(`${day} ${two(local.getHours())}:00\\s+2:00:00\\s+已结束`)); // prettier-ignore
    await room.page.locator('.shows-table tr.chosen', { hasText: '进行中' }).waitFor();
    await rows().nth(1).click();
    await room.page.locator('.show-figures').waitFor();
    // By hand: 120 minutes with 40 comments, 2 orders, 3 units, ¥387.00; 4 of 6 surges after 12 s; 6 of 120 min off.
    await expect.poll(() => said('评论 4,800')).toBe(true);
    for (const words of ['最高在线 3,119', '评论 4,800', '付款订单 240', '件数 360', '成交额 ¥46,440.00', '提示 7', '现在 1 · 建议 6 · 提示 0', '另有 1 条为测量而保留', '没看到 5.0 % 6:00'])
      expect(await said(words), words).toBe(true);
    expect(await said('关注上升 6 4 66.6 % 12 秒 0')).toBe(true);
    expect(await said('集中提问 1 0 0.0 % – 1')).toBe(true);
    expect(await said('3 亚麻衬衫 240 ¥30,960.00 5 蓝色水杯 120 ¥15,480.00')).toBe(true);
    const report = room.page.getByRole('link', { name: '打开报告' });
    expect(await report.getAttribute('href')).toBe(`/reports/${SHOW_ID}/report.zh.html`);
    expect(await room.page.locator('.report-links a').count()).toBe(8);
    expect(await seriousProblems(room.page)).toEqual([]);
  }); // prettier-ignore

  test('a show that runs says as of when, is read again, and has its report made when asked, in English too', async () => {
    await open({ locale: 'en' });
    await rows().first().locator('button').focus();
    await room.page.keyboard.press('Enter');
    await room.page.getByText('It goes on: this is as of').waitFor();
    await room.page.getByText('There is no report of this show yet.').waitFor();
    await room.page.getByRole('button', { name: 'Make it now' }).click();
    const href = await room.page.getByRole('link', { name: 'Open the report' }).getAttribute('href');
    expect(href).toMatch(/^\/reports\/\d{8}T\d{6}Z-main\/report\.en\.html$/);
    await room.page.getByRole('button', { name: 'Make it again, as of now' }).waitFor();
    const reads = () => room.stage.show.calls.filter(({ verb }) => verb === 'shows.read').length;
    const before = reads();
    await room.page.getByRole('button', { name: 'Read again' }).click();
    await expect.poll(reads).toBe(before + 2);
    await room.page.getByRole('navigation').getByRole('link', { name: 'Operator' }).click();
    await room.page.locator('.desk').waitFor();
  });

  test('no show yet: what will stand there', async () => {
    room.stage.show.records.shows = [];
    await open();
    await room.page.getByText('还没有直播记录').waitFor();
  });

  test('on a phone list and numbers stand one below the other, no wider than the screen', async () => {
    await open({ width: 390, height: 844, touch: true });
    await rows().nth(1).tap();
    await room.page.locator('.show-figures').waitFor();
    expect(await room.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThan(391);
  });
});

describe.skipIf(room.chromium === null)('what left: is it there as it was signed?', () => {
  const open = async (locale = 'zh-CN') => {
    await room.open({ locale });
    await room.page.goto(`${room.url}#/sent`);
    await room.page.locator('.cloud-facts').waitFor();
  };
  const facts = async () => (await room.page.innerText('.cloud-facts')).replace(/\s+/g, ' ');

  test('how much is verified stands beside what waits; without signatures it says so', async () => {
    await open();
    expect(await facts()).toMatch(/待上传 3 已回执 1,201 重发 2 已按签名核验 1,150 最近回执 [\d.]+ 秒前$/);
    room.stage.show.change(({ uplink: { verified: _none, ...uplink } }) => ({ uplink: { ...uplink, problem: 'No broker at mqtt://x.' } })); // prettier-ignore
    await expect.poll(facts).toContain('已按签名核验 未签名');
    expect(await room.page.textContent('.sent-head')).toContain('No broker at mqtt://x.');
    // A broker that is away is no finding.
    expect(await room.page.locator('.not-as-signed').count()).toBe(0);
  });

  test('a finding is wrong, in red, with what to do, on the page and in the bar above every page', async () => {
    await open('en');
    const problem = 'record 42 is not what the agent wrote';
    room.stage.show.change(({ uplink }) => ({ uplink: { ...uplink, problem, broken: true } }));
    await room.page.locator('.not-as-signed').waitFor();
    const words = await room.page.innerText('.not-as-signed');
    expect(words).toContain('The cloud does not hold what this box signed');
    expect(words).toContain(problem);
    expect(words).toContain('table findings');
    expect(await room.page.locator('.top-bar .figure .level.wrong').count()).toBe(1);
  });

  test('a finding, and a broker that is away, are told in Chinese on the Chinese panel', async () => {
    await open();
    const change = (uplink: object) => room.stage.show.change((state) => ({ uplink: { ...state.uplink, ...uplink } }));
    change({ problem: 'record 42 is not what the agent wrote', broken: true, trouble: { code: 'altered', about: '42', retryS: null } }); // prettier-ignore
    await room.page.locator('.not-as-signed').waitFor();
    const words = await room.page.innerText('.not-as-signed');
    expect(words).toContain('记录与本机写下的不符（第 42 条）');
    expect(words).toContain('从该数据库的备份恢复');
    expect(words).not.toMatch(/[a-z]+ [a-z]+ [a-z]+/i);
    change({ problem: 'no connection to the broker', broken: undefined, trouble: { code: 'broker-away', about: 'ECONNREFUSED', retryS: null } }); // prettier-ignore
    await expect
      .poll(() => room.page.textContent('.sent-head'))
      .toContain('连不上云端（ECONNREFUSED）。检查 uplink 的地址');
    expect(await room.page.locator('.not-as-signed').count()).toBe(0);
  });
});

describe.skipIf(room.chromium === null)('what is expected of a product beyond the show', () => {
  async function read(row: number): Promise<string> {
    await room.page.keyboard.press('Escape');
    await room.page.getByRole('dialog').waitFor({ state: 'detached' });
    await room.page.locator('.product-open').nth(row).click();
    await room.page.locator('.across').waitFor();
    return (await room.page.innerText('.across')).replace(/\s+/g, ' ');
  }

  test('the next show and seven days with their bounds, the stock to have, and how many shows it rests on', async () => {
    await room.open();
    const words = await read(3);
    expect(words).toContain('下一场，95 分钟 88.4 61–119');
    expect(await room.page.locator('.across > .across-table tbody tr').count()).toBe(8);
    expect(words).toMatch(/周. \d\d:00 起 24 小时 110 66–166/);
    expect(words).toContain('应备库存 比现在再多 89 件，有 90 % 把握够卖下一场');
    expect(words).toContain('依据之前的 4 场');
    await room.page.locator('.across summary').click();
    expect(await room.page.locator('.across details tbody tr').count()).toBe(24);
    // All rows share a scale: the widest upper bound is the right edge.
    const edges = await room.page.locator('.across > .across-table .band').evaluateAll((all) => all.map((band) => Number(band.getAttribute('x')) + Number(band.getAttribute('width')))); // prettier-ignore
    expect(Math.max(...edges)).toBeCloseTo(100, 6);
    expect(edges[0]).toBeCloseTo((100 * 119) / 202, 6);
  });

  test('what is not known says what it needs: nothing at all, or no show yet', async () => {
    await room.open({ locale: 'en' });
    expect(await read(0)).toBe('Beyond this show Nothing yet: it needs two earlier shows of 10 min or more, or two earlier days.'); // prettier-ignore
    const words = await read(4);
    expect(words).toContain('Next show: needs two earlier shows of 10 min or more.');
    expect(words).toContain('Rests on the days before');
    expect(words).not.toContain('Stock to have');
    expect(await read(2)).toContain('Stock to have the 120 there are serve the next show');
  });
});
