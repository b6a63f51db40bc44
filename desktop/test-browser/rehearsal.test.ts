import { describe, expect, test } from 'vitest';
import { createScriptedShow, prompt } from '../test/scripted-show.ts';
import { REHEARSAL } from '../test/scripted-rehearsal.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('rehearsals', '.desk');

describe.skipIf(room.chromium === null)('rehearsals in a real browser', () => {
  const calls = (verb: string) => room.stage.show.calls.filter((call) => call.verb === verb).map(({ args }) => args);
  const strip = () => room.page.locator('.mode-strip');
  /** A second room with a card of its own, played beside the live one. */
  function play(part: Partial<typeof REHEARSAL> = {}) {
    const rehearsed = createScriptedShow(Date.now);
    rehearsed.change({ stage: { active: prompt({ promptId: 'rehearsed', headline: { zh: '9 人问价格', en: '9 viewers ask the price' } }, Date.now()), next: [], queued: [] } }); // prettier-ignore
    room.stage.show.records.rehearsals.room = rehearsed;
    room.stage.show.change({ rehearsal: { ...REHEARSAL, ...part } });
    return rehearsed;
  }
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.goto(`${room.url}#/rehearsal`);
    await room.page.locator('.rehearsal').waitFor();
  }

  test('a simulated room is chosen and begun: which room, how long, with whose products, how fast', async () => {
    await open();
    await room.page.getByRole('combobox').selectOption('busy');
    await room.page.getByRole('spinbutton', { name: '分钟' }).fill('30');
    await room.page.getByRole('spinbutton', { name: '第几晚' }).fill('7');
    expect(await room.page.getByRole('checkbox', { name: '卖自己的商品（5 个）' }).isChecked()).toBe(true);
    const slider = room.page.getByRole('slider', { name: '速度' });
    for (let i = 0; i < 9; i++) await slider.press('ArrowRight');
    expect(await slider.getAttribute('aria-valuetext')).toBe('10×');
    await room.page.getByRole('button', { name: '开始彩排' }).click();
    await expect.poll(() => calls('rehearsal.start')).toEqual([{ from: { kind: 'simulated', profile: 'busy', seed: 7, minutes: 30, ownProducts: true }, speed: 10 }]); // prettier-ignore
    expect(await seriousProblems(room.page)).toEqual([]);
  });

  test('without products of one’s own it says where to get them; without recordings what a recording is and where it goes', async () => {
    const { rehearsals } = room.stage.show.records;
    rehearsals.facts = { ...rehearsals.facts, products: 0, recordings: [], past: [] };
    await open({ locale: 'en' });
    expect(await room.page.getByRole('checkbox', { name: /there are none yet\. Import them on the page Catalogue/ }).isDisabled()).toBe(true); // prettier-ignore
    await room.page.getByText('None yet.', { exact: true }).waitFor();
    await room.page.getByRole('radio', { name: 'A recorded show' }).check();
    await room.page.getByText('put it into /home/studio/.livecue/recordings').waitFor();
    expect(await room.page.getByRole('button', { name: 'Start the rehearsal' }).isDisabled()).toBe(true);
    await room.page.setInputFiles('input[type=file]', { name: 'last night.jsonl', mimeType: 'application/json', buffer: Buffer.alloc(250_000, 'x') }); // prettier-ignore
    await room.page.getByRole('radio', { name: /last night\.jsonl/ }).waitFor();
    // In pieces of 96 KiB, each after the one before.
    expect(calls('rehearsal.upload').map((args) => (args as { offset: number }).offset)).toEqual([0, 98_304, 196_608]);
    expect(await room.page.getByRole('radio', { name: /last night\.jsonl/ }).isChecked()).toBe(true);
    await room.page.getByRole('button', { name: 'Start the rehearsal' }).click();
    await expect.poll(() => calls('rehearsal.start')).toEqual([{ from: { kind: 'recording', name: 'last night.jsonl' }, speed: 1 }]); // prettier-ignore
  });

  test('a recording is removed after a second word, since it holds viewers’ words', async () => {
    await open({ locale: 'en' });
    await room.page.getByRole('radio', { name: 'A recorded show' }).check();
    await room.page.getByRole('button', { name: 'Remove the recording notes.jsonl' }).click();
    await room.page.getByText('It holds viewers’ words').waitFor();
    expect(calls('recording.remove')).toEqual([]);
    await room.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.poll(() => calls('recording.remove')).toEqual([{ name: 'notes.jsonl' }]);
    await room.page.getByRole('radio', { name: /notes\.jsonl/ }).waitFor({ state: 'detached' });
  });

  test('the one that runs: how far, how many cues, bad lines, paused, faster, stopped', async () => {
    const { rehearsals } = room.stage.show.records;
    rehearsals.facts = { ...rehearsals.facts, check: { events: 900, refused: { malformed: 2 }, lines: [{ line: 7, reason: 'malformed', detail: 'not JSON' }] } }; // prettier-ignore
    play({ reached: 6.4 });
    await open({ locale: 'en' });
    const words = async () => (await room.page.locator('.running-rehearsal').innerText()).replace(/\s+/g, ' ');
    await room.page.getByText('25:04 of 2:00:00', { exact: true }).waitFor();
    expect(await words()).toContain('this machine reaches 6.4×');
    expect(await words()).toContain('Cues raised 9');
    await room.page.locator('.running-rehearsal summary', { hasText: '2 lines could not be used' }).click();
    await room.page.getByText('Line 7: not JSON').waitFor();
    await room.page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => calls('rehearsal.control')).toEqual([{ paused: true }]);
    room.stage.show.change({ rehearsal: { ...REHEARSAL, phase: 'paused' } });
    await room.page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => calls('rehearsal.control').at(-1)).toEqual({ paused: false });
    const slider = room.page.locator('.running-rehearsal').getByRole('slider', { name: 'Speed' });
    for (let i = 0; i < 5; i++) await slider.press('ArrowRight');
    await expect.poll(() => calls('rehearsal.control').at(-1)).toEqual({ speed: 15 });
    await room.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(() => calls('rehearsal.stop')).toEqual([{}]);
  });

  test('watched on this screen it is marked in both languages; what is done there is done in it alone; and the way back', async () => {
    const rehearsed = play();
    await room.open();
    await strip().filter({ hasText: '旁边正在彩排 · A rehearsal runs beside the live room' }).waitFor();
    await room.page.getByRole('button', { name: '在这里看' }).click();
    await strip().filter({ hasText: '彩排，不是直播 · Rehearsal, not live' }).waitFor();
    await room.page.getByText('9 人问价格').first().waitFor();
    expect(await room.page.locator('.room-name').innerText()).toBe('五一专场');
    await room.page.keyboard.press('v');
    await room.page.locator('.card').filter({ hasText: '9 人问价格' }).waitFor();
    // A card that has just come is not closed by a key.
    await expect
      .poll(async () => {
        await room.page.keyboard.press('Enter');
        return room.page.locator('.card').count();
      })
      .toBe(0);
    expect(rehearsed.calls.filter(({ verb }) => verb === 'prompt.done').length).toBeGreaterThan(0);
    expect(calls('prompt.done')).toEqual([]);
    // Pages of the set-up are those of the live agent, with the strip of what runs beside.
    await room.page.goto(`${room.url}#/shows`);
    await room.page.locator('.shows').waitFor();
    expect(await room.page.locator('.mode-strip.rehearsed').count()).toBe(0);
    await room.page.goto(`${room.url}#/host`);
    await room.page.getByRole('button', { name: '回到直播间' }).click();
    await room.page.locator('.mode-strip.rehearsed').waitFor({ state: 'detached' });
  });

  test('host screens show it while the operator wants it, and are back at the live room with the first live event', async () => {
    play({ onHosts: true });
    await room.open({ role: 'host', locale: 'en' }, '.notice');
    await room.page.goto(`${room.url}#/host`);
    await room.page.locator('.card').filter({ hasText: '9 viewers ask the price' }).waitFor();
    await strip().filter({ hasText: '彩排，不是直播 · Rehearsal, not live' }).waitFor();
    // A host's screen does not choose: the operator does.
    expect(await strip().getByRole('button').count()).toBe(0);
    expect(await seriousProblems(room.page)).toEqual([]);
    room.stage.show.change({ stage: { active: prompt({ promptId: 'live', headline: { zh: '直播的', en: 'a live cue' } }, Date.now()), next: [], queued: [] }, rehearsal: { ...REHEARSAL, onHosts: false, liveMs: Date.now() } }); // prettier-ignore
    await room.page.locator('.card').filter({ hasText: 'a live cue' }).waitFor();
    await strip().first().waitFor({ state: 'detached' });
  });

  test('live events that come in while it is watched are told at once, with the way back', async () => {
    play();
    await room.open({ locale: 'en' });
    await room.page.getByRole('button', { name: 'Watch it here' }).click();
    await strip().filter({ hasText: 'Rehearsal, not live' }).waitFor();
    room.stage.show.change({ rehearsal: { ...REHEARSAL, liveMs: Date.now() } });
    await room.page.getByRole('alert').filter({ hasText: '直播间有数据进来 · Live events are coming in' }).waitFor();
    await room.page.getByRole('button', { name: 'Back to the live room' }).click();
    await room.page.locator('.mode-strip.rehearsed').waitFor({ state: 'detached' });
    expect(await room.page.locator('.room-name').innerText()).toBe('夏日家居专场');
  });

  test('over, every screen is back at the live room by itself', async () => {
    play();
    await room.open();
    await room.page.getByRole('button', { name: '在这里看' }).click();
    await strip().filter({ hasText: '彩排，不是直播' }).waitFor();
    room.stage.show.change({ rehearsal: undefined });
    await strip().first().waitFor({ state: 'detached' });
    expect(await room.page.locator('.room-name').innerText()).toBe('夏日家居专场');
  });

  test('past ones stand with what became of them; their reports open beside; removing takes a second word', async () => {
    await open({ locale: 'en' });
    const rows = room.page.locator('.past-rehearsals tbody tr');
    await expect.poll(() => rows.count()).toBe(3);
    expect((await rows.nth(0).innerText()).replace(/\s+/g, ' ')).toContain('五一专场.jsonl.gz 2 lines could not be used 2:00:00 31 done'); // prettier-ignore
    expect((await rows.nth(1).innerText()).replace(/\s+/g, ' ')).toContain('Busy, 15 min, no. 7 15:00 12 done');
    expect(await rows.nth(2).innerText()).toContain('it is no file of events (JSON Lines)');
    expect(await rows.nth(0).getByRole('link', { name: 'Open the report' }).getAttribute('href')).toBe('/rehearsals/20260611T080000Z-a1/report.en.html'); // prettier-ignore
    await rows.nth(2).getByRole('button', { name: /^Remove the rehearsal of/ }).click(); // prettier-ignore
    await rows.nth(2).getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.poll(() => calls('rehearsal.remove')).toEqual([{ rehearsalId: '20260609T080000Z-c4' }]);
  });

  test('an auditor looks on and begins nothing; on a phone all stands below each other', async () => {
    play();
    await open({ role: 'auditor', width: 390, height: 844, touch: true, locale: 'en' });
    await room.page.getByText('25:04 of 2:00:00', { exact: true }).waitFor();
    for (const name of ['Start the rehearsal', 'Pause', 'Stop']) expect(await room.page.getByRole('button', { name }).count(), name).toBe(0); // prettier-ignore
    expect(await room.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThan(391);
  });
});
