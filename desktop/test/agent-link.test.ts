import { GOOD_ARGUMENTS } from '../../shared/src/contract/verbs.fixture.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PANEL_VERBS, PanelMessage, type PanelState, type PanelVerb } from '@livecue/shared/contract';
import { curveKeyPair } from 'zeromq';
import { createAgentLink, type AgentLink } from '../src/main/agent-link.ts';
import { SESSION } from './scripted-comments.ts';
import { prompt } from './scripted-show.ts';
import { serveShow, type Served } from './stage.ts';

let served: Served;
let link: AgentLink;
const keys = { server: curveKeyPair(), client: curveKeyPair() };
const anywhere = { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 };

beforeEach(async () => {
  served = await serveShow('/nowhere', anywhere, keys);
  link = createAgentLink(served.link, { callTimeoutMs: 1_500 });
  link.start();
});
afterEach(async () => {
  link.stop();
  await served.close();
});

/** The next state for which `wanted` holds. */
function nextState(from: AgentLink, wanted: (state: PanelState) => boolean = () => true): Promise<PanelState> {
  return new Promise((resolve) => {
    const leave = from.onState((value) => {
      const message = PanelMessage.parse(value);
      if (message.type !== 'state' || !wanted(message.state)) return;
      leave();
      resolve(message.state);
    });
  });
}

const portOf = (endpoint: string) => Number(new URL(endpoint).port);

describe('the desktop link', () => {
  test('states of the contract arrive, and changes with them', async () => {
    expect((await nextState(link)).roomName).toBe('夏日家居专场');
    served.show.change({ ordersLastHour: 777 });
    expect((await nextState(link, (state) => state.ordersLastHour === 777)).ordersLastHour).toBe(777);
  });

  test('every verb is carried and answered with a result of its schema', async () => {
    const told = (await link.call('orders.read', {})) as { result: { rows: { orderId: string }[] } };
    const shown = { promptId: 'c1' };
    const { result: template } = (await link.call('templates.save', { name: '周五晚场' })) as {
      result: { templateId: string };
    };
    const args: Record<PanelVerb, unknown> = {
      ...GOOD_ARGUMENTS,
      'prompt.done': shown,
      'prompt.snooze': shown,
      'prompt.mute': shown,
      'prompt.veto': shown,
      'prompt.show': shown,
      'comments.correct': { session: SESSION, seq: 1, labels: null },
      'templates.preview': { templateId: template.templateId },
      // Removed before they are shown, and brought back by the undo in between.
      'templates.remove': { templateId: template.templateId },
      'templates.apply': { ...(GOOD_ARGUMENTS['templates.apply'] as object), templateId: template.templateId },
      'orders.label': { orderId: told.result.rows[0]?.orderId, verdict: null },
    };
    /** Of these the room has nothing, and says so. */
    const absent: Partial<Record<PanelVerb, string>> = { 'settings.version': 'not-found', 'setup.preview': 'not-found', 'setup.import': 'bad-request', 'rehearsal.call': 'not-found' }; // prettier-ignore
    for (const verb of Object.keys(PANEL_VERBS) as PanelVerb[]) {
      served.show.change({ stage: { active: prompt({ promptId: 'c1' }, Date.now()), next: [], queued: [] } });
      const message = await link.call(verb, args[verb]);
      const code = absent[verb];
      expect(message, verb).toMatchObject(code === undefined ? { type: 'result' } : { type: 'error', code });
      if (code === undefined) PANEL_VERBS[verb].result.parse((message as { result: unknown }).result);
    }
  });

  test('calls made at once are each answered with their own answer', async () => {
    const limits = [1, 2, 3, 4, 5, 6, 7, 8];
    const answers = await Promise.all(limits.map((limit) => link.call('uplink.sent', { limit })));
    expect(answers.map((a) => (a as { result: { messages: unknown[] } }).result.messages.length)).toEqual(limits);
  });

  test('a refusal of the agent comes back as it is', async () => {
    expect(await link.call('prompt.done', { promptId: 'gone' })).toMatchObject({
      type: 'error',
      code: 'not-found',
      message: 'This cue is already closed.',
    });
    expect(await link.call('prompt.done', { promptId: 7 })).toMatchObject({ type: 'error', code: 'bad-request' });
  });

  test('while the agent is away a call fails with words, is never sent late, and the link comes back by itself', async () => {
    await nextState(link);
    const { show } = served;
    const ports = {
      httpPort: 0,
      zmqPubPort: portOf(served.link.pubEndpoint),
      zmqCallPort: portOf(served.link.callEndpoint),
    };
    await served.close();
    const message = await link.call('prompt.done', { promptId: 'c1' });
    expect(message).toMatchObject({
      type: 'error',
      code: 'internal',
      message: expect.stringContaining('Check that it runs'),
    });
    served = await serveShow('/nowhere', ports, keys);
    expect(served.show).not.toBe(show);
    await nextState(link);
    expect(await link.call('series.read', {})).toMatchObject({ type: 'result' });
    expect(served.show.calls.map((c) => c.verb)).toEqual(['series.read']);
  });

  test('with a key that the agent does not know nothing arrives', async () => {
    const stranger = curveKeyPair();
    const other = createAgentLink(
      { ...served.link, clientPublicKey: stranger.publicKey, clientSecretKey: stranger.secretKey },
      { callTimeoutMs: 400 },
    );
    let heard = 0;
    other.onState(() => (heard += 1));
    other.start();
    expect(await other.call('series.read', {})).toMatchObject({ type: 'error', code: 'internal' });
    await nextState(link);
    other.stop();
    expect(heard).toBe(0);
    expect(served.show.calls).toEqual([]);
  });

  test('stop settles what waits, is safe twice and before start, and a stopped link starts again', async () => {
    await nextState(link);
    const waiting = link.call('series.read', {});
    link.stop();
    link.stop();
    expect(await waiting).toMatchObject({ type: 'error', message: 'The desktop is closing.' });
    expect(await link.call('series.read', {})).toMatchObject({ type: 'error' });
    link.start();
    await nextState(link);
  });
});
