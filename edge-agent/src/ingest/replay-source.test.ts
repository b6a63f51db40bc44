import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import type { FrameSink } from '../ports.ts';
import { createLogger } from '../runtime/logger.ts';
import { createCanonicalDecoder } from './canonical/decoder.ts';
import { createReplaySource, readEventFile, type ReplaySourceConfig } from './replay-source.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'livecue-events-'));
afterAll(() => rmSync(folder, { recursive: true }));
const decode = createCanonicalDecoder({ maxClockSkewMs: 1e15, maxFrameBytes: 1 << 24 });
const never = new AbortController().signal;
const T0 = Date.UTC(2026, 0, 15, 12);
let files = 0;

function write(lines: readonly string[], gzip = false): string {
  const file = path.join(folder, `${files++}.jsonl${gzip ? '.gz' : ''}`);
  const bytes = Buffer.from(lines.join('\n'));
  writeFileSync(file, gzip ? gzipSync(bytes) : bytes);
  return file;
}

const line = (id: string, afterMs: number | null) =>
  JSON.stringify({ id, source: 'live/demo/1', type: 'live.like.added', ...(afterMs === null ? {} : { time: new Date(T0 + afterMs).toISOString() }), data: { count: 1 } }); // prettier-ignore

/** A clock that moves only when somebody sleeps, and a sink that notes when what came. */
function createStage(startMs: number) {
  let nowMs = startMs;
  const seen: { event: LiveEvent; atMs: number }[] = [];
  const sleeps: number[] = [];
  const sink: FrameSink = {
    full: false,
    ready: () => Promise.resolve(),
    accept(frame) {
      const decoded = decode(frame);
      for (const event of decoded.events) seen.push({ event, atMs: nowMs });
      return { decoded, durable: Promise.resolve() };
    },
  };
  const sleep = (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    sleeps.push(ms);
    nowMs += ms;
    return Promise.resolve();
  };
  const logger = createLogger({ write: () => undefined, nowMs: () => 0 }, 'error');
  return { seen, sleeps, ports: { sink, sleep, nowMs: () => nowMs, logger } };
}

async function play(config: Partial<ReplaySourceConfig> & Pick<ReplaySourceConfig, 'files'>, startMs = 5_000_000) {
  const stage = createStage(startMs);
  const source = createReplaySource(stage.ports, { name: 'replay', speed: 1, shiftToNow: false, quietLimitMs: 5000, ...config });
  await source.start(never);
  await source.finished;
  await source.stop();
  return { ...stage, source };
} // prettier-ignore

describe('replay source', () => {
  it.each([
    [1, [0, 1000, 1500, 61_500]],
    [10, [0, 100, 150, 6150]],
    [50, [0, 20, 30, 1230]],
  ])('gives each event when it is due at %i times the recorded speed', async (speed, due) => {
    const lines = [0, 1000, 1500, 61_500].map((afterMs, index) => line(`a:${index}`, afterMs));
    const { seen } = await play({ files: [write(lines)], speed });
    expect(seen.map(({ atMs }) => atMs - 5_000_000)).toEqual(due);
    expect(seen.map(({ event }) => event.eventTimeMs - T0)).toEqual([0, 1000, 1500, 61_500]);
    expect(seen.every(({ event, atMs }) => event.ingestTimeMs === atMs)).toBe(true);
  });

  it('does not wait at max', async () => {
    const { seen, sleeps } = await play({ files: [write([line('a:0', 0), line('a:1', 3_600_000)])], speed: 'max' });
    expect([seen.length, sleeps]).toEqual([2, []]);
  });

  it('gives an event that is out of order with those before it, and one without time too', async () => {
    const lines = [line('a:0', 0), line('a:1', 2000), line('a:2', 500), line('a:3', null), line('a:4', 3000)];
    const { seen } = await play({ files: [write(lines)] });
    expect(seen.map(({ atMs }) => atMs - 5_000_000)).toEqual([0, 2000, 2000, 2000, 3000]);
    expect(seen[3]!.event).toMatchObject({ eventTimeFrom: 'ingest', eventTimeMs: 5_002_000 });
  });

  it('moves the times of a rehearsal to now, at its speed, and keeps the disorder', async () => {
    const lines = [0, 4000, 2000, 8000].map((afterMs, index) => line(`a:${index}`, afterMs));
    const { seen } = await play({ files: [write(lines)], speed: 2, shiftToNow: true }, T0 + 1e9);
    expect(seen.map(({ event }) => event.eventTimeMs - T0 - 1e9)).toEqual([0, 2000, 1000, 4000]);
    expect(seen.map(({ event, atMs }) => atMs - event.eventTimeMs)).toEqual([0, 0, 1000, 0]);
  });

  it('keeps every digit of numeric ids in a rehearsal', async () => {
    const lines = [line('a:0', 0).replace('"a:0"', '9007199254740993')];
    const { seen } = await play({ files: [write(lines)], shiftToNow: true });
    expect(seen[0]!.event.id).toBe('9007199254740993');
  });

  it('counts bad lines, names file, line and reason, and goes on', async () => {
    const first = write([line('a:0', 0), '', 'not json', line('a:1', 100), line('a:2', 5000)]);
    const second = write([line('b:0', 50), '{"type":"live.dance.added"}', line('b:1', 6000)], true);
    for (const shiftToNow of [false, true]) {
      const { source, seen } = await play({ files: [first, second], shiftToNow });
      expect(seen.map(({ event }) => event.id)).toEqual(['a:0', 'b:0', 'a:1', 'a:2', 'b:1']);
      expect(source.badLines).toEqual([
        { file: first, line: 3, reason: 'malformed', detail: expect.any(String) },
        { file: second, line: 2, reason: 'unknown-kind', detail: expect.any(String) },
      ]);
      expect(source.health(0)).toMatchObject({ state: 'idle', events: 5, drops: { malformed: 1, 'unknown-kind': 1 } });
    }
  });

  it('refuses a speed outside 1 to 50', async () => {
    for (const speed of [0, 0.5, 51, Number.NaN]) {
      await expect(play({ files: [write([])], speed })).rejects.toMatchObject({ code: 'configuration' });
    }
  });

  it('gives what a broken archive still holds, then fails and names the file', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => line(`a:${index}`, index));
    const file = path.join(folder, 'cut.jsonl.gz');
    const whole = gzipSync(lines.join('\n'));
    writeFileSync(file, whole.subarray(0, whole.length - 2000));
    const stage = createStage(0);
    const source = createReplaySource(stage.ports, { name: 'replay', files: [file], speed: 'max', shiftToNow: false, quietLimitMs: 1 });
    await source.start(never);
    await expect(source.finished).rejects.toMatchObject({ code: 'input', message: expect.stringContaining(file) });
    expect(stage.seen.length).toBeGreaterThan(1000);
    expect(source.health(0)).toMatchObject({ state: 'failed', problem: expect.stringContaining(file) });
    await source.stop();
  }); // prettier-ignore
});

describe('reading event files', () => {
  const read = async (names: string | string[], maxLines?: number) => {
    const frames = [];
    for await (const each of readEventFile(names, maxLines)) frames.push(each);
    return frames;
  };
  const idsOf = (frames: Awaited<ReturnType<typeof read>>) => frames.flatMap(({ frame }) => decode(frame).events.map(({ id }) => id)); // prettier-ignore

  it('gives the same events from a plain and a compressed file, in frames of at most so many lines', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => line(`a:${index}`, index));
    for (const gzip of [false, true]) {
      const frames = await read(write(lines, gzip), 100);
      expect(idsOf(frames)).toEqual(lines.map((_, index) => `a:${index}`));
      expect(Math.max(...frames.map(({ frame }) => decode(frame).events.length))).toBe(100);
      for (const { frame, firstLine } of frames) expect(decode(frame).events[0]!.id).toBe(`a:${firstLine - 1}`);
      expect(frames.at(-1)!.frame).toMatchObject({ ingestTimeMs: T0 + 4999, encoding: 'jsonl', sourceName: 'replay' });
    }
  });

  it('merges files by event time for any recordings, equal times in the order of the files', async () => {
    const recording = fc.array(fc.nat({ max: 30 }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(fc.array(recording, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 8 }), async (all, maxLines) => {
        const names = all.map((times, file) => write(times.map((afterMs, index) => line(`${file}:${index}`, afterMs))));
        // Oracle: a stable sort by the newest time so far within each file.
        const keyed = all.flatMap((times, file) => times.map((_, index) => ({ id: `${file}:${index}`, key: Math.max(...times.slice(0, index + 1)) })));
        expect(idsOf(await read(names, maxLines))).toEqual(keyed.toSorted((a, b) => a.key - b.key).map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  }); // prettier-ignore

  it('keeps lines whole that are longer than what is read at once, and a last line without an end', async () => {
    const long = line('a:1', 1).replace(
      '"data":',
      `"subject":"${'x'.repeat(500)}","extra":"${'y'.repeat(700_000)}","data":`,
    );
    for (const gzip of [false, true]) {
      const frames = await read(write([line('a:0', 0), long, line('a:2', 2)], gzip));
      expect(idsOf(frames)).toEqual(['a:0', 'a:1', 'a:2']);
    }
  });

  it('is not misled by a viewer who writes "time"', async () => {
    const text = JSON.stringify({ id: 'a:0', source: 'live/demo/1', type: 'live.comment.created', data: { text: 'x "time":"2099-01-01T00:00:00Z" "time"', author: { identifier: 'v' } }, time: new Date(T0).toISOString() });
    expect((await read(write([text])))[0]!.frame.ingestTimeMs).toBe(T0);
  }); // prettier-ignore

  it('names a file that is not there, and a folder', async () => {
    const missing = path.join(folder, 'missing.jsonl');
    await expect(read(missing)).rejects.toMatchObject({ code: 'input', message: expect.stringContaining(`${missing}: there is no such file`) });
    await expect(read(folder)).rejects.toMatchObject({ code: 'input', message: expect.stringContaining(folder) });
    expect(await read(write(['']))).toEqual([]);
  }); // prettier-ignore
});
