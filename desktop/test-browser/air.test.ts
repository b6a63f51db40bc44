import { describe, expect, test } from 'vitest';
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
});
