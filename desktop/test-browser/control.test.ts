import { describe, expect, test } from 'vitest';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('control surfaces', '.desk');

describe.skipIf(room.chromium === null)('control surfaces in a real browser', () => {
  const page = () => room.page;
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await page().goto(`${room.url}#/control`);
    await page().locator('.surfaces-part').first().waitFor();
  }
  const row = (name: string) => page().locator(`[data-token="${name}"]`);
  const words = async (name: string) => (await row(name).innerText()).replace(/\s+/g, ' ').trim();

  test('a token is made, shown once, listed, and let in; removed after a question, its row is gone', async () => {
    await open({ locale: 'en' });
    await row('Stream Deck').waitFor();
    expect(await words('脚踏')).toMatch(
      /^脚踏 done, not now, mute \d{4}-\d\d-\d\d expired none since the start Remove$/,
    );
    const make = page().getByRole('button', { name: 'Make a token' });
    expect(await make.isEnabled()).toBe(false);
    await page().getByLabel('Name', { exact: true }).fill('  Companion  ');
    await page().getByLabel('Expires').selectOption('in a year');
    await page().keyboard.press('Tab');
    await make.press('Enter');
    const told = page().locator('.made-token');
    await told.getByText('The token of Companion. It is shown this once').waitFor();
    const token = await told.locator('code').innerText();
    expect((await room.stage.show.control.book).holds(token)).toBe(true);
    await row('Companion').waitFor();
    expect(await words('Companion')).toMatch(/^Companion all of a running show \d{4}-\d\d-\d\d \d{4}-\d\d-\d\d none since the start Remove$/); // prettier-ignore
    await told.getByRole('button', { name: 'I have it' }).click();
    expect(await page().getByText(token).count()).toBe(0);
    await row('Companion').getByRole('button', { name: 'Remove' }).click();
    const ask = page().getByRole('dialog', { name: 'Remove the token of Companion?' });
    await ask.getByRole('button', { name: 'Keep it' }).click();
    await row('Companion').getByRole('button', { name: 'Remove' }).click();
    await ask.getByRole('button', { name: 'Remove' }).click();
    await row('Companion').waitFor({ state: 'detached' });
    expect((await room.stage.show.control.book).holds(token)).toBe(false);
    expect(await seriousProblems(page())).toEqual([]);
  });

  test('what a button sends is there to be copied, for each verb with what it needs', async () => {
    await open({ locale: 'en' });
    const section = page().getByRole('region', { name: 'What a button sends' });
    const lines = async () => (await section.locator('code').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(await lines()).toEqual([
      'curl -X POST -H "Authorization: Bearer TOKEN" http://127.0.0.1:7420/control/done',
      '{"token":"TOKEN","verb":"done"}',
      'oscsend 127.0.0.1 7427 /livecue/TOKEN/done',
    ]);
    await section.getByLabel('It does').selectOption('Message to the host');
    await section.getByLabel('Which').selectOption('2 Speak up');
    expect(await lines()).toEqual([
      'curl -X POST -H "Authorization: Bearer TOKEN" http://127.0.0.1:7420/control/preset/2',
      '{"token":"TOKEN","verb":"preset","value":"2"}',
      'oscsend 127.0.0.1 7427 /livecue/TOKEN/preset/2',
    ]);
    await section.getByLabel('It does').selectOption('Stop all cards');
    expect((await lines())[2]).toBe('oscsend 127.0.0.1 7427 /livecue/TOKEN/kill i 1');
    await section.getByLabel('It does').selectOption('Product explained');
    await section.getByLabel('Which').selectOption('none');
    expect((await lines())[1]).toBe('{"token":"TOKEN","verb":"explain","value":"none"}');
  });

  test('without a token says what to do first; a port that is taken says the remedy; the state follows the room', async () => {
    const { show } = room.stage;
    const tokens = await show.control.book;
    for (const { tokenId } of tokens.list()) await tokens.remove(tokenId);
    const problem = 'Opening OSC on 127.0.0.1:7427: another program has this port: stop it, or set control.oscPort to another one.'; // prettier-ignore
    show.control.osc = { ...show.control.osc, state: 'failed', problem };
    await open();
    await page().getByText('还没有令牌，任何按键都不起作用').waitFor();
    await page().getByRole('alert').getByText('set control.oscPort').waitFor();
    const shown = page().getByRole('region', { name: '按键能显示什么' });
    await shown.getByText('无提示').waitFor();
    show.change(({ stage }) => ({ stage: { ...stage, hold: true, quiet: 'do-not-disturb' } }));
    await shown.locator('dd').first().getByText('勿扰').waitFor();
    expect(await seriousProblems(page())).toEqual([]);
  });

  test('an auditor reads and changes nothing; a narrow window keeps everything within itself', async () => {
    await open({ locale: 'en', role: 'auditor', width: 420, height: 800 });
    await row('Stream Deck').waitFor();
    expect(
      await page()
        .getByRole('button', { name: /^(Make a token|Remove)$/ })
        .count(),
    ).toBe(0);
    expect(await page().evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(420);
    expect(await seriousProblems(page())).toEqual([]);
  });
});
