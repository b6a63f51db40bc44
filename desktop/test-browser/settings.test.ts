/** The Settings page in a real browser, on the agent's own desk. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const CANARY = 'zqx-canary-7731';
const room = freshRoom('settings', '.desk');
const words = async (page: Page, selector: string) => (await page.innerText(selector)).replace(/\s+/g, ' ');

describe.skipIf(room.chromium === null)('the Settings page', { timeout: 60_000 }, () => {
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open({ role: 'admin', ...options });
    await room.page.goto(`${room.url}#/settings`);
    await room.page.locator('.settings-work .schema-field, .settings-work table').first().waitFor();
  }
  const go = (name: string) => room.page.locator('.settings-side').getByRole('button', { name }).click();
  const field = (path: string) => room.page.locator(`[data-path="${path}"]`);
  const review = () => room.page.getByRole('button', { name: /^会改变什么（\d+）$/ });

  test('a field with its default, what is wrong at it, what changes, the word to do it, and back', async () => {
    await open();
    await go('提示卡');
    const cards = field('advise.cardsPer10Min');
    expect(await cards.innerText()).toContain('默认值');
    await cards.getByRole('spinbutton').fill('11');
    await cards.getByText('应当在 1–10 之间。').waitFor();
    await room.page.locator('.settings-side').getByText('1 处有误').waitFor();
    expect(await review().isDisabled()).toBe(true);
    await cards.getByRole('spinbutton').fill('3');
    await review().click();
    expect(await words(room.page, '.change-table')).toBe(
      '设置项 现在 改成 每 10 分钟最多几张卡 advise.cardsPer10Min 4 3',
    );
    expect(await seriousProblems(room.page)).toEqual([]);
    // Nothing was changed by looking.
    expect(room.stage.show.settings.restarts).toBe(0);
    await room.page.getByRole('textbox', { name: '备注' }).fill('安静一点');
    await room.page.getByRole('button', { name: '现在应用' }).click();
    await room.page.getByText('版本 2 正在试运行。').waitFor();
    expect(JSON.parse(room.stage.show.settings.onDisk('config.json'))).toMatchObject({ advise: { cardsPer10Min: 3 } });
    await (await room.stage.show.settings.book()).confirm();
    await room.page.getByText(/版本 2 试运行正常/).waitFor();
    await go('历史');
    expect(await words(room.page, '.settings-work .versions')).toMatch(/^2 \S+ \S+ admin · \S+( \S+)* · 安静一点 使用中 1 .*改动之前 对比$/); // prettier-ignore
    await room.page.getByRole('button', { name: '对比版本 1' }).or(room.page.getByRole('button', { name: '把版本 1 和正在使用的对比' })).click(); // prettier-ignore
    await room.page.locator('.version-diff .change-table').waitFor();
    await room.page.getByRole('button', { name: '恢复版本 1' }).click();
    await room.page.getByText('版本 3 正在试运行。').waitFor();
    await go('提示卡');
    await expect.poll(() => cards.getByRole('spinbutton').inputValue()).toBe('4');
  });

  test('what was taken back says why; while a show runs, a change may wait for its end', async () => {
    await open({ locale: 'en' });
    room.stage.show.settings.showRuns = true;
    await go('Cues');
    await field('advise.enabled').getByRole('switch').click();
    await room.page.getByRole('button', { name: 'What changes (1)' }).click();
    await room.page.getByText('A show is on.').waitFor();
    await room.page.getByRole('button', { name: 'When the show ends' }).click();
    await room.page.getByText('A change waits for the end of the show.').waitFor();
    expect(room.stage.show.settings.restarts).toBe(0);
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: 'Apply it now' }).click();
    await room.page.getByText('Version 2 is on trial.').waitFor();
    await (await room.stage.show.settings.book()).rollBack('the panel does not answer');
    await room.page.getByText('Version 2 was taken back, the settings before are in force: the panel does not answer').waitFor(); // prettier-ignore
    await go('History');
    await room.page.locator('.versions').getByText('taken back').first().waitFor();
  });

  test('a source by its form: added, its problems at the fields, its secret set and never shown again', async () => {
    await open();
    await go('来源');
    await room.page.getByRole('combobox', { name: '添加来源' }).selectOption('shopify');
    await room.page.getByRole('button', { name: '添加来源' }).click();
    await field('connectors.0.settings.source').getByText('这一项必填。').waitFor();
    await field('connectors.0.settings.source').getByRole('textbox').fill('shop/shopify/a.example');
    await field('connectors.0.settings.currency').getByRole('textbox').fill('CNY');
    await room.page.getByText('shopify 缺少密钥').waitFor();
    const secret = room.page.locator('[data-secret="shopify.secret"]');
    expect(await secret.innerText()).toContain('未设置');
    await secret.getByRole('button', { name: '设置' }).click();
    await secret.locator('input').fill(CANARY);
    await room.page.keyboard.press('Enter');
    await secret.getByText(/已设置，\d{4}-/).waitFor();
    expect(room.stage.show.settings.onDisk('connector-secrets.json')).toContain(CANARY);
    await review().click();
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: '现在应用' }).click();
    await room.page.getByText('版本 2 正在试运行。').waitFor();
    // Off and on again is a change of its own.
    await room.page.getByRole('switch', { name: '启用 shopify' }).click();
    await review().click();
    expect(await words(room.page, '.change-table')).toContain('shopify · 开 connectors.shopify.enabled true false');
    // Nowhere but in the file of secrets.
    for (const file of ['config.json', 'config.2.json', 'config.versions.json', 'settings-state.json']) expect(room.stage.show.settings.onDisk(file)).not.toContain(CANARY); // prettier-ignore
    const calls = ['settings.read', 'settings.secrets', 'setup.export', 'settings.preview'] as const;
    const args = { 'settings.preview': { settings: {} } } as Record<string, unknown>;
    for (const verb of calls) {
      const answer = await room.stage.show.settings.call(verb, args[verb] ?? {}, { device: 'x', role: 'admin', name: '' }); // prettier-ignore
      expect(JSON.stringify(answer)).not.toContain(CANARY);
    }
    expect(await room.page.content()).not.toContain(CANARY);
  });

  test('as text: broken JSON is told by its line, a wrong key by its path; the cloud side’s values stand at their fields', async () => {
    await open();
    room.stage.show.settings.over = { advise: { cardsPer10Min: 2 } };
    await room.page.reload();
    await room.page.locator('.settings-work .schema-field').first().waitFor();
    await go('提示卡');
    await field('advise.cardsPer10Min').getByText('云端设成了 2，以云端为准。').waitFor();
    await go('文本');
    const text = room.page.locator('.settings-json');
    await text.fill('{\n  "room": \n}');
    await room.page.getByText(/^第 [23] 行/).waitFor();
    await text.fill('{"advise": {"cards": 3}}');
    await room.page.locator('.settings-work .wrong-text .mono', { hasText: 'advise.cards' }).waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.getByRole('button', { name: '放弃修改' }).click();
    await expect.poll(() => text.inputValue()).toContain('夏日家居专场');
  });

  test('the setup as a file: saved, taken again elsewhere with its changes shown first; another file is told to be none', async () => {
    await open();
    await go('文件与备份');
    await room.page.locator('.versions li').first().waitFor();
    const [download] = await Promise.all([room.page.waitForEvent('download'), room.page.getByRole('button', { name: '保存成文件' }).click()]); // prettier-ignore
    const saved = readFileSync((await download.path())!);
    expect(JSON.parse(saved.toString())).toMatchObject({ format: 'livecue-setup', settings: { room: { name: '夏日家居专场' } } }); // prettier-ignore
    const choose = (buffer: Buffer) => room.page.setInputFiles('input[type=file]', { name: 'setup.json', mimeType: 'application/json', buffer }); // prettier-ignore
    await choose(Buffer.from('{"a": 1}'));
    await room.page.getByText(/这个文件不能用/).waitFor();
    await room.page.getByRole('button', { name: '取消' }).click();
    await choose(Buffer.from(saved.toString().replace('夏日家居专场', '冬日专场')));
    await room.page.getByText(/checksum does not match/).waitFor();
    await room.page.getByRole('button', { name: '取消' }).click();
    const other = await otherSetup();
    await choose(other);
    await room.page.locator('.import-box .change-table').waitFor();
    expect(await words(room.page, '.import-box')).toContain('"夏日家居专场" "冬日专场"');
    expect(await words(room.page, '.import-box')).toContain('对应的来源先关着：shop.secret');
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.locator('.import-box').getByRole('button', { name: '现在应用' }).click();
    await room.page.getByText('版本 2 正在试运行。').waitFor();
    expect(JSON.parse(room.stage.show.settings.onDisk('config.json'))).toMatchObject({ room: { name: '冬日专场' }, connectors: [{ name: 'shop', enabled: false }] }); // prettier-ignore
  });

  test('an operator looks and changes nothing; on a phone nothing is wider than the screen', async () => {
    await open({ role: 'operator' });
    await room.page.getByText('只有管理员能改设置').waitFor();
    expect(await field('room.name').getByRole('textbox').isDisabled()).toBe(true);
    await open({ width: 390, height: 844, touch: true });
    for (const name of ['提示卡', '来源', '密钥', '历史', '文件与备份']) {
      await go(name);
      expect(await room.page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThan(391);
    }
  });
});

/** As another machine with another name and a shop would have saved it. */
async function otherSetup(): Promise<Buffer> {
  const { setupText } = await import('../../edge-agent/src/setup/settings/setup-file.ts');
  const settings = { room: { name: '冬日专场' }, connectors: [{ connector: 'shopify', name: 'shop', settings: { source: 'shop/shopify/a.example', currency: 'CNY' } }] }; // prettier-ignore
  return Buffer.from(setupText({ madeMs: 1_777_593_600_000, program: '0.1.0', agentId: 'studio-2', settings, catalogue: null, files: {} })); // prettier-ignore
}
