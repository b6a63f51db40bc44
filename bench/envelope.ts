import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROFILES } from '../edge-agent/src/ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../edge-agent/src/ingest/simulator/room.ts';

/** How the rate goes up and down: one value a second, mean 1 over all of them. */
export interface Envelope {
  readonly from: string;
  readonly perSecond: readonly number[];
  /** Texts of the recording, for comments as they are really written. */
  readonly texts: readonly string[];
}

const SMOOTH_SECONDS = 10;

/** Comment times (s) and texts of the longest recording beside the checkout, or of a simulated room. */
function recording(roomsFolder: string): { from: string; seconds: number[]; texts: string[] } {
  const files = existsSync(roomsFolder) ? readdirSync(roomsFolder).filter((file) => file.endsWith('.jsonl.gz')) : [];
  const file = files.sort().at(-1);
  const seconds: number[] = [];
  const texts: string[] = [];
  const take = (event: { time?: string; data: unknown }) => {
    seconds.push(Math.floor(Date.parse(event.time ?? '') / 1000));
    const { text } = event.data as { text: string };
    if (texts.length < 20_000) texts.push(text);
  };
  if (file !== undefined) {
    for (const line of gunzipSync(readFileSync(path.join(roomsFolder, file)))
      .toString('utf8')
      .split('\n')) {
      if (line !== '') take(JSON.parse(line) as { time?: string; data: unknown });
    }
    return { from: file, seconds, texts };
  }
  const room = createSimulatedRoom({
    seed: 1,
    startMs: 0,
    durationMs: 20 * 60_000,
    profile: PROFILES.standard,
    roomId: 'bench',
  });
  for (const { event } of room.next(20 * 60_000)) if (event.type === 'live.comment.created') take(event);
  return { from: 'simulated room, seed 1', seconds, texts };
}

/**
 * The loudest stretch of a recording, `length` seconds long (60 s when more is asked for: the bench then
 * plays it again). Counts are smoothed over 10 s before scaling: at a few comments a
 * second the rest is shot noise, which a rate a thousand times higher does not have.
 */
export function loudestStretch(roomsFolder: string, length: number): Envelope {
  const span = Math.min(60, Math.ceil(length));
  const { from, seconds, texts } = recording(roomsFolder);
  const first = seconds[0] ?? 0;
  const counts: number[] = new Array<number>((seconds.at(-1) ?? 0) - first + 1).fill(0);
  for (const second of seconds) counts[second - first] = (counts[second - first] ?? 0) + 1;
  const smooth = counts.map((_, at) => {
    const part = counts.slice(Math.max(0, at - SMOOTH_SECONDS / 2), at + SMOOTH_SECONDS / 2);
    return part.reduce((sum, count) => sum + count, 0) / part.length;
  });
  let peak = 0;
  for (let at = 0; at < smooth.length; at++) if ((smooth[at] ?? 0) > (smooth[peak] ?? 0)) peak = at;
  const start = Math.min(Math.max(0, peak - Math.floor(span / 2)), Math.max(0, smooth.length - span));
  const stretch = smooth.slice(start, start + span);
  const mean = stretch.reduce((sum, value) => sum + value, 0) / stretch.length;
  return { from, perSecond: stretch.map((value) => value / mean), texts };
}
