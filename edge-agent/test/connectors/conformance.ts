import { troubleWords } from '@livecue/shared/contract';
import type { LiveEvent } from '@livecue/shared/event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConnectorSource } from '../../src/ingest/connector-source.ts';
import type { Connector, ConnectorContext, ConnectorFactory } from '../../src/ingest/connector.ts';
import { createInbox } from '../compliance/inbox.ts';
import { createFakeClock, turns, type FakeClock } from './fake-clock.ts';
import { compareResult, RECEIVE_MS, TEST_PORTS, type GoldenCase } from './golden.ts';
import { watchConnections } from './loopback-only.ts';

/** The platform's side on loopback, with a connector that is to be started against it. */
export interface ConformanceRig<M> {
  readonly connector: Connector;
  /** The platform sends these, in order; settles when it has written them or has its answers. */
  deliver(messages: readonly M[]): Promise<void>;
  /** Like `deliver`, without sockets where the platform allows it: for load. */
  deliverMany?(messages: readonly M[]): Promise<void>;
  /** The platform ends the connection. Absent: there is none to end, because it pushes requests. */
  cut?(): Promise<void>;
  /** How often somebody connected. Absent: see `cut`. */
  readonly connections?: () => number;
  close(): Promise<void>;
}

export interface ConformanceTarget<M> {
  readonly factory: ConnectorFactory;
  readonly configuration: object;
  /** The same with a wrong secret; absent: the platform asks for none. */
  readonly wrongConfiguration?: object;
  /** Opens the fake platform and makes a connector for it, which is not started. `isWrong`: the platform refuses. */
  open(context: ConnectorContext, configuration: object, isWrong: boolean): Promise<ConformanceRig<M>>;
  /** One message of each kind and what it becomes. */
  readonly kinds: readonly (Pick<GoldenCase, 'case' | 'events'> & { readonly message: M })[];
  /** A message of its own for each number, whose event's id ends with that number of 19 digits. */
  numbered(id: bigint): M;
  /** One body or frame with several; absent: the platform sends one at a time. */
  batch?(ids: readonly bigint[]): M;
  /** Two states of one thing: the newer arrives first, the older must not undo it. */
  readonly outOfOrder?: { readonly newer: M; readonly older: M };
  readonly unknown: M;
  readonly malformed: M;
  /** Something from before we were connected; absent: the platform sends no history. */
  readonly history?: M;
}

const BIG = 7_300_000_000_000_000_001n;
const LOAD_EVENTS = 10_000;
/** What ten seconds of load may leave behind: seen ids and the events in the inbox. */
const LOAD_HEAP_BYTES = 96 * 1024 * 1024;

/** What every connector must do, whatever the platform. Runs as one `describe` of the test file. */
export function describeConformance<M>(target: ConformanceTarget<M>): void {
  describe(`conformance of ${target.factory.name}`, () => {
    const started: (() => Promise<unknown>)[] = [];
    let connections: ReturnType<typeof watchConnections>;
    beforeEach(() => {
      connections = watchConnections();
    });
    afterEach(async () => {
      for (const stop of started.splice(0).toReversed()) await stop();
      expect(connections.end(), 'connections that left 127.0.0.1').toEqual([]);
    });

    async function start(configuration: object = target.configuration) {
      const clock = createFakeClock(RECEIVE_MS);
      const logs: string[] = [];
      const context = createContext(clock, logs);
      const rig = await target.open(context, configuration, configuration !== target.configuration);
      started.push(() => rig.close());
      const inbox = createInbox(200_000);
      const source = createConnectorSource({ ...context, sink: inbox.sink }, rig.connector, {
        name: 'test', transport: 'http', endpoint: 'test', origin: 'test@1', maxFrameBytes: 200_000,
        pushed: target.factory.capabilities.transport === 'push', onStopped: () => context.memory.flush(), stopDeadlineMs: 1000,
      }); // prettier-ignore
      started.push(() => source.stop());
      await source.start(new AbortController().signal);
      return { rig, inbox, source, clock, logs, health: () => rig.connector.health(clock.nowMs()) };
    }

    it('says what it can do, and draws its form without ever showing a secret', () => {
      const { factory } = target;
      expect(factory.name).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(factory.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(factory.capabilities.kinds.length).toBeGreaterThan(0);
      if (factory.tier === 'C') expect(factory.warning).toMatch(/.{20}/);
      const form = factory.configuration as { type?: string; properties?: Record<string, { writeOnly?: boolean }> };
      expect(form.type).toBe('object');
      for (const [field, schema] of Object.entries(form.properties ?? {})) {
        // `auth_url` and the like are addresses, not secrets.
        if (/(secret|token|password|aes_key)s?$/.test(field)) expect([field, marked(schema)]).toEqual([field, true]);
      }
    });

    it('names the key when its configuration is wrong, and quotes no value', () => {
      const context = createContext(createFakeClock(RECEIVE_MS), []);
      const [key] = Object.keys(target.configuration);
      const wrong = { ...target.configuration, [key!]: { canary: 'zqx-canary' } };
      const attempt = () => target.factory.create(wrong, context);
      expect(attempt).toThrow(expect.objectContaining({ code: 'configuration', retry: 'never', message: expect.stringContaining(key!) })); // prettier-ignore
      expect(attempt).not.toThrow(/zqx-canary/);
    });

    it('connects, and takes one message of each kind as its golden event', async () => {
      const { rig, inbox, health } = await start();
      await rig.deliver(target.kinds.map(({ message }) => message));
      const expected = target.kinds.flatMap(({ events = [] }) => events);
      await until(() => (inbox.take(), inbox.events.length >= expected.length));
      expect(health()).toMatchObject({ state: 'open', problem: null, lastEventMs: RECEIVE_MS });
      expect(health().counts.events).toBe(expected.length);
      const problems = compareResult({ events: expected } as unknown as GoldenCase, {
        events: inbox.events.map(toWire),
      });
      expect(problems).toEqual([]);
    });

    it('counts a duplicate, and gives one event', async () => {
      const { rig, inbox, health } = await start();
      const message = target.numbered(BIG);
      await rig.deliver([message, message]);
      await until(() => health().counts.duplicates === 1);
      inbox.take();
      expect(inbox.events).toHaveLength(1);
      // Every digit of a 64-bit id is there.
      expect(inbox.events[0]!.id.endsWith(String(BIG)) || JSON.stringify(inbox.events[0]!.data).includes(String(BIG))).toBe(true); // prettier-ignore
    });

    it.skipIf(target.batch === undefined)('takes the rest of a batch of which one was told before', async () => {
      const { rig, inbox, health } = await start();
      await rig.deliver([target.numbered(BIG), target.batch!([BIG, BIG + 1n, BIG + 2n])]);
      await until(() => (inbox.take(), inbox.events.length >= 3));
      expect(health().counts).toMatchObject({ events: 3, duplicates: 1 });
    });

    it.skipIf(target.outOfOrder === undefined)('does not let an older state undo a newer one', async () => {
      const { rig, inbox } = await start();
      await rig.deliver([target.outOfOrder!.newer, target.outOfOrder!.older, target.numbered(BIG)]);
      await until(() => (inbox.take(), inbox.events.length >= 2));
      expect(inbox.events).toHaveLength(2);
    });

    it('counts what is unknown and what is malformed, and lives on', async () => {
      const { rig, inbox, health } = await start();
      await rig.deliver([target.unknown, target.malformed, target.numbered(BIG)]);
      await until(() => (inbox.take(), inbox.events.length === 1));
      expect(health().counts).toMatchObject({ unknown: 1, malformed: 1, events: 1 });
      expect(health().state).toBe('open');
    });

    it.skipIf(target.history === undefined)('marks what is from before we were connected', async () => {
      const { rig, inbox } = await start();
      await rig.deliver([target.history!]);
      await until(() => (inbox.take(), inbox.events.length >= 1));
      expect(inbox.events.every(({ historical }) => historical)).toBe(true);
    });

    it.skipIf(target.wrongConfiguration === undefined)(
      'refuses a wrong credential once, stays down, and says why',
      async () => {
        const { rig, inbox, source, clock, health, logs } = await start(target.wrongConfiguration!);
        await rig.deliver([target.numbered(BIG)]).catch(() => undefined);
        await until(() => health().problem !== null);
        const state = target.factory.capabilities.transport === 'push' ? 'degraded' : 'failed';
        expect(health().state).toBe(state);
        const { trouble, ...told } = source.health(clock.nowMs());
        expect(told).toMatchObject({ state, problem: expect.stringMatching(/.{20}/) });
        // What the panel says in the reader's own language.
        expect(trouble?.code).toBe(health().problem!.code);
        expect(troubleWords(trouble, told.problem!).remedy).not.toBeNull();
        const before = rig.connections?.() ?? 0;
        await clock.advance(10 * 60_000);
        expect(rig.connections?.() ?? 0).toBe(before);
        inbox.take();
        expect(inbox.events).toEqual([]);
        expect(logs.join('\n')).not.toMatch(/secret-of-nobody/);
      },
    );

    it('comes back after a cut, with a wait from 1 to 60 s', async (test) => {
      const { rig, inbox, clock, health } = await start();
      if (rig.cut === undefined) return test.skip('the platform pushes requests: there is no connection to cut');
      await rig.deliver([target.numbered(BIG)]);
      await until(() => (inbox.take(), inbox.events.length === 1));
      const before = clock.slept.length;
      await rig.cut();
      await until(() => health().state === 'waiting');
      const nextMs = health().nextRetryMs!;
      expect(nextMs - clock.nowMs()).toBeGreaterThanOrEqual(1000);
      expect(nextMs - clock.nowMs()).toBeLessThanOrEqual(60_000);
      expect(clock.slept.length).toBeGreaterThan(before);
      // Not further: the handshake takes real time, and its deadlines are on this clock.
      await clock.advance(nextMs - clock.nowMs());
      await until(() => health().state === 'open');
      await rig.deliver([target.numbered(BIG + 1n)]);
      await until(() => (inbox.take(), inbox.events.length === 2));
      expect(health().reconnects).toBe(1);
    });

    it('is degraded when it is open and silent for longer than its limit', async () => {
      const { rig, health, clock } = await start();
      await rig.deliver([target.numbered(BIG)]);
      await until(() => health().counts.events === 1);
      const { quietLimitMs } = health();
      expect(rig.connector.health(clock.nowMs() + quietLimitMs).state).toBe('open');
      const silent = rig.connector.health(clock.nowMs() + quietLimitMs + 1);
      expect(silent).toMatchObject({ state: 'degraded', problem: { code: 'silent' } });
    });

    it('ends in less than a second when it is told to, and leaves nothing open', async () => {
      const { rig, source, health } = await start();
      await rig.deliver([target.numbered(BIG)]);
      await until(() => health().counts.events === 1);
      const startedMs = performance.now();
      await source.stop();
      expect(performance.now() - startedMs).toBeLessThan(1000);
      expect(health().state).toBe('idle');
      await rig.close();
      await until(() => openHandles().length === 0);
      await source.stop();
    });

    it('goes on when it is switched off and on again: what is new comes, and nothing twice', async () => {
      const { rig, inbox, source, health } = await start();
      await rig.deliver([target.numbered(BIG)]);
      await until(() => health().counts.events === 1);
      await source.stop();
      await source.start(new AbortController().signal);
      await until(() => health().state === 'open');
      await rig.deliver([target.numbered(BIG), target.numbered(BIG + 1n)]);
      await until(() => (inbox.take(), inbox.events.length >= 2));
      expect(inbox.events).toHaveLength(2);
      expect(health()).toMatchObject({ state: 'open', problem: null });
    });

    it('takes 1,000 events a second for ten seconds, all of them, in bounded memory', async () => {
      const { rig, inbox, clock } = await start();
      const ids = Array.from({ length: LOAD_EVENTS }, (_each, index) => BIG + BigInt(index));
      const bodies = target.batch === undefined ? ids.map((id) => target.numbered(id)) : chunks(ids, 100).map((some) => target.batch!(some)); // prettier-ignore
      const before = process.memoryUsage().heapUsed;
      for (const part of chunks(bodies, bodies.length / 10)) {
        await (rig.deliverMany ?? rig.deliver).call(rig, part);
        await clock.advance(1000);
      }
      await until(() => (inbox.take(), inbox.events.length >= LOAD_EVENTS));
      expect(new Set(inbox.events.map(({ id }) => id)).size).toBe(LOAD_EVENTS);
      inbox.events.length = 0;
      globalThis.gc?.();
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(LOAD_HEAP_BYTES);
    }, 30_000);
  });
}

function createContext(clock: FakeClock, logs: string[]): ConnectorContext {
  const values = new Map<string, string>();
  const log = (message: string) => void logs.push(message);
  return {
    ...TEST_PORTS,
    nowMs: clock.nowMs,
    keepSecret: () => Promise.resolve(),
    sleep: clock.sleep,
    random: () => 0.5,
    logger: { debug: log, info: log, warn: log, error: log },
    fetch: globalThis.fetch,
    endpoints: {},
    memory: {
      get: (key) => values.get(key),
      set: (key, value) => void (value === undefined ? values.delete(key) : values.set(key, value)),
      entries: (prefix) => [...values].filter(([key]) => key.startsWith(prefix)),
      flush: async () => undefined,
    },
  };
}

/** A secret in itself, or a list of nothing but secrets. */
function marked(schema: { writeOnly?: boolean; additionalProperties?: { writeOnly?: boolean } }): boolean {
  return schema.writeOnly === true || schema.additionalProperties?.writeOnly === true;
}

function toWire(event: LiveEvent): never {
  const { id, type, source, eventTimeMs, historical, idQuality, data } = event;
  return {
    id,
    type,
    source,
    time: new Date(eventTimeMs).toISOString(),
    historical,
    idquality: idQuality,
    data,
  } as never;
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  const each = Math.max(1, Math.ceil(size));
  return Array.from({ length: Math.ceil(values.length / each) }, (_none, index) =>
    values.slice(index * each, (index + 1) * each),
  );
}

/** Sockets, servers and timers of the process; the pipes of the test runner are not ours. */
function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Pipe$/.test(kind) && kind !== 'PipeWrap');
}

/** Turns of the event loop until `done`; sockets need some, a broken connector would need for ever. */
async function until(done: () => boolean): Promise<void> {
  const endMs = performance.now() + 8000;
  while (!done()) {
    if (performance.now() > endMs) throw new Error(`waited in vain for: ${done.toString()}`);
    await turns(1);
  }
}
