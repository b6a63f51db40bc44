import { parseLiveEvent } from '@livecue/shared/event';
import { AgentConfig } from '@livecue/shared/contract';
import type { RoomAnomaly } from '@livecue/shared/insight';
import { createRandom } from '../../edge-agent/src/ingest/simulator/random.ts';
import { type InjectionPlan, type Profile, PROFILES } from '../../edge-agent/src/ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../../edge-agent/src/ingest/simulator/room.ts';
import type { TruthItem } from '../../edge-agent/src/ingest/simulator/truth.ts';
import { createStream } from '../../edge-agent/src/stream/stream.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const ROOM = 'bench';
/** Nothing is injected before, so that a room has a past. */
const FIRST_MS = 300_000;
const GAP_MS = 90_000;

export const RATES = [12, 36, 100] as const;

/** One of each trouble, twice, in a shuffled order and with shuffled gaps, among bursts that are no trouble. */
function plans(seed: number): InjectionPlan[] {
  const random = createRandom(seed).fork('anomalies');
  const kinds: ((atMs: number) => InjectionPlan)[] = [
    (atMs) => ({ kind: 'bot-likes', atMs, durationMs: random.between(15_000, 40_000), accounts: 4 + random.below(8) }),
    (atMs) => ({ kind: 'bot-comments', atMs, durationMs: random.between(15_000, 25_000), accounts: 6 + random.below(6), perS: random.between(3, 6) }),
    (atMs) => ({ kind: 'viewer-drop', atMs, durationMs: random.between(3000, 12_000), share: random.between(0.25, 0.6) }),
    (atMs) => ({ kind: 'payment-outage', atMs, durationMs: random.between(120_000, 240_000) }),
    (atMs) => ({ kind: 'feed-silence', atMs, durationMs: random.between(30_000, 90_000) }),
    (atMs) => ({ kind: 'question-burst', atMs, link: null, intent: null, viewers: 20, burstMs: 6000, tailViewers: 8, tailMs: 20_000 }),
    (atMs) => ({ kind: 'interest-surge', atMs, link: null, durationMs: 60_000, share: 0.6 }),
  ]; // prettier-ignore
  const list: InjectionPlan[] = [];
  let atMs = FIRST_MS;
  for (const make of [...shuffled(kinds, random.unit), ...shuffled(kinds, random.unit)]) {
    const plan = make(atMs + random.between(0, 60_000));
    list.push(plan);
    atMs = plan.atMs + ('durationMs' in plan ? plan.durationMs : 26_000) + GAP_MS;
  }
  return list;
}

function shuffled<T>(list: readonly T[], unit: () => number): T[] {
  const out = [...list];
  for (let at = out.length - 1; at > 0; at--) {
    const other = Math.floor(unit() * (at + 1));
    [out[at], out[other]] = [out[other]!, out[at]!];
  }
  return out;
}

export interface PlayedRoom {
  readonly truth: readonly TruthItem[];
  readonly told: readonly RoomAnomaly[];
  readonly hours: number;
}

/** A simulated room with troubles, through the stream of the agent: every anomaly that its view has told. */
export function playRoom(seed: number, minutes: number, joinsPerS: number, calm = false): PlayedRoom {
  const profile: Profile = { ...PROFILES.standard, joinsPerS, cycle: null, injections: calm ? [] : plans(seed) };
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: minutes * 60_000, profile, roomId: ROOM });
  const config = AgentConfig.parse({}).stream;
  const stream = createStream({ resolveProduct: ({ productID, sku }) => productID ?? sku ?? '', roomOf: () => ROOM }, config); // prettier-ignore
  const told = new Map<string, RoomAnomaly>();
  const truth: TruthItem[] = [];
  for (let nowMs = START_MS + 1000; !room.ended; nowMs += 1000) {
    for (const { event } of room.next(nowMs)) {
      const parsed = parseLiveEvent(event, nowMs);
      if (!parsed.ok) throw new Error(`the simulated room made an event that is not valid: ${parsed.detail}`);
      if (stream.admit(parsed.event, nowMs) === null) stream.add(parsed.event, null);
    }
    truth.push(...room.truth());
    stream.tick(nowMs);
    for (const anomaly of stream.view(ROOM).anomalies) {
      told.set(`${anomaly.kind}/${anomaly.startMs}/${anomaly.reasons[0]!.series}`, anomaly);
    }
  }
  truth.push(...room.truth());
  return { truth, told: [...told.values()], hours: minutes / 60 };
}
