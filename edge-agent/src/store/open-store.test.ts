import { copyFileSync, cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SEEN_SCOPES, type Seen, type SeenId } from '../core-ports.ts';
import { openStore, type OpenedStoreParts } from './open-store.ts';
import { SCHEMA_VERSION } from './store-schema.ts';
import { frameOf, promptBody, recordingLogger, START_MS, stepOf, temporaryFolder, textOf } from './testing/kit.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  return made.path;
}

async function open(path: string, nowMs = START_MS) {
  const logger = recordingLogger();
  const parts = await openStore({
    folder: path,
    agentId: 'studio-1',
    nowMs: () => nowMs,
    logger,
    groupCommitMs: 1,
    reserveBytes: 64 * 1024,
  });
  cleanups.push(() => parts.stop());
  return { ...parts, lines: logger.lines };
}

async function journalled({ store }: Pick<OpenedStoreParts, 'store'>) {
  const found: [number, string][] = [];
  for await (const { position, frame } of store.journalFrames()) found.push([position, textOf(frame)]);
  return found;
}

describe('journal', () => {
  it('gives back frames after the position of the last step, byte for byte and in order', async () => {
    const path = folder();
    const first = await open(path);
    const bytes = new Uint8Array([0, 1, 255, 128]);
    const a = first.store.appendFrame(frameOf('gone'));
    const b = first.store.appendFrame({ sourceName: '弹幕', ingestTimeMs: START_MS + 0.5, encoding: 'msgpack', bytes });
    bytes.fill(9); // The caller's buffer is the caller's.
    const c = first.store.appendFrame(frameOf(''));
    expect([a.position, b.position, c.position]).toEqual([1, 2, 3]);
    await Promise.all([a.durable, b.durable, c.durable]);
    await first.store.commitStep(stepOf({ journalPosition: 1 }));
    await first.stop();

    const second = await open(path);
    const frames = [];
    for await (const entry of second.store.journalFrames()) frames.push(entry);
    expect(frames.map(({ position }) => position)).toEqual([2, 3]);
    expect(frames[0]!.frame).toMatchObject({ sourceName: '弹幕', ingestTimeMs: START_MS + 0.5, encoding: 'msgpack' });
    expect([...frames[0]!.frame.bytes]).toEqual([0, 1, 255, 128]);
    expect(second.store.appendFrame(frameOf('next')).position).toBe(4);
  });

  it('commits a burst of frames in few transactions', async () => {
    const path = folder();
    const opened = await open(path);
    await Promise.all(Array.from({ length: 2000 }, (_, n) => opened.store.appendFrame(frameOf(`frame ${n}`)).durable));
    expect((await journalled(opened)).map(([, text]) => text)).toEqual(
      Array.from({ length: 2000 }, (_, n) => `frame ${n}`),
    );
    await opened.stop();
    const database = new DatabaseSync(join(path, 'livecue.db'));
    expect((database.prepare('SELECT count(*) AS packs FROM journal').get() as { packs: number }).packs).toBeLessThan(
      20,
    );
    database.close();
  });

  it('stays bounded on disk while steps follow the frames', async () => {
    const path = folder();
    const opened = await open(path);
    for (let round = 0; round < 150; round++) {
      const { position, durable } = opened.store.appendFrame(frameOf('x'.repeat(300_000)));
      await durable;
      await opened.store.commitStep(stepOf({ journalPosition: position }));
    }
    expect(opened.store.status().journalBytes).toBeLessThan(5_000_000);
    const onDisk = readdirSync(path).reduce((sum, name) => sum + readFileSync(join(path, name)).length, 0);
    expect(onDisk).toBeLessThan(20_000_000); // 45 MB went through.
  });

  it('refuses a pack whose bytes have changed on disk, and says which', async () => {
    const path = folder();
    const first = await open(path);
    await first.store.appendFrame(frameOf('precious')).durable;
    await first.stop();
    const database = new DatabaseSync(join(path, 'livecue.db'));
    database.exec("UPDATE journal SET frames = CAST(replace(CAST(frames AS TEXT), 'precious', 'precioux') AS BLOB)");
    database.exec("UPDATE journal SET frames = x'00' || frames WHERE length(frames) < 10");
    database.close();
    const second = await open(path);
    await expect(journalled(second)).rejects.toMatchObject({
      code: 'disk-failed',
      message: expect.stringContaining('frames 1 to 1'),
    });
  });
});

describe('epoch', () => {
  it('is kept over restarts and counts seconds since 2026 in a new folder', async () => {
    const path = folder();
    const first = await open(path);
    expect(first.outbox.epoch).toBe(START_MS / 1000 - Date.UTC(2026, 0, 1) / 1000);
    await first.stop();
    expect((await open(path, START_MS + 99_000)).outbox.epoch).toBe(first.outbox.epoch);
  });

  it('rises when an older copy of the database is put back, and numbers what waits from 1', async () => {
    const path = folder();
    const database = join(path, 'livecue.db');
    const first = await open(path);
    await first.store.commitStep(stepOf({ outbox: [promptBody(1), promptBody(2), promptBody(3)] }));
    await first.outbox.acknowledge({ epoch: first.outbox.epoch, contiguous: 1, ranges: [] });
    await first.stop();
    copyFileSync(database, `${database}.backup`);
    const second = await open(path);
    await second.stop();
    copyFileSync(`${database}.backup`, database);
    const third = await open(path);
    expect(third.outbox.epoch).toBe(first.outbox.epoch + 1);
    expect((await third.outbox.read(0, 10)).map(({ seq, body }) => [seq, body])).toEqual([[1, promptBody(2)], [2, promptBody(3)]]); // prettier-ignore
    expect(third.lines.join()).toContain('is older');
  });

  it('rises in a clone of the whole folder and not in a folder that was only renamed', async () => {
    const path = join(folder(), 'data');
    await (await open(path)).stop();
    cpSync(path, `${path}-clone`, { recursive: true });
    renameSync(path, `${path}-moved`);
    const moved = await open(`${path}-moved`);
    const clone = await open(`${path}-clone`);
    expect(clone.outbox.epoch).toBe(moved.outbox.epoch + 1);
  });

  it('rises when the receiver knows a higher epoch or records we never wrote, and keeps what waits', async () => {
    const { store, outbox } = await open(folder());
    const began = outbox.epoch;
    await store.commitStep(stepOf({ outbox: [promptBody(1), promptBody(2)] }));
    expect(await outbox.acknowledge({ epoch: began + 70, contiguous: 4, ranges: [] })).toBe(2);
    expect(outbox.epoch).toBe(began + 71);
    expect(await outbox.acknowledge({ epoch: began + 71, contiguous: 1, ranges: [[3, 3]] })).toBe(2);
    expect(outbox.epoch).toBe(began + 72);
    expect((await outbox.read(0, 9)).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

describe('folder', () => {
  it('is refused to a second agent with the remedy, and free again after the first stopped', async () => {
    const path = folder();
    const first = await open(path);
    await expect(open(path)).rejects.toMatchObject({ code: 'folder-in-use', message: expect.stringContaining(path) });
    await first.stop();
    await open(path);
  });

  it('keeps a damaged database aside, says so and begins a later epoch', async () => {
    const path = folder();
    const first = await open(path);
    await first.stop();
    writeFileSync(join(path, 'livecue.db'), 'no database at all, but long enough to be looked at '.repeat(99));
    const second = await open(path, START_MS + 5_000);
    expect(second.outbox.epoch).toBe(first.outbox.epoch + 5);
    expect(second.lines.join()).toContain('.damaged-2026-05-01T');
    expect(readdirSync(path).some((name) => name.startsWith('livecue.db.damaged-'))).toBe(true);
  });

  it('is refused when a newer version wrote it', async () => {
    const path = folder();
    await (await open(path)).stop();
    const database = new DatabaseSync(join(path, 'livecue.db'));
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    database.close();
    await expect(open(path)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('newer'),
    });
  });

  it('is closed once: calls after stop are refused', async () => {
    const opened = await open(folder());
    await opened.stop();
    await opened.stop();
    expect(opened.store.status().state).toBe('closed');
    await expect(opened.store.appendFrame(frameOf('late')).durable).rejects.toMatchObject({ code: 'store-closed' });
    await expect(opened.store.commitStep(stepOf({}))).rejects.toMatchObject({ code: 'store-closed' });
  });
});

/** What the store should hold, in the plainest words. */
class Model {
  frames: [number, string][] = [];
  position = 0;
  state = new Map<string, string>();
  seen: SeenId[] = [];
  outbox = new Map<number, string>();
  journalPosition = 0;
  nextSeq = 1;
  nowMs = START_MS;
}
interface Real {
  path: string;
  opened: Awaited<ReturnType<typeof open>>;
}
type StoreCommand = fc.AsyncCommand<Model, Real>;

const appendCommand = (texts: string[]): StoreCommand => ({
  check: () => true,
  toString: () => `append ${texts.length}`,
  async run(model, { opened }) {
    const durables = texts.map((text) => {
      const { position, durable } = opened.store.appendFrame(frameOf(text));
      expect(position).toBe(++model.position);
      model.frames.push([position, text]);
      return durable;
    });
    await Promise.all(durables);
  },
});

const stepCommand = (take: number, keys: [string, string | null][], passMs: number, records: number): StoreCommand => ({
  check: () => true,
  toString: () => `step take=${take} keys=${JSON.stringify(keys)} pass=${passMs} records=${records}`,
  async run(model, { opened }) {
    model.nowMs += passMs;
    model.journalPosition = Math.min(model.position, model.journalPosition + take);
    const ids = keys.map(([id], n) => ({ id: `${id}"\n${model.nextSeq}`, scope: SEEN_SCOPES[n % 3]!, seenMs: model.nowMs })); // prettier-ignore
    const put = [...new Map(keys.filter((pair): pair is [string, string] => pair[1] !== null))];
    const del = keys
      .filter(([key, value]) => value === null && !put.some(([other]) => other === key))
      .map(([key]) => key);
    for (const [key, value] of put) model.state.set(key, value);
    for (const key of del) model.state.delete(key);
    const hashes = { scope: 'stream' as const, lanes: Uint32Array.from(keys.flatMap((_, n) => [model.nextSeq, n])), runs: keys.length === 0 ? [] : [[model.nowMs, keys.length] as const] }; // prettier-ignore
    const all = [...model.seen, ...oneByOne([...ids, hashes])];
    const newestMs = (scope: SeenId['scope']) => Math.max(...all.map((one) => (one.scope === scope ? one.seenMs : 0)));
    model.seen = all.filter(
      ({ scope, seenMs }) => seenMs >= newestMs(scope) - (scope === 'shop' ? 172_800_000 : 900_000),
    );
    const bodies = Array.from({ length: records }, (_, n) => promptBody(model.nextSeq + n));
    for (const body of bodies) model.outbox.set(model.nextSeq++, JSON.stringify(body));
    await opened.store.commitStep({
      journalPosition: model.journalPosition,
      state: { put, del },
      seenIds: [...ids, hashes],
      outbox: bodies,
      showLog: [],
      nowMs: model.nowMs,
    });
  },
});

const acknowledgeCommand = (share: number, from: number, length: number): StoreCommand => ({
  check: (model) => model.nextSeq > 1,
  toString: () => `acknowledge ${share} ${from} ${length}`,
  async run(model, { opened }) {
    const contiguous = Math.floor((model.nextSeq - 1) * share);
    const range: [number, number] = [contiguous + 2 + from, contiguous + 2 + from + length];
    const ranges = range[1] < model.nextSeq ? [range] : [];
    for (const seq of [...model.outbox.keys()]) {
      if (seq <= contiguous || ranges.some(([a, b]) => seq >= a && seq <= b)) model.outbox.delete(seq);
    }
    expect(await opened.outbox.acknowledge({ epoch: opened.outbox.epoch, contiguous, ranges })).toBe(model.outbox.size);
  },
});

const reopenCommand = (): StoreCommand => ({
  check: () => true,
  toString: () => 'reopen',
  async run(_model, real) {
    await real.opened.stop();
    real.opened = await open(real.path);
  },
});

/** Hashes as ids of their own, so that both forms compare. */
function oneByOne(seen: readonly Seen[]): SeenId[] {
  return seen.flatMap((one) => {
    if ('id' in one) return [one];
    const times = one.runs.flatMap(([seenMs, count]) => new Array<number>(count).fill(seenMs));
    return times.map((seenMs, n) => ({ id: `#${one.lanes.slice(2 * n, 2 * n + 2).join()}`, scope: one.scope, seenMs }));
  });
}

async function compare(model: Model, real: Real): Promise<void> {
  await real.opened.stop();
  real.opened = await open(real.path);
  const recovered = await real.opened.store.recover();
  expect(new Map(recovered.state)).toEqual(model.state);
  expect(recovered.journalPosition).toBe(model.journalPosition);
  const order = (ids: Model['seen']) => ids.map(({ id, scope, seenMs }) => `${id} ${scope} ${seenMs}`).sort();
  expect(order(oneByOne(recovered.seenIds))).toEqual(order(model.seen));
  expect(await journalled(real.opened)).toEqual(model.frames.filter(([position]) => position > model.journalPosition));
  const rows = await real.opened.outbox.read(0, 10_000);
  expect(rows.map(({ seq, body }) => [seq, JSON.stringify(body)])).toEqual([...model.outbox]);
}

it('equals an in-memory model after any sequence of appends, steps, acknowledgements and restarts', async () => {
  const key = fc.constantFrom('room', 'p1', 'p2', 'watermark/弹幕');
  const commands = [
    fc.array(fc.string(), { minLength: 1, maxLength: 8 }).map(appendCommand),
    fc.tuple(fc.nat(6), fc.array(fc.tuple(key, fc.option(fc.string())), { maxLength: 4 }), fc.constantFrom(0, 1000, 600_000), fc.nat(4)).map((args) => stepCommand(...args)),
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2), fc.nat(3)).map((args) => acknowledgeCommand(...args)),
    fc.constant(null).map(reopenCommand),
  ]; // prettier-ignore
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (sequence) => {
      const path = folder();
      const real: Real = { path, opened: await open(path) };
      const model = new Model();
      await fc.asyncModelRun(() => ({ model, real }), sequence);
      await compare(model, real);
      await real.opened.stop();
    }),
    { numRuns: Number(process.env['LIVECUE_RUNS'] ?? 10) },
  );
}, 90_000);
