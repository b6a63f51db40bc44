import { afterEach, describe, expect, it } from 'vitest';
import type { GapRecord, UplinkBody, WindowRecord } from '@livecue/shared/contract';
import { mergeCounts } from '@livecue/shared/merge';
import { StoreEngine } from './store-engine.ts';
import { promptBody, START_MS, temporaryFolder } from './testing/kit.ts';

const MINUTE_MS = 60_000;
const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function windowBody(atMs: number, revision = 0, events = 1): WindowRecord {
  const counts = {
    ...mergeCounts([]),
    events,
    audience: { last: events, max: events + 5, eventTimeMs: START_MS + atMs },
  };
  return { kind: 'window', roomId: 'main', group: { kind: 'room' }, windowStartMs: START_MS + atMs, windowLengthMs: 10_000, revision, counts }; // prettier-ignore
}

/** Windows of so many minutes, six a minute. */
const minutes = (count: number) => Array.from({ length: 6 * count }, (_, n) => windowBody(n * 10_000));

function open(outboxRows: number) {
  const { path, remove } = temporaryFolder();
  cleanups.push(remove);
  const notes: string[] = [];
  const start = () => {
    const engine = new StoreEngine({ folder: path, reserveBytes: 4096, reopenAfterMs: 0, monotonicMs: () => 0, outboxRows, note: (level, text) => void notes.push(`${level} ${text}`) }); // prettier-ignore
    engine.open(START_MS);
    cleanups.push(() => engine.close());
    return engine;
  };
  let steps = 0;
  const write = (engine: StoreEngine, outbox: readonly UplinkBody[]) =>
    engine.write({ packs: [], step: { offer: `s${++steps}`, journalPosition: 0, put: [], del: [], seen: [], outbox: outbox.map((body) => JSON.stringify(body)), showLog: [], keepShows: { shows: 30, days: 90 }, nowMs: START_MS } }); // prettier-ignore
  const waiting = (engine: StoreEngine) => engine.readOutbox(0, 100_000).rows.map(({ seq, body }) => ({ seq, body: JSON.parse(body) as UplinkBody })); // prettier-ignore
  return { start, write, waiting, notes };
}

const gapsOf = (rows: { body: UplinkBody }[]) => rows.map(({ body }) => body).filter((body): body is GapRecord => body.kind === 'gap'); // prettier-ignore
const settle = (engine: StoreEngine) => {
  for (let n = 0; n < 30; n++) engine.tick(true);
};

describe('a backlog beyond its bound', () => {
  it('has its settled windows merged by the minute: highest revisions, spans, and a gap that names the numbers', () => {
    const { start, write, waiting, notes } = open(500);
    const engine = start();
    write(engine, [...minutes(85), windowBody(20_000, 1, 100), promptBody(1)]);
    engine.tick(true);
    const rows = waiting(engine);
    const [first] = rows.filter(({ body }) => body.kind === 'window' && body.windowLengthMs === MINUTE_MS);
    expect(first!.seq).toBe(513);
    expect(first!.body).toMatchObject({ windowStartMs: START_MS, revision: 0, counts: { events: 105, audience: { last: 1, max: 105 } }, covers: [[START_MS, START_MS + MINUTE_MS]] }); // prettier-ignore
    expect(gapsOf(rows)).toEqual([{ kind: 'gap', roomId: 'main', reason: 'merged', fromMs: START_MS, toMs: START_MS + 600_000, windows: 61, signals: 0, seqs: [[1, 60], [511, 511]], revision: 0 }]); // prettier-ignore
    expect(rows.filter(({ body }) => body.kind === 'prompt')).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining('merged into longer ones')]);
    // Below the bound it stays as it is, and the last 70 minutes in any case.
    settle(engine);
    expect(waiting(engine)).toEqual(rows);
    // Each number leads to its leaf still, the gap among them.
    expect(engine.unproven(1_000).leaves).toHaveLength(523);
  });

  it('merges no window of which a newer revision may have been acknowledged', () => {
    const { start, write, waiting } = open(100);
    const engine = start();
    const { epoch } = engine.recover();
    write(engine, [...minutes(15), windowBody(20_000, 1, 100), ...minutes(100).slice(90)]);
    engine.acknowledge({ epoch, contiguous: 0, ranges: [[91, 91]] }, START_MS);
    engine.tick(true);
    const [gap] = gapsOf(waiting(engine));
    expect(gap).toMatchObject({ reason: 'merged', seqs: [[92, 121]] });
  });

  it('is merged by the hour when minutes are not enough, and dropped from its oldest when nothing can be merged', () => {
    const { start, write, waiting, notes } = open(500);
    const engine = start();
    write(engine, minutes(200));
    settle(engine);
    const rows = waiting(engine);
    const lengths = rows.flatMap(({ body }) => (body.kind === 'window' ? [body.windowLengthMs] : []));
    expect(lengths.filter((length) => length === 3_600_000)).toHaveLength(2);
    expect(gapsOf(rows).every(({ reason }) => reason === 'merged')).toBe(true);
    write(
      engine,
      Array.from({ length: 2_000 }, (_, n) => windowBody(n, 0)),
    );
    settle(engine);
    const dropped = gapsOf(waiting(engine)).filter(({ reason }) => reason === 'dropped');
    expect(dropped.length).toBeGreaterThan(0);
    expect(waiting(engine).length).toBeLessThanOrEqual(500);
    expect(notes.filter((note) => note.startsWith('error'))).toEqual([expect.stringContaining('the cloud is told which')]); // prettier-ignore
  });

  it('keeps in a new epoch what was dropped, without numbers, and forgets what was merged', () => {
    const { start, write, waiting } = open(100);
    const engine = start();
    write(engine, minutes(100));
    settle(engine);
    expect(new Set(gapsOf(waiting(engine)).map(({ reason }) => reason))).toEqual(new Set(['merged', 'dropped']));
    const { epoch } = engine.recover();
    engine.acknowledge({ epoch: epoch + 5, contiguous: 0, ranges: [] }, START_MS);
    const rows = waiting(engine);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, n) => n + 1));
    for (const gap of gapsOf(rows)) expect(gap).toMatchObject({ reason: 'dropped', seqs: [] });
    expect(gapsOf(rows).length).toBeGreaterThan(0);
    expect(engine.unproven(1_000).leaves).toHaveLength(rows.length);
  });
});
