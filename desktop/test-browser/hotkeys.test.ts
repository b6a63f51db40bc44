/** The sections Global keys and Host screen of the settings in a real browser, on the agent's own desk. */
import { describe, expect, test } from 'vitest';
import { HostLayout, Hotkeys } from '@livecue/shared/contract';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('global keys', '.desk');

describe.skipIf(room.chromium === null)('global keys', { timeout: 60_000 }, () => {
  const row = (action: string) => room.page.locator(`[data-path="hotkeys.${action}"]`);
  const keys = (action: string) => row(action).locator('.hotkey-keys').first().locator('kbd').allInnerTexts();
  async function open(section: string, options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open({ role: 'admin', ...options });
    await room.page.goto(`${room.url}#/settings`);
    await room.page.locator('.settings-side').getByRole('button', { name: section, exact: true }).click();
    await room.page.locator('.settings-work .schema-field').first().waitFor();
  }
  async function press(action: string, label: string, ...held: string[]): Promise<void> {
    await row(action).getByRole('button', { name: label }).press('Enter');
    await row(action).locator('.hotkey-capture').waitFor();
    await room.press(...held);
  }

  test('are set by pressing them, checked as they are set, and come into force as a version', async () => {
    await open('全局按键');
    await room.page.getByText('现在没有运行桌面应用。').waitFor();
    expect(await keys('showOperator')).toEqual(['Ctrl', 'Alt', 'Shift', 'O']);
    expect(await row('done').innerText()).toContain('没有按键');
    expect(await seriousProblems(room.page)).toEqual([]);
    // A letter alone would be gone from every program, V is the page's own; Escape leaves it as it was, and Tab goes on.
    await press('done', '设置按键', 'v');
    await row('done').getByText('单独的键会在所有程序里失效').waitFor();
    expect(await room.page.locator('.settings').count()).toBe(1);
    await room.press('Escape');
    expect(await row('done').innerText()).toContain('没有按键');
    await press('done', '设置按键', 'Tab');
    await expect.poll(() => row('done').locator('.hotkey-capture').count()).toBe(0);
    await press('done', '设置按键', 'Control+Alt+h');
    await expect.poll(() => keys('done')).toEqual(['Ctrl', 'Alt', 'H']);
    await press('mute', '设置按键', 'Control+Alt+h');
    await row('mute').getByText('这个按键不会生效：与“完成当前提示”相同。').waitFor();
    await row('done').getByText('这个按键不会生效：与“本场不再提示此类”相同。').waitFor();
    await room.page.locator('.settings-side').getByText('2 处有误').waitFor();
    expect(await room.page.getByRole('button', { name: /^会改变什么/ }).isDisabled()).toBe(true);
    expect(await seriousProblems(room.page)).toEqual([]);
    await row('mute').getByRole('button', { name: '不用按键' }).press('Enter');
    await press('notNow', '设置按键', 'Control+c');
    await row('notNow').getByText('这个按键不会生效：所有程序都要用它（复制、保存等）。').waitFor();
    await press('notNow', '设置按键', 'F8');
    await room.page.getByRole('button', { name: '会改变什么（2）' }).press('Enter');
    await room.page.getByRole('button', { name: '现在应用' }).press('Enter');
    await room.page.getByText('版本 2 正在试运行。').waitFor();
    expect(JSON.parse(room.stage.show.settings.onDisk('config.json'))).toMatchObject({ hotkeys: { done: 'CommandOrControl+Alt+H', notNow: 'F8' } }); // prettier-ignore
    await room.page.getByRole('button', { name: '回到版本 1' }).press('Enter');
    await room.page.getByText('版本 3 正在试运行。').waitFor();
    await expect.poll(() => row('done').innerText()).toContain('没有按键');
  });

  test('that the system refused to the desktop are told; the first key comes back, none is one too, and the draft is dropped', async () => {
    room.stage.show.desktop = { platform: 'darwin', refused: [{ action: 'showOperator', accelerator: 'CommandOrControl+Alt+Shift+O' }] }; // prettier-ignore
    await open('Global keys', { locale: 'en' });
    await room.page.getByText('The desktop app runs on macOS').waitFor();
    expect(await keys('showOperator')).toEqual(['⌘', '⌥', '⇧', 'O']);
    await row('showOperator').getByText('Another program on that computer has this key.').waitFor();
    expect(await row('clickThrough').getByRole('alert').count()).toBe(0);
    await row('showOperator').getByRole('button', { name: 'No key' }).press('Enter');
    await expect.poll(() => row('showOperator').innerText()).toContain('no key');
    expect(await row('showOperator').getByRole('alert').count()).toBe(0);
    await row('showOperator').getByRole('button', { name: 'back to the first one' }).press('Enter');
    await expect.poll(() => keys('showOperator')).toEqual(['⌘', '⌥', '⇧', 'O']);
    await press('hold', 'Set a key', 'NumpadMultiply');
    await press('nextPage', 'Set a key', 'Numpad3');
    await row('nextPage').getByText('It will not reach pages any more').waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: 'Drop my changes' }).press('Enter');
    await expect.poll(() => row('hold').innerText()).toContain('no key');
  });

  test('an operator looks and sets none; on a phone nothing is wider than the screen', async () => {
    await open('全局按键', { role: 'operator' });
    await room.page.getByText('只有管理员能改设置').waitFor();
    expect(await row('done').getByRole('button', { name: '设置按键' }).isDisabled()).toBe(true);
    for (const [locale, sections] of [['zh-CN', ['全局按键', '主播屏']], ['en', ['Global keys', 'Host screen']]] as const)
      for (const section of sections) {
        await open(section, { width: 390, height: 844, touch: true, locale });
        expect(await room.page.evaluate(() => document.documentElement.scrollWidth), section).toBeLessThan(391);
        expect(await seriousProblems(room.page), section).toEqual([]);
      }
  }); // prettier-ignore

  test('host screens take what is set for them once, and what is chosen at the screen stays', async () => {
    await open('主播屏');
    await room.page.getByLabel('离屏幕的距离').selectOption('3');
    await room.page.getByLabel('没有提示时显示').selectOption({ label: '当前时间' });
    await room.page.getByLabel('语言 · Language').selectOption('en');
    await room.page.getByRole('button', { name: '会改变什么（3）' }).press('Enter');
    await room.page.getByRole('button', { name: '现在应用' }).press('Enter');
    await room.page.getByText('版本 2 正在试运行。').waitFor();
    const { hostScreen } = JSON.parse(room.stage.show.settings.onDisk('config.json')) as { hostScreen: { distanceM: number; calm: 'clock'; language: 'en' } }; // prettier-ignore
    expect(hostScreen).toEqual({ distanceM: 3, calm: 'clock', language: 'en' });
    const { page } = await room.stage.device({ role: 'host', width: 1024, height: 700 });
    await page.goto(`${room.url}#/host`);
    await page.locator('.calm').getByText('近一小时订单').waitFor();
    const set = (layout: object) => room.stage.show.change({ studio: { hotkeys: Hotkeys.parse({}), hostScreen: HostLayout.parse(layout) } }); // prettier-ignore
    set(hostScreen);
    await page.locator('.calm').getByText('local time').waitFor();
    const distance = (m: string) => page.getByRole('radio', { name: m, exact: true });
    await page.getByRole('button', { name: 'Screen settings' }).click();
    expect(await distance('3 m').isChecked()).toBe(true);
    await distance('2 m').press(' ');
    await page.reload();
    await page.getByRole('button', { name: 'Screen settings' }).click();
    expect(await distance('2 m').isChecked()).toBe(true);
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    // Another layout is taken anew; what it does not say stays as it is.
    set({ distanceM: 0.7, calm: null, language: null });
    await expect.poll(() => page.evaluate(() => localStorage.getItem('livecue.distance'))).toBe('0.7');
    await page.getByRole('button', { name: 'Screen settings' }).click();
    expect(await distance('0.7 m').isChecked()).toBe(true);
    expect(await page.getByRole('radio', { name: 'local time' }).isChecked()).toBe(true);
  });
});
