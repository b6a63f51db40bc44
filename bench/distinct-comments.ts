import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROFILES } from '../edge-agent/src/ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../edge-agent/src/ingest/simulator/room.ts';

/** What people add to a comment when they do not repeat it. */
const ADDED = '的了吗呢吧啊呀哦嘛么有没要想看买好真多少大小新老红白黑蓝一二三四五六七八九十1234567890号款件个';

/** Comment texts of every recording in `folder`, oldest first, repeats and all. */
export function recordedTexts(folder: string): { readonly file: string; readonly texts: readonly string[] }[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.jsonl.gz')) : [];
  return files.sort().map((file) => ({ file, texts: textsOf(path.join(folder, file)) }));
}

function textsOf(file: string): string[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { data: { text?: string } }).data.text ?? ''); // prettier-ignore
}

/** Texts of a simulated selling room, repeats and all. */
function simulatedTexts(): string[] {
  const durationMs = 60 * 60_000;
  const room = createSimulatedRoom({ seed: 7, startMs: 0, durationMs, profile: PROFILES.standard, roomId: 'bench' });
  const texts: string[] = [];
  for (const { event } of room.next(durationMs)) if (event.type === 'live.comment.created') texts.push(event.data.text);
  return texts;
}

/**
 * `count` comments of which no two are equal, so that no cache can help: texts of a simulated selling room and of
 * the recordings, as they are while they are new, then with one character put in somewhere. Same seed, same texts.
 */
export function distinctComments(count: number, recordings: readonly { readonly texts: readonly string[] }[]): string[] {
  const bases = [...new Set([...simulatedTexts(), ...recordings.flatMap(({ texts }) => texts.slice(0, 20_000))])];
  const below = createBelow(20_261_122);
  const seen = new Set<string>();
  while (seen.size < count) {
    const base = bases[below(bases.length)] ?? '';
    let text = base;
    while (seen.has(text)) {
      const at = below(text.length + 1);
      text = text.slice(0, at) + (ADDED[below(ADDED.length)] ?? '') + text.slice(at);
    }
    seen.add(text);
  }
  return [...seen];
} // prettier-ignore

/** Whole numbers below a bound (mulberry32). */
function createBelow(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}
