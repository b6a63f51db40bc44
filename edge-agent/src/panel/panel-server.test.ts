import { createServer } from 'node:net';
import { DEVICE_VERBS, PANEL_VERBS, PanelState, READING_VERBS } from '@livecue/shared/contract';
import { curveKeyPair } from 'zeromq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOOD_ARGUMENTS } from '../../../shared/src/contract/verbs.fixture.ts';
import { PortInUseError } from '../runtime/agent-error.ts';
import { openFixture, speakWebSocket, speakZeroMq, type Fixture, type Speaker } from './panel-fixture.ts';
import { createPanelServer, panelLink } from './panel-server.ts';
import { CLOSE_NOT_PAIRED } from './ws-panel.ts';

let f: Fixture;
beforeAll(async () => void (f = await openFixture()));
afterAll(() => f.close());

const call = (id: number, verb: string, args?: unknown) => JSON.stringify({ type: 'call', id, verb, args });

describe.each(['websocket', 'zeromq'] as const)('calls over %s', (transport) => {
  let panel: Speaker;
  beforeAll(async () => {
    panel =
      transport === 'websocket' ? await speakWebSocket(f.server, await f.pair()) : await speakZeroMq(f.server, f.curve);
  });
  afterAll(() => panel.close());

  const good = GOOD_ARGUMENTS;
  const bad: Record<keyof typeof PANEL_VERBS, unknown[]> = {
    'prompt.done': [{}, { promptId: '' }, { promptId: 1 }, { promptId: 'p', more: 1 }, 'p1', []],
    'prompt.snooze': [{}, { promptId: 'x'.repeat(129) }],
    'prompt.mute': [{ promptId: null }],
    'prompt.veto': [{}, { promptId: '' }],
    'cues.control': [{ hold: 1 }, { off: null }, { quiet: true }],
    'series.read': [{ limit: 3 }, 4],
    'uplink.sent': [{ limit: 0 }, { limit: 201 }, { limit: 1.5 }],
    'self.read': [{ all: true }],
    'pairing.create': [{ code: '12345678' }, { role: 'cloud' }, { name: 'two\nlines' }, { name: 'x'.repeat(41) }],
    'log.read': [{ limit: 201 }, { before: 0 }, { filter: { kind: 'secrets' } }],
    'firstrun.read': [{ all: true }],
    'firstrun.save': [{}, { step: 'shop', done: false }],
    'screens.read': [{ all: true }],
    'templates.read': [{ all: true }],
    'templates.save': [{}, { name: ' ' }, { name: 'two\nlines' }, { name: 'x'.repeat(61) }],
    'templates.rename': [{ name: 'x' }, { templateId: '../x', name: 'x' }],
    'templates.remove': [{}, { templateId: 'x' }],
    'templates.undo': [{ n: 1 }],
    'templates.preview': [{}],
    'templates.apply': [{ templateId: '0123456789ab' }, { templateId: '0123456789ab', basis: 'x', when: 'soon' }],
    'log.check': [{ all: true }],
    'log.export': [{}, { format: 'xlsx' }, { format: 'csv', after: -1 }],
    'devices.paired': [{ all: true }],
    'devices.remove': [{}, { device: 'desktop' }, { device: '0123' }],
    'comments.after': [{}, { after: -1, revision: 0 }, { after: 0, revision: 0, limit: 201 }, { after: 0, revision: 0, filter: { intent: 'greeting' } }, { after: 0, revision: 0, filter: { text: 'x'.repeat(101) } }],
    'comments.before': [{ before: 0 }, { before: 1, filter: { mark: 'rude' } }, { before: 1, filter: { more: 1 } }],
    'comments.correct': [{ session: 1, seq: 1 }, { session: 1, seq: 1, labels: { intent: null, offensive: false, spam: false, productIds: [] } }, { session: 1, seq: 1, labels: { intent: 'price', offensive: false, spam: false, productIds: Array.from({ length: 21 }, String) } }, { session: 1, seq: 1, labels: { intent: 'price', offensive: 1, spam: false, productIds: [] } }],
    'corrections.read': [{ after: -1 }, { after: 0, limit: 501 }, { after: 0, text: 'x' }],
    'answers.read': [{ limit: 1 }],
    'answers.close': [{}, { answerId: '' }, { answerId: 'x'.repeat(1_201) }],
    'product.read': [{}, { productId: '' }, { productId: 'x'.repeat(513) }, { productId: 'p3', all: true }],
    'orders.read': [{ limit: 0 }, { limit: 201 }, { after: 3 }],
    'orders.label': [{}, { orderId: '0123456789abcdef' }, { orderId: '20260101-7731', verdict: null }, { orderId: '0123456789abcdef', verdict: 'fraud' }, { orderId: '0123456789abcdef', verdict: null, note: 'x' }],
    'labels.read': [{}, { after: -1 }, { after: 0, limit: 501 }],
    'air.check': [{ all: true }],
    'hotkeys.read': [{ all: true }],
    'hotkeys.report': [{}, { platform: 'beos', refused: [] }, { platform: 'linux', refused: [{ action: 'explode', accelerator: 'F13' }] }],
    'source.switch': [{}, { name: 'twitch' }, { name: '', on: true }, { name: 'twitch', on: 1 }],
    'source.retry': [{}, { name: 'x'.repeat(129) }, { name: 'twitch', on: true }],
    'screen.report': [{}, { screenId: '', distanceM: 2, calibrated: true, hidden: false }, { screenId: 'a', distanceM: 99, calibrated: true, hidden: false }],
    'fleet.read': [{ agentId: 'studio-2' }],
    'fleet.apply': [{ version: 7 }],
    'fleet.back': [{ version: 6 }, 6],
    'models.read': [{ task: 'intent' }],
    'models.rollback': [{ task: 'intent' }, 'intent'],
    'actions.read': [{ limit: 1 }],
    'action.do': [{}, { action: 'like' }, { action: 'pin', productId: '' }, { action: 'message', text: 'x'.repeat(201) }, { action: 'pin', targets: [] }],
    'action.permit': [{}, { askId: 'live/overlay/pin' }],
    'action.undo': [{}, { entryId: 'x' }],
    'actions.forget': [{ target: 'obs' }],
    'overlay.clear': [{ card: 'offer' }],
    'shows.list': [{ all: true }, []],
    'report.make': [{}, { showId: '../etc' }],
    'report.read': [
      { of: 'show', id: '20260501T120000Z-main', file: 'secrets.json' },
      { of: 'data', id: '20260501T120000Z-main', file: 'report.zh.html' },
    ],
    'rehearsal.read': [{ all: true }],
    'rehearsal.upload': [{}, { uploadId: '0', name: '../a.jsonl', totalBytes: 3, offset: 0, chunk: 'YWJj' }],
    'recording.remove': [{ name: '../secrets.jsonl' }, { name: '.a.jsonl' }, { name: 'a.json' }],
    'rehearsal.start': [
      { from: { kind: 'recording', name: 'a/b.jsonl' }, speed: 1 },
      { from: { kind: 'recording', name: 'a.jsonl' }, speed: 51 },
      { from: { kind: 'simulated', profile: 'mine', seed: 1, minutes: 10, ownProducts: true }, speed: 1 },
    ],
    'rehearsal.control': [{ speed: 0.5 }, { paused: 'yes' }],
    'rehearsal.stop': [{ now: true }],
    'rehearsal.remove': [{ rehearsalId: '..' }],
    'rehearsal.look': [{ all: true }],
    'rehearsal.call': [{ verb: 'catalogue.apply', args: {} }, { verb: 'rehearsal.call', args: {} }, {}],
    'shows.read': [{}, { showId: '../etc', after: 0 }, { showId: '20260501T120000Z-main', after: -1 }],
    'control.read': [{ all: true }],
    'control.add': [{}, { name: ' ' }, { name: 'a', role: 'admin' }, { name: 'a', days: 0 }],
    'control.remove': [{}, { tokenId: 'x' }],
    'explain.tell': [{}, { productId: '' }],
    'catalogue.read': [{ all: true }],
    'catalogue.products': [{ limit: 201 }, { from: -1 }],
    'catalogue.upload': [{}, { uploadId: '../x', name: 'a', totalBytes: 1, offset: 0, chunk: '' }, { uploadId: '0123456789abcdef0123456789abcdef', name: 'a', totalBytes: 1e9, offset: 0, chunk: '' }, { uploadId: '0123456789abcdef0123456789abcdef', name: 'a', totalBytes: 1, offset: 0, chunk: '!' }],
    'catalogue.preview': [{}, { uploadId: '0123456789abcdef0123456789abcdef', options: { mapping: ['secret'] } }, { uploadId: '0123456789abcdef0123456789abcdef', options: { currency: 'yuan' } }],
    'catalogue.apply': [{ uploadId: '0123456789abcdef0123456789abcdef' }, { uploadId: '0123456789abcdef0123456789abcdef', basis: 'x', takeGood: 1, removeGone: false }],
    'catalogue.restore': [{}, { number: 0 }],
    'catalogue.export': [{}, { format: 'exe' }],
    'settings.read': [{ all: true }],
    'settings.form': [{ name: 'obs' }],
    'settings.preview': [{}, { settings: [] }, { settings: { x: 'x'.repeat(100_001) } }],
    'settings.apply': [{ settings: {} }, { settings: {}, basis: 'x', when: 'later' }, { settings: {}, basis: 'x', note: 'x'.repeat(201) }],
    'settings.version': [{}, { number: 0 }],
    'settings.restore': [{}, { number: 1.5 }, { number: 1, when: 'never' }],
    'settings.waiting': [{}, { act: 'apply' }],
    'settings.secrets': [{ values: true }],
    'settings.secret': [{ name: 'shop', field: 'a' }, { name: '../x', field: 'a', secret: 'x' }, { name: 'shop', field: '__proto__', secret: 'x' }, { name: 'shop', field: 'a', secret: '' }],
    'settings.restart': [{ when: 'now' }],
    'setup.export': [{ secrets: true }],
    'support.make': [{ secrets: true }],
    'setup.preview': [{}, { from: { backup: '../config' } }, { from: { uploadId: 'x' } }],
    'setup.import': [{ from: { backup: '20260501T120000Z-1' } }, { from: {}, basis: 'x' }],
    'backup.list': [{ limit: 1 }],
    'message.presets': [{ limit: 1 }],
    'message.send': [{}, { text: '' }, { text: '太长的一条消息主播一眼看不完的' }, { text: 'one two three four five six seven eight nine' }, { text: 'two\nlines' }, { text: '好', presetId: 'next' }, { text: '好', priority: 'info' }],
    'message.clear': [{ promptId: 'p1' }],
    'prompt.show': [{}, { promptId: '' }],
    'offers.read': [{ limit: 1 }],
    'offer.propose': [{ productId: 'p3', price: '79.00' }, { productId: 'p3', price: 79, quantity: 1 }, { productId: 'p3', price: '79.00', quantity: 0 }, { productId: '', price: '79.00', quantity: 1 }],
  }; // prettier-ignore

  test('a state arrives and is one of the contract', async () => {
    expect(PanelState.parse(await panel.nextState())).toMatchObject({ agentId: 'studio-1', mode: 'simulated' });
  });

  test.each(Object.keys(PANEL_VERBS) as (keyof typeof PANEL_VERBS)[])(
    '%s answers good arguments with its result',
    async (verb) => {
      const message = await panel.ask(call(7, verb, good[verb]));
      expect(message).toMatchObject({ type: 'result', id: 7 });
      PANEL_VERBS[verb].result.parse((message as { result: unknown }).result);
      if (!Object.hasOwn(DEVICE_VERBS, verb)) expect(f.backend.calls.at(-1)).toMatchObject({ verb, args: good[verb] });
    },
  );

  test.each(Object.keys(PANEL_VERBS) as (keyof typeof PANEL_VERBS)[])(
    '%s refuses bad arguments, naming itself, before the backend',
    async (verb) => {
      const before = f.backend.calls.length;
      for (const args of bad[verb]) {
        const message = await panel.ask(call(8, verb, args));
        expect(message).toMatchObject({
          type: 'error',
          id: 8,
          code: 'bad-request',
          message: expect.stringContaining(verb),
        });
      }
      expect(f.backend.calls).toHaveLength(before);
    },
  );

  test('a verb outside the contract is refused, also one that every object has', async () => {
    for (const verb of ['shell.run', 'toString', '__proto__', '']) {
      expect(await panel.ask(call(9, verb, {}))).toMatchObject({ type: 'error', id: 9, code: 'unknown-verb' });
    }
  });

  test('text that is no call is refused and the panel goes on', async () => {
    for (const text of ['', 'null', '[]', '{"type":"call"}', '\u0000']) {
      expect(await panel.ask(text)).toMatchObject({ type: 'error', id: null, code: 'bad-request' });
    }
    expect(await panel.ask('{"type":"call","id":5,"args":{}}')).toMatchObject({
      type: 'error',
      id: 5,
      code: 'bad-request',
    });
    expect(await panel.ask(call(1, 'series.read', {}))).toMatchObject({ type: 'result' });
  });

  test('a known refusal keeps its words, a bug keeps its details for the log', async () => {
    expect(await panel.ask(call(2, 'prompt.done', { promptId: 'gone' }))).toEqual({ type: 'error', id: 2, code: 'not-found', message: 'No open card has this id.' }); // prettier-ignore
    const message = await panel.ask(call(3, 'prompt.done', { promptId: 'bug' }));
    expect(message).toMatchObject({ type: 'error', id: 3, code: 'internal' });
    expect(JSON.stringify(message)).not.toContain('secret detail');
    expect(f.log.join('\n')).toContain('secret detail');
  });

  test('a changed state reaches the panel', async () => {
    f.backend.change({ ordersLastHour: transport === 'websocket' ? 41 : 42 });
    let state = await panel.nextState();
    while (state.ordersLastHour !== (transport === 'websocket' ? 41 : 42)) state = await panel.nextState();
  });
});

describe('what is written down', () => {
  test('every verb that changes something, with device, role and arguments, refused ones too; no verb that only reads', async () => {
    const [operator, host] = [await speakWebSocket(f.server, await f.pair('operator')), await speakWebSocket(f.server, await f.pair('host'))]; // prettier-ignore
    const desktop = await speakZeroMq(f.server, f.curve);
    const before = f.audited.length;
    for (const verb of READING_VERBS) await operator.ask(call(1, verb, {}));
    expect(f.audited).toHaveLength(before);
    await operator.ask(call(2, 'message.send', { text: '好', priority: 'advice' }));
    await operator.ask(call(3, 'message.send', { text: 7 }));
    await host.ask(call(4, 'message.clear', {}));
    await desktop.ask(call(5, 'cues.control', { hold: true }));
    const written = f.audited.slice(before);
    expect(written.map(({ role, verb, allowed, args }) => [role, verb, allowed, args])).toEqual([
      ['operator', 'message.send', true, { text: '好', priority: 'advice' }],
      ['host', 'message.clear', false, {}],
      ['admin', 'cues.control', true, { hold: true }],
    ]);
    expect(written[0]!.device).toMatch(/^[0-9a-f]{8}$/);
    expect(written[2]!.device).toBe('desktop');
    expect(written[0]!.device).not.toBe(written[1]!.device);
    for (const panel of [operator, host, desktop]) panel.close();
  });
});

describe('who is not paired', () => {
  test.each(['', 'guessed', 'x'.repeat(4000)])(
    'a WebSocket with the token "%.10s" sees not-paired and nothing else',
    async (token) => {
      const seen: unknown[] = [];
      const panel = await speakWebSocket(f.server, token);
      panel.socket.on('message', (data) => seen.push(JSON.parse(String(data))));
      const before = f.backend.calls.length;
      panel.socket.send(call(1, 'series.read', {}));
      expect(await panel.closed).toBe(CLOSE_NOT_PAIRED);
      for (const message of seen) expect(message).toMatchObject({ type: 'error', code: 'not-paired' });
      expect(f.backend.calls).toHaveLength(before);
    },
  );

  test('over ZeroMQ, a stranger who knows the server key gets neither state nor answer', async () => {
    const stranger = curveKeyPair();
    const keys = {
      serverPublicKey: f.curve.serverPublicKey,
      clientPublicKey: stranger.publicKey,
      clientSecretKey: stranger.secretKey,
    };
    const [refused, known] = [await speakZeroMq(f.server, keys), await speakZeroMq(f.server, f.curve)];
    const before = f.backend.calls.length;
    let heard = 0;
    void refused.nextState().then(() => (heard += 1));
    void refused.ask(call(1, 'uplink.sent', { limit: 199 })).then(() => (heard += 1));
    // The known panel has had two rounds of states and an answer; the stranger's handshake had the same time.
    await known.nextState();
    await known.ask(call(2, 'series.read', {}));
    await known.nextState();
    refused.close();
    known.close();
    expect(heard).toBe(0);
    expect(f.backend.calls.slice(before).map((c) => c.verb)).toEqual(['series.read']);
  });

  test('a token that the store no longer has closes its panel at the next check', async () => {
    const panel = await speakWebSocket(f.server, await f.pair());
    f.tokens.clear();
    expect(await panel.closed).toBe(CLOSE_NOT_PAIRED);
  });

  test('without CURVE keys there is no ZeroMQ side at all', async () => {
    const server = createPanelServer(f.ports, { host: '127.0.0.1', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 });
    await server.start(new AbortController().signal);
    expect(server.address().zmq).toBeNull();
    await server.stop();
  });
});

describe('life of the server', () => {
  test('stop is safe before start and twice, and a stopped server starts again', async () => {
    const server = createPanelServer(f.ports, {
      host: '127.0.0.1',
      httpPort: 0,
      zmqPubPort: 0,
      zmqCallPort: 0,
      curve: f.curve,
    });
    await server.stop();
    for (let i = 0; i < 2; i++) {
      await server.start(new AbortController().signal);
      expect((await fetch(server.address().url)).status).toBe(200);
      await server.stop();
      await server.stop();
    }
    expect(() => server.address()).toThrow(/before it is started/);
  });

  test.each(['httpPort', 'zmqPubPort', 'zmqCallPort'] as const)(
    'a taken %s is an error that names port and key, and leaves nothing open',
    async (key) => {
      const other = createServer();
      const port = await new Promise<number>((resolve) =>
        other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
      );
      const free = await new Promise<number>((resolve) => {
        const probe = createServer().listen(0, '127.0.0.1', () => {
          const { port: found } = probe.address() as { port: number };
          probe.close(() => resolve(found));
        });
      });
      const config = { host: '127.0.0.1', httpPort: free, zmqPubPort: 0, zmqCallPort: 0, curve: f.curve, [key]: port };
      const server = createPanelServer(f.ports, config);
      const error = await server.start(new AbortController().signal).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(PortInUseError);
      expect((error as Error).message).toContain(String(port));
      expect((error as Error).message).toContain(`panel.${key}`);
      if (key !== 'httpPort') await expect(fetch(`http://127.0.0.1:${free}/`)).rejects.toThrow();
      await new Promise((resolve) => other.close(resolve));
    },
  );

  test('the link file holds what the desktop needs and no key of the server', () => {
    const link = panelLink(f.server.address(), f.curve, f.curve.clientSecretKey);
    expect(link).toMatchObject({ version: 1, ...f.server.address().zmq, clientSecretKey: f.curve.clientSecretKey });
    expect(JSON.stringify(link)).not.toContain(f.curve.serverSecretKey);
  });
});
