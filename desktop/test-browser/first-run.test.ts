/** The first run in a real browser: five steps on the agent's own desks, with a host screen on a device of its own. */
import { describe, expect, test } from 'vitest';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('the first run', '.desk');

describe.skipIf(room.chromium === null)('the first run', { timeout: 60_000 }, () => {
  const heading = (name: string) => room.page.getByRole('heading', { level: 2, name });
  const next = (name = '下一步') => room.page.getByRole('button', { name, exact: true });
  const saved = () => JSON.parse(room.stage.show.settings.onDisk('first-run.json')) as { step: string; done: boolean };
  async function open(options: Parameters<typeof room.open>[0] = {}, waitFor = '.first-run-steps'): Promise<void> {
    await room.open({ role: 'admin', ...options });
    await room.page.goto(`${room.url}#/first-run`);
    await room.page.locator(waitFor).first().waitFor();
  }

  test('goes on where it was left, on another device too; a name is looked at before it is applied', async () => {
    await open();
    await heading('直播间').waitFor();
    await room.page.getByRole('textbox', { name: '直播间名称' }).fill('冬日专场');
    await room.page.getByRole('button', { name: '会改变什么（1）' }).press('Enter');
    expect((await room.page.locator('.change-table').innerText()).replace(/\s+/g, ' ')).toContain('"夏日家居专场" "冬日专场"'); // prettier-ignore
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: '现在应用' }).press('Enter');
    await room.page.getByText('版本 2 正在试运行。').waitFor();
    await next().press('Enter');
    await heading('观众在哪里').waitFor();
    await room.page.getByText('还没有来源。').waitFor();
    await next().press('Enter');
    await heading('商品').waitFor();
    await expect.poll(saved).toMatchObject({ step: 'catalogue', done: false });
    await open({ locale: 'en' });
    await heading('Products').waitFor();
    expect(await room.page.locator('[aria-current="step"]').innerText()).toContain('3. Products');
    await room.page.getByRole('button', { name: 'Back', exact: true }).press('Enter');
    await heading('Where viewers are').waitFor();
    await room.page.getByRole('button', { name: 'Leave for now' }).press('Enter');
    await room.page.locator('.desk').waitFor();
    expect(saved()).toMatchObject({ step: 'source', done: false });
  });

  test('a host screen appears by itself, and the test cue is told as shown once it is on it', async () => {
    await open({ locale: 'en' });
    await room.page.getByRole('button', { name: /5\. Test cue/ }).press('Enter');
    await room.page.getByText('No host screen is open. Go one step back and open one.').waitFor();
    expect(await room.page.getByRole('button', { name: 'Send the test cue' }).isDisabled()).toBe(true);
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: 'Back', exact: true }).press('Enter');
    await room.page.getByText('No host screen is open yet. It appears here as soon as it is.').waitFor();
    await room.page.getByRole('button', { name: 'A tablet: show its code' }).press('Enter');
    await room.page.locator('.device-code').waitFor();
    const tablet = await room.stage.device({ role: 'host', width: 1024, height: 700 });
    await tablet.page.goto(room.url);
    await tablet.page.locator('.host').waitFor();
    await room.page.locator('.screens').getByText('read from 1.5 m').waitFor();
    await room.page
      .locator('.screens')
      .getByText(/hold a bank card against the ruler/)
      .waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await next('Next').press('Enter');
    // Else a fast screen has told that it shows the cue before anybody could read that it is on its way.
    const { instead, screens } = room.stage.show;
    const before = { screens: [...screens.values()], nowMs: Date.now() };
    instead.set('screens.read', () => before);
    await room.page.getByRole('button', { name: 'Send the test cue' }).press('Enter');
    await room.page.locator('.shown').getByText('on its way').waitFor();
    instead.delete('screens.read');
    await tablet.page.getByText('Test cue: it works').first().waitFor();
    await room.page
      .locator('.shown')
      .getByText(/ shows it$/)
      .waitFor();
    await room.page.getByRole('button', { name: 'Finish and look before air' }).press('Enter');
    await room.page.locator('.air').waitFor();
    expect(saved()).toEqual({ version: 1, step: 'cue', done: true });
  });

  test('an operator looks at the steps and changes nothing, the place of the admin neither', async () => {
    await open({ role: 'operator' });
    await room.page.getByText('只有管理员可以这样做。').waitFor();
    expect(await room.page.getByRole('textbox', { name: '直播间名称' }).isDisabled()).toBe(true);
    expect(await room.page.getByRole('button', { name: '不再自动打开' }).count()).toBe(0);
    await next().press('Enter');
    await heading('观众在哪里').waitFor();
    expect(await room.page.getByRole('alert').count()).toBe(0);
    expect(room.stage.show.calls.filter(({ verb }) => verb === 'firstrun.save')).toEqual([]);
    expect(await seriousProblems(room.page)).toEqual([]);
  });

  test('a place that cannot be read says why and is asked for again; on a phone nothing is wider than the screen', async () => {
    const { instead } = room.stage.show;
    instead.set('firstrun.read', () => {
      throw new PanelCallError('not-found', 'this agent is configured by its file alone.');
    });
    await open({ width: 390, height: 844, touch: true }, '.first-run');
    await room.page.getByText(/this agent is configured by its file alone/).waitFor();
    instead.clear();
    for (const name of ['直播间', '观众在哪里', '商品', '主播屏', '测试提示']) {
      await heading(name).waitFor();
      expect(await room.page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThan(391);
      expect(await seriousProblems(room.page), name).toEqual([]);
      if (name !== '测试提示') await next().click();
    }
    expect(await room.page.getByRole('alert').count()).toBe(0);
  });
});
