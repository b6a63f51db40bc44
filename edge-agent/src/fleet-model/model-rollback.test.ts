import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PaperModels } from './testing/delivery-rig.ts';
import { deliveryRoom } from './testing/delivery-room.ts';

const room = deliveryRoom();
const { start, kill, send, reaches, goesLive, watchEnds } = room;

/** The second model serves and is watched; the first would serve in its place. */
async function startWithTwo() {
  const rig = await start();
  send(1);
  await goesLive(rig, 1);
  await watchEnds(rig);
  send(2);
  await expect.poll(() => rig.reported('intent')?.version).toBe(2);
  await goesLive(rig, 2);
  return rig;
}

describe('going back', () => {
  test('by one key: the models before serve at once and after every later start', async () => {
    let rig = await startWithTwo();
    expect(rig.deliveries.state().back).toBe('models-before');
    expect(await rig.deliveries.rollback()).toBe(true);
    const first = { intent: join(room.box.folder, 'models', 'intent', '1') };
    expect(rig.models.served).toEqual(first);
    await reaches(rig, 'rolled-back');
    expect(rig.reported('intent')?.reason).toMatch(/on the panel/);
    await kill(rig);
    rig = await start();
    expect(rig.models.served).toEqual(first);
    expect(await rig.deliveries.rollback()).toBe(true);
    expect(rig.models.served).toEqual({});
    expect(await rig.deliveries.rollback()).toBe(false);
    expect(rig.models.trials).toEqual([]);
  });

  test('by one key while it is tried: it is left before it serves', async () => {
    const rig = await start();
    send(1);
    await reaches(rig, 'canary');
    expect(rig.deliveries.state().back).toBe('stop-delivery');
    await rig.deliveries.rollback();
    await reaches(rig, 'rolled-back');
    rig.models.say(500);
    expect(rig.models.calls).toEqual([]);
  });

  test('by itself, when a model fails on a comment, dies, or is too slow while it is watched', async () => {
    for (const [version, fail, reason] of [
      [1, (models: PaperModels) => (models.broken = 'a comment could not be read'), /a comment could not be read/],
      [2, (models: PaperModels) => (models.batchMs = 16), /16\.0 ms \(p95\), at most 15/],
    ] as const) {
      const rig = await start();
      send(version);
      await expect.poll(() => rig.reported('intent')?.version).toBe(version);
      await goesLive(rig, version);
      fail(rig.models);
      await reaches(rig, 'rolled-back');
      expect(rig.reported('intent')?.reason).toMatch(reason);
      expect(rig.models.served).toEqual({});
      await kill(rig);
    }
  });

  test('to the installed models, where those before do not open any more', async () => {
    const rig = await startWithTwo();
    rig.models.serveFault = ({ intent }) => (intent === undefined ? null : 'its files are gone');
    rig.models.broken = 'it died';
    await reaches(rig, 'rolled-back');
    expect(rig.models.served).toEqual({});
  });

  test('after two starts that a delivered model did not survive', async () => {
    let rig = await start();
    send(1);
    await goesLive(rig, 1);
    await kill(rig);
    for (let i = 0; i < 2; i++) {
      rig = await start();
      expect(Object.keys(rig.models.served)).toEqual(['intent']);
      await kill(rig);
    }
    rig = await start();
    expect(rig.models.served).toEqual({});
    expect(rig.reported('intent')).toMatchObject({ state: 'rolled-back', reason: expect.stringMatching(/did not survive 2 starts/) }); // prettier-ignore
  });

  test('after two starts at which it could not be opened; until then the installed models serve and it is said', async () => {
    let rig = await start();
    send(1);
    await goesLive(rig, 1);
    await rig.deliveries.stop();
    for (const wanted of ['live', 'rolled-back']) {
      rig = await start({ openFault: 'model.onnx: its sha256 is wrong' });
      expect(rig.deliveries.state()).toMatchObject({ delivered: {}, problem: expect.stringMatching(/sha256/) });
      await reaches(rig, wanted);
      await rig.deliveries.stop();
    }
  });

  test('when its files are gone', async () => {
    let rig = await start();
    send(1);
    await goesLive(rig, 1);
    await rig.deliveries.stop();
    rmSync(join(room.box.folder, 'models'), { recursive: true });
    rig = await start();
    expect(rig.models.served).toEqual({});
    await reaches(rig, 'rolled-back');
  });
});
