/** The page Log in a real browser, on the agent's own log. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('the log', '.desk');

describe.skipIf(room.chromium === null)('the page Log', { timeout: 60_000 }, () => {
  const file = () => path.join(room.stage.show.settings.folder, 'audit.jsonl');
  const rows = () => room.page.locator('.log-table tbody tr');
  const row = (n: number) => rows().nth(n).innerText().then((text) => text.replace(/\s+/g, ' ')); // prettier-ignore
  const chain = () => room.page.locator('.log-chain');
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.goto(`${room.url}#/log`);
    await chain().waitFor();
  }
  test('who did what stands there newest first with its result, and the chain says that it is whole', async () => {
    await room.open();
    await room.press('d');
    await room.page.locator('.hold[aria-pressed="true"]').waitFor();
    await room.page.goto(`${room.url}#/log`);
    await rows().first().waitFor();
    expect(await row(0)).toMatch(/^2 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d .+ 管理员 勿扰或提示总开关 hold true 已执行$/);
    expect(await row(1)).toMatch(/^1 .+ 设备配对.* 已执行$/);
    expect(await chain().innerText()).toMatch(/完整：自 \d{4}-\d\d-\d\d 起 2 条/);
    expect(await seriousProblems(room.page)).toEqual([]);
    // Filters leave out what is not of their kind; none left says so.
    await room.page.getByRole('combobox', { name: '类别' }).selectOption({ label: '设备' });
    await expect.poll(() => rows().count()).toBe(1);
    await room.page.getByRole('combobox', { name: '类别' }).selectOption({ label: '订单' });
    await room.page.getByText('没有符合筛选条件的记录。').waitFor();
  });

  test('a call that the role may not make stands there as refused; a line that was changed is told by its number', async () => {
    const { page } = await room.stage.device({ role: 'auditor', locale: 'en' });
    await page.goto(`${room.url}#/log`);
    await page.locator('.log-table tbody tr').first().waitFor();
    // As a page of another make would: the agent says no, whatever the page shows.
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/panel`);
          socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'call', id: 1, verb: 'settings.restart', args: {} }))); // prettier-ignore
          socket.addEventListener('message', ({ data }) => {
            if ((JSON.parse(String(data)) as { type: string }).type !== 'error') return;
            socket.close();
            resolve();
          });
        }),
    );
    await page.getByRole('row', { name: /Auditor Agent started again .*refused/ }).waitFor();
    expect(room.stage.show.settings.restarts).toBe(0);
    await page.getByRole('checkbox', { name: 'refused or failed alone' }).press(' ');
    await expect.poll(() => page.locator('.log-table tbody tr').count()).toBe(1);
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('"role":"auditor"', '"role":"admin"'));
    await page.getByRole('button', { name: 'Check again' }).press('Enter');
    await page.locator('.log-chain .wrong-text').waitFor();
    expect(await page.locator('.log-chain').innerText()).toMatch(/Line 2 of audit\.jsonl [\s\S]*read again from its beginning/);
    expect(await seriousProblems(page)).toEqual([]);
  }); // prettier-ignore

  test('both exports hold every entry; the lines are those of the file', async () => {
    await open({ locale: 'en', role: 'operator' });
    const saved = async (name: string) => {
      const [download] = await Promise.all([room.page.waitForEvent('download'), room.page.getByRole('button', { name }).press('Enter')]); // prettier-ignore
      return readFileSync((await download.path())!, 'utf8');
    };
    expect(await saved('JSONL')).toBe(readFileSync(file(), 'utf8'));
    expect(await saved('CSV')).toMatch(/^\uFEFF?entry,at,device,name,role,verb,outcome,code,arguments\r?\n1,.*,operator,device\.pair,done,/);
  }); // prettier-ignore

  test('nothing written yet says what will stand there; a log that cannot be read says why, and comes back', async () => {
    await room.open({ locale: 'en' });
    for (const name of ['audit.jsonl', 'audit-head.json']) rmSync(path.join(room.stage.show.settings.folder, name));
    await room.page.goto(`${room.url}#/log`);
    await room.page.getByText('Nothing was changed yet. The first cue that somebody marks done stands here.').waitFor();
    expect(await chain().innerText()).toContain('Nothing written yet');
    const { instead } = room.stage.show;
    instead.set('log.read', () => {
      throw new PanelCallError('not-found', 'The disk does not answer.');
    });
    await room.page.reload();
    await room.page.getByText('The log could not be read: The disk does not answer.').waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    instead.clear();
    await chain().waitFor();
    await expect.poll(() => room.page.getByRole('alert').count()).toBe(0);
  });

  test('on a phone nothing is wider than the screen', async () => {
    for (const locale of ['zh-CN', 'en']) {
      await open({ width: 390, height: 844, touch: true, locale });
      await rows().first().waitFor();
      expect(await room.page.evaluate(() => document.documentElement.scrollWidth), locale).toBeLessThan(391);
      expect(await seriousProblems(room.page)).toEqual([]);
    }
  });
});
