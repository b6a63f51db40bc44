import { AgentConfig } from '@livecue/shared/contract';
import { parseLiveEvent } from '@livecue/shared/event';
import type { WindowResult } from '@livecue/shared/insight';
import { PROFILES } from '../edge-agent/src/ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../edge-agent/src/ingest/simulator/room.ts';
import { createStream } from '../edge-agent/src/stream/stream.ts';
import { toUplinkBodies } from '../edge-agent/src/sync/uplink-record.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const ROOM = 'scale';
const MINUTE_MS = 60_000;

export interface RoomRates {
  readonly joinsPerS: number;
  readonly products: number;
  readonly windowMs: number;
  readonly k: number;
  /** Records a second on average, by what they are. */
  readonly windows: number;
  readonly signals: number;
  readonly coverage: number;
  /** Most rows that one window gave: they leave at the same moment. */
  readonly burst: number;
}

/**
 * Plays a simulated room through the agent's stream and counts what would leave, for each window length and k. The
 * agent sends windows of 10 s; those of a minute are its sliding windows that end on whole minutes, as if they were
 * sent instead. Signals are counted at their most: one a minute for each product that k viewers stand behind.
 */
export function ratesOf(
  room: { readonly joinsPerS: number; readonly products: number; readonly minutes: number; readonly seed: number },
  ks: readonly number[],
): RoomRates[] {
  // prettier-ignore
  const { joinsPerS, products, minutes } = room;
  const closed = play(room);
  const minuteRows = closed.filter(({ spec, closeMs }) => spec.kind === 'sliding' && closeMs % MINUTE_MS === 0);
  const asTumbling = minuteRows.map((row): WindowResult => ({ ...row, spec: { kind: 'tumbling', lengthMs: MINUTE_MS } })); // prettier-ignore
  const seconds = minutes * 60;
  return ks.flatMap((k) => {
    const signals = toUplinkBodies(asTumbling, k).filter((body) => body.kind === 'window' && body.group.kind === 'product'); // prettier-ignore
    return [
      { windowMs: 10_000, rows: closed },
      { windowMs: MINUTE_MS, rows: asTumbling },
    ].map(({ windowMs, rows }) => {
      const bodies = toUplinkBodies(rows, k);
      const perWindow = new Map<number, number>();
      for (const body of bodies)
        if (body.kind === 'window') perWindow.set(body.windowStartMs, (perWindow.get(body.windowStartMs) ?? 0) + 1);
      return { joinsPerS, products, windowMs, k, windows: bodies.length / seconds, signals: signals.length / seconds, coverage: 1 / 60, burst: Math.max(...perWindow.values()) }; // prettier-ignore
    });
  });
}

function play({
  joinsPerS,
  products,
  minutes,
  seed,
}: {
  readonly joinsPerS: number;
  readonly products: number;
  readonly minutes: number;
  readonly seed: number;
}): WindowResult[] {
  // prettier-ignore
  const profile = { ...PROFILES.standard, joinsPerS, products };
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: minutes * MINUTE_MS, profile, roomId: ROOM });
  const resolveProduct = ({ productID, sku }: { productID?: string; sku?: string }) => productID ?? sku ?? '';
  const stream = createStream({ resolveProduct, roomOf: () => ROOM }, AgentConfig.parse({}).stream);
  const closed: WindowResult[] = [];
  for (let nowMs = START_MS + 1000; !room.ended; nowMs += 1000) {
    for (const { event } of room.next(nowMs)) {
      const parsed = parseLiveEvent(event, nowMs);
      if (!parsed.ok) throw new Error(`the simulated room made an event that is not valid: ${parsed.detail}`);
      if (stream.admit(parsed.event, nowMs) === null) stream.add(parsed.event, null);
    }
    closed.push(...stream.tick(nowMs));
  }
  return closed;
}
