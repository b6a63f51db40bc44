import { fileURLToPath } from 'node:url';
import { prompt } from '../test/scripted-show.ts';
import { describe, expect, test } from 'vitest';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

/** `LIVECUE_SCREENS=1 npm test -- roles` draws the pictures of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? fileURLToPath(new URL('../../docs/screens', import.meta.url)) : null; // prettier-ignore
const room = freshRoom('roles', '.desk');

describe.skipIf(room.chromium === null)('roles in a real browser', () => {
  test('an auditor sees the desk without viewers’ words and without anything that changes something', async () => {
    await room.open({ role: 'auditor' });
    await room.page.getByText('审计看不到观众的话').waitFor();
    const { stage } = room.stage.show.state();
    room.stage.show.change({ stage: { ...stage, active: prompt({ promptId: 'c1' }, Date.now()) } });
    await room.page.locator('.cue').first().waitFor();
    for (const gone of ['.hold', '.kill', '.message', '.cue .actions button', '.comment-list', '.tab.answers', '.tab.actions', '.order-strip']) {
      expect(await room.page.locator(gone).count(), gone).toBe(0);
    } // prettier-ignore
    // The keys of the desk do nothing either.
    await room.press('d', 'k', 't');
    expect(await room.page.locator('dialog[open]').count()).toBe(0);
    await room.page.goto(`${room.url}#/catalogue`);
    await room.page.locator('.catalogue').waitFor();
    await room.page.getByText('亚麻衬衫').first().waitFor();
    expect(await room.page.locator('.file-drop').count()).toBe(0);
    await room.page.goto(`${room.url}#/devices`);
    await room.page.locator('.remote-says').waitFor();
    expect(await room.page.locator('.remote-buttons').count()).toBe(0);
    await room.page.goto(`${room.url}#/host`);
    await room.page.locator('.active-card, .card').first().waitFor();
    await room.press('Enter');
    const changed = room.stage.show.calls.filter(({ verb }) => /^(prompt|cues|message|screen)\./.test(verb));
    expect(changed).toEqual([]);
    expect(await seriousProblems(room.page)).toEqual([]);
  });

  test('a host screen opens as one, and at the desk it says what it is', async () => {
    const { page } = await room.stage.device({ role: 'host', width: 1440 });
    await page.goto(room.url);
    await page.locator('.host').waitFor();
    const said = page.getByRole('heading', { name: '这台设备是主播屏' });
    for (const route of ['operator', 'air', 'catalogue', 'shows', 'devices', 'sent']) {
      await page.evaluate((to) => void (location.hash = `#/${to}`), route);
      await said.waitFor();
      expect(await page.locator('main').count(), route).toBe(1);
    }
    expect(room.stage.show.calls.filter(({ verb }) => verb !== 'series.read')).toEqual([]);
    await page.getByRole('button', { name: '打开主播屏' }).press('Enter');
    await page.locator('.host').waitFor();
  });

  test('an operator pairs desks and screens alone, and removes nobody', async () => {
    await room.open({ role: 'operator' });
    await room.page.locator('.pair-button').press('Enter');
    await room.page.locator('.paired-list li').first().waitFor();
    expect(await room.page.locator('.role-choices strong').allInnerTexts()).toEqual(['主播屏', '场控']);
    expect(await room.page.locator('.paired-list button').count()).toBe(0);
    if (SCREENS !== null) await room.page.locator('.dialog').screenshot({ path: `${SCREENS}/pair-zh.png` });
    expect(await seriousProblems(room.page)).toEqual([]);
  });

  test('an admin pairs every role under a name, and removes a device', async () => {
    await room.open({ locale: 'en' });
    await room.page.locator('.pair-button').press('Enter');
    const code = () => room.page.locator('.device-code').innerText();
    const first = await code();
    expect(await room.page.locator('.role-choices strong').allInnerTexts()).toEqual(['Host screen', 'Operator', 'Admin', 'Auditor']); // prettier-ignore
    await room.page.getByRole('radio', { name: 'Auditor' }).press(' ');
    await expect.poll(code).not.toBe(first);
    const second = await code();
    await room.page.getByLabel('Its name').fill('Bookkeeping');
    await room.press('Enter');
    await expect.poll(code).not.toBe(second);
    const pair = await fetch(`${room.url}pair`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code: (await code()).replace(/\D/g, '') }) }); // prettier-ignore
    expect(pair.status).toBe(200);
    const row = room.page.locator('.paired-list li', { hasText: 'Bookkeeping' });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/Auditor[\s\S]*Last here/);
    if (SCREENS !== null) await room.page.locator('.dialog').screenshot({ path: `${SCREENS}/pair-en.png` });
    await row.getByRole('button', { name: /Remove/ }).press('Enter');
    await room.page.getByText('It is turned away at once').waitFor();
    await row.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
    await room.page.getByText('Bookkeeping was removed.').waitFor();
    await expect.poll(() => row.count()).toBe(0);
  });
});
