import { describe, expect, test } from 'vitest';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('delivered models', '.desk');

describe.skipIf(room.chromium === null)('delivered models in a real browser', () => {
  const section = () => room.page.locator('section.models');
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.goto(`${room.url}#/devices`);
    await room.page.locator('.devices').waitFor();
  }

  test.each([
    ['zh-CN', ['intent-6', '旁路试用中', '试用 1,284 条评论，93.1% 一致', '使用中', '已拒绝', 'it agrees on 71.2 %']],
    ['en', ['intent-6', 'on trial, unseen', '1,284 comments tried beside the one that serves, 93.1 % the same', 'serving', 'refused']],
  ])('in %s each stands there with its state, what the trial said and why it was refused', async (locale, words) => {
    await open({ locale });
    await section().waitFor();
    for (const one of words) expect(await section().innerText(), one).toContain(one);
  }, 40_000); // prettier-ignore

  test('one key stops the delivery, and the next one goes back to what was installed', async () => {
    await open();
    await room.page.getByRole('button', { name: '停止这次下发' }).click();
    await room.page.getByRole('button', { name: '退回安装时的模型' }).waitFor();
    expect(await section().innerText()).toContain('已退回');
    expect(room.stage.show.calls.filter(({ verb }) => verb === 'models.rollback')).toHaveLength(1);
  });

  test('nothing stands there while nothing was ever delivered, and a problem stands there alone', async () => {
    room.stage.show.models.change({ reports: [], back: null });
    await open();
    await room.page.locator('.devices table').waitFor();
    expect(await section().count()).toBe(0);
    room.stage.show.models.change({ problem: 'a delivery of intent was ignored: it is not signed by studio-fleet' });
    await room.page.getByText('it is not signed by studio-fleet').waitFor();
    expect(await section().getByRole('button').count()).toBe(0);
  });
});
