import type { DropReason } from '@livecue/shared/event';
import type { SourceHealth } from '@livecue/shared/contract';
import type { FrameSink, Source } from '../../ports.ts';
import { AgentError } from '../../runtime/agent-error.ts';
import { problemOf, troubleOf, type Problem } from '../../runtime/problem.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { createSimulatedRoom, type SimulatedRoom } from './room.ts';
import type { SimulatedEvent } from './world.ts';

export interface SimulatorSourcePorts {
  readonly sink: FrameSink;
  nowMs(): number;
  /** Waits; an abort ends the wait early, by resolving or by rejecting. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface SimulatorSourceConfig {
  readonly profile: ProfileName;
  readonly seed: number;
  /** How many seconds of the room pass in one second, 0.1..50. Event times are always now. */
  readonly speed: number;
  readonly roomId: string;
}

const FRAME_EVERY_MS = 40;
const FRAME_EVENTS = 500;
/** After a longer pause (a full queue, a laptop lid) the room goes on from where it was instead of catching up. */
const LONGEST_STEP_MS = 1000;
/** The room tells its audience every 5 s, so twice that is beyond expectation. */
const QUIET_LIMIT_MS = 10_000;
const RATE_OVER_MS = 10_000;

/** A simulated room, live: its clock is ours, and its events come as a connector would send them. */
export function createSimulatorSource(ports: SimulatorSourcePorts, config: SimulatorSourceConfig): Source {
  return new SimulatorSource(ports, config);
}

/** Room time against our clock; both advance together except over a pause. */
class RoomClock {
  private wallMs: number;
  private roomMs: number;
  private readonly speed: number;

  constructor(startMs: number, speed: number) {
    this.wallMs = startMs;
    this.roomMs = startMs;
    this.speed = speed;
  }

  /** Room time at `nowMs`. */
  advance(nowMs: number): number {
    const step = Math.min(LONGEST_STEP_MS, Math.max(0, nowMs - this.wallMs));
    this.roomMs += step * this.speed;
    this.wallMs = Math.max(this.wallMs, nowMs);
    return this.roomMs;
  }

  /** Our time for an event of the step last taken. */
  wallOf(roomMs: number): number {
    return Math.round(this.wallMs - (this.roomMs - roomMs) / this.speed);
  }
}

class SimulatorSource implements Source {
  readonly name = 'simulator';
  private readonly ports: SimulatorSourcePorts;
  private readonly config: SimulatorSourceConfig;
  private readonly stopped = new AbortController();
  private readonly encoder = new TextEncoder();
  private running: Promise<void> | null = null;
  private state: SourceHealth['state'] = 'idle';
  private problem: Problem | null = null;
  private lastEventMs: number | null = null;
  private events = 0;
  private readonly drops: Partial<Record<DropReason, number>> = {};
  /** Frames of the last 10 s: when, and how many events. */
  private recent: { readonly atMs: number; readonly events: number }[] = [];

  constructor(ports: SimulatorSourcePorts, config: SimulatorSourceConfig) {
    if (!(config.speed >= 0.1 && config.speed <= 50)) {
      throw new RangeError(`the simulator runs at a speed of 0.1 to 50, not ${config.speed}`);
    }
    this.ports = ports;
    this.config = config;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.running !== null || this.stopped.signal.aborted) throw new Error('the simulator source starts once');
    const either = AbortSignal.any([signal, this.stopped.signal]);
    this.state = 'open';
    this.running = this.run(either).then(
      () => {
        this.state = 'idle';
      },
      (error: unknown) => {
        this.state = 'failed';
        const problem = problemOf(error);
        this.problem = { ...problem, message: `the simulated room stopped: ${problem.message}; restart the agent` };
      },
    );
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  health(nowMs: number): SourceHealth {
    this.forgetBefore(nowMs - RATE_OVER_MS);
    const { profile, seed, speed } = this.config;
    return {
      name: this.name,
      transport: 'simulator',
      state: this.state,
      endpoint: `simulator:${profile}:${seed}${speed === 1 ? '' : ` at ${speed}×`}`,
      lastEventMs: this.lastEventMs,
      quietLimitMs: QUIET_LIMIT_MS,
      eventsPerSecond: this.recent.reduce((sum, { events }) => sum + events, 0) / (RATE_OVER_MS / 1000),
      events: this.events,
      drops: { ...this.drops },
      lostUpstream: 0,
      refusedTokens: 0,
      problem: this.problem?.message ?? null,
      ...(this.problem === null ? {} : { trouble: troubleOf(this.problem) }),
    };
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { sink, nowMs } = this.ports;
    const { profile, seed, speed, roomId } = this.config;
    const startMs = nowMs();
    const room = createSimulatedRoom({ seed, startMs, durationMs: null, profile: PROFILES[profile], roomId });
    const clock = new RoomClock(startMs, speed);
    while (!signal.aborted) {
      // Up to and including this millisecond: what happens now is told now.
      const events = takeUntil(room, clock.advance(nowMs()) + 1);
      for (let first = 0; first < events.length && !signal.aborted; first += FRAME_EVENTS) {
        if (sink.full) await this.pause(() => sink.ready(signal), signal);
        if (!signal.aborted) this.send(events.slice(first, first + FRAME_EVENTS), clock);
      }
      await this.pause(() => this.ports.sleep(FRAME_EVERY_MS, signal), signal);
    }
  }

  /** A wait that the end of the source may end by rejecting. */
  private async pause(wait: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      await wait();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  private send(events: readonly SimulatedEvent[], clock: RoomClock): void {
    const { speed } = this.config;
    const ingestTimeMs = this.ports.nowMs();
    const lines = events.map(({ timeMs, event }) => {
      const wallMs = clock.wallOf(timeMs);
      return JSON.stringify(
        wallMs === timeMs && speed === 1 ? event : { ...event, time: new Date(wallMs).toISOString() },
      );
    });
    const bytes = this.encoder.encode(`${lines.join('\n')}\n`);
    const { decoded, durable } = this.ports.sink.accept({
      sourceName: this.name,
      ingestTimeMs,
      encoding: 'jsonl',
      bytes,
    });
    this.events += decoded.events.length;
    for (const { reason } of decoded.rejects) this.drops[reason] = (this.drops[reason] ?? 0) + 1;
    this.lastEventMs = ingestTimeMs;
    this.recent.push({ atMs: ingestTimeMs, events: decoded.events.length });
    this.forgetBefore(ingestTimeMs - RATE_OVER_MS);
    durable.then(
      () => this.settle(null),
      (error: unknown) => this.settle(error),
    );
  }

  /** The journal has the frame, or says why not; the room plays on either way, as a real one does. */
  private settle(error: unknown): void {
    if (this.state !== 'open' && this.state !== 'degraded') return;
    this.state = error === null ? 'open' : 'degraded';
    const code = error instanceof AgentError ? ` (${error.code})` : '';
    const problem = problemOf(error);
    this.problem =
      error === null ? null : { ...problem, message: `journal refused a frame${code}: ${problem.message}` };
  }

  private forgetBefore(atMs: number): void {
    const keep = this.recent.findIndex((frame) => frame.atMs >= atMs);
    if (keep !== 0) this.recent = keep < 0 ? [] : this.recent.slice(keep);
  }
}

/** Truth is for `livecue simulate`; live it is taken and let go, or it would pile up. */
function takeUntil(room: SimulatedRoom, untilMs: number): SimulatedEvent[] {
  const events = room.next(untilMs);
  room.truth();
  return events;
}
