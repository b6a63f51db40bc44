import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import type { IClientOptions, IClientPublishOptions } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { topics, type UplinkAck, type UplinkBody, type UplinkRecord } from '@livecue/shared/contract';
import type { Outbox } from '../ports.ts';
import { createUplink } from './mqtt-uplink.ts';
import type { NoteSigner } from './note-signer.ts';

const ACK = topics.ack('studio-1');
const RECORDS = topics.records('studio-1');

/** The outbox in memory, with the rule of the store: what is acknowledged is deleted, a foreign past renews the epoch. */
class MemoryOutbox implements Outbox {
  epoch = 7;
  bodies = new Map<number, UplinkBody>();
  #listeners = new Set<() => void>();
  next = 1;
  add(count: number): void {
    for (let n = 0; n < count; n++, this.next++) {
      this.bodies.set(this.next, { kind: 'prompt', roomId: 'main', promptId: `卡-${this.next}`, rule: 'stock-out', priority: 'advice', productId: null, raisedMs: 1, revision: 0, outcome: null, closedMs: null }); // prettier-ignore
    }
    for (const listener of this.#listeners) listener();
  }
  async read(afterSeq: number, limit: number): Promise<UplinkRecord[]> {
    const rows = [...this.bodies].filter(([seq]) => seq > afterSeq).slice(0, limit);
    return rows.map(([seq, body]) => ({ agentId: 'studio-1', epoch: this.epoch, seq, body }));
  }
  async readNewest(beforeSeq: number, limit: number): Promise<UplinkRecord[]> {
    const all = await this.read(0, Number.POSITIVE_INFINITY);
    return all.filter(({ seq }) => seq < beforeSeq).reverse().slice(0, limit); // prettier-ignore
  }
  async acknowledge(ack: UplinkAck): Promise<number> {
    if (ack.epoch > this.epoch) this.epoch = ack.epoch + 1;
    else if (ack.epoch === this.epoch) {
      for (const seq of [...this.bodies.keys()]) if (seq <= ack.contiguous || ack.ranges.some(([a, b]) => seq >= a && seq <= b)) this.bodies.delete(seq); // prettier-ignore
    }
    return this.bodies.size;
  }
  backlog = async () => this.bodies.size;
  unproven = async () => ({ epoch: this.epoch, proven: { size: 0, roots: [] }, leaves: [] });
  proven = async () => undefined;
  onAdded(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A client whose broker is the test. */
class FakeClient extends EventEmitter {
  readonly options: IClientOptions;
  readonly published: {
    topic: string;
    payload: string;
    options: IClientPublishOptions;
    puback: (error?: Error) => void;
  }[] = [];
  ended = false;
  constructor(options: IClientOptions) {
    super();
    this.options = options;
  }
  subscribe(_topic: string, _options: unknown, done: (error: Error | null, granted: { qos: number }[]) => void) {
    done(null, [{ qos: 1 }]);
  }
  publish(topic: string, payload: string, options: IClientPublishOptions, puback: (error?: Error) => void) {
    this.published.push({ topic, payload, options, puback });
    if (payload.includes('offline')) puback(); // So that no test waits for the deadline of a farewell.
  }
  end(_force: boolean, _options?: unknown, done?: () => void) {
    this.ended = true;
    done?.();
  }
  get seqs() {
    return this.published
      .filter(({ topic }) => topic === RECORDS)
      .map(({ options }) => Number(options.properties!.userProperties!['seq']));
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);

function setUp(config: { maxInFlight?: number; signer?: NoteSigner } = {}) {
  const outbox = new MemoryOutbox();
  const clients: FakeClient[] = [];
  const connect = (_url: string, options: IClientOptions) => {
    const client = new FakeClient(options);
    clients.push(client);
    return client as never;
  };
  const silent = () => undefined;
  const uplink = createUplink(
    {
      outbox,
      nowMs: () => Date.now(),
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      connect,
      random: () => 1,
    },
    {
      agentId: 'studio-1',
      brokerUrl: 'mqtt://broker:1883',
      version: '0.1.0',
      maxInFlight: 100,
      resendAfterMs: 10_000,
      ...config,
    },
  );
  const open = async (properties: Record<string, number> = {}) => {
    const client = clients.at(-1)!;
    client.emit('connect', { properties });
    await settle();
    return client;
  };
  const acknowledge = async (client: FakeClient, ack: unknown) => {
    client.emit('message', ACK, Buffer.from(JSON.stringify(ack)));
    await settle();
  };
  return { outbox, clients, uplink, open, acknowledge };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_777_593_600_000 }));
afterEach(() => void vi.useRealTimers());

describe('the uplink', () => {
  it('keeps no more in flight than the broker takes, and a PUBACK only opens the window', async () => {
    const { outbox, uplink, open } = setUp();
    outbox.add(6);
    await uplink.start(new AbortController().signal);
    const client = await open({ receiveMaximum: 2 });
    expect(client.published.map(({ topic }) => topic)).toEqual([topics.presence('studio-1'), RECORDS]);
    client.published[0]!.puback();
    await settle();
    expect(client.seqs).toEqual([6, 5]);
    client.published[1]!.puback();
    await settle();
    expect(client.seqs).toEqual([6, 5, 4]);
    expect(outbox.bodies.size).toBe(6);
    await uplink.stop();
  });

  it('tells a finding of the receiver apart from other problems, for as long as it stands', async () => {
    const { uplink, open, acknowledge } = setUp({ signer: { verifier: 'key', sign: (text) => text } });
    await uplink.start(new AbortController().signal);
    const client = await open();
    const proof = (verified: number, broken: string | null, finding?: { what: string; seq: number }) => acknowledge(client, { epoch: 7, contiguous: 3, ranges: [], proof: { verified, broken, finding } }); // prettier-ignore
    await proof(2, null);
    expect(uplink.status()).toMatchObject({ verified: 2, problem: null });
    expect(uplink.status()).not.toHaveProperty('broken');
    await proof(3, 'record 3 is not what the agent wrote');
    expect(uplink.status()).toMatchObject({
      verified: 3,
      broken: true,
      problem: 'record 3 is not what the agent wrote',
    });
    // Of a receiver that tells no more than words, and of one that names what it found.
    expect(uplink.status()).not.toHaveProperty('trouble');
    await proof(3, 'record 3 is not what the agent wrote', { what: 'altered', seq: 3 });
    expect(uplink.status()).toMatchObject({ broken: true, trouble: { code: 'altered', about: '3', retryS: null } });
    await proof(3, null);
    expect(uplink.status()).toMatchObject({ problem: null });
    expect(uplink.status()).not.toHaveProperty('trouble');
    await uplink.stop();
  });

  it('deletes what the receiver names and sends the holes again after the time for it', async () => {
    const { outbox, uplink, open, acknowledge } = setUp();
    outbox.add(5);
    await uplink.start(new AbortController().signal);
    const client = await open();
    for (const { puback } of [...client.published]) puback();
    await acknowledge(client, { epoch: 7, contiguous: 1, ranges: [[3, 4]] });
    expect([...outbox.bodies.keys()]).toEqual([2, 5]);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(client.seqs).toEqual([5, 4, 3, 2, 1]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(client.seqs).toEqual([5, 4, 3, 2, 1, 5, 2]);
    expect(uplink.status()).toMatchObject({
      state: 'connected',
      backlog: 2,
      sent: 5,
      resent: 2,
      acknowledged: 3,
      lastAckMs: 1_777_593_600_000,
    });
    await uplink.stop();
  });

  it('sends all that waits again on a new connection, with pauses that grow from 1 s to 60 s', async () => {
    const { outbox, uplink, open, clients } = setUp();
    outbox.add(2);
    await uplink.start(new AbortController().signal);
    (await open()).emit('close');
    expect(uplink.status().state).toBe('waiting');
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      const before = clients.length;
      await vi.advanceTimersByTimeAsync(pauseMs - 1);
      expect(clients.length).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(clients.length).toBe(before + 1);
      clients.at(-1)!.emit('error', new Error('connect ECONNREFUSED'));
    }
    expect(uplink.status().problem).toContain('ECONNREFUSED');
    expect(uplink.status().trouble).toMatchObject({
      code: 'broker-away',
      about: expect.stringContaining('ECONNREFUSED'),
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await open()).seqs).toEqual([2, 1]);
    expect(uplink.status()).toMatchObject({ state: 'connected', sent: 2, resent: 2, problem: null });
    await uplink.stop();
  });

  it('shows the exact bytes and properties that left, and which are acknowledged', async () => {
    const { outbox, uplink, open, acknowledge } = setUp();
    outbox.add(2);
    await uplink.start(new AbortController().signal);
    const client = await open();
    await acknowledge(client, { epoch: 7, contiguous: 1, ranges: [] });
    const [first, second] = uplink.sent(200); // Newest sent first, and the older record was sent last.
    expect([first!.acknowledged, second!.acknowledged]).toEqual([true, false]);
    expect(first!.payload).toBe(client.published[2]!.payload);
    expect(first!.bytes).toBe(Buffer.byteLength(first!.payload));
    expect(first!.bytes).toBeGreaterThan(first!.payload.length); // 卡 has three bytes.
    const { properties } = client.published[2]!.options;
    expect(properties).toEqual({ contentType: 'application/json', userProperties: { specversion: '1.0', id: '7-1', source: '/livecue/agents/studio-1', type: 'livecue.prompt', epoch: '7', seq: '1' } }); // prettier-ignore
    expect(first!.properties).toEqual(properties!.userProperties);
    await uplink.stop();
  });

  it('sends what is written now before what has waited, and of that the newest first', async () => {
    const { outbox, uplink, open } = setUp({ maxInFlight: 3 });
    outbox.add(10);
    await uplink.start(new AbortController().signal);
    const client = await open();
    let answered = 0;
    const answer = async () => {
      client.published[answered++]!.puback();
      await settle();
    };
    await answer(); // The birth.
    expect(client.seqs).toEqual([10, 9, 8]);
    outbox.add(2);
    await settle();
    for (let n = 0; n < 4; n++) await answer();
    expect(client.seqs).toEqual([10, 9, 8, 11, 12, 7, 6]);
    outbox.add(1);
    for (let n = 0; n < 8; n++) await answer();
    expect(client.seqs).toEqual([10, 9, 8, 11, 12, 7, 6, 13, 5, 4, 3, 2, 1]);
    expect(uplink.status()).toMatchObject({ sent: 13, resent: 0 });
    await uplink.stop();
  });

  it('leaves no record behind and counts each once as sent, however connections break and records come', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('puback' as const), n: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), n: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), n: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('ack' as const), n: fc.integer({ min: 0, max: 99 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, maxInFlight) => {
          const { outbox, uplink, open, clients, acknowledge } = setUp({ maxInFlight });
          const unique = () => new Set(clients.flatMap(({ seqs }) => seqs));
          outbox.add(7);
          await uplink.start(new AbortController().signal);
          let client = await open();
          let answered = 0;
          const answer = async (count: number) => {
            for (const { puback } of client.published.slice(answered, answered + count)) puback();
            answered = Math.min(answered + count, client.published.length);
            await settle();
          };
          const reopen = async () => {
            client.emit('close');
            await vi.advanceTimersByTimeAsync(60_000);
            client = await open();
            answered = 0;
          };
          for (const { kind, n } of steps) {
            if (kind === 'puback') await answer(n);
            else if (kind === 'add') outbox.add(n);
            else if (kind === 'cut') await reopen();
            else {
              const sent = [...unique()].sort((a, b) => a - b);
              const some = sent
                .slice(0, Math.floor((sent.length * n) / 100))
                .map((seq): [number, number] => [seq, seq]);
              await acknowledge(client, { epoch: 7, contiguous: 0, ranges: some });
            }
          }
          for (let n = 0; n < 100; n++) await answer(9);
          const [sent, last] = [unique(), outbox.next - 1];
          expect([...sent].sort((a, b) => a - b)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
          const all = clients.reduce((sum, { seqs }) => sum + seqs.length, 0);
          expect(uplink.status()).toMatchObject({ sent: last, resent: all - last });
          await uplink.stop();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins a new epoch when the receiver knows a later past, and stops when another agent goes on in our place', async () => {
    const { outbox, uplink, open, acknowledge } = setUp();
    outbox.add(1);
    await uplink.start(new AbortController().signal);
    const client = await open();
    await acknowledge(client, { epoch: 9, contiguous: 40, ranges: [] });
    expect(client.published.at(-1)!.options.properties!.userProperties!['epoch']).toBe('10');
    await acknowledge(client, { epoch: 10, contiguous: 1, ranges: [] });
    await acknowledge(client, { epoch: 11, contiguous: 3, ranges: [] });
    expect(outbox.epoch).toBe(10);
    expect(uplink.status()).toMatchObject({ state: 'failed', problem: expect.stringContaining('another agent') });
    const sent = client.published.length;
    outbox.add(3);
    await settle();
    expect(client.published.length).toBe(sent);
    await uplink.stop();
  });

  it('says it is here and, by will or goodbye, that it is gone: retained', async () => {
    const { uplink, open } = setUp();
    await uplink.start(new AbortController().signal);
    const client = await open();
    expect(client.options.will).toMatchObject({ topic: topics.presence('studio-1'), retain: true, qos: 1 });
    expect(JSON.parse(String(client.options.will!.payload))).toEqual({ state: 'offline', version: '0.1.0', epoch: 7 });
    expect(client.published[0]).toMatchObject({ topic: topics.presence('studio-1'), options: { retain: true }, payload: JSON.stringify({ state: 'online', version: '0.1.0', epoch: 7 }) }); // prettier-ignore
    const stopped = uplink.stop();
    expect(client.published.at(-1)!.payload).toContain('offline');
    await stopped;
    expect(client.ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(uplink.status().state).toBe('off');
  });

  it('holds a record that is larger than the broker takes, says so, and goes on with the others', async () => {
    const { outbox, uplink, open } = setUp();
    outbox.add(1);
    outbox.bodies.set(1, { ...outbox.bodies.get(1)!, roomId: 'x'.repeat(2_000) } as UplinkBody);
    outbox.add(1);
    await uplink.start(new AbortController().signal);
    const client = await open({ maximumPacketSize: 1_024 });
    expect(client.seqs).toEqual([2]);
    expect(uplink.status().problem).toContain('1024');
    await uplink.stop();
  });
});
