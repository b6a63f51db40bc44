import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { prompt } from '../test/scripted-show.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

/** `LIVECUE_SCREENS=1 npm test -- actions` draws the pictures of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? fileURLToPath(new URL('../../docs/screens', import.meta.url)) : null; // prettier-ignore

const room = freshRoom('actions', '.tab.actions');

describe.skipIf(room.chromium === null)('actions on the operator screen', () => {
  let closeOverlay: () => void;
  beforeEach(() => {
    closeOverlay = room.stage.show.actions.overlay.open(() => undefined);
    room.stage.show.change({ stage: { active: prompt({ promptId: 'c1' }, Date.now()), next: [], queued: [] } });
  });

  async function open(options: Parameters<typeof room.open>[0] = {}) {
    await room.open(options);
    await room.page.locator('.tab.actions').click();
  }
  const dialog = () => room.page.getByRole('dialog');
  const panel = () => room.page.locator('.panel.actions');
  async function picture(name: string) {
    if (SCREENS === null) return;
    mkdirSync(SCREENS, { recursive: true });
    await room.page.waitForTimeout(800);
    await room.page.screenshot({ path: join(SCREENS, `${name}.png`) });
  }

  test('asks before the first time, does it, tells what to click elsewhere, and takes it back', async () => {
    await open();
    await panel().getByText('推流 1:12:07').waitFor();
    await panel().getByRole('combobox').selectOption('p3');
    await panel().getByRole('button', { name: '讲解' }).click();
    await dialog().getByText('叠加层：讲解').waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await picture('actions-ask-zh');
    await dialog().getByRole('button', { name: '允许', exact: true }).click();
    // OBS is asked for on its own.
    await dialog().getByText('obs：讲解').waitFor();
    await dialog().getByRole('button', { name: '不允许' }).click();
    await dialog().waitFor({ state: 'detached' });
    await panel().locator('.results').getByText('在巨量百应的直播中控台点该商品的“讲解”').waitFor();
    expect(room.stage.show.actions.told).toEqual([]);
    expect(room.stage.show.actions.overlay.state().product).toMatchObject({ linkNumber: 3, explaining: true });
    await picture('actions-zh');
    await panel().getByRole('button', { name: '撤销' }).click();
    await panel().getByText('已撤销').waitFor();
    expect(room.stage.show.actions.overlay.state().product).toBeNull();
    await panel().getByRole('button', { name: '讲解' }).click();
    await panel().getByText('你已选择不允许').first().waitFor();
    await panel().getByRole('button', { name: '重新询问' }).click();
    await panel().getByText('已清除 2 个答复').waitFor();
  });

  test('in English: a question that was closed waits in the list; words go on the stream as words', async () => {
    await open({ locale: 'en' });
    await panel().getByRole('textbox').fill('<b>Free shipping</b>');
    await panel().getByRole('button', { name: 'On stream' }).click();
    await dialog().getByText('overlay: Message').waitFor();
    await room.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(await room.page.locator('.tab.actions strong').innerText()).toBe('1');
    await panel().getByRole('button', { name: 'Answer' }).click();
    await dialog().getByRole('button', { name: 'Allow', exact: true }).click();
    await expect.poll(() => room.stage.show.actions.overlay.state().answer?.answer.en).toBe('<b>Free shipping</b>');
    await panel().locator('.results').getByText('Paste the words into').first().waitFor();
    expect(await seriousProblems(room.page)).toEqual([]);
    await picture('actions-en');
    await panel().getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => room.stage.show.actions.overlay.state().answer).toBeNull();
  });

  test('an answer goes on the stream from its own place', async () => {
    await open();
    await room.page.locator('.tab.answers').click();
    await room.page.locator('.answer-detail').getByRole('button', { name: '上屏' }).click();
    await dialog().getByRole('button', { name: '允许', exact: true }).click();
    await expect.poll(() => room.stage.show.actions.overlay.state().answer?.question).toBe('165 穿什么码');
  });

  test('says what is wrong: no page open, OBS that lost the server, a host screen', async () => {
    closeOverlay();
    Object.assign(room.stage.show.actions.status, { onAir: 'reconnecting', state: 'degraded', problem: 'OBS has lost the stream server' });
    await open();
    await panel().getByText('与推流服务器断开').waitFor();
    await panel().getByText('请把地址作为浏览器源加入 OBS').waitFor();
    await panel().getByRole('button', { name: '置顶' }).click();
    await dialog().getByRole('button', { name: '允许', exact: true }).click();
    await panel().locator('.results').getByText('open nowhere').waitFor();
  });
}); // prettier-ignore
