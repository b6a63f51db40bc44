import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { HostPrompt } from '@livecue/shared/prompt';
import { SETTLE_MS } from '../src/renderer/host/host-gestures.ts';
import { prompt, surge } from '../test/scripted-show.ts';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

/** Outputs of Chromium's own making. */
const room = freshRoom('the ear cue', '.desk', {
  flags: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  // The one without windows gives its outputs other ids with each page, and holds no sound back.
  whole: true,
});

interface Heard {
  /** Of each tone, the output that its context was on. */
  tones: string[];
  contexts: AudioContext[];
  /** What each context was put on. */
  sinks: string[];
  sockets: WebSocket[];
  /** Labels of outputs that are pulled. */
  away: string[];
}

/** Notes what the page does with sound, and lets outputs go as if they were pulled. */
function wrapSound(): void {
  const heard: Heard = { tones: [], contexts: [], sinks: [], sockets: [], away: [] };
  Object.assign(window, { heard });
  const sinkOf = (context: BaseAudioContext) => String((context as unknown as { sinkId: unknown }).sinkId);
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when) {
    heard.tones.push(sinkOf(this.context));
    start.call(this, when);
  };
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    constructor(options?: AudioContextOptions) {
      super(options);
      heard.contexts.push(this);
      // As before the page is touched. A driven page counts as touched, whatever the browser's policy.
      if (localStorage.getItem('held-back') !== null) void this.suspend();
    }
    setSinkId(id: string) {
      heard.sinks.push(id);
      return (Real.prototype as unknown as { setSinkId(id: string): Promise<void> }).setSinkId.call(this, id);
    }
  };
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL) {
      super(url);
      heard.sockets.push(this);
    }
  };
  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () =>
    (await list()).filter(({ label }) => !heard.away.includes(label));
}

const HEADPHONES = 'Fake Audio Output 2';
const heard = (page: Page) =>
  page.evaluate(() => {
    const { tones, contexts, sinks } = (window as unknown as { heard: Heard }).heard;
    return { tones, sinks, contexts: contexts.map(({ state }) => state) };
  });
const tones = async (page: Page) => (await heard(page)).tones.length;

/** Pulls outputs, or plugs them in again. */
const pull = (page: Page, labels: string[]) =>
  page.evaluate((away) => {
    Object.assign((window as unknown as { heard: Heard }).heard, { away });
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  }, labels);

const idOf = (page: Page, name: string) =>
  page.evaluate(
    async (label) => (await navigator.mediaDevices.enumerateDevices()).find((d) => d.label === label)?.deviceId ?? '',
    name,
  );

describe.skipIf(room.chromium === null)('the ear cue of the host screen', () => {
  const show = (active: HostPrompt | null, next: HostPrompt[] = []) => room.stage.show.change({ stage: { active, next, queued: [] } }); // prettier-ignore
  const card = (promptId: string, part: Partial<HostPrompt> = {}) => prompt({ promptId, priority: 'advice', expiresMs: Date.now() + 3_600_000, ...part }, Date.now()); // prettier-ignore

  async function host(part: { locale?: string; width?: number; height?: number; touch?: boolean } = {}, init?: () => void) {
    const { page, context } = await room.stage.device({ width: 1280, height: 720, locale: 'en', ...part });
    await context.grantPermissions(['microphone'], { origin: room.url });
    await context.addInitScript(wrapSound);
    if (init !== undefined) await context.addInitScript(init);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${room.url}#/host`);
    await page.locator('.host').waitFor();
    return page;
  } // prettier-ignore

  const openGear = (page: Page) => page.locator('.host-foot .icon-button').click();
  const closeGear = (page: Page) => page.locator('.dialog > .button').click();
  async function choose(page: Page, name = HEADPHONES): Promise<string> {
    await openGear(page);
    await page.locator('.ear-choice label', { hasText: name }).click();
    await runs(page);
    await closeGear(page);
    return idOf(page, name);
  }
  const runs = (page: Page) => expect.poll(async () => (await heard(page)).contexts.at(-1)).toBe('running');
  const shown = (page: Page, promptId: string) => page.locator(`[data-prompt="${promptId}"]`).waitFor();
  const line = (page: Page) => page.locator('.ear-line');

  test('nobody chose one: cards come, the settings are opened, and nothing that could sound is even made', async () => {
    const page = await host();
    show(card('c1', { priority: 'act-now' }));
    await shown(page, 'c1');
    await openGear(page);
    await page.locator('.ear-choice label', { hasText: HEADPHONES }).waitFor();
    expect(await page.locator('.ear-choice input').first().isChecked()).toBe(true);
    expect(await page.locator('.ear-choice .button').isDisabled()).toBe(true);
    expect(await page.locator('.ear-choice label').allTextContents()).toEqual(['Off', 'Fake Audio Output 1', HEADPHONES]);
    await closeGear(page);
    show(card('c2'));
    await shown(page, 'c2');
    expect(await heard(page)).toEqual({ tones: [], sinks: [], contexts: [] });
    expect(await line(page).textContent()).toBe('');
  }); // prettier-ignore

  test('on the chosen output: one tone for a new card, two for one that cannot wait, none for anything else', async () => {
    const page = await host();
    const id = await choose(page);
    show(card('c1'));
    await shown(page, 'c1');
    await expect.poll(() => tones(page)).toBe(1);
    // Changed, then beside a next one, then withdrawn, then back.
    show(card('c1', { priority: 'act-now', headline: { zh: '13 人问尺码', en: '13 viewers ask about size' } }));
    await page.locator('.headline', { hasText: '13' }).waitFor();
    show(card('c1'), [surge(Date.now())]);
    await page.locator('.next-card').waitFor();
    show(null);
    await page.locator('.calm').waitFor();
    show(card('c1'));
    await shown(page, 'c1');
    // Another language, the desk and back, a pause of the feed, another connection.
    await openGear(page);
    await page.locator('.dialog label', { hasText: '中文' }).click();
    await closeGear(page);
    await page.locator('.legend', { hasText: '完成' }).first().waitFor();
    await page.keyboard.press('v');
    await page.locator('.desk').waitFor();
    await page.keyboard.press('v');
    await shown(page, 'c1');
    await runs(page);
    const { feed } = room.stage.show.state();
    room.stage.show.change({ feed: { state: 'stale', lastEventMs: Date.now() - 22_000 } });
    await page.locator('.paused.stale').waitFor();
    room.stage.show.change({ feed });
    await shown(page, 'c1');
    const sockets = () => page.evaluate(() => (window as unknown as { heard: Heard }).heard.sockets.map((socket) => socket.readyState)); // prettier-ignore
    const before = (await sockets()).length;
    await page.evaluate(() => (window as unknown as { heard: Heard }).heard.sockets.at(-1)!.close());
    await expect.poll(async () => (await sockets()).slice(before)).toEqual([1]);
    await shown(page, 'c1');
    show(card('c2', { priority: 'act-now' }));
    await shown(page, 'c2');
    await expect.poll(() => tones(page)).toBe(3);
    const all = await heard(page);
    expect(all.tones).toEqual([id, id, id]);
    expect(new Set(all.sinks)).toEqual(new Set([id]));
    expect(await line(page).textContent()).toBe('');
  });

  test('“play it once” is one tone there; off again is silence, and the choice is remembered', async () => {
    const page = await host();
    await openGear(page);
    const off = page.locator('.ear-choice label').first();
    await page.locator('.ear-choice label', { hasText: HEADPHONES }).click();
    await page.locator('.ear-choice .button').click();
    await expect.poll(() => tones(page)).toBe(1);
    await page.reload();
    await openGear(page);
    const chosen = page.locator('.ear-choice label', { hasText: HEADPHONES }).locator('input');
    await chosen.waitFor();
    expect(await chosen.isChecked()).toBe(true);
    await off.click();
    await expect.poll(async () => (await heard(page)).contexts).toEqual(['closed']);
    await closeGear(page);
    show(card('c1'));
    await shown(page, 'c1');
    expect(await tones(page)).toBe(0);
  });

  test('after a reload the browser holds sounds back: a touch of its own lets them through, and no card is done by it', async () => {
    const page = await host({ touch: true, width: 390, height: 844 });
    await choose(page);
    show(card('c1', { priority: 'act-now' }));
    await shown(page, 'c1');
    await expect.poll(() => tones(page)).toBe(2);
    await page.evaluate(() => localStorage.setItem('held-back', ''));
    await page.reload();
    await shown(page, 'c1');
    const button = page.locator('.ear-line button', { hasText: 'Tap for sound' });
    await button.waitFor();
    await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLE_MS);
    await button.tap();
    await button.waitFor({ state: 'detached' });
    show(card('c2'));
    await shown(page, 'c2');
    await expect.poll(() => tones(page)).toBe(1);
    expect(room.stage.show.calls.filter(({ verb }) => verb.startsWith('prompt.'))).toEqual([]);
  });

  test.each([
    ['en', 'Headphones gone', 'Silent: the chosen output'],
    ['zh-CN', '耳机断开', '现在静音'],
  ])('headphones pulled (%s): silent on every output and said, without moving a thing; back by itself', async (locale, words, detail) => {
    const page = await host({ locale });
    const id = await choose(page);
    const places = () => page.evaluate(() => ['.quiet-line', '.explaining', '.watching', '.stage', '.host-foot'].map((selector) => {
      const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
      return [selector, x, y, width, height];
    })); // prettier-ignore
    const before = await places();
    await pull(page, [HEADPHONES]);
    await line(page).filter({ hasText: words }).waitFor();
    await expect.poll(() => line(page).locator('svg').count()).toBe(1);
    expect(await places()).toEqual(before);
    const cut = await line(page).locator('span').evaluate((span) => span.scrollWidth > span.clientWidth); // prettier-ignore
    expect(cut).toBe(false);
    expect(new Set((await heard(page)).contexts)).toEqual(new Set(['closed']));
    show(card('c1', { priority: 'act-now' }));
    await shown(page, 'c1');
    expect(await seriousProblems(page)).toEqual([]);
    await openGear(page);
    await page.locator('.ear-choice', { hasText: detail }).waitFor();
    await expect.poll(() => page.locator('.ear-choice label').last().textContent()).toContain(HEADPHONES);
    await page.locator('.ear-choice .button').click();
    expect(await seriousProblems(page)).toEqual([]);
    await closeGear(page);
    expect(await heard(page)).toMatchObject({ tones: [], sinks: [id] });
    await pull(page, []);
    await runs(page);
    await line(page).filter({ hasText: words }).waitFor({ state: 'hidden' });
    show(card('c2'));
    await shown(page, 'c2');
    await expect.poll(async () => (await heard(page)).tones).toEqual([id]);
  }); // prettier-ignore

  test('outputs without names: the browser is asked, and they appear', async () => {
    const page = await host({}, () => {
      const { mediaDevices } = navigator;
      const list = mediaDevices.enumerateDevices.bind(mediaDevices);
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      let may = false;
      mediaDevices.enumerateDevices = async () =>
        may ? list() : [{ kind: 'audiooutput', deviceId: '', label: '', groupId: '', toJSON: () => ({}) }];
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await ask(constraints);
        Object.assign(window, { stream });
        may = true;
        return stream;
      };
    });
    await openGear(page);
    await page.locator('.ear-choice', { hasText: 'Nothing is recorded' }).waitFor();
    await page.locator('.ear-choice .button', { hasText: 'Name the outputs' }).click();
    await page.locator('.ear-choice label', { hasText: HEADPHONES }).waitFor();
    const tracks = await page.evaluate(() => (window as unknown as { stream: MediaStream }).stream.getTracks().map(({ readyState }) => readyState)); // prettier-ignore
    expect(tracks).toEqual(['ended']);
  });

  test.each([
    ['en', 'Over plain http', 'This device’s own output', 'heard on air'],
    ['zh-CN', '用 http 打开的页面', '这台设备自己的声音', '可能会播出去'],
  ])(
    'over plain http (%s): why there is no list, and the own output with its warning',
    async (locale, why, own, warning) => {
      const page = await host({ locale }, () => Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => undefined })); // prettier-ignore
      await openGear(page);
      await page.locator('.ear-choice', { hasText: why }).waitFor();
      expect(await page.locator('.ear-choice', { hasText: warning }).count()).toBe(0);
      await page.locator('.ear-choice label', { hasText: own }).click();
      await page.locator('.ear-choice', { hasText: warning }).waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await runs(page);
      await closeGear(page);
      show(card('c1'));
      await shown(page, 'c1');
      await expect.poll(async () => (await heard(page)).tones).toEqual(['']);
    },
  );

  test('the settings with the ear cue fit a small screen, or scroll', async () => {
    const page = await host({ width: 390, height: 600, touch: true });
    await openGear(page);
    await page.locator('.ear-choice label', { hasText: HEADPHONES }).waitFor();
    await closeGear(page);
    await page.locator('.dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  test('a refused gesture is told, and goes by itself or with its card', async () => {
    const page = await host();
    const settled = async (promptId: string) => {
      await shown(page, promptId);
      await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLE_MS);
    };
    const refusal = page.locator('.host-problem', { hasText: 'already closed' });
    room.stage.show.closed.add('c1').add('c2');
    show(card('c1'));
    await settled('c1');
    await page.keyboard.press('Enter');
    await refusal.waitFor();
    // The card stays, the refusal does not.
    await refusal.waitFor({ state: 'hidden' });
    await shown(page, 'c1');
    show(card('c2'));
    await settled('c2');
    await page.keyboard.press('Enter');
    await refusal.waitFor();
    show(card('c3'));
    await shown(page, 'c3');
    expect(await refusal.count()).toBe(0);
  });
});
