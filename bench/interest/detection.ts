import { createStream } from '../../edge-agent/src/stream/stream.ts';
import type { RoomView } from '../../edge-agent/src/core-ports.ts';
import { SURGE } from '../../edge-agent/src/advise/rules/interest-surge.ts';
import type { Fed } from './shows.ts';

const STREAM = {
  maxOutOfOrderMs: 2_000,
  allowedLatenessMs: 60_000,
  maxClockSkewMs: 300_000,
  idleSourceMs: 5_000,
  sessionGapMs: 30_000,
};
const TICK_MS = 500;
const OFF_DELAY_MS = 10_000;

/** A surge as the detector had it: from its crossing to 10 s below the lower threshold. */
export interface Episode {
  readonly productId: string;
  readonly fromMs: number;
  toMs: number;
  /** Least p-value of the first 10 s. */
  pValue: number;
}

/** A cue that the time on a product is past its peak. */
export interface PeakCue {
  readonly productId: string;
  readonly sinceMs: number;
  readonly atMs: number;
  readonly peakMs: number;
}

export interface Found {
  readonly surges: Episode[];
  readonly peaks: PeakCue[];
}

/** Feeds a show to the stream layer of the agent, and reads it every half second of event time. */
export function detect(fed: readonly Fed[], enter = SURGE.enter): Found {
  const stream = createStream(
    { resolveProduct: (ref) => ref.productID ?? ref.sku ?? '', roomOf: () => 'main' },
    STREAM,
  );
  const watch = createWatch(enter);
  let nextMs = (fed[0]?.event.eventTimeMs ?? 0) + TICK_MS;
  for (const { event, prediction } of fed) {
    for (; nextMs <= event.eventTimeMs; nextMs += TICK_MS) {
      stream.tick(nextMs);
      watch.read(stream.view('main'));
    }
    if (stream.admit(event, event.eventTimeMs) === null) stream.add(event, prediction);
  }
  return watch.found;
}

function createWatch(enter: number): { readonly found: Found; read(view: RoomView): void } {
  const found: Found = { surges: [], peaks: [] };
  const open = new Map<string, Episode>();
  let peakOf: number | null = null;

  const readPeak = (view: RoomView) => {
    const { explaining } = view;
    if (explaining === null || explaining.sinceMs === peakOf) return;
    const peak = view.interest(explaining.productId).pastPeak;
    if (peak === null || peak.strength < 1) return;
    peakOf = explaining.sinceMs;
    found.peaks.push({ ...explaining, atMs: view.nowMs, peakMs: peak.peakMs });
  };
  return {
    found,
    read(view) {
      readPeak(view);
      const explained = view.explaining?.productId ?? null;
      for (const productId of view.productIds) {
        const { pValue, level } = view.interest(productId);
        const episode = open.get(productId);
        if (episode !== undefined) {
          if (view.nowMs - episode.fromMs <= OFF_DELAY_MS) episode.pValue = Math.min(episode.pValue, pValue);
          if (pValue <= SURGE.exit) episode.toMs = view.nowMs;
          else if (view.nowMs - episode.toMs >= OFF_DELAY_MS) open.delete(productId);
          continue;
        }
        if (productId === explained || pValue > enter || level < SURGE.leastLevel) continue;
        const started = { productId, fromMs: view.nowMs, toMs: view.nowMs, pValue };
        open.set(productId, started);
        found.surges.push(started);
      }
    },
  };
}
