import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StudioCommand } from '@livecue/shared/contract';
import { byHand, connect, noObs, openRealObs, type RealObs } from './obs-studio.ts';
import { eventually, temporaryFolder } from './program.ts';

const reason = noObs();
if (reason !== null) process.stderr.write(`skipped: real OBS, ${reason}\n`);

const TEXT = 'LiveCue price text';
const SCENE = 'Scene';

/** Two seconds of silence, as a file that OBS plays. */
function writeSound(file: string): void {
  const bytes = 2 * 8_000 * 2;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0).toString();
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  writeFileSync(file, Buffer.concat([head, Buffer.alloc(bytes)]));
}

describe.skipIf(reason !== null)('a real OBS', () => {
  const { folder, remove } = temporaryFolder();
  const sound = path.join(folder, 'sting.wav');
  let real: RealObs;
  let mine: ReturnType<typeof connect>;
  let hand: Awaited<ReturnType<typeof byHand>>;

  const isOpen = () => mine.connector.health(Date.now()).state === 'open' || undefined;
  const status = () => mine.connector.studio.status('obs', Date.now());
  const run = (command: StudioCommand, operator = false) => mine.connector.studio.run(command, operator);
  const create = async (inputName: string, inputKind: string, inputSettings: object) =>
    expect(await hand.ask('CreateInput', { sceneName: SCENE, inputName, inputKind, inputSettings }), inputName).toMatchObject({ code: 100 });

  beforeAll(async () => {
    writeSound(sound);
    real = await openRealObs(folder);
    real.start();
    mine = connect(real.url);
    await eventually('OBS', 30_000, isOpen);
    hand = await byHand(real.url);
    await create(TEXT, 'text_ft2_source_v2', { text: '早', font: { face: 'Noto Sans CJK SC', size: 64 } });
    await create('Background', 'color_source_v3', {});
    await create('LiveCue sting', 'ffmpeg_source', {});
    await create('Logo', 'image_source', {});
    expect(await hand.ask('CreateSourceFilter', { sourceName: 'Background', filterName: 'LiveCue dim', filterKind: 'color_filter_v2', filterSettings: {} })).toMatchObject({ code: 100 });
  });
  afterAll(async () => {
    hand?.close();
    await mine?.stop();
    await real?.close();
    remove();
  });

  test('tells its version, its scene, and that nothing is on the air', async () => {
    await eventually('the figures', 10_000, () => status().cpu ?? undefined);
    expect(status()).toMatchObject({ state: 'open', problem: null, onAir: 'off', scene: SCENE, recording: false, replayBuffer: 'switched-off' });
    expect(status().obsVersion).toMatch(/^\d+\.\d+/);
    expect(status().freeDiskMegabytes).toBeGreaterThan(0);
  });

  test('a wrong password ends the connector at once', async () => {
    const wrong = connect(real.url, 'guessed');
    expect(String(await wrong.ended)).toContain('refuses the password');
    expect(wrong.connector.health(Date.now())).toMatchObject({ state: 'failed', problem: { code: 'password' } });
  });

  test('a text arrives, keeps its font, and is undone', async () => {
    const command = { kind: 'text', input: TEXT, text: '¥39.90  仅剩 17 件' } as const;
    const done = await run(command);
    expect(done).toEqual({ outcome: 'done', undo: { ...command, text: '早' } });
    const { data } = await hand.ask('GetInputSettings', { inputName: TEXT });
    expect(data.inputSettings).toMatchObject({ text: command.text, font: { face: 'Noto Sans CJK SC', size: 64 } });
    expect(await run({ ...command, text: '早' })).toMatchObject({ outcome: 'done' });
  });

  test('a Chinese text is not written in a font that has none of it', async () => {
    const input = 'LiveCue latin text';
    await create(input, 'text_ft2_source_v2', { text: 'a', font: { face: 'DejaVu Sans', size: 64 } });
    const command = { kind: 'text', input, text: '仅剩 17 件' } as const;
    expect(await run(command)).toMatchObject({ outcome: 'failed', problem: 'no-glyphs' });
    expect((await hand.ask('GetInputSettings', { inputName: input })).data.inputSettings).toMatchObject({ text: 'a' });
    await hand.ask('SetInputSettings', { inputName: input, inputSettings: { font: { face: 'Noto Sans CJK SC', size: 64 } }, overlay: true });
    expect(await run(command)).toMatchObject({ outcome: 'done' });
    // OBS lets go of a source some pictures later.
    const inputs = async () => JSON.stringify((await hand.ask('GetInputList')).data);
    await eventually('the look leaves nothing', 10_000, async () => !(await inputs()).includes('font check') || undefined);
  });

  test('OBS says success to nonsense; we refuse it before', async () => {
    expect(await hand.ask('SetInputSettings', { inputName: 'Background', inputSettings: { text: 'x' } })).toMatchObject({ code: 100 });
    expect(await run({ kind: 'text', input: 'Background', text: 'x' })).toMatchObject({ outcome: 'failed', problem: 'wrong-kind' });
    expect(await run({ kind: 'media', input: 'Background', act: 'restart' })).toMatchObject({ problem: 'wrong-kind' });
    expect(await run({ kind: 'text', input: 'nobody', text: 'x' })).toMatchObject({ problem: 'no-such-input' });
    expect(await run({ kind: 'show', scene: SCENE, source: 'nobody', visible: true })).toMatchObject({ problem: 'no-such-item' });
  });

  test('a card is hidden and shown, and what the operator hid stays hidden', async () => {
    const show = { kind: 'show', scene: SCENE, source: TEXT, visible: true } as const;
    const item = { sceneName: SCENE, ...(await hand.ask('GetSceneItemId', { sceneName: SCENE, sourceName: TEXT })).data };
    expect(await run({ ...show, visible: false })).toEqual({ outcome: 'done', undo: show });
    expect((await hand.ask('GetSceneItemEnabled', item)).data).toEqual({ sceneItemEnabled: false });
    expect(await run(show)).toMatchObject({ outcome: 'done' });
    await hand.ask('SetSceneItemEnabled', { ...item, sceneItemEnabled: false });
    expect(await eventually('the event', 5_000, async () => {
      const told = await run(show);
      if (told.outcome === 'failed') return told;
      await hand.ask('SetSceneItemEnabled', { ...item, sceneItemEnabled: false });
    })).toMatchObject({ problem: 'hidden-by-hand' });
    expect(await run(show, true)).toMatchObject({ outcome: 'done' });
  });

  test('a filter is switched, a picture set, a sting is heard', async () => {
    const dim = { kind: 'filter', source: 'Background', filter: 'LiveCue dim', enabled: false } as const;
    expect(await run(dim)).toEqual({ outcome: 'done', undo: { ...dim, enabled: true } });
    expect((await hand.ask('GetSourceFilter', { sourceName: 'Background', filterName: 'LiveCue dim' })).data).toMatchObject({ filterEnabled: false });
    expect(await run({ kind: 'file', input: 'Logo', file: sound })).toEqual({ outcome: 'done', undo: null });
    expect(await run({ kind: 'file', input: 'LiveCue sting', file: sound })).toEqual({ outcome: 'done', undo: null });
    expect(await run({ kind: 'media', input: 'LiveCue sting', act: 'restart' })).toEqual({ outcome: 'done', undo: null });
    expect(await run({ kind: 'media', input: 'LiveCue sting', act: 'stop' })).toEqual({ outcome: 'done', undo: null });
  });

  test('what this OBS cannot do is said so', async () => {
    expect(await run({ kind: 'clip' })).toMatchObject({ outcome: 'failed', problem: 'no-replay-buffer' });
    const { data } = await hand.ask('GetVersion');
    const hasChapters = (data.availableRequests as string[]).includes('CreateRecordChapter');
    expect(await run({ kind: 'chapter', name: '3号 亚麻衬衫' })).toMatchObject({ problem: hasChapters ? 'not-running' : 'too-old' });
  });

  test('killed and started again, it is found again', async () => {
    await real.crash();
    await eventually('the loss', 5_000, () => mine.connector.health(Date.now()).state === 'waiting' || undefined);
    expect(await run({ kind: 'clip' })).toMatchObject({ problem: 'not-connected' });
    real.start();
    await eventually('the return', 30_000, isOpen);
    expect(mine.connector.health(Date.now()).reconnects).toBeGreaterThan(0);
  });
}); // prettier-ignore
