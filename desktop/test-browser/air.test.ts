import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('the page before air', '.answer');

describe.skipIf(room.chromium === null)('before air, in a real browser', () => {
  const rows = () => room.page.locator('.air .row').evaluateAll((all) => all.map((row) => row.getAttribute('data-check'))); // prettier-ignore
  const open = async (locale = 'zh-CN') => {
    await room.open({ locale });
    await room.page.locator('.pages summary').click();
    await room.page.getByRole('link', { name: locale === 'en' ? 'Before air' : '开播检查' }).click();
    await room.page.locator('.air .row').first().waitFor();
  };

  test('what is wrong stands on top with what to do, and goes when it is mended', async () => {
    room.stage.show.change((state) => ({ sources: [{ ...state.sources[0]!, problem: 'the token of this room has ended' }, ...state.sources.slice(1)] })); // prettier-ignore
    await open('en');
    const first = (await rows())[0];
    expect(first).toMatch(/^source /);
    expect(await room.page.innerText('.air-word')).toContain('Not ready');
    expect(await room.page.innerText('.air')).toContain('Calibrate the ruler with a bank card');
    room.stage.show.change((state) => ({ sources: state.sources.map((source) => ({ ...source, problem: null })) }));
    await expect.poll(async () => (await rows())[0] !== first).toBe(true);
  });

  test('a host screen tells of itself, and its calibration', async () => {
    const told: unknown[] = [];
    const { show } = room.stage;
    const call = show.call.bind(show);
    show.call = (verb, args, caller) => {
      if (verb === 'screen.report') told.push(args);
      return call(verb, args, caller);
    };
    await room.open();
    await room.press('v');
    await expect.poll(() => told.at(-1)).toMatchObject({ distanceM: 1.5, calibrated: false, hidden: false });
    await room.page.locator('.host-foot .icon-button').click(); // prettier-ignore
    await room.page.locator('.ruler input').fill('400');
    await expect.poll(() => told.at(-1)).toMatchObject({ calibrated: true });
  });

  test('the list of pages opens by key, names the page that is open, and shuts with Esc', async () => {
    await open('en');
    const list = room.page.locator('.pages');
    expect(await list.locator('summary').innerText()).toMatch(/^Before air/);
    await list.locator('summary').focus();
    await room.press('Enter');
    expect(await list.getByRole('link').allInnerTexts()).toContain('What left');
    await room.press('Escape');
    expect(await list.getAttribute('open')).toBeNull();
  });

  test.each([
    ['zh-CN', '保存支持文件', '不包含：观众的话', '已保存：'],
    ['en', 'Save a support file', 'Not in it: viewers’ words', 'Saved: '],
  ])('one click saves a support file that holds no names and no words: %s', async (locale, button, notInIt, saved) => {
    await room.open({ locale, role: 'operator' });
    await room.page.goto(`${room.url}#/air`);
    expect(await room.page.locator('.support').innerText()).toContain(notInIt);
    const [download] = await Promise.all([room.page.waitForEvent('download'), room.page.getByRole('button', { name: button }).press('Enter')]);
    expect(download.suggestedFilename()).toMatch(/^livecue-support-\d{8}T\d{6}Z\.json$/);
    const text = readFileSync((await download.path())!, 'utf8');
    const { log, changes, agent } = JSON.parse(text) as { log: string[]; changes: { newest: string[] }; agent: { mode: string } };
    expect(agent.mode).toBe(room.stage.show.state().mode);
    expect(log).toEqual(['2026-05-01T12:00:00.000Z warn  source …: PRODUCT was not told by wss://…']);
    expect(changes.newest[0]).toMatch(/operator support\.make done$/);
    const names = room.stage.show.state().products.map(({ name }) => name.zh);
    for (const word of ['room-of-xia', '夏日家居专场', ...names]) expect(text).not.toContain(word);
    await room.page.getByText(saved + download.suggestedFilename()).waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await room.page.goto(`${room.url}#/log`);
    await room.page.getByRole('row', { name: locale === 'en' ? /Support file saved/ : /保存支持文件/ }).waitFor();
  }); // prettier-ignore

  test('an auditor is told who saves it; what fails says why, and the other way', async () => {
    await room.open({ locale: 'en', role: 'auditor' }, '.desk');
    await room.page.goto(`${room.url}#/air`);
    const button = room.page.getByRole('button', { name: 'Save a support file' });
    await room.page.getByText('An operator or an admin saves it.').waitFor();
    expect(await button.isDisabled()).toBe(true);
    await room.open({ locale: 'en', role: 'operator' });
    await room.page.goto(`${room.url}#/air`);
    room.stage.show.instead.set('support.make', () => {
      throw new PanelCallError('not-found', 'The disk does not answer');
    });
    await room.page.getByRole('button', { name: 'Save a support file' }).press('Enter');
    await room.page.getByText('It could not be made: The disk does not answer. On the agent’s machine “livecue support” makes it').waitFor();
  }); // prettier-ignore
});
