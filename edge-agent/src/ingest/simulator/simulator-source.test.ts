import { getActiveResourcesInfo } from 'node:process';
import { parseLiveEvent, type LiveEvent } from '@livecue/shared/event';
import { afterEach, describe, expect, it } from 'vitest';
import type { DecodedFrame, FrameSink, RawFrame, Source } from '../../ports.ts';
import { DiskFullError } from '../../runtime/agent-error.ts';
import type { ProfileName } from './profiles.ts';
import { createSimulatorSource } from './simulator-source.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);

/** A clock that stands until the test moves it: every wait of the source is answered by the next move. */
function createStage() {
  let nowMs = START_MS;
  let waiting: { wakeMs: number; wake: () => void } | null = null;
  const frames: RawFrame[] = [];
  const state = { full: false, durable: () => Promise.resolve() };
  let room: (() => void) | null = null;
  const sink: FrameSink = {
    get full() {
      return state.full;
    },
    ready: (signal) =>
      new Promise((resolve, reject) => {
        room = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
    accept(frame) {
      frames.push(frame);
      return { decoded: decode(frame), durable: state.durable() };
    },
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    sink,
    frames,
    state,
    nowMs: () => nowMs,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        waiting = { wakeMs: nowMs + ms, wake: resolve };
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    /** Moves the clock on, waking the source whenever its wait is over. */
    async pass(ms: number) {
      const untilMs = nowMs + ms;
      await settle();
      while (waiting !== null && waiting.wakeMs <= untilMs) {
        const { wakeMs, wake } = waiting as { wakeMs: number; wake: () => void };
        nowMs = wakeMs;
        waiting = null;
        wake();
        await settle();
      }
      nowMs = untilMs;
    },
    /** As after a closed laptop lid: the wait ends long after its time. */
    async oversleep(ms: number) {
      await settle();
      nowMs += ms;
      const late = waiting;
      waiting = null;
      late?.wake();
      await settle();
    },
    async makeRoom() {
      state.full = false;
      room?.();
      await settle();
    },
    events: () => frames.flatMap((frame) => decode(frame).events),
  };
}

function decode(frame: RawFrame): DecodedFrame {
  const events: LiveEvent[] = [];
  for (const line of new TextDecoder().decode(frame.bytes).trimEnd().split('\n')) {
    const parsed = parseLiveEvent(JSON.parse(line), frame.ingestTimeMs);
    if (!parsed.ok) throw new Error(parsed.detail);
    events.push(parsed.event);
  }
  return { sourceName: frame.sourceName, ingestTimeMs: frame.ingestTimeMs, events, rejects: [] };
}

let started: Source[] = [];
afterEach(async () => {
  for (const source of started) await source.stop();
  started = [];
});

async function begin(profile: ProfileName, speed: number) {
  const stage = createStage();
  const source = createSimulatorSource(stage, { profile, seed: 1, speed, roomId: 'main' });
  await source.start(new AbortController().signal);
  started.push(source);
  return { stage, source };
}

describe('the simulator source', () => {
  it('sends the room as it happens: event times are now, in order, in frames of at most 50 ms', async () => {
    const { stage, source } = await begin('demo', 1);
    await stage.pass(10_000);
    const events = stage.events();
    expect(events.length).toBeGreaterThan(300);
    for (const frame of stage.frames) {
      for (const { eventTimeMs } of decode(frame).events) {
        expect(frame.ingestTimeMs - eventTimeMs).toBeGreaterThanOrEqual(0);
        expect(frame.ingestTimeMs - eventTimeMs).toBeLessThanOrEqual(50);
      }
    }
    expect(events.map(({ eventTimeMs }) => eventTimeMs)).toEqual(
      events.map(({ eventTimeMs }) => eventTimeMs).sort((a, b) => a - b),
    );
    expect(source.health(stage.nowMs())).toMatchObject({
      name: 'simulator',
      transport: 'simulator',
      state: 'open',
      events: events.length,
      problem: null,
    });
    expect(source.health(stage.nowMs()).eventsPerSecond).toBeCloseTo(events.length / 10, 0);
    expect(source.health(stage.nowMs() + 60_000).eventsPerSecond).toBe(0);
  });

  it('is the same show for the same seed, and faster when asked, with its times still now', async () => {
    const slow = await begin('standard', 1);
    await slow.stage.pass(8000);
    const fast = await begin('standard', 4);
    await fast.stage.pass(2000);
    const told = (events: LiveEvent[]) => events.slice(0, 200).map(({ id, type, data }) => [id, type, data]);
    expect(told(fast.stage.events())).toEqual(told(slow.stage.events()));
    const last = fast.stage.events().at(-1);
    expect(Math.abs((last?.eventTimeMs ?? 0) - (START_MS + 2000))).toBeLessThan(100);
    const at = fast.stage.events()[150];
    const slowAt = slow.stage.events()[150];
    expect(Math.abs(((slowAt?.eventTimeMs ?? 0) - START_MS) / 4 - ((at?.eventTimeMs ?? 0) - START_MS))).toBeLessThan(2);
  });

  it('waits while the queue is full and goes on without a flood', async () => {
    const { stage } = await begin('standard', 1);
    await stage.pass(1000);
    const before = stage.frames.length;
    stage.state.full = true;
    await stage.pass(1000);
    expect(stage.frames).toHaveLength(before);
    await stage.oversleep(3_600_000);
    await stage.makeRoom();
    await stage.pass(1000);
    const events = stage.frames.slice(before).flatMap((frame) => decode(frame).events);
    // A second of the pause and the second after it, not the hour between.
    expect(events.length).toBeLessThan(400);
    expect(events.length).toBeGreaterThan(20);
    expect(stage.nowMs() - (events.at(-1)?.eventTimeMs ?? 0)).toBeLessThan(100);
  });

  it('says that the journal refuses its frames, and that it takes them again', async () => {
    const { stage, source } = await begin('standard', 1);
    stage.state.durable = () => Promise.reject(new DiskFullError('the disk is full; free some space'));
    await stage.pass(500);
    expect(source.health(stage.nowMs())).toMatchObject({
      state: 'degraded',
      problem: expect.stringContaining('disk-full') as string,
    });
    stage.state.durable = () => Promise.resolve();
    await stage.pass(500);
    expect(source.health(stage.nowMs())).toMatchObject({ state: 'open', problem: null });
  });

  it('stops before start, twice, while waiting for room, and by the signal of start; leaves no timer', async () => {
    const timers = () => getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const idle = createSimulatorSource(createStage(), { profile: 'calm', seed: 1, speed: 1, roomId: 'main' });
    await idle.stop();
    await idle.stop();
    await expect(idle.start(new AbortController().signal)).rejects.toThrow(/once/);

    const { stage, source } = await begin('standard', 1);
    stage.state.full = true;
    await stage.pass(2000);
    await source.stop();
    await source.stop();
    expect(source.health(stage.nowMs()).state).toBe('idle');

    const stage2 = createStage();
    const outer = new AbortController();
    const other = createSimulatorSource(stage2, { profile: 'calm', seed: 1, speed: 1, roomId: 'main' });
    await other.start(outer.signal);
    await stage2.pass(1000);
    outer.abort();
    await other.stop();
    const sent = stage2.frames.length;
    await stage2.pass(1000);
    expect(stage2.frames).toHaveLength(sent);
    // The test runner's own may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('does not start when it is already called off, and refuses an impossible speed', async () => {
    const source = createSimulatorSource(createStage(), { profile: 'calm', seed: 1, speed: 1, roomId: 'main' });
    await expect(source.start(AbortSignal.abort())).rejects.toThrow();
    expect(() => createSimulatorSource(createStage(), { profile: 'calm', seed: 1, speed: 0, roomId: 'main' })).toThrow(
      /0.1 to 50/,
    );
  });
});
