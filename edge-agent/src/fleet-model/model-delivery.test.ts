import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modelOrigin, modelTopics } from '@livecue/shared/contract';
import { AGENT, createPaperModels, publish, startRig } from './testing/delivery-rig.ts';
import { deliveryRoom } from './testing/delivery-room.ts';
import { openModelsMemory } from './models-memory.ts';
import { beginServing, startWentWell } from './serving.ts';
import { createMemoryBroker } from './testing/memory-broker.ts';
import { createFleetKey, deliveryOf, documentFor, paperModel } from './testing/signed-delivery.ts';

const room = deliveryRoom();
const { key, start, kill, send, state, reaches, comments, goesLive, watchEnds } = room;

describe('a good model', () => {
  test('is fetched, proved, tried beside the one that serves, serves, and is watched', async () => {
    const rig = await start();
    send(7, 'intent-9');
    await reaches(rig, 'canary');
    expect(rig.models.served).toEqual({});
    const candidate = join(room.box.folder, 'models', 'intent', '7');
    expect(rig.models.trials).toEqual([`/shipped/intent against ${candidate}`]);
    await goesLive(rig, 7);
    const report = rig.reported('intent')!;
    expect(report).toMatchObject({ version: 7, modelVersion: 'intent-9', reason: null, chunks: { have: report.chunks!.of } });
    expect(report.canary).toMatchObject({ agreement: 1, errors: 0 });
    expect(report.canary!.comments).toBeGreaterThanOrEqual(100);
    expect(report.untilMs).toBeGreaterThan(rig.clock.nowMs);
    await watchEnds(rig);
    expect(state(rig)).toBe('live');
    expect(existsSync(join(room.box.folder, 'incoming', 'intent'))).toBe(false);
  }); // prettier-ignore

  test('is tried for as long and on as many comments as was asked', async () => {
    const rig = await start();
    send(1, 'intent-9', { canaryMinutes: 10, canaryComments: 150 });
    await reaches(rig, 'canary');
    const begunMs = rig.clock.nowMs;
    await comments(rig, () => (rig.reported('intent')?.canary?.comments ?? 0) >= 150);
    if (rig.clock.nowMs < begunMs + 599_000) expect(state(rig)).toBe('canary');
    await comments(rig, () => state(rig) === 'live');
    expect(rig.clock.nowMs).toBeGreaterThanOrEqual(begunMs + 600_000);
  });

  test('that may serve between shows waits for the end of the show', async () => {
    const rig = await start();
    rig.show.isOver = false;
    send(1, 'intent-9', { when: 'between-shows' });
    await reaches(rig, 'canary');
    await comments(rig, () => state(rig) === 'passed');
    await expect.poll(() => rig.reported('intent')?.reason).toBe('waits for the end of the show');
    expect(rig.models.served).toEqual({});
    rig.show.isOver = true;
    await reaches(rig, 'live');
  });

  test('of another task waits its turn, and serves once the first has been watched', async () => {
    const rig = await start();
    send(1);
    send(1, 'spam-9', {}, 'spam');
    await goesLive(rig, 1);
    await reaches(rig, 'canary', 'spam');
    await comments(rig, () => state(rig, 'spam') === 'passed');
    await expect.poll(() => rig.reported('spam')?.reason).toMatch(/has been watched/);
    rig.clock.nowMs += 600_000;
    await reaches(rig, 'live', 'spam');
    expect(Object.keys(rig.models.served).toSorted()).toEqual(['intent', 'spam']);
  });

  test('serves after every later start, without the cloud', async () => {
    const rig = await start();
    send(1);
    await goesLive(rig, 1);
    await kill(rig);
    room.broker.setConnected(false);
    const again = await start();
    expect(again.models.served).toEqual({ intent: join(room.box.folder, 'models', 'intent', '1') });
    expect(again.deliveries.state()).toMatchObject({ delivered: { intent: 'intent/1' }, back: 'shipped-models' });
  });

  test('is the measure of the next one, and the one before it goes from the disk', async () => {
    const rig = await start();
    for (const version of [1, 2, 3]) {
      send(version);
      await expect.poll(() => rig.reported('intent')?.version).toBe(version);
      await goesLive(rig, version);
      await watchEnds(rig);
    }
    const at = (name: string) => join(room.box.folder, 'models', 'intent', name);
    expect(rig.models.trials).toEqual([`/shipped/intent against ${at('1')}`, `${at('1')} against ${at('2')}`, `${at('2')} against ${at('3')}`]); // prettier-ignore
    await expect.poll(() => readdirSync(join(room.box.folder, 'models', 'intent'))).toEqual(['2', '3']);
  });
});

describe('a model that may not serve', () => {
  test('is refused by the trial with figures and reason, and all is as before', async () => {
    const rig = await start();
    rig.models.agreeing = 60;
    send(1);
    await reaches(rig, 'canary');
    await comments(rig, () => state(rig) === 'refused');
    expect(rig.reported('intent')).toMatchObject({ reason: expect.stringMatching(/agrees on 6\d\.\d % .*at least 80\.0 %/) });
    expect(rig.reported('intent')!.canary!.agreement).toBeCloseTo(0.6, 1);
    expect(rig.models.calls).toEqual([]);
    await expect.poll(() => readdirSync(join(room.box.folder, 'models', 'intent'))).toEqual([]);
  }); // prettier-ignore

  test('is refused when its own check fails', async () => {
    const rig = await start();
    rig.models.trialFault = 'golden.jsonl: line 3 is off by 0.4';
    send(1);
    await reaches(rig, 'refused');
    expect(rig.reported('intent')?.reason).toMatch(/line 3 is off/);
  });

  test('that ends the process is tried twice, not for ever', async () => {
    let rig = await start();
    send(1);
    for (let i = 0; i < 2; i++) {
      await reaches(rig, 'canary');
      await kill(rig);
      room.broker.retained.delete(modelTopics.reported(AGENT, 'intent'));
      rig = await start();
    }
    await reaches(rig, 'refused');
    expect(rig.reported('intent')?.reason).toMatch(/did not survive 2 trials/);
  });

  test('goes on being tried when the agent was stopped, however often', async () => {
    let rig = await start();
    send(1);
    for (let i = 0; i < 4; i++) {
      await reaches(rig, 'canary');
      await rig.deliveries.stop();
      room.broker.retained.delete(modelTopics.reported(AGENT, 'intent'));
      rig = await start();
    }
    await goesLive(rig, 1);
  });

  test.each([
    ['names another folder', (text: string) => text.replace('"golden":"golden.jsonl"', '"golden":"../../secrets.json"'), /names manifest\.json, model\.onnx, \.\.\/\.\.\/secrets\.json/],
    ['is of another version than was promised', (text: string) => text.replace('"version":"intent-1"', '"version":"intent-0"'), /is of intent intent-0, promised was intent intent-1/],
    ['is of another task', (text: string) => text.replace('"task":"intent"', '"task":"spam"'), /is of spam intent-1/],
    ['is of rules', () => '{"kind":"rules","task":"intent","version":"intent-1","textVersion":1,"labels":[],"file":"model.onnx","sha256":"' + 'a'.repeat(64) + '","note":""}', /rules are not delivered/],
    ['is no JSON', () => '{', /manifest\.json is not JSON/],
  ])('whose manifest %s is refused before it is opened', async (_what, change, reason) => {
    const rig = await start();
    const files = paperModel('intent', 'intent-1');
    files.set('manifest.json', Buffer.from(change(Buffer.from(files.get('manifest.json')!).toString())));
    publish(room.broker, key, 1, deliveryOf('intent', 'intent-1', files), files);
    await reaches(rig, 'refused');
    expect(rig.reported('intent')?.reason).toMatch(reason);
    expect(rig.models.trials).toEqual([]);
  }); // prettier-ignore

  test.each([
    ['a path in a name', { name: '../model.onnx' }, /files\.2\.name/],
    ['an absolute name', { name: '/etc/passwd' }, /files\.2\.name/],
    ['a hidden name', { name: '.model' }, /files\.2\.name/],
    ['a name of two files', { name: 'manifest.json' }, /two files have one name/],
    ['more bytes than a model may have', { bytes: 33 * 1024 * 1024 }, /files\.2\.bytes/],
    ['chunks that do not make its bytes', { bytes: 5_000 }, /do not make its bytes/],
  ])('with %s is refused before a byte is fetched', async (_what, change, reason) => {
    const rig = await start();
    const files = paperModel('intent', 'intent-1');
    const delivery = deliveryOf('intent', 'intent-1', files);
    delivery.files[2] = { ...delivery.files[2]!, ...change };
    publish(room.broker, key, 1, delivery, files);
    await reaches(rig, 'refused');
    expect(rig.reported('intent')?.reason).toMatch(reason);
    expect(room.broker.given.filter((topic) => topic.includes('/models/'))).toEqual([]);
  });
});

describe('a delivery that is not ours to take', () => {
  const document = (version: number, by = key, agent = AGENT) => {
    const files = paperModel('intent', `intent-${version}`);
    return documentFor(by, agent, version, deliveryOf('intent', `intent-${version}`, files));
  };
  const put = (text: string) => room.broker.put(modelTopics.desired(AGENT, 'intent'), text);

  test('is told and not heeded: another key, another agent, another task, another text, no document', async () => {
    const rig = await start();
    const ignored = (reason: RegExp) => expect.poll(() => rig.reported('intent')?.ignored ?? '').toMatch(reason);
    put('{}');
    await ignored(/no signed document/);
    put(document(1, createFleetKey('somebody')));
    await ignored(/not signed by studio-fleet/);
    put(document(1, key, 'studio-2'));
    await ignored(/was signed as livecue\/studio-2\/model\/intent/);
    put(document(1).replace('canaryMinutes\\":0', 'canaryMinutes\\":1'));
    await ignored(/its text is not what was signed/);
    const spam = deliveryOf('spam', 'spam-1', paperModel('spam', 'spam-1'));
    put(documentFor(key, AGENT, 1, spam));
    await ignored(/was signed as .*model\/spam/);
    expect(rig.reported('intent')).toMatchObject({ version: 0, state: 'refused' });
    put(JSON.stringify(key.sign(modelOrigin(AGENT, 'intent'), 1, JSON.stringify(spam))));
    await expect.poll(() => rig.reported('intent')).toMatchObject({ version: 1, state: 'refused', reason: 'it is of task spam' });
  }); // prettier-ignore

  test('of an older version is not heeded, not even after a restart; the same one again is nothing', async () => {
    let rig = await start();
    send(5);
    await goesLive(rig, 5);
    await kill(rig);
    rig = await start();
    put(document(4));
    await expect.poll(() => rig.reported('intent')?.ignored ?? '').toMatch(/version 4 is older than 5/);
    put(room.broker.retained.get(modelTopics.desired(AGENT, 'intent'))!.toString());
    const files = paperModel('intent', 'intent-55');
    put(documentFor(key, AGENT, 5, deliveryOf('intent', 'intent-55', files)));
    await expect.poll(() => rig.reported('intent')?.ignored ?? '').toMatch(/had its version 5 already/);
    expect(rig.reported('intent')).toMatchObject({ version: 5, state: 'live' });
    expect(rig.models.trials).toEqual([]);
  });

  test('without a key nothing is taken', async () => {
    const other = createMemoryBroker();
    const { deliveries } = await startRig(room.box, other, { ...key, verifier: null as never });
    other.put(modelTopics.desired(AGENT, 'intent'), document(1));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(other.given).toEqual([]);
    await deliveries.stop();
  });
});

test('a newer delivery takes the place of one that is tried, and nothing of the old one is told', async () => {
  const rig = await start();
  send(1);
  await reaches(rig, 'canary');
  send(2, 'intent-2', { canaryComments: 120 });
  await expect.poll(() => [rig.reported('intent')?.version, state(rig)]).toEqual([2, 'canary']);
  await goesLive(rig, 2);
});

test('memory that cannot be read is kept aside and said', async () => {
  room.box.stored = { version: 99 };
  const rig = await start();
  expect(rig.deliveries.state().problem).toMatch(/kept as aside/);
});

test('trouble with the disk is told and tried again', async () => {
  const models = createPaperModels();
  let refusals = 0;
  models.serveFault = () => (refusals++ < 1 ? 'no space left' : null);
  const rig = await start({ models });
  send(1);
  await reaches(rig, 'canary');
  await comments(rig, () => state(rig) === 'live');
  expect(refusals).toBe(2);
});

test('starts that end for another reason say nothing against a delivered model', async () => {
  let rig = await start();
  send(1);
  await goesLive(rig, 1);
  await rig.deliveries.stop();
  for (let i = 0; i < 4; i++) {
    const memory = await openModelsMemory({ read: async () => room.box.stored, write: async (value) => void (room.box.stored = structuredClone(value)), setAside: () => '' }); // prettier-ignore
    expect(Object.keys(await beginServing(memory, join(room.box.folder, 'models'), 0))).toEqual(['intent']);
    await startWentWell(memory);
  }
  rig = await start();
  expect(Object.keys(rig.models.served)).toEqual(['intent']);
});
