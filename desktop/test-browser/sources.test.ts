import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceHealth } from '@livecue/shared/contract';
import { describe, expect, test } from 'vitest';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

/** Pictures are made anew on purpose only: `LIVECUE_SCREENS=1`. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? fileURLToPath(new URL('../../docs/screens', import.meta.url)) : null; // prettier-ignore

/** High enough for all rows at once. */
const room = freshRoom('sources', '.section.sources .row', { height: 2_000 });

const source = (name: string, more: Partial<SourceHealth>): SourceHealth => ({
  name, transport: 'http', state: 'open', endpoint: `http://127.0.0.1:7423/hooks/${name}`, lastEventMs: Date.now(), quietLimitMs: 43_200_000,
  eventsPerSecond: 0.2, events: 120, drops: {}, lostUpstream: 0, refusedTokens: 0, problem: null, ...more,
}); // prettier-ignore

/** Each of them one thing that the row has to say beside its numbers. */
const SOURCES = [
  source('tiktok-shop', { hints: { reading: false, waiting: 0, read: 0, unread: 0 } }),
  source('doudian', { hints: { reading: true, waiting: 1_204, read: 40, unread: 3 } }),
  source('wechat', { hints: { reading: true, waiting: 0, read: 12, unread: 0 } }),
  source('youtube', { transport: 'websocket', quotaLeft: 9_995, cursor: 'page-token-1' }),
  source('shopify', { quotaLeft: 0, cursor: '2026-01-15T12:00:00.000Z' }),
  source('tiktok', { transport: 'websocket', likes: { counted: 720, told: 1_000 } }),
];

/** What may be wrong: for good, for a while, with something that is named, and of an agent that is newer than the page. */
const WRONG = [
  source('youtube', { state: 'failed', problem: 'Connecting youtube: YouTube answers 403: check the key.', trouble: { code: 'refused', about: '403', retryS: null } }),
  source('obs', { state: 'waiting', problem: 'not-running: OBS does not run (tried again in 8 s)', trouble: { code: 'not-running', about: '', retryS: 8 } }),
  source('twitch', { state: 'degraded', problem: 'permissions: not allowed: channel.follow', trouble: { code: 'permissions', about: 'channel.follow', retryS: null } }),
  source('newer', { state: 'degraded', problem: 'odd: this platform says something new', trouble: { code: 'odd', about: '', retryS: null } }),
]; // prettier-ignore
const SENTENCE = /[a-z]+ [a-z]+ [a-z]+/i;

describe.skipIf(room.chromium === null)('rows of sources in a real browser', () => {
  const row = (name: string) => room.page.locator('.section.sources .row', { has: room.page.getByText(name, { exact: true }) }).textContent(); // prettier-ignore

  async function open(): Promise<void> {
    room.stage.show.change({ sources: SOURCES });
    await room.open();
    await expect.poll(() => room.page.locator('.section.sources .row').count()).toBe(SOURCES.length);
  }

  async function picture(name: string): Promise<void> {
    if (SCREENS === null) return;
    const clip = await room.page.locator('.section.sources').boundingBox();
    await room.page.screenshot({ path: join(SCREENS, `${name}.png`), clip: clip! });
  }

  test('say what is left of the quota, that they go on where they were, and what is missing of orders and likes, in both languages', async () => {
    await open();
    await expect.poll(() => row('tiktok-shop')).toContain('订单只有提示、没有金额：填写店铺接口凭证后才能读取');
    await expect.poll(() => row('doudian')).toMatch(/1,204 个订单等待读取.*3 个订单只作为提示/);
    await expect.poll(() => row('youtube')).toMatch(/剩余调用 9,995.*断点续传/);
    await expect.poll(() => row('shopify')).toContain('剩余调用 0');
    // Of a shop whose orders are all read nothing is said, of a source without them neither.
    expect(await row('wechat')).not.toMatch(/订单|剩余|断点/);
    const likes = await row('tiktok');
    expect(await seriousProblems(room.page)).toEqual([]);
    await picture('sources-zh');
    await room.page.getByRole('button', { name: 'EN', exact: true }).click();
    await expect.poll(() => row('tiktok-shop')).toContain('orders come as hints without amounts: give the shop’s interface credentials to read them'); // prettier-ignore
    await expect.poll(() => row('doudian')).toMatch(/1,204 orders wait to be read.*3 orders told as hints only/);
    await expect.poll(() => row('youtube')).toMatch(/9,995 calls left.*goes on where it was/);
    await expect.poll(() => row('shopify')).toContain('0 calls left');
    expect(await row('wechat')).not.toMatch(/orders|calls left|goes on/);
    expect(await row('tiktok')).not.toBe(likes);
    expect(await row('tiktok')).toContain('72');
    expect(await room.page.getByTitle('page-token-1').textContent()).toBe('goes on where it was');
    await picture('sources-en');
  });

  test('say what is wrong and what to do in the language of the panel; what it has no words for stays as it came', async () => {
    room.stage.show.change({ sources: WRONG });
    await room.open();
    await expect
      .poll(() => row('youtube'))
      .toContain('对方拒绝了密钥或令牌（403）。在设置里检查这个源的密钥、权限和房间。');
    await expect
      .poll(() => row('obs'))
      .toContain('OBS 没有运行，或它的 WebSocket 服务器没有打开；8 秒后再试。启动 OBS');
    await expect.poll(() => row('twitch')).toContain('令牌缺少权限，部分消息看不到（channel.follow）。重新登录');
    for (const name of ['youtube', 'obs', 'twitch']) expect(await row(name)).not.toMatch(SENTENCE);
    expect(await row('newer')).toContain('this platform says something new');
    // All that the agent knows is one hover away.
    expect(await room.page.getByTitle('YouTube answers 403: check the key').count()).toBe(1);
    await picture('source-troubles-zh');
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: 'EN', exact: true }).click();
    await expect
      .poll(() => row('youtube'))
      .toContain('The key or token is refused (403). Check key, permissions and room');
    await expect.poll(() => row('obs')).toContain('is off; tried again in 8 s. Start OBS');
    await picture('source-troubles-en');
  });

  test('follow what changes: orders are read, credentials are given', async () => {
    await open();
    await expect.poll(() => row('doudian')).toContain('等待读取');
    room.stage.show.change({
      sources: SOURCES.map((each) => (each.hints === undefined ? each : { ...each, hints: { reading: true, waiting: 0, read: 1_250, unread: 3 } })), // prettier-ignore
    });
    await expect.poll(() => row('doudian')).not.toContain('等待读取');
    await expect.poll(() => row('doudian')).toContain('3 个订单只作为提示');
    await expect.poll(() => row('tiktok-shop')).not.toContain('凭证');
  });

  test('are switched off and on again, and tried at once, with a word where it did not work', async () => {
    room.stage.show.change({ sources: [...WRONG.slice(0, 2), source('simulator', { transport: 'simulator' })] });
    await room.open();
    const rows = room.page.locator('.section.sources .row');
    const inRow = (name: string, button: string) => rows.filter({ has: room.page.getByText(name, { exact: true }) }).getByRole('button', { name: button }); // prettier-ignore
    await inRow('youtube', '立即重试').click();
    await expect.poll(() => row('youtube')).toContain('已连接');
    expect(await inRow('youtube', '立即重试').count()).toBe(0);
    await inRow('obs', '关闭 obs').click();
    await expect.poll(() => row('obs')).toContain('已关闭');
    // What is off is nothing wrong, and has nothing to be tried.
    expect(await row('obs')).not.toContain('OBS 没有运行');
    expect(await inRow('obs', '立即重试').count()).toBe(0);
    expect(await seriousProblems(room.page)).toEqual([]);
    await picture('source-switched-off-zh');
    await inRow('obs', '打开').focus();
    await room.page.keyboard.press('Enter');
    await expect.poll(() => row('obs')).not.toContain('已关闭');
    expect(room.stage.show.calls.filter(({ verb }) => verb.startsWith('source.')).map(({ args }) => args)).toEqual([{ name: 'youtube' }, { name: 'obs', on: false }, { name: 'obs', on: true }]); // prettier-ignore
    // A room that is made up has no connection.
    expect(await rows.last().getByRole('button').count()).toBe(0);
    room.stage.show.instead.set('source.switch', () => {
      throw new PanelCallError('bad-request', 'Starting obs: the port is taken');
    });
    await inRow('obs', '关闭 obs').click();
    await expect.poll(() => row('obs')).toContain('the port is taken');
  });
});
