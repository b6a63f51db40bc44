import type { SourceHealth } from '@livecue/shared/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PanelBackend, PanelCaller, Source } from '../ports.ts';
import { createSourceDesk } from './source-desk.ts';

const OPERATOR: PanelCaller = { device: 'aa', role: 'operator', name: '' };
const BEHIND = { call: async (verb: string) => `behind: ${verb}` } as unknown as PanelBackend;

/** A source that says what was done to it, and fails to start when told to. */
function createSource(name: string, transport: SourceHealth['transport'] = 'websocket') {
  const done: string[] = [];
  let state: SourceHealth['state'] = 'idle';
  let fails = false;
  const source: Source = {
    name,
    async start(signal) {
      signal.throwIfAborted();
      done.push('start');
      if (fails) throw new Error('the port is taken');
      state = 'open';
    },
    async stop() {
      // Slower than a start: what is asked for meanwhile must wait.
      await new Promise((resolve) => setImmediate(resolve));
      done.push('stop');
      state = 'idle';
    },
    health: () => ({ name, transport, state }) as SourceHealth,
  };
  return { source, done, fail: (yes: boolean) => void (fails = yes) };
}

let disk: Map<string, string>;
let full: boolean;
const warnings: string[] = [];
const logger = { debug: () => undefined, info: () => undefined, warn: (words: string) => void warnings.push(words), error: () => undefined }; // prettier-ignore
const memory = {
  get: (key: string) => disk.get(key),
  set: (key: string, value: string | undefined) => void (value === undefined ? disk.delete(key) : disk.set(key, value)),
  async flush() {
    if (full) throw new Error('no space left');
  },
};
beforeEach(() => {
  disk = new Map();
  full = false;
  warnings.length = 0;
});

function open(...sources: Source[]) {
  const desk = createSourceDesk(sources, { memory, logger });
  const { call } = desk.answering(BEHIND);
  return {
    ...desk,
    turn: (name: string, on: boolean) => call('source.switch', { name, on }, OPERATOR),
    retry: (name: string) => call('source.retry', { name }, OPERATOR),
    call,
  };
}
const running = () => new AbortController().signal;

describe('a source that the operator switches', () => {
  test('off is stopped and says so, on is started again, and another one knows nothing of it', async () => {
    const [twitch, shop] = [createSource('twitch'), createSource('shop', 'http')];
    const desk = open(twitch.source, shop.source);
    for (const source of desk.sources) await source.start(running());
    await desk.turn('twitch', false);
    expect(desk.sources.map((source) => source.health(0))).toEqual([
      expect.objectContaining({ name: 'twitch', state: 'idle', off: true }),
      expect.not.objectContaining({ off: true }),
    ]);
    await desk.turn('twitch', true);
    expect(desk.sources[0]!.health(0)).toEqual({ name: 'twitch', transport: 'websocket', state: 'open' });
    expect([twitch.done, shop.done]).toEqual([['start', 'stop', 'start'], ['start']]);
  });

  test('off stays off when the agent starts again, until it is switched on', async () => {
    const before = open(createSource('twitch').source);
    await before.sources[0]!.start(running());
    await before.turn('twitch', false);
    const twitch = createSource('twitch');
    const desk = open(twitch.source);
    await desk.sources[0]!.start(running());
    expect(twitch.done).toEqual([]);
    expect(desk.sources[0]!.health(0)).toMatchObject({ off: true });
    await desk.turn('twitch', true);
    expect(twitch.done).toEqual(['start']);
  });

  test('twice the same way is nothing new; clicks in a hurry come one after the other', async () => {
    const twitch = createSource('twitch');
    const desk = open(twitch.source);
    await desk.sources[0]!.start(running());
    await Promise.all([desk.turn('twitch', false), desk.turn('twitch', false), desk.turn('twitch', true), desk.retry('twitch')]); // prettier-ignore
    expect(twitch.done).toEqual(['start', 'stop', 'start', 'stop', 'start']);
  });

  test('on a full disk does what it is told, and says that it will be forgotten', async () => {
    const twitch = createSource('twitch');
    const desk = open(twitch.source);
    await desk.sources[0]!.start(running());
    full = true;
    await desk.turn('twitch', false);
    expect(twitch.done).toEqual(['start', 'stop']);
    expect(warnings).toEqual([expect.stringMatching(/twitch.*no space left.*until the agent ends/)]);
  });

  test('begins no more once the agent has stopped it', async () => {
    const twitch = createSource('twitch');
    const desk = open(twitch.source);
    await desk.sources[0]!.start(running());
    await Promise.all([desk.retry('twitch'), desk.sources[0]!.stop(), desk.retry('twitch')]);
    expect(twitch.done.at(-1)).toBe('stop');
  });
});

describe('a retry', () => {
  test('begins the source anew at once', async () => {
    const twitch = createSource('twitch');
    const desk = open(twitch.source);
    await desk.sources[0]!.start(running());
    await desk.retry('twitch');
    expect(twitch.done).toEqual(['start', 'stop', 'start']);
  });

  test('that fails says why, and can be asked for again', async () => {
    const shop = createSource('shop');
    const desk = open(shop.source);
    await desk.sources[0]!.start(running());
    shop.fail(true);
    await expect(desk.retry('shop')).rejects.toMatchObject({ code: 'bad-request', message: /the port is taken/ });
    shop.fail(false);
    await desk.retry('shop');
    expect(desk.sources[0]!.health(0)).toMatchObject({ state: 'open' });
  });

  test('of what is off, played or not there is refused with the reason', async () => {
    const desk = open(createSource('twitch').source, createSource('simulator', 'simulator').source);
    await desk.turn('twitch', false);
    await expect(desk.retry('twitch')).rejects.toMatchObject({ code: 'bad-request', message: /switched off/ });
    await expect(desk.retry('simulator')).rejects.toMatchObject({ code: 'bad-request', message: /no connection/ });
    await expect(desk.turn('simulator', false)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(desk.retry('gone')).rejects.toMatchObject({ code: 'not-found' });
    expect(await desk.call('series.read', {}, OPERATOR)).toBe('behind: series.read');
  });
});
