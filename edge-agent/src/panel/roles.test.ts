import { DEVICE_VERBS, PANEL_VERBS, PanelRole, READING_VERBS, mayCall, rolesToGive, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOOD_ARGUMENTS } from '../../../shared/src/contract/verbs.fixture.ts';
import { openFixture, ORDER, postCode, ROW, speakWebSocket, type Fixture } from './panel-fixture.ts';
import { CLOSE_NOT_PAIRED } from './ws-panel.ts';

let f: Fixture;
beforeAll(async () => void (f = await openFixture()));
afterAll(() => f.close());

const VERBS = Object.keys(PANEL_VERBS) as PanelVerb[];
const call = (id: number, verb: string, args: unknown = {}) => JSON.stringify({ type: 'call', id, verb, args });

/** Written out by hand, apart from the table of the contract: what host screens and auditors are for. */
const HOST = [
  'prompt.done',
  'prompt.snooze',
  'prompt.mute',
  'prompt.veto',
  'rehearsal.call',
  'rehearsal.look',
  'screen.report',
  'self.read',
  'series.read',
];
const ADMIN_ALONE = /^(devices\.remove|fleet\.(apply|back)|settings\..*|setup\..*|firstrun\.save|hotkeys\.report|templates\.(save|rename|remove|undo|apply))$/; // prettier-ignore
const WORDS = /^(comments|corrections|answers|actions)\./;

describe('who may call what', () => {
  test('a host screen acts on its cues and reads the chart, and nothing else', () => {
    expect(VERBS.filter((verb) => mayCall('host', verb)).sort()).toEqual(HOST.toSorted());
  });

  test('an auditor changes nothing, and reads no words of viewers', () => {
    const may = VERBS.filter((verb) => mayCall('auditor', verb));
    expect(may.filter((verb) => !READING_VERBS.has(verb))).toEqual([]);
    expect(may.filter((verb) => WORDS.test(verb))).toEqual([]);
  });

  test('an admin may call every verb, an operator all but settings and devices', () => {
    expect(VERBS.filter((verb) => !mayCall('admin', verb))).toEqual([]);
    const notOperator = VERBS.filter((verb) => !mayCall('operator', verb));
    expect(notOperator.filter((verb) => !ADMIN_ALONE.test(verb))).toEqual([]);
    expect(notOperator).toEqual(expect.arrayContaining(['devices.remove', 'fleet.apply', 'fleet.back']));
  });
});

describe.each(PanelRole.options)('over the server, a device paired as %s', (role) => {
  test('gets an answer to what it may call; all else is refused before the backend, and no word it may not read reaches it', async () => {
    const panel = await speakWebSocket(f.server, await f.pair(role));
    const heard: string[] = [];
    panel.socket.on('message', (data) => heard.push(String(data)));
    await panel.nextState();
    for (const verb of VERBS) {
      const before = f.backend.calls.length;
      const message = await panel.ask(call(4, verb, verb === 'pairing.create' ? { role: 'host' } : GOOD_ARGUMENTS[verb])); // prettier-ignore
      if (mayCall(role, verb)) {
        expect(message, verb).toMatchObject({ type: 'result', id: 4 });
        if (!Object.hasOwn(DEVICE_VERBS, verb))
          expect(f.backend.calls.at(-1)).toMatchObject({ verb, caller: { role } });
      } else {
        expect(message, verb).toMatchObject({ type: 'error', id: 4, code: 'forbidden', message: expect.stringContaining(role) }); // prettier-ignore
        expect(f.backend.calls, verb).toHaveLength(before);
        expect(f.audited.at(-1)?.verb === verb, verb).toBe(!READING_VERBS.has(verb));
      }
    }
    expect(heard.join().includes(ROW.text)).toBe(role === 'operator' || role === 'admin');
    expect(heard.join().includes(ORDER.orderRef)).toBe(role !== 'host');
    panel.close();
  });

  test('is refused before its arguments are looked at', async () => {
    const panel = await speakWebSocket(f.server, await f.pair(role));
    for (const verb of VERBS.filter((one) => !mayCall(role, one)))
      expect(await panel.ask(call(5, verb, { nonsense: 1 })), verb).toMatchObject({ code: 'forbidden' });
    panel.close();
  });

  test('pairs others in those roles alone that it may give', async () => {
    const panel = await speakWebSocket(f.server, await f.pair(role));
    for (const wanted of PanelRole.options) {
      const answer = await panel.ask(call(6, 'pairing.create', { role: wanted, name: 'x' }));
      if (!rolesToGive(role).includes(wanted)) expect(answer).toMatchObject({ type: 'error', code: 'forbidden' });
      else {
        const { code } = (answer as unknown as { result: { code: string } }).result;
        const { token } = (await (await postCode(f.server, code)).json()) as { token: string };
        const other = await speakWebSocket(f.server, token);
        expect(await other.ask(call(7, 'self.read'))).toMatchObject({ result: { role: wanted, name: 'x' } });
        other.close();
      }
    }
    panel.close();
  });
});

test('roles that may be given', () => {
  expect(PanelRole.options.map((role) => rolesToGive(role))).toEqual([[], ['host', 'operator'], ['host', 'operator', 'admin', 'auditor'], []]); // prettier-ignore
});

describe('paired devices', () => {
  test('are listed with name, role and whether they are here; one that is removed is turned away at once', async () => {
    const own = await openFixture();
    const admin = await speakWebSocket(own.server, await own.pair('admin'));
    const code = own.server.createCode('host', '主播平板').code;
    const { token } = (await (await postCode(own.server, code)).json()) as { token: string };
    const screen = await speakWebSocket(own.server, token);
    await own.pair('auditor');
    const read = async () => (await admin.ask(call(1, 'devices.paired'))) as unknown as { result: { devices: { device: string; role: string }[] } }; // prettier-ignore
    const { devices } = (await read()).result;
    expect(devices).toMatchObject([
      { role: 'auditor', connected: false, self: false },
      { role: 'host', name: '主播平板', connected: true, self: false, sinceMs: expect.any(Number), seenMs: expect.any(Number) },
      { role: 'admin', connected: true, self: true },
    ]); // prettier-ignore
    const { device } = devices[1]!;
    expect(await admin.ask(call(2, 'devices.remove', { device }))).toMatchObject({ result: { removed: true } });
    expect(await screen.closed).toBe(CLOSE_NOT_PAIRED);
    expect(await admin.ask(call(3, 'devices.remove', { device }))).toMatchObject({ result: { removed: false } });
    expect((await read()).result.devices.map(({ role }) => role)).toEqual(['auditor', 'admin']);
    expect(await speakWebSocket(own.server, token).then((again) => again.closed)).toBe(CLOSE_NOT_PAIRED);
    expect(own.audited.map(({ verb, role, name }) => [verb, role, name])).toContainEqual([
      'device.pair',
      'host',
      '主播平板',
    ]);
    admin.close();
    await own.close();
  });

  test('a device without a given name is called what its browser tells', async () => {
    const response = await postCode(f.server, f.server.createCode('host').code, { 'User-Agent': 'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1' }); // prettier-ignore
    const { token } = (await response.json()) as { token: string };
    const panel = await speakWebSocket(f.server, token);
    expect(await panel.ask(call(1, 'self.read'))).toMatchObject({ result: { name: 'iPad · Safari' } });
    panel.close();
  });
});

test('a call that failed has an entry that says so, after its own', async () => {
  const panel = await speakWebSocket(f.server, await f.pair('operator'));
  const before = f.audited.length;
  await panel.ask(call(1, 'prompt.done', { promptId: 'gone' }));
  await panel.ask(call(2, 'prompt.done', { promptId: 'bug' }));
  expect(f.audited.slice(before).map(({ verb, allowed, failed }) => [verb, allowed, failed])).toEqual([
    ['prompt.done', true, undefined],
    ['prompt.done', true, { of: before + 1, code: 'not-found' }],
    ['prompt.done', true, undefined],
    ['prompt.done', true, { of: before + 3, code: 'internal' }],
  ]);
  panel.close();
});
