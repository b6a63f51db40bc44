import { createServer } from 'node:net';
import { encode } from '@msgpack/msgpack';
import { afterEach, describe, expect, it } from 'vitest';
import { curveKeyPair, Push } from 'zeromq';
import { DiskFullError } from '../../src/runtime/agent-error.ts';
import { createZmqSource } from '../../src/ingest/zmq-source.ts';
import { createSequenceLedger } from '../../src/ingest/zmq-header.ts';
import { createInbox } from './inbox.ts';
import { quietLogger, zmqSource } from './source-rigs.ts';

const like = (id: string) => ({ id, source: 'live/demo/1', type: 'live.like.added', data: { count: 1 } });
const never = new AbortController().signal;

describe('ZeroMQ source', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  const sender = (endpoint: string, options = {}) => {
    const push = new Push({ linger: 0, ...options });
    push.connect(endpoint);
    ends.push(() => push.close());
    return push;
  };
  const started = async (inbox = createInbox(), curve: Parameters<typeof zmqSource>[2] = null) => {
    const source = zmqSource(inbox.sink, 'tcp://127.0.0.1:0', curve);
    ends.push(() => source.stop());
    await source.start(never);
    return { source, inbox, endpoint: source.health(0).endpoint };
  };

  it('tells JSON from MessagePack when there is no header', async () => {
    const { inbox, endpoint } = await started();
    const push = sender(endpoint);
    for (const body of [JSON.stringify(like('a:1')), ` ${JSON.stringify([like('a:2')])}`, encode(like('a:3')), encode([like('a:4')])]) await push.send(body);
    await inbox.until(() => inbox.queue.size === 4);
    inbox.take();
    expect(inbox.events.map(({ id }) => id)).toEqual(['a:1', 'a:2', 'a:3', 'a:4']);
  }); // prettier-ignore

  it('counts what senders numbered and it never saw, each by itself, and takes a lower number for a restart', async () => {
    const { source, inbox, endpoint } = await started();
    const push = sender(endpoint);
    const numbers: [string, number][] = [['a', 5], ['a', 6], ['b', 100], ['a', 9], ['b', 101], ['a', 0], ['a', 1], ['a', 4]];
    for (const [name, sequence] of numbers) {
      await push.send([JSON.stringify({ source: name, sequence, encoding: 'json' }), JSON.stringify(like(`${name}:${sequence}`))]);
    }
    await inbox.until(() => inbox.queue.size === numbers.length);
    expect(source.health(0).lostUpstream).toBe(2 + 2);
  }); // prettier-ignore

  it('refuses and counts messages with a header that is none, or with more parts, and reads on', async () => {
    const { source, inbox, endpoint } = await started();
    const push = sender(endpoint);
    const body = JSON.stringify(like('a:1'));
    for (const header of ['no json', '{}', '{"source":"a","sequence":-1}', '{"source":"a","encoding":"xml"}', `{"source":"${'x'.repeat(2000)}"}`]) await push.send([header, body]);
    await push.send(['{"source":"a"}', body, body]);
    await push.send(['{"source":"a"}', body]);
    await inbox.until(() => inbox.queue.size === 1);
    expect(source.health(0)).toMatchObject({ events: 1, drops: { malformed: 6 } });
  }); // prettier-ignore

  it.each(['tcp://0.0.0.0:0', 'tcp://*:0', 'tcp://192.0.2.1:7422', 'tcp://127.0.0.1.example.org:1'])(
    'does not bind %s in the clear, and says what to do',
    async (endpoint) => {
      await expect(zmqSource(createInbox().sink, endpoint).start(never)).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringMatching(/in the clear.*ingest\.zmq\.curve.*127\.0\.0\.1/),
      });
    },
  );

  it('names the address that is not one of this machine, or none at all', async () => {
    for (const endpoint of ['tcp://127.0.0.1:99999', 'ipc:///nowhere/at/all.sock']) {
      const error = zmqSource(createInbox().sink, endpoint).start(never);
      await expect(error).rejects.toMatchObject({ code: 'configuration', message: expect.stringContaining(endpoint) });
    }
  });

  it('binds to the network under CURVE, takes who has the key of senders and nobody else', async () => {
    const [server, client, other] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
    const inbox = createInbox();
    const source = zmqSource(inbox.sink, 'tcp://0.0.0.0:0', { ...server, clientPublicKey: client.publicKey });
    ends.push(() => source.stop());
    await source.start(never);
    const endpoint = source.health(0).endpoint.replace('0.0.0.0', '127.0.0.1');
    const curve = (own: typeof client) => ({ curveServerKey: server.publicKey, curvePublicKey: own.publicKey, curveSecretKey: own.secretKey }); // prettier-ignore
    // One in the clear, and one that knows our public key alone.
    const strangers = [sender(endpoint, { sendTimeout: 200 }), sender(endpoint, { sendTimeout: 200, ...curve(other) })];
    const known = sender(endpoint, curve(client));
    await Promise.allSettled(strangers.map((push, n) => push.send(JSON.stringify(like(`stranger:${n}`)))));
    await known.send(JSON.stringify(like('known:1')));
    await inbox.until(() => inbox.queue.size === 1);
    inbox.take();
    expect(inbox.events.map(({ id }) => id)).toEqual(['known:1']);
  });

  it('has freed its port when it has stopped, each time, with a sender on it', async () => {
    const inbox = createInbox();
    for (let round = 1; round <= 20; round++) {
      const source = zmqSource(inbox.sink);
      await source.start(never);
      const { endpoint } = source.health(0);
      const push = sender(endpoint);
      await push.send(JSON.stringify(like(`a:${round}`)));
      await inbox.until(() => inbox.queue.size === round);
      await source.stop();
      const other = createServer();
      await new Promise<void>((resolve, reject) => {
        other.once('error', reject).listen(Number(new URL(endpoint).port), '127.0.0.1', resolve);
      });
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('reads one frame at a time while the disk refuses, says so, and goes on when it takes again', async () => {
    const inbox = createInbox();
    const waits: PromiseWithResolvers<void>[] = [];
    const slept = Promise.withResolvers<void>();
    let refuse = true;
    const sink = {
      ...inbox.sink,
      full: false,
      ready: async () => undefined,
      accept(frame: Parameters<typeof inbox.sink.accept>[0]) {
        const { decoded } = inbox.sink.accept(frame);
        return { decoded, durable: refuse ? Promise.reject(new DiskFullError('Writing the journal: disk full')) : Promise.resolve() };
      },
    };
    const sleep = (ms: number) => {
      expect(ms).toBe(1000);
      const wait = Promise.withResolvers<void>();
      waits.push(wait);
      slept.resolve();
      return wait.promise;
    };
    const config = { name: 'zmq', endpoint: 'tcp://127.0.0.1:0', curve: null, highWaterMark: 1000, maxFrameBytes: 64 * 1024, quietLimitMs: 5000 };
    const source = createZmqSource({ sink, nowMs: () => Date.now(), sleep, logger: quietLogger }, config);
    ends.push(() => source.stop());
    await source.start(never);
    const push = sender(source.health(0).endpoint);
    for (let i = 0; i < 50; i++) await push.send(JSON.stringify(like(`a:${i}`)));
    await slept.promise;
    expect(source.health(0)).toMatchObject({ state: 'degraded', problem: 'Writing the journal: disk full' });
    const read = inbox.queue.size;
    refuse = false;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(inbox.queue.size).toBe(read);
    waits[0]!.resolve();
    await inbox.until(() => inbox.queue.size === 50 || waits.length > 1);
    waits[1]?.resolve();
    await inbox.until(() => inbox.queue.size === 50);
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.health(0)).toMatchObject({ state: 'open', problem: null });
  }); // prettier-ignore
});

describe('sequence ledger', () => {
  it('remembers a thousand senders and no more', () => {
    const ledger = createSequenceLedger();
    for (let i = 0; i < 1000; i++) ledger.gap(`s${i}`, 10);
    expect(ledger.gap('s0', 13)).toBe(2);
    ledger.gap('one more', 1);
    expect(ledger.gap('s1', 20)).toBe(0);
    expect(ledger.gap('s0', 15)).toBe(1);
  });
});
