import type { CanonicalEvent, EventType } from '@livecue/shared/event';
import { type Agenda, createAgenda } from './agenda.ts';
import { nextCandidateMs, type Rate } from './hawkes.ts';
import { createSynchronisedRandom } from './host-random.ts';
import { createRandom, type Random } from './random.ts';
import type { TruthItem } from './truth.ts';

export type DataOf<T extends EventType> = Extract<CanonicalEvent, { type: T }>['data'];

/** An event as a connector would send it; `timeMs` is its event time, Unix ms. */
export interface SimulatedEvent {
  readonly timeMs: number;
  readonly event: CanonicalEvent;
}

/** What all processes of a room share: its time, its chance, and its way out. */
export interface World {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly startMs: number;
  /** Event time now: whole milliseconds. */
  readonly nowMs: number;
  /** Sends an event that happens now; returns its id, or null when the studio is cut off and nobody gets it. */
  emit<T extends EventType>(type: T, data: DataOf<T>): string | null;
  tell(item: TruthItem): void;
  /** Calls the watcher with what is sent and told from now on, right after it is. */
  watch(watcher: Watcher): void;
  /** Runs `act` now, or shortly after the silence is over. */
  whenHeard(act: () => void): void;
  readonly silent: boolean;
  /** Cuts the studio off for a while; `onEnd` is told how many events nobody got. */
  silence(lengthMs: number, onEnd: (suppressedEvents: number) => void): void;
  /** Runs `act` at that time, or when the show ends before it: for telling what has come true. */
  closeAt(timeMs: number, act: () => void): void;
  /** The show is over: what `closeAt` planned is done now, everything else is forgotten. */
  end(): void;
  /** A stream of its own for a part of what `stream` draws where chance is synchronised, else `stream` itself. */
  lane(stream: Random, name: string): Random;
  /** Runs `act` at the times of a Poisson process with that rate, thinned to what the rate is at each candidate. */
  arrivals(random: Random, rate: Rate, act: () => void): void;
}

export interface Watcher {
  readonly emitted?: (event: CanonicalEvent) => void;
  readonly told?: (item: TruthItem) => void;
}

/** What has happened since it was last asked. */
export interface WorldOutput {
  events(): SimulatedEvent[];
  truth(): TruthItem[];
}

export interface WorldConfig {
  readonly seed: number;
  readonly startMs: number;
  readonly roomId: string;
  /**
   * True: chance goes by the name of its stream and the time of the action (common random numbers), so that two
   * rooms of one seed in which somebody acts differently differ by what follows from that alone.
   */
  readonly synchronised?: boolean;
}

export function createWorld(config: WorldConfig): { world: World; output: WorldOutput } {
  const { startMs, roomId } = config;
  const agenda = createAgenda(startMs);
  const synchronised = config.synchronised === true;
  const random = synchronised ? createSynchronisedRandom(config.seed, () => agenda.nowMs) : createRandom(config.seed);
  const watchers: Watcher[] = [];
  // A room that is started again must not repeat ids of its last run: they would be dropped as duplicates.
  const idStart = `simulator:${startMs.toString(36)}-${roomId}-`;
  const sources = { live: `live/simulator/${roomId}`, shop: `shop/simulator/${roomId}` };
  let sequence = 0;
  let events: SimulatedEvent[] = [];
  let truth: TruthItem[] = [];
  let silentUntilMs = startMs;
  let suppressed = 0;
  const closings = new Set<() => void>();

  const world: World = {
    agenda,
    random,
    startMs,
    get nowMs() {
      return Math.floor(agenda.nowMs);
    },
    get silent() {
      return agenda.nowMs < silentUntilMs;
    },
    emit(type, data) {
      if (world.silent) {
        suppressed += 1;
        return null;
      }
      sequence += 1;
      const timeMs = world.nowMs;
      // `type` and `data` belong together by the signature, which the union cannot show the compiler.
      const event = {
        specversion: '1.0',
        id: idStart + String(sequence),
        source: type.startsWith('shop.') ? sources.shop : sources.live,
        type,
        time: new Date(timeMs).toISOString(),
        historical: false,
        idquality: 'native',
        data,
      } as CanonicalEvent;
      events.push({ timeMs, event });
      for (const watcher of watchers) watcher.emitted?.(event);
      return event.id;
    },
    tell(item) {
      truth.push(item);
      for (const watcher of watchers) watcher.told?.(item);
    },
    watch: (watcher) => void watchers.push(watcher),
    whenHeard(act) {
      if (world.silent) agenda.at(silentUntilMs, act);
      else act();
    },
    silence(lengthMs, onEnd) {
      // Whole milliseconds, so that no event of the silence shares its time with one that is heard.
      silentUntilMs = Math.ceil(agenda.nowMs) + lengthMs;
      suppressed = 0;
      world.closeAt(silentUntilMs, () => onEnd(suppressed));
    },
    closeAt(timeMs, act) {
      const close = (): void => {
        if (closings.delete(close)) act();
      };
      closings.add(close);
      agenda.at(timeMs, close);
    },
    end() {
      for (const close of [...closings]) close();
      agenda.clear();
    },
    lane: (stream, name) => (synchronised ? stream.fork(name) : stream),
    arrivals(stream, rate, act) {
      // What `act` draws must not move the times.
      const times = world.lane(stream, 'times');
      const planNext = (): void => {
        const timeMs = nextCandidateMs(times, agenda.nowMs, rate.maxPerS);
        if (!Number.isFinite(timeMs)) return;
        agenda.at(timeMs, () => {
          if (times.chance(rate.perS(timeMs) / rate.maxPerS)) act();
          planNext();
        });
      };
      planNext();
    },
  };
  const output: WorldOutput = {
    events() {
      const taken = events;
      events = [];
      return taken;
    },
    truth() {
      const taken = truth;
      truth = [];
      return taken;
    },
  };
  return { world, output };
}
