/** The page Templates in a real browser, on the agent's own desk. */
import { describe, expect, test } from 'vitest';
import type { PanelResult } from '@livecue/shared/contract';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const ADMIN = { device: 'x', role: 'admin', name: '' } as const;
const room = freshRoom('templates', '.desk');

describe.skipIf(room.chromium === null)('the page Templates', { timeout: 60_000 }, () => {
  const settings = () => room.stage.show.settings;
  const names = () => room.page.locator('.template strong').allInnerTexts();
  const template = (name: string) => room.page.locator(`[data-template="${name}"]`);
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open({ role: 'admin', ...options });
    await room.page.goto(`${room.url}#/templates`);
    await room.page.locator('.template-list .template, .template-list .empty').first().waitFor();
  }
  async function save(name: string): Promise<void> {
    await room.page.locator('.template-name input').first().fill(name);
    await room.press('Enter');
    await template(name).waitFor();
  }
  async function change(part: Record<string, unknown>): Promise<void> {
    const { basis } = (await settings().call('settings.preview', { settings: part }, ADMIN)) as PanelResult<'settings.preview'>; // prettier-ignore
    const args = { settings: part, basis, when: 'now', note: '' };
    expect(await settings().call('settings.apply', args, ADMIN)).toMatchObject({ reason: null });
  }

  test('begins empty; by keys alone one is saved under a name, renamed, removed, and what was last is taken back', async () => {
    await open();
    await room.page.getByText('还没有模板。').waitFor();
    expect(await room.page.locator('.template-undo').count()).toBe(0);
    expect(await seriousProblems(room.page)).toEqual([]);
    await save('周五晚场');
    await room.page.getByText('已保存“周五晚场”。').waitFor();
    await save('早场');
    expect(await names()).toEqual(['早场', '周五晚场']);
    const rename = template('早场').getByRole('button', { name: '重命名' });
    await rename.first().press('Enter');
    await template('早场').getByRole('textbox').fill('周五晚场');
    await room.press('Enter');
    await room.page.getByText('已有同名模板。').waitFor();
    await rename.first().press('Enter');
    await template('早场').getByRole('textbox').fill('午场');
    await room.press('Enter');
    await template('午场').waitFor();
    await template('午场').getByRole('button', { name: '删除' }).press('Enter');
    await room.page.getByText('已删除“午场”。').waitFor();
    await expect.poll(names).toEqual(['周五晚场']);
    // The way back does not go with the page.
    await room.page.reload();
    await room.page.locator('.template-undo').getByRole('button', { name: '撤销' }).press('Enter');
    await room.page.getByText('已撤销。').waitFor();
    await expect.poll(names).toEqual(['午场', '周五晚场']);
    expect(await room.page.locator('.template-undo').count()).toBe(0);
  });

  test('keeps keys and the look of host screens, says what would change, and brings them back', async () => {
    await change({ hotkeys: { done: 'F13' }, hostScreen: { distanceM: 3 } });
    await open({ locale: 'en' });
    await save('Big stage');
    await change({ hotkeys: { done: 'F14' } });
    await template('Big stage').getByRole('button', { name: 'What would change' }).press('Enter');
    const table = template('Big stage').locator('.change-table');
    await table.waitFor();
    expect((await table.innerText()).replace(/\s+/g, ' ')).toBe('Setting Now Then Cue done hotkeys.done "F14" "F13" Distance to the host screen hostScreen.distanceM – 3'); // prettier-ignore
    expect(await seriousProblems(room.page)).toEqual([]);
    await template('Big stage').getByRole('button', { name: 'Apply', exact: true }).press('Enter');
    await room.page.getByText('“Big stage” comes into force; the agent starts again.').waitFor();
    expect(JSON.parse(settings().onDisk('config.json'))).toMatchObject({ hotkeys: { done: 'F13' }, hostScreen: { distanceM: 3 } }); // prettier-ignore
  });

  test('templates out of a file are one change, which is told and can be taken back', async () => {
    await open();
    await save('这里的');
    const there = { version: 1, templates: [{ templateId: '0123456789ab', name: '别处的', savedMs: 1, by: 'admin · 别处', sources: {}, advise: {}, catalogue: { products: [] } }] }; // prettier-ignore
    const setup = { madeMs: 1, program: '0.1.0', agentId: 'b', settings: {}, catalogue: null, files: { 'templates.json': there } }; // prettier-ignore
    await (await settings().keeper()).put(setup, 'admin · 平板', '');
    await room.page.reload();
    await template('别处的').getByText('由旧版本保存，不含按键和主播屏').waitFor();
    expect(await names()).toEqual(['别处的']);
    await room.page
      .locator('.template-undo')
      .getByText(/admin · 平板 从文件导入了模板。/)
      .waitFor();
    await room.page.getByRole('button', { name: '撤销' }).press('Enter');
    await expect.poll(names).toEqual(['这里的']);
  });

  test('an operator looks at what one would change, and has nothing to change anything with', async () => {
    await open();
    await save('周五晚场');
    await change({ advise: { cardsPer10Min: 2 } });
    await open({ role: 'operator' });
    await room.page.getByText('只有管理员可以这样做。').waitFor();
    expect(await room.page.locator('.templates input').count()).toBe(0);
    expect(await room.page.locator('.templates button').allInnerTexts()).toEqual(['看看会改变什么']);
    await template('周五晚场').getByRole('button').press('Enter');
    await template('周五晚场').locator('.change-table').waitFor();
    expect(await room.page.locator('.template-look button').allInnerTexts()).toEqual(['取消']);
    await room.press('Escape');
    expect(await seriousProblems(room.page)).toEqual([]);
  });

  test('a list that cannot be read says why and is asked for again; on a phone nothing is wider than the screen', async () => {
    const { instead } = room.stage.show;
    instead.set('templates.read', () => {
      throw new PanelCallError('not-found', 'templates.0.name is wrong. Put back one of its versions.');
    });
    await room.open({ role: 'admin', width: 390, height: 844, touch: true });
    await room.page.goto(`${room.url}#/templates`);
    await room.page.getByText('没有成功：templates.0.name is wrong. Put back one of its versions.').waitFor();
    expect(await room.page.getByText('还没有模板。').count()).toBe(0);
    instead.clear();
    await room.page.getByText('还没有模板。').waitFor();
    await expect.poll(() => room.page.getByRole('alert').count()).toBe(0);
    await save('一个名字特别特别长的模板用来看看在手机上会不会把页面撑宽');
    await change({ advise: { cardsPer10Min: 2 } });
    await room.page.getByRole('button', { name: '看看会改变什么' }).click();
    await room.page.locator('.template-look .change-table').waitFor();
    expect(await room.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThan(391);
    expect(await seriousProblems(room.page)).toEqual([]);
  });
});
