import { describe, expect, test } from 'vitest';
import { createLateChannel, MqttFleetChannel } from './fleet-channel.ts';

/** A link whose broker is the test: every question waits for its answer. */
function setUp() {
  const asked: { topic: string; answer: (error: Error | null) => void }[] = [];
  const left: string[] = [];
  const sent: { topic: string; payload: string; retain: boolean; answer: (error: Error | null) => void }[] = [];
  const freed: string[] = [];
  const channel: MqttFleetChannel = new MqttFleetChannel({
    link: {
      subscribe: (topic, answer) => void asked.push({ topic, answer }),
      unsubscribe: (topic) => void left.push(topic),
      publish: (topic, payload, { retain }, answer) => void sent.push({ topic, payload: String(payload), retain: retain === true, answer }), // prettier-ignore
    },
    onWaiting: () => {
      while (channel.sendNext(() => freed.push('one')));
    },
    onSent: () => () => undefined,
  });
  const answerAll = (error: Error | null = null) => asked.splice(0).forEach(({ answer }) => answer(error));
  return { channel, asked, left, sent, freed, answerAll };
}

const heard = () => {
  const got: string[] = [];
  return { got, listener: (payload: Buffer) => void got.push(payload.toString()) };
};
const NOT_ALLOWED = new Error('not authorized');

describe('topics of the fleet', () => {
  test('are asked for with every connection, and connected means that all are answered', () => {
    const { channel, asked, answerAll } = setUp();
    let connections = 0;
    channel.onConnected(() => connections++);
    channel.subscribe('a', () => undefined);
    channel.subscribe('b', () => undefined);
    expect([asked.length, channel.connected]).toEqual([0, false]);
    for (const round of [1, 2]) {
      channel.opened(null);
      expect(asked.map(({ topic }) => topic)).toEqual(['a', 'b']);
      asked.shift()!.answer(null);
      expect([connections, channel.connected]).toEqual([round - 1, false]);
      answerAll();
      expect([connections, channel.connected]).toEqual([round, true]);
      channel.closed();
      expect(channel.connected).toBe(false);
    }
  });

  test('give their messages to all who listen, until the last one leaves', () => {
    const { channel, asked, left, answerAll } = setUp();
    channel.opened(null);
    expect(channel.connected).toBe(true);
    const [one, two] = [heard(), heard()];
    const endOne = channel.subscribe('a', one.listener);
    const endTwo = channel.subscribe('a', two.listener);
    // The second listener wants what is retained as well.
    expect(asked.length).toBe(2);
    answerAll();
    channel.received('a', Buffer.from('1'));
    channel.received('b', Buffer.from('not asked for'));
    endOne();
    endOne();
    channel.received('a', Buffer.from('2'));
    expect(left).toEqual([]);
    endTwo();
    channel.received('a', Buffer.from('3'));
    expect([one.got, two.got, left]).toEqual([['1'], ['1', '2'], ['a']]);
  });

  test('that are refused are a named problem, and the others work', () => {
    const { channel, asked, answerAll } = setUp();
    const { got, listener } = heard();
    channel.subscribe('a', listener);
    const endB = channel.subscribe('b', listener);
    channel.opened(null);
    asked.pop()!.answer(NOT_ALLOWED);
    answerAll();
    expect(channel.connected).toBe(true);
    expect(channel.problem).toMatch(/refuses the subscription to b:/);
    channel.received('a', Buffer.from('1'));
    expect(got).toEqual(['1']);
    endB();
    expect(channel.problem).toBeNull();
  });

  test('are left out of a connection after two that ended with one unanswered, and then tried again', () => {
    const { channel, asked, answerAll } = setUp();
    channel.subscribe('a', () => undefined);
    const connections: string[] = [];
    for (let n = 0; n < 4; n++) {
      asked.length = 0;
      channel.opened(null);
      connections.push(`${asked.length} ${channel.connected} ${channel.problem === null ? 'well' : 'named'}`);
      channel.closed();
    }
    expect(connections).toEqual(['1 false well', '1 false well', '0 false named', '1 false well']);
    // One answer is enough to trust the broker again: of the next two only one counts.
    channel.opened(null);
    answerAll();
    channel.closed();
    for (let n = 0; n < 2; n++) {
      channel.opened(null);
      expect(channel.problem).toBeNull();
      channel.closed();
    }
  });
});

describe('messages to the fleet', () => {
  test('settle by the answer of the broker, and free their place', async () => {
    const { channel, sent, freed } = setUp();
    expect(await channel.publish('t', 'too early', { retain: true })).toBe(false);
    channel.opened(null);
    const taken = channel.publish('t', 'x', { retain: true });
    const refused = channel.publish('t', Buffer.from('y'), { retain: false });
    expect(sent.map(({ payload, retain }) => [payload, retain])).toEqual([['x', true], ['y', false]]); // prettier-ignore
    sent[0]!.answer(null);
    sent[1]!.answer(NOT_ALLOWED);
    expect([await taken, await refused, freed.length]).toEqual([true, false, 2]);
  });

  test('are not taken when the connection ends, and not when they are larger than the broker takes', async () => {
    const { channel, sent } = setUp();
    channel.opened(1_000);
    const underWay = channel.publish('t', 'x', { retain: false });
    expect(await channel.publish('t', 'x'.repeat(1_000), { retain: false })).toBe(false);
    channel.closed();
    expect(await underWay).toBe(false);
    expect(sent.length).toBe(1);
  });
});

test('a channel that comes late keeps what was asked of it, and what was taken back stays away', async () => {
  const late = createLateChannel();
  const [one, two, three] = [heard(), heard(), heard()];
  late.subscribe('a', one.listener);
  late.subscribe('a', two.listener)();
  expect([late.connected, await late.publish('t', 'x', { retain: false })]).toEqual([false, false]);
  const { channel, sent } = setUp();
  late.attach(channel);
  channel.opened(null);
  const end = late.subscribe('a', three.listener);
  channel.received('a', Buffer.from('1'));
  end();
  channel.received('a', Buffer.from('2'));
  expect([one.got, two.got, three.got]).toEqual([['1', '2'], [], ['1']]);
  expect(sent.length).toBe(0);
});
