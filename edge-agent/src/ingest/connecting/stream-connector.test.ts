import { describe, expect, it } from 'vitest';
import type { CanonicalWireEvent, ConnectorContext } from '../connector.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from './stream-connector.ts';
import { createFakeClock } from './testing/connector-rig.ts';

const like = (id: number): CanonicalWireEvent => ({ id: `demo:${id}`, source: 'live/demo/1', type: 'live.like.added', data: { count: 1 } }); // prettier-ignore
const order = (id: number) => ({ ...like(id), type: 'shop.order.paid' }) as unknown as CanonicalWireEvent;

function setUp(openSession: (link: SessionLink) => Promise<SessionEnd>) {
  const clock = createFakeClock();
  const memory = new Map<string, string>();
  const silent = () => undefined;
  const context: ConnectorContext = {
    nowMs: clock.nowMs,
    random: () => 0,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    hash: (text) => text,
    memory: { get: (key) => memory.get(key), set: (key, value) => void memory.set(key, value!), entries: () => [...memory], flush: () => Promise.resolve() },
    keepSecret: () => Promise.resolve(),
    sleep: clock.sleep,
    fetch: () => Promise.reject(new Error('no network in this test')),
    endpoints: {},
  };
  return { clock, memory, connector: createStreamConnector(context, { name: 'demo', quietLimitMs: 1000, openSession }) };
} // prettier-ignore

const forever = (link: SessionLink) =>
  new Promise<SessionEnd>((resolve) => link.signal.addEventListener('abort', () => resolve({ next: 'now' }), { once: true })); // prettier-ignore

describe('stream connector', () => {
  it('saves the cursor of a batch only when the next one is asked for', async () => {
    const { memory, connector } = setUp((link) => {
      link.take({ events: [like(1)] }, 'c1');
      return forever(link);
    });
    const stopping = new AbortController();
    const batches = connector.start(stopping.signal)[Symbol.asyncIterator]();
    expect((await batches.next()).value).toEqual([like(1)]);
    expect(memory.get('cursor')).toBeUndefined();
    expect(connector.health(0).counts.events).toBe(0);
    const next = batches.next();
    await new Promise(setImmediate);
    expect(memory.get('cursor')).toBe('c1');
    expect(connector.health(0)).toMatchObject({ cursor: 'c1', counts: { events: 1 } });
    stopping.abort();
    expect((await next).done).toBe(true);
  });

  it('holds a bounded number of events while nobody asks: likes go first, orders never, and what goes is counted', async () => {
    const { connector } = setUp((link) => {
      for (let id = 0; id < 25_000; id++) link.take({ events: [id % 2 === 0 ? like(id) : order(id)] });
      return forever(link);
    });
    const stopping = new AbortController();
    const types: string[] = [];
    for await (const batch of connector.start(stopping.signal)) {
      types.push(...batch.map(({ type }) => type));
      if (types.length === 20_000) stopping.abort();
    }
    expect(types.filter((type) => type === 'shop.order.paid')).toHaveLength(12_500);
    expect(connector.health(0).counts.dropped).toBe(5_000);
  });

  it('stops a session whose consumer walks away, and gives a fault of a session to the consumer', async () => {
    let ended = false;
    const { connector } = setUp(async (link) => {
      link.take({ events: [like(1)] });
      const end = await forever(link);
      ended = true;
      return end;
    });
    for await (const batch of connector.start(new AbortController().signal)) if (batch.length > 0) break;
    expect(ended).toBe(true);
    const broken = setUp(() => Promise.reject(new Error('a bug')));
    await expect(broken.connector.start(new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toThrow('a bug'); // prettier-ignore
  });

  it.each([[true, 'cut'], [false, 'unreachable']] as const)('calls a connection that was cut by its name (was open: %s): %s', async (wasOpen, code) => {
    const { clock, connector } = setUp((link) => {
      if (wasOpen) link.open();
      return Promise.resolve({ next: 'back-off', problem: { code: 'cut', about: 'ECONNREFUSED', message: 'the socket closed' } });
    });
    const stopping = new AbortController();
    const done = connector.start(stopping.signal)[Symbol.asyncIterator]().next();
    await clock.advance(10);
    expect(connector.health(clock.nowMs())).toMatchObject({ state: 'waiting', problem: { code, about: 'ECONNREFUSED', message: 'the socket closed' } });
    stopping.abort();
    await done;
  }); // prettier-ignore

  it('does not run in circles around a platform that sends it away at once', async () => {
    let sessions = 0;
    const { clock, connector } = setUp(() => {
      sessions++;
      return Promise.resolve({ next: 'now' });
    });
    const stopping = new AbortController();
    const done = connector.start(stopping.signal)[Symbol.asyncIterator]().next();
    await clock.advance(60_000);
    expect(sessions).toBeLessThan(12);
    expect(connector.health(clock.nowMs()).state).toBe('waiting');
    stopping.abort();
    await done;
  });
});
