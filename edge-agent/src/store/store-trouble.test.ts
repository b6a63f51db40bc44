import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mergeCounts } from '@livecue/shared/merge';
import { FramePacker } from './frame-pack.ts';
import { openStore } from './open-store.ts';
import type { StoreDatabase } from './store-database.ts';
import { StoreEngine } from './store-engine.ts';
import { openAgain, openForStart } from './store-opening.ts';
import type { StepWrite, WriteBatch } from './store-protocol.ts';
import { frameOf, promptBody, recordingLogger, START_MS, stepOf, temporaryFolder } from './testing/kit.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const MIB = 1024 * 1024;

/** A file system of a few megabytes, or null with the reason printed. */
function smallDisk(bytes: number): string | null {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  const path = join(made.path, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'livecue-test', path], { stdio: 'pipe' });
  } catch (error) {
    if (process.env['LIVECUE_REQUIRE'] === '1') throw error;
    console.log(`skipped: a small tmpfs cannot be mounted here (${(error as Error).message.split('\n')[0]})`);
    return null;
  }
  cleanups.push(() => execFileSync('umount', ['-l', path]));
  return path;
}

describe('a full disk', () => {
  it('refuses frames with folder, free bytes and remedy, still writes the open step, and recovers when there is room', async (context) => {
    const disk = smallDisk(24 * MIB);
    if (disk === null) return context.skip();
    const folder = join(disk, 'data');
    const options = {
      folder,
      agentId: 'studio-1',
      nowMs: () => START_MS,
      logger: recordingLogger(),
      groupCommitMs: 1,
      reserveBytes: 8 * MIB,
      reopenAfterMs: 50,
    };
    const first = await openStore(options);
    const accepted: number[] = [];
    let refused: Error | null = null;
    while (refused === null) {
      const { position, durable } = first.store.appendFrame(frameOf(`${'z'.repeat(200_000)}`));
      await durable.then(() => accepted.push(position), (error: Error) => (refused = error)); // prettier-ignore
    }
    expect(refused).toMatchObject({ code: 'disk-full', retry: 'later' });
    expect((refused as Error).message).toContain(folder);
    expect((refused as Error).message).toMatch(/\d+ bytes free/);
    expect((refused as Error).message).toContain('free some space');
    expect(first.store.status().state).toBe('full');

    await first.store.commitStep(
      stepOf({ journalPosition: 3, state: { put: [['w', '1']], del: [] }, outbox: [promptBody(1)] }),
    );
    expect(first.store.status()).toMatchObject({ state: 'full' });
    await first.stop();

    execFileSync('mount', ['-o', `remount,size=${64 * MIB}`, disk]);
    const second = await openStore(options);
    const frames: number[] = [];
    for await (const { position } of second.store.journalFrames()) frames.push(position);
    expect(frames.filter((position) => accepted.includes(position))).toEqual(
      accepted.filter((position) => position > 3),
    );
    expect((await second.store.recover()).state).toEqual([['w', '1']]);
    expect((await second.outbox.read(0, 5)).map(({ seq }) => seq)).toEqual([1]);
    await second.store.appendFrame(frameOf('there is room again')).durable;
    await second.stop();
  });

  it('takes frames again by itself once space was freed', async (context) => {
    const disk = smallDisk(12 * MIB);
    if (disk === null) return context.skip();
    const ballast = join(disk, 'recording.mkv');
    let nowMs = 0;
    const engine = new StoreEngine({
      folder: join(disk, 'data'),
      reserveBytes: MIB,
      reopenAfterMs: 5_000,
      note: () => undefined,
      monotonicMs: () => nowMs,
    });
    cleanups.push(() => engine.close());
    engine.open(START_MS);
    writeFileSync(ballast, new Uint8Array(7 * MIB).fill(1));
    let position = 0;
    const frames = () => batchOf(++position, 'z'.repeat(300_000), null);
    expect(() => {
      for (let n = 0; n < 100; n++) engine.write(frames());
    }).toThrow(/is full/);
    expect(engine.status.state).toBe('full');
    rmSync(ballast);
    expect(() => engine.write(frames())).toThrow(/is full/); // Not before the pause is over.
    nowMs += 5_000;
    engine.tick(true);
    expect(engine.status).toMatchObject({ state: 'open', problem: null });
    engine.write(frames());
  });

  it('merges what waits for the cloud meanwhile, and drops none of it while steps can be written', async (context) => {
    const disk = smallDisk(32 * MIB);
    if (disk === null) return context.skip();
    let nowMs = 0;
    const notes: string[] = [];
    const engine = new StoreEngine({ folder: join(disk, 'data'), reserveBytes: 10 * MIB, reopenAfterMs: 5_000, monotonicMs: () => nowMs, note: (level, text) => void notes.push(`${level} ${text}`) }); // prettier-ignore
    cleanups.push(() => engine.close());
    engine.open(START_MS);
    const windows = Array.from({ length: 90 * 6 * 15 }, (_, n) => JSON.stringify({ kind: 'window', roomId: 'main', group: { kind: 'product', productId: `p-${n % 15}` }, windowStartMs: START_MS + 10_000 * Math.floor(n / 15), windowLengthMs: 10_000, revision: 0, counts: mergeCounts([]) })); // prettier-ignore
    engine.write({ packs: [], step: { ...emptyStep, offer: 'windows', outbox: windows } });
    const waiting = engine.backlog();
    engine.tick(true);
    expect(engine.backlog()).toBe(waiting);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'recording.mkv'), new Uint8Array(bavail * bsize - 64 * 1024).fill(1));
    expect(() => {
      for (let n = 1; n < 100; n++) engine.write(batchOf(n, 'z'.repeat(300_000), null));
    }).toThrow(/is full/);
    engine.write({ packs: [], step: { ...emptyStep, offer: 'from the reserve' } });
    for (let n = 0; n < 5; n++) {
      nowMs += 500;
      engine.tick(true);
    }
    expect(engine.status.state).toBe('full');
    // Of ten settled minutes 900 windows became 150, and one record tells of it.
    expect(engine.backlog()).toBe(waiting - 900 + 150 + 1);
    expect(notes.filter((note) => note.includes('merged into longer ones'))).toHaveLength(1);
    expect(notes.filter((note) => note.includes('dropped'))).toEqual([]);
  });
});

function batchOf(position: number, text: string, step: StepWrite | null): WriteBatch {
  const packer = new FramePacker();
  packer.add(position, frameOf(text));
  return { packs: [packer.take()!], step };
}

const emptyStep: StepWrite = { offer: 'run-1', journalPosition: 0, put: [['k', 'v']], del: [], seen: [], outbox: [], showLog: [], keepShows: { shows: 30, days: 90 }, nowMs: START_MS }; // prettier-ignore

describe('a failing disk', () => {
  /** Like node:sqlite tells of an fsync that failed: SQLITE_IOERR_FSYNC. */
  const ioError = () => Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 });

  function engineOn(failures: { writes: number }) {
    const made = temporaryFolder();
    let nowMs = 0;
    const opened: StoreDatabase[] = [];
    const used: number[] = [];
    const notes: string[] = [];
    const failing = (database: StoreDatabase) => {
      const handle = opened.push(database) - 1;
      const write = database.write.bind(database);
      database.write = (batch) => {
        used.push(handle);
        if (failures.writes-- > 0) throw ioError();
        return write(batch);
      };
      return database;
    };
    const engine = new StoreEngine({
      folder: made.path, reserveBytes: 64 * 1024, reopenAfterMs: 5_000, monotonicMs: () => nowMs,
      note: (_level, text) => void notes.push(text),
      files: { start: (...args) => failing(openForStart(...args)), again: (...args) => failing(openAgain(...args)) },
    }); // prettier-ignore
    cleanups.push(made.remove, () => engine.close());
    engine.open(START_MS);
    return { engine, notes, used, pass: (ms: number) => void (nowMs += ms) };
  }

  it('closes the handle, refuses until the pause is over, then goes on with a new one', () => {
    const { engine, used, notes, pass } = engineOn({ writes: 1 });
    expect(() => engine.write(batchOf(1, 'a', null))).toThrow(/disk of the data folder .* failed .*check the disk/);
    expect(() => engine.write(batchOf(2, 'b', emptyStep))).toThrow(/failed/);
    expect(engine.status.state).toBe('failed');
    pass(4_999);
    engine.tick(true);
    expect(engine.status.state).toBe('failed');
    pass(1);
    engine.tick(true);
    expect(engine.status.state).toBe('open');
    engine.write(batchOf(3, 'c', emptyStep));
    expect(used).toEqual([0, 1]); // Handle 0 was never asked again.
    expect(engine.readJournal(0).map(({ first }) => first)).toEqual([3]);
    expect(notes).toHaveLength(2);
  });
});
