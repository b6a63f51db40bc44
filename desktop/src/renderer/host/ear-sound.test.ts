import { expect, test, vi } from 'vitest';
import { OWN_OUTPUT, tonesOf } from './ear-cue.ts';
import { createEarSound, type EarPorts, type EarState } from './ear-sound.ts';

/** A browser of this test's making: which outputs are there, and what each context did. */
function setUp(part: { output?: string; canChoose?: boolean; autoplay?: boolean; insecure?: boolean } = {}) {
  const { output = 'h1', canChoose = true, autoplay = true, insecure = false } = part;
  const there = new Set(['h1', 'h2']);
  const made: FakeContext[] = [];
  const world = { refuses: false, hold: null as Promise<void> | null };
  class FakeContext extends EventTarget {
    state = autoplay ? 'running' : 'suspended';
    sinkId: unknown;
    tones = 0;
    currentTime = 0;
    destination = {};
    constructor(options: { sinkId?: unknown }) {
      super();
      this.sinkId = options.sinkId ?? '';
      made.push(this);
    }
    async setSinkId(id: string) {
      await world.hold;
      if (world.refuses) throw new DOMException('gone', 'NotFoundError');
      this.sinkId = id;
    }
    resume = async () => this.become('running');
    close = async () => this.become('closed');
    become(state: string) {
      this.state = state;
      this.dispatchEvent(new Event('statechange'));
    }
    createGain = () => ({ gain: { setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn() }, connect: (to: object) => to });
    createOscillator = () => ({ frequency: {}, connect: (to: object) => to, start: () => void this.tones++, stop: vi.fn() });
  } // prettier-ignore
  const changes = new EventTarget();
  const devices = {
    enumerateDevices: async () => [...there].map((deviceId) => ({ kind: 'audiooutput', deviceId, label: deviceId })),
    addEventListener: changes.addEventListener.bind(changes),
    removeEventListener: changes.removeEventListener.bind(changes),
  };
  const told: EarState[] = [];
  const ports = {
    canChoose,
    devices: insecure ? undefined : devices,
    newContext: (options: object) => new FakeContext(options),
  };
  const sound = createEarSound(output, (state) => told.push(state), ports as unknown as EarPorts);
  const change = () => void changes.dispatchEvent(new Event('devicechange'));
  return { sound, told, made, there, world, change };
}

const settled = async (told: EarState[], state: EarState) => expect.poll(() => told.at(-1)).toBe(state);

test('sound goes to the chosen output, and nowhere before', async () => {
  const { sound, told, made, world } = setUp();
  let release = () => {};
  world.hold = new Promise((resolve) => (release = resolve));
  sound.start();
  const playing = sound.play(tonesOf('act-now'));
  await expect.poll(() => made.length).toBe(1);
  expect(made[0]!.sinkId).toEqual({ type: 'none' });
  expect(made[0]!.tones).toBe(0);
  release();
  await playing;
  expect([made[0]!.sinkId, made[0]!.tones, told]).toEqual(['h1', 2, ['opening', 'ready']]);
});

test.each([
  ['is not there', (s: ReturnType<typeof setUp>) => void s.there.delete('h1')],
  ['is refused', (s: ReturnType<typeof setUp>) => void (s.world.refuses = true)],
])('an output that %s is silence, not another output', async (_what, spoil) => {
  const set = setUp();
  spoil(set);
  set.sound.start();
  await settled(set.told, 'gone');
  await set.sound.play(tonesOf('act-now'));
  await set.sound.wake();
  expect(set.made.map(({ tones, state }) => [tones, state])).toEqual(set.world.refuses ? [[0, 'closed']] : []);
});

test('a browser that cannot choose outputs, or knows none, is silent on a chosen one', async () => {
  for (const part of [{ canChoose: false }, { insecure: true }]) {
    const { sound, told, made } = setUp(part);
    sound.start();
    await settled(told, 'gone');
    await sound.play(tonesOf('advice'));
    expect(made).toEqual([]);
  }
});

test('headphones pulled: closed within the event, silent until they are back, then by itself on them', async () => {
  const { sound, told, made, there, change } = setUp();
  sound.start();
  await settled(told, 'ready');
  there.delete('h1');
  change();
  expect(made[0]!.state).toBe('closed');
  await settled(told, 'gone');
  await sound.play(tonesOf('advice'));
  there.add('h1');
  change();
  await settled(told, 'ready');
  await sound.play(tonesOf('advice'));
  expect(made.map(({ sinkId, tones }) => [sinkId, tones])).toEqual([['h1', 0], ['h1', 1]]); // prettier-ignore
});

test('headphones pulled while they are being opened: the late opening counts for nothing', async () => {
  const { sound, told, made, there, world, change } = setUp();
  let release = () => {};
  world.hold = new Promise((resolve) => (release = resolve));
  sound.start();
  await expect.poll(() => made.length).toBe(1);
  there.delete('h1');
  change();
  await settled(told, 'gone');
  release();
  await sound.play(tonesOf('advice'));
  expect(made.map(({ state, tones }) => [state, tones])).toEqual([['closed', 0]]);
  expect(told.at(-1)).toBe('gone');
});

test('an error of the output closes it', async () => {
  const { sound, told, made } = setUp();
  sound.start();
  await settled(told, 'ready');
  made[0]!.dispatchEvent(new Event('error'));
  await settled(told, 'gone');
  expect(made[0]!.state).toBe('closed');
});

test('a context that the browser put on another output by itself stays silent', async () => {
  const { sound, told, made } = setUp();
  sound.start();
  await settled(told, 'ready');
  made[0]!.sinkId = '';
  await sound.play(tonesOf('advice'));
  expect(made[0]!.tones).toBe(0);
});

test('held back by the browser: it says so, plays nothing later, and a touch lets it through', async () => {
  const { sound, told, made } = setUp({ autoplay: false });
  sound.start();
  await settled(told, 'asleep');
  await sound.play(tonesOf('act-now'));
  await sound.wake();
  await settled(told, 'ready');
  expect(made[0]!.tones).toBe(0);
  await sound.play(tonesOf('act-now'));
  expect(made[0]!.tones).toBe(2);
});

test('the own output asks for none, also over plain http', async () => {
  const { sound, told, made } = setUp({ output: OWN_OUTPUT, insecure: true, canChoose: false });
  sound.start();
  await settled(told, 'ready');
  await sound.play(tonesOf('advice'));
  expect(made.map(({ sinkId, tones }) => [sinkId, tones])).toEqual([['', 1]]);
});

test('stopped, it is closed and hears of no device', async () => {
  const { sound, told, made, change } = setUp();
  sound.start();
  await settled(told, 'ready');
  sound.stop();
  change();
  await sound.play(tonesOf('advice'));
  expect(made.map(({ state, tones }) => [state, tones])).toEqual([['closed', 0]]);
});
