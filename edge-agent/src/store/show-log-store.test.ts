import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openStore, type OpenedStoreParts, type OpenStoreOptions } from './open-store.ts';
import { entryOf, recordingLogger, START_MS, stepOf, temporaryFolder } from './testing/kit.ts';

const DAY_MS = 86_400_000;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  return made.path;
}

async function open(path: string, part: Partial<OpenStoreOptions> = {}): Promise<OpenedStoreParts> {
  const parts = await openStore({ folder: path, agentId: 'studio-1', nowMs: () => START_MS, logger: recordingLogger(), groupCommitMs: 1, reserveBytes: 64 * 1024, ...part }); // prettier-ignore
  cleanups.push(() => parts.stop());
  return parts;
}

const showOf = (n: number) => `2026050${n}T000000Z-main`;
const idsOf = async (parts: OpenedStoreParts) => (await parts.showLog.shows()).map(({ showId }) => showId);

async function readAll({ showLog }: OpenedStoreParts, showId: string): Promise<number[]> {
  const numbers: number[] = [];
  for (let afterId = 0; ;) {
    const rows = await showLog.read(showId, afterId);
    if (rows.length === 0) return numbers;
    for (const { id, entry } of rows) {
      afterId = id;
      numbers.push(entry.atMs - START_MS);
    }
  }
}

describe('the record of shows', () => {
  it('comes back by show and in order over a restart, in pieces, none left out and none twice', async () => {
    const path = folder();
    const first = await open(path);
    for (let step = 0; step < 20; step++) {
      const entries = Array.from({ length: 300 }, (_, n) => entryOf(step * 300 + n, showOf(1 + (n % 2))));
      await first.store.commitStep(stepOf({ showLog: entries }));
    }
    await first.stop();
    const again = await open(path);
    const numbers = Array.from({ length: 6_000 }, (_, n) => n);
    expect(await readAll(again, showOf(1))).toEqual(numbers.filter((n) => n % 2 === 0));
    expect(await readAll(again, showOf(2))).toEqual(numbers.filter((n) => n % 2 === 1));
    expect(await again.showLog.shows()).toEqual([
      { showId: showOf(1), firstMs: START_MS, lastMs: START_MS + 5_998, entries: 3_000, ended: false },
      { showId: showOf(2), firstMs: START_MS + 1, lastMs: START_MS + 5_999, entries: 3_000, ended: false },
    ]);
    expect((await again.showLog.read(showOf(1), 0)).length).toBeLessThan(3_000);
    expect(await again.showLog.read('nowhere', 0)).toEqual([]);
  });

  it('knows of a show that its end was written', async () => {
    const parts = await open(folder());
    const end = { kind: 'ended', showId: showOf(1), atMs: START_MS + 2, lastEventMs: START_MS, why: 'silence' } as const; // prettier-ignore
    await parts.store.commitStep(stepOf({ showLog: [entryOf(1, showOf(1)), end] }));
    await parts.store.commitStep(stepOf({ showLog: [entryOf(3, showOf(1))] }));
    expect((await parts.showLog.shows())[0]).toMatchObject({ ended: true, entries: 3, lastMs: START_MS + 3 });
  });

  it('keeps the newest shows and deletes the rows of the others step by step', async () => {
    const path = folder();
    const parts = await open(path, { keepShows: { shows: 2, days: 90 } });
    for (let n = 1; n <= 4; n++) {
      const entries = Array.from({ length: 700 }, (_, at) => entryOf(n * DAY_MS + at, showOf(n)));
      await parts.store.commitStep(stepOf({ showLog: entries, nowMs: START_MS + n * DAY_MS }));
    }
    expect(await idsOf(parts)).toEqual([showOf(3), showOf(4)]);
    for (let step = 0; step < 10; step++) await parts.store.commitStep(stepOf({ nowMs: START_MS + 4 * DAY_MS }));
    for (const n of [1, 2]) expect(await parts.showLog.read(showOf(n), 0)).toEqual([]);
    expect(await readAll(parts, showOf(3))).toHaveLength(700);
    await parts.stop();
    const raw = new DatabaseSync(join(path, 'livecue.db'));
    cleanups.push(() => raw.close());
    expect(raw.prepare('SELECT count(*) AS n FROM show_log').get()).toEqual({ n: 1_400 });
  });

  it('keeps no show beyond the days, but always the newest', async () => {
    const parts = await open(folder(), { keepShows: { shows: 30, days: 2 } });
    await parts.store.commitStep(stepOf({ showLog: [entryOf(0, showOf(1))], nowMs: START_MS }));
    await parts.store.commitStep(stepOf({ showLog: [entryOf(DAY_MS, showOf(2))], nowMs: START_MS + DAY_MS }));
    await parts.store.commitStep(stepOf({ showLog: [entryOf(3 * DAY_MS, showOf(3))], nowMs: START_MS + 3 * DAY_MS }));
    expect(await idsOf(parts)).toEqual([showOf(2), showOf(3)]);
    // A clock a year ahead: the show that runs stays.
    await parts.store.commitStep(stepOf({ showLog: [entryOf(1 + 3 * DAY_MS, showOf(3))], nowMs: START_MS + 365 * DAY_MS })); // prettier-ignore
    expect(await idsOf(parts)).toEqual([showOf(3)]);
  });
});
