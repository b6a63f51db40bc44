import type { StudioCommand } from '@livecue/shared/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { createRig, type Rig } from '../connecting/testing/connector-rig.ts';
import { obs, type ObsConnector } from './connector.ts';
import { type FakeObs, openFakeObs, PASSWORD } from './testing/fake-obs.ts';

let fake: FakeObs;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  await fake?.platform.close();
});

async function open(options: { old?: boolean; fonts?: boolean } = {}) {
  fake = await openFakeObs(options);
  rig = createRig(obs, { password: PASSWORD }, { obs: fake.url });
  await rig.until(() => rig.health().state === 'open');
  return (rig.connector as ObsConnector).studio;
}

/** The result of a command; the fake clock moves until it is there. */
async function run(command: StudioCommand, byHand = false) {
  let result: unknown;
  const running = (rig.connector as ObsConnector).studio.run(command, byHand).then((it) => (result = it));
  for (let n = 0; n < 400 && result === undefined; n++) {
    await rig.clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return running;
}

/** Everything that was emitted so far has been read: events come in their order. */
async function heard() {
  const { unknown } = rig.health().counts;
  fake.socket().send('{"op":99,"d":{}}');
  await rig.until(() => rig.health().counts.unknown > unknown);
}

const TEXT = { kind: 'text', input: 'LiveCue price text', text: '¥39.90  仅剩 17 件' } as const;
const LOOK = 'LiveCue font check';
/** Of pictures that show the text before, so many times: the settings of the look come one call later. */
function late(times = Infinity) {
  let before: Record<string, unknown> = {};
  return (data: Record<string, unknown>) => {
    const input = fake.inputs.get(String(data.inputName))!;
    const settings = data.inputSettings as Record<string, unknown>;
    Object.assign(input.settings, data.inputName === LOOK && times-- > 0 ? before : settings);
    before = settings;
    return { code: 100 };
  };
}
/** A source that goes after it was removed so many times. */
function lingering(times: number) {
  return (data: Record<string, unknown>) => {
    if (times-- > 0) return { code: 601 };
    fake.inputs.set(LOOK, { kind: String(data.inputKind), settings: { ...(data.inputSettings as object) } });
    return { code: 100 };
  };
}
const SHOW: StudioCommand = { kind: 'show', scene: 'Live', source: 'LiveCue price text', visible: true };
const writes = () => fake.asked.filter(({ type }) => !type.startsWith('Get'));

describe('commands to OBS', () => {
  it('sets a text, keeps the rest of its settings, reads it back, and knows how to undo it', async () => {
    await open();
    fake.inputs.get('LiveCue price text')!.settings = { text: '早', font: { face: 'Noto Sans CJK SC' } };
    expect(await run(TEXT)).toEqual({ outcome: 'done', undo: { ...TEXT, text: '早' } });
    expect(fake.inputs.get('LiveCue price text')!.settings).toEqual({ text: TEXT.text, font: { face: 'Noto Sans CJK SC' } });
    expect(writes()).toEqual([{ type: 'SetInputSettings', data: { inputName: 'LiveCue price text', inputSettings: { text: TEXT.text }, overlay: true } }]);
    expect(await run(TEXT)).toEqual({ outcome: 'done', undo: null });
    expect(writes()).toHaveLength(1);
  });

  it('a Chinese text is not written in a font that draws boxes, looked at once and hidden from viewers', async () => {
    await open({ fonts: true });
    const source = fake.inputs.get('LiveCue price text')!;
    source.settings = { text: '', font: { face: 'DejaVu Sans' } };
    for (let n = 0; n < 2; n++) expect(await run(TEXT)).toMatchObject({ outcome: 'failed', problem: 'no-glyphs' });
    expect(source.settings.text).toBe('');
    const created = writes().filter(({ type }) => type === 'CreateInput');
    expect(created).toMatchObject([{ data: { sceneName: 'Live', inputKind: 'text_ft2_source_v2', inputSettings: { font: { face: 'DejaVu Sans' } }, sceneItemEnabled: false } }]);
    expect(fake.inputs.has(LOOK)).toBe(false);
    expect(await run({ ...TEXT, text: 'only 17 left' })).toMatchObject({ outcome: 'done' });
    source.settings.font = { face: 'Noto Sans CJK SC' };
    expect(await run(TEXT)).toMatchObject({ outcome: 'done' });
    expect(source.settings.text).toBe(TEXT.text);
  });

  it.each([
    ['draws nothing', 'GetSourceScreenshot', () => ({ code: 100, data: { imageData: 'empty' } })],
    ['draws too late', 'SetInputSettings', late()],
    ['draws no picture', 'GetSourceScreenshot', () => ({ code: 702 })],
    ['makes no source', 'CreateInput', () => ({ code: 601 })],
  ])('an OBS that %s is believed, and nothing of the look is left', async (_what, type, answer) => {
    await open({ fonts: true });
    fake.inputs.get('LiveCue price text')!.settings = { text: '', font: { face: 'DejaVu Sans' } };
    fake.override.set(type, answer);
    expect(await run(TEXT)).toMatchObject({ outcome: 'done' });
    expect(fake.inputs.has(LOOK)).toBe(false);
  });

  it.each([
    ['lets go late of the look before', 'CreateInput', lingering(3)],
    ['draws late at first', 'SetInputSettings', late(4)],
  ])('an OBS that %s is looked at again', async (_what, type, answer) => {
    await open({ fonts: true });
    const source = fake.inputs.get('LiveCue price text')!;
    source.settings = { text: '', font: { face: 'DejaVu Sans' } };
    fake.override.set(type, answer);
    expect(await run(TEXT)).toMatchObject({ outcome: 'failed', problem: 'no-glyphs' });
    expect(source.settings.text).toBe('');
    expect(fake.inputs.has(LOOK)).toBe(false);
  });

  it('a look that an agent before this one has left is taken away first', async () => {
    await open({ fonts: true });
    fake.inputs.get('LiveCue price text')!.settings = { text: '', font: { face: 'DejaVu Sans' } };
    fake.inputs.set(LOOK, { kind: 'text_ft2_source_v2', settings: {} });
    expect(await run(TEXT)).toMatchObject({ outcome: 'failed', problem: 'no-glyphs' });
    expect(fake.inputs.has(LOOK)).toBe(false);
  });

  it.each([
    ['text on a camera', { kind: 'text', input: 'Camera', text: 'x' }],
    ['a page on a picture', { kind: 'page', input: 'Logo' }],
    ['playing a colour', { kind: 'media', input: 'Background', act: 'restart' }],
    ['a picture on a browser source', { kind: 'file', input: 'LiveCue overlay', file: process.execPath }],
  ] satisfies [string, StudioCommand][])('%s is refused before it is sent: OBS would say success', async (_, command) => {
    const studio = await open();
    studio.setOverlayUrl('http://127.0.0.1:1/overlay/');
    expect(await run(command)).toMatchObject({ outcome: 'failed', problem: 'wrong-kind' });
    expect(writes()).toEqual([]);
  });

  it('a browser source is pointed at our own page and nowhere else', async () => {
    const studio = await open();
    expect(await run({ kind: 'page', input: 'LiveCue overlay' })).toMatchObject({ problem: 'no-overlay' });
    studio.setOverlayUrl('http://127.0.0.1:7420/overlay/?token=t');
    expect(await run({ kind: 'page', input: 'LiveCue overlay' })).toEqual({ outcome: 'done', undo: null });
    expect(fake.inputs.get('LiveCue overlay')!.settings).toEqual({ url: 'http://127.0.0.1:7420/overlay/?token=t' });
  });

  it('a picture or a sting must be a file that is there', async () => {
    await open();
    expect(await run({ kind: 'file', input: 'Logo', file: '/no/such/picture.png' })).toMatchObject({ problem: 'no-such-file' });
    expect(await run({ kind: 'file', input: 'Logo', file: 'package.json' })).toMatchObject({ problem: 'no-such-file' });
    expect(await run({ kind: 'file', input: 'LiveCue sting', file: process.execPath })).toEqual({ outcome: 'done', undo: null });
    expect(fake.inputs.get('LiveCue sting')!.settings).toEqual({ local_file: process.execPath });
  });

  it('says so when OBS says success and nothing changed', async () => {
    await open();
    fake.override.set('SetInputSettings', () => ({ code: 100 }));
    fake.override.set('SetSceneItemEnabled', () => ({ code: 100 }));
    fake.override.set('SetSourceFilterEnabled', () => ({ code: 100 }));
    fake.override.set('TriggerMediaInputAction', () => ({ code: 100 }));
    fake.override.set('SaveReplayBuffer', () => ({ code: 100 }));
    for (const command of [TEXT, SHOW, { kind: 'filter', source: 'Camera', filter: 'LiveCue dim', enabled: true }, { kind: 'media', input: 'LiveCue sting', act: 'restart' }, { kind: 'clip' }] satisfies StudioCommand[])
      expect(await run(command), command.kind).toMatchObject({ outcome: 'failed', problem: 'not-confirmed' });
  });

  it('shows, hides, filters, plays, saves and marks, each undone where it can be', async () => {
    await open();
    expect(await run(SHOW)).toEqual({ outcome: 'done', undo: { ...SHOW, visible: false } });
    expect(await run({ ...SHOW, visible: false })).toEqual({ outcome: 'done', undo: SHOW });
    const dim = { kind: 'filter', source: 'Camera', filter: 'LiveCue dim', enabled: true } as const;
    expect(await run(dim)).toEqual({ outcome: 'done', undo: { ...dim, enabled: false } });
    for (const command of [{ kind: 'media', input: 'LiveCue sting', act: 'restart' }, { kind: 'clip' }, { kind: 'chapter', name: '3号 亚麻衬衫' }] satisfies StudioCommand[])
      expect(await run(command)).toEqual({ outcome: 'done', undo: null });
    expect(fake.asked.at(-1)).toEqual({ type: 'CreateRecordChapter', data: { chapterName: '3号 亚麻衬衫' } });
  });

  it('names what is not there', async () => {
    await open();
    for (const [command, problem] of [
      [{ ...TEXT, input: 'renamed' }, 'no-such-input'],
      [{ ...SHOW, source: 'gone' }, 'no-such-item'],
      [{ kind: 'filter', source: 'Camera', filter: 'gone', enabled: true }, 'no-such-filter'],
      [{ kind: 'media', input: 'gone', act: 'stop' }, 'no-such-input'],
    ] as [StudioCommand, string][])
      expect(await run(command)).toMatchObject({ outcome: 'failed', problem });
    expect(writes()).toEqual([]);
  });

  it('tells what must be switched on first', async () => {
    await open();
    fake.recording = false;
    expect(await run({ kind: 'chapter', name: 'a' })).toMatchObject({ problem: 'not-running' });
    fake.recording = true;
    fake.override.set('CreateRecordChapter', () => ({ code: 702 }));
    expect(await run({ kind: 'chapter', name: 'a' })).toMatchObject({ problem: 'no-chapters' });
    fake.replayBuffer = false;
    expect(await run({ kind: 'clip' })).toMatchObject({ problem: 'not-running' });
    fake.replayBuffer = null;
    expect(await run({ kind: 'clip' })).toMatchObject({ problem: 'no-replay-buffer' });
  });

  it('leaves out what an older OBS does not have', async () => {
    await open({ old: true });
    expect(await run({ kind: 'chapter', name: 'a' })).toMatchObject({ outcome: 'failed', problem: 'too-old' });
    expect(fake.asked).toEqual([]);
  });

  it("lets the operator's hand win: what he hid is shown again by hand alone", async () => {
    await open();
    await run(SHOW);
    fake.items.get('Live/LiveCue price text')!.enabled = false;
    fake.emit('SceneItemEnableStateChanged', { sceneName: 'Live', sceneItemId: 7, sceneItemEnabled: false }, 128);
    await heard();
    expect(await run(SHOW)).toMatchObject({ outcome: 'failed', problem: 'hidden-by-hand' });
    expect(await run(SHOW, true)).toMatchObject({ outcome: 'done' });
    // Hidden by us, it may be shown by us.
    await run({ ...SHOW, visible: false });
    expect(await run(SHOW)).toMatchObject({ outcome: 'done' });
  });

  it('asks for the number of an item again after the scene collection has changed', async () => {
    await open();
    fake.emit('CurrentSceneCollectionChanging', { sceneCollectionName: 'Other' }, 2);
    await heard();
    expect(await run(SHOW)).toMatchObject({ problem: 'busy' });
    fake.items.set('Live/LiveCue price text', { id: 31, enabled: false });
    fake.emit('CurrentSceneCollectionChanged', { sceneCollectionName: 'Other' }, 2);
    await heard();
    expect(await run(SHOW)).toMatchObject({ outcome: 'done' });
    expect(fake.items.get('Live/LiveCue price text')).toEqual({ id: 31, enabled: true });
  });

  it('asks a read once more after two seconds, never a write, and ignores the late answer', async () => {
    await open();
    fake.override.set('SetInputSettings', () => null);
    expect(await run(TEXT)).toMatchObject({ outcome: 'failed', problem: 'timeout' });
    expect(writes()).toHaveLength(1);
    fake.asked.length = 0;
    fake.override.set('GetInputSettings', () => null);
    expect(await run(TEXT)).toMatchObject({ problem: 'timeout' });
    expect(fake.asked.map(({ type }) => type)).toEqual(['GetInputSettings', 'GetInputSettings']);
    fake.socket().send(JSON.stringify({ op: 7, d: { requestType: 'GetInputSettings', requestId: 'r-1', requestStatus: { result: true, code: 100 }, responseData: {} } }));
    fake.override.clear();
    expect(await run(TEXT)).toMatchObject({ outcome: 'done' });
  });

  it('ends what is under way when the connection is lost, and says that OBS is not there', async () => {
    const studio = await open();
    fake.override.set('SetInputSettings', () => {
      fake.socket().terminate();
      return null;
    });
    expect(await studio.run(TEXT, true)).toMatchObject({ outcome: 'failed', problem: 'not-connected' });
    expect(await studio.run(TEXT, true)).toMatchObject({ outcome: 'failed', problem: 'not-connected' });
  });

  it('runs commands one after the other, and no more than twenty wait', async () => {
    const studio = await open();
    const results = await Promise.all(Array.from({ length: 30 }, (_, n) => studio.run({ ...TEXT, text: `${n}` }, true)));
    expect(results.filter(({ outcome }) => outcome === 'done')).toHaveLength(20);
    expect(results.slice(20).every((it) => it.outcome === 'failed' && it.problem === 'busy')).toBe(true);
    expect(fake.inputs.get('LiveCue price text')!.settings.text).toBe('19');
  });
}); // prettier-ignore
