import { readFileSync } from 'node:fs';
import { StudioCommand } from '@livecue/shared/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { hasGolden, SKIP_REASON } from '../../../test/connectors/golden.ts';
import { createRig, type Rig } from '../connecting/testing/connector-rig.ts';
import { obs, type ObsConnector } from './connector.ts';
import { createStreamWatch } from './stream-watch.ts';
import { type FakeObs, openFakeObs, PASSWORD } from './testing/fake-obs.ts';
import { decodeObsMessage, identify, obsAuthentication, request } from './wire-message.ts';

const ROOT = new URL('../../../../../shared/fixtures/connectors/obs/', import.meta.url);
const lines = <T>(file: string): T[] => readFileSync(new URL(file, ROOT), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as T); // prettier-ignore

type Data = Record<string, unknown>;
interface Request {
  readonly requestType: string;
  readonly requestData: Data;
  readonly responseData?: Data;
  readonly errors?: readonly { readonly requestStatus: { readonly code: number } }[];
}

let fake: FakeObs | undefined;
let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  await fake?.platform.close();
});

if (!hasGolden) process.stderr.write(`${SKIP_REASON}\n`);

describe.skipIf(!hasGolden)('the recorded protocol of OBS', () => {
  it('gives the authentication of every vector', () => {
    const vectors = lines<{ case: string; password: string; salt: string; challenge: string; authentication: string }>('auth-vectors.jsonl');
    expect(vectors.length).toBeGreaterThanOrEqual(4);
    for (const vector of vectors) expect(obsAuthentication(vector.password, vector), vector.case).toBe(vector.authentication);
  });

  it('reads every message of OBS, and writes ours byte for byte', () => {
    const messages = new Map(lines<{ case: string; dir: string; message: unknown }>('messages.jsonl').map((line) => [line.case, line]));
    const kinds = [...messages].filter(([, { dir }]) => dir === 'in').map(([name, { message }]) => [name, decodeObsMessage(JSON.stringify(message)).kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      hello: 'hello', identified: 'identified', 'response-ok': 'response', 'response-failed': 'response', event: 'event',
      'batch-response': 'unknown', 'unknown-op': 'unknown', 'response-to-nobody': 'response',
    });
    expect(JSON.parse(identify(obsAuthentication(PASSWORD, { salt: 'c2FsdA==', challenge: 'Y2hhbGxlbmdl' })))).toEqual(messages.get('identify')!.message);
    const data = { inputName: 'LiveCue price text', inputSettings: { text: '¥39.90' }, overlay: true };
    expect(JSON.parse(request('r-1', 'SetInputSettings', data))).toEqual(messages.get('request')!.message);
  });

  it('ends as each close code asks', async () => {
    for (const { code, do: wanted } of lines<{ code: number; do: string }>('close-codes.jsonl')) {
      if (code === 1006) continue; // No socket can send it; connector.test.ts cuts one.
      fake = await openFakeObs();
      rig = createRig(obs, { password: PASSWORD }, { obs: fake.url });
      await rig.until(() => rig!.health().state === 'open');
      fake.socket().close(code);
      await rig.until(() => rig!.health().state !== 'open');
      const isFinal = /^failed|do not come back/.test(wanted);
      expect(rig.health().state, `${code}: ${wanted}`).toBe(isFinal ? 'failed' : 'waiting');
      await rig.stop();
      await fake.platform.close();
    }
  });

  it('takes every event, and what it says shows', async () => {
    const events = lines<{ eventType: string; eventIntent: number; eventData?: Data }>('events.jsonl');
    fake = await openFakeObs();
    rig = createRig(obs, { password: PASSWORD }, { obs: fake.url });
    // Answers to what was asked at first are older than the events.
    await rig.until(() => (rig!.connector as ObsConnector).studio.status('obs', 0).replayBuffer !== null);
    for (const { eventType, eventData = {}, eventIntent } of events) fake.emit(eventType, eventData, eventIntent);
    await rig.until(() => (rig!.connector as ObsConnector).studio.status('obs', 0).scene === 'Break');
    expect(rig.health().counts).toMatchObject({ malformed: 0, unknown: 0 });
    expect(rig.events).toEqual([]);
  });

  it('asks as recorded, and reads the recorded answers', async () => {
    const recorded = new Map(lines<Request>('requests.jsonl').map((line) => [line.requestType, line]));
    fake = await openFakeObs();
    for (const [type, { responseData }] of recorded)
      if (!['GetVersion', 'GetInputSettings', 'GetSceneItemEnabled', 'GetSourceFilterList', 'SaveReplayBuffer'].includes(type)) fake.override.set(type, () => ({ code: 100, data: responseData }));
    rig = createRig(obs, { password: PASSWORD }, { obs: fake.url });
    await rig.until(() => (rig!.connector as ObsConnector).studio.status('obs', 0).replayBuffer === 'running');
    const { studio } = rig.connector as ObsConnector;
    expect(studio.status('obs', 0)).toMatchObject({ onAir: 'live', onAirMs: 751433, scene: 'Live', replayBuffer: 'running' });
    const { asked } = fake;
    const wanted: [string, StudioCommand][] = [
      ['SetInputSettings', { kind: 'text', input: 'LiveCue price text', text: '¥39.90  仅剩 17 件' }],
      ['SetSceneItemEnabled', { kind: 'show', scene: 'Live', source: 'LiveCue price text', visible: true }],
      ['TriggerMediaInputAction', { kind: 'media', input: 'LiveCue sting', act: 'restart' }],
      ['SetSourceFilterEnabled', { kind: 'filter', source: 'Camera', filter: 'LiveCue dim', enabled: true }],
      ['CreateRecordChapter', { kind: 'chapter', name: '3号 亚麻衬衫' }],
    ];
    // Recorded answers do not change with what was set, so what is read back may differ: the request is what counts.
    for (const [type, command] of wanted) {
      if (command.kind === 'chapter') fake.recording = true;
      void studio.run(StudioCommand.parse(command), true);
      for (let n = 0; n < 200 && !asked.some((it) => it.type === type); n++) {
        await rig.clock.advance(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(asked.find((it) => it.type === type)?.data, type).toEqual(recorded.get(type)!.requestData);
    }
  });

  it('every silent failure of the list is met: what must not be sent, and what only looks alive', () => {
    const cases = lines<{ case: string; events?: string[]; poll?: Data; must: string }>('silent-failures.jsonl');
    const watch = (told: { events?: string[]; poll?: Data }) => {
      const it = createStreamWatch();
      for (const state of told.events ?? []) it.event({ name: 'StreamStateChanged', data: { outputState: `OBS_WEBSOCKET_OUTPUT_${state}` } });
      if (told.poll !== undefined) it.streamStatus(told.poll, 0);
      return it.figures().onAir;
    };
    const one = (name: string) => cases.find((it) => it.case === name)!;
    expect(watch(one('reconnecting-looks-active'))).toBe('reconnecting');
    expect(watch(one('first-start-fails'))).toBe('failed-start');
    // The others are commands: control.test.ts and connector.test.ts have a test for each.
    expect(cases.map((it) => it.case).toSorted()).toEqual([
      'first-start-fails', 'font-without-chinese', 'killed', 'media-action-on-colour', 'reconnecting-looks-active',
      'restarted-with-other-ids', 'slow-answer', 'wrong-key-succeeds',
    ]);
  });
}); // prettier-ignore
