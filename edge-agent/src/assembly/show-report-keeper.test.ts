import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ShowLogEntry } from '@livecue/shared/contract';
import { afterEach, expect, it, vi } from 'vitest';
import type { ShowLogStore } from '../ports.ts';
import { createReportKeeper } from './show-report-keeper.ts';

vi.setConfig({ testTimeout: 60_000 });

const SHOW_ID = '20260501T120000Z-main';
const START_MS = Date.UTC(2026, 4, 1, 12);
const KEEP = { report: true, keep: 3, keepDays: 30 };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const ENTRIES: readonly ShowLogEntry[] = [
  { kind: 'started', showId: SHOW_ID, atMs: START_MS, version: 1, roomId: 'main', mode: 'live', modelVersion: 'test-1', limits: { cardsPer10Min: 4, actNowPer10Min: 2 } },
  { kind: 'ended', showId: SHOW_ID, atMs: START_MS + 120_000, lastEventMs: START_MS + 60_000, why: 'room-ended' },
]; // prettier-ignore

/** How much of the record there is by now. */
const ENTRIES_SHOWN = { to: ENTRIES.length };

function rig(stored: { ended: boolean }, folder = mkdtempSync(path.join(tmpdir(), 'livecue-reports-'))) {
  folders.push(folder);
  const said: string[] = [];
  const calls = { reads: 0 };
  const clock = { nowMs: START_MS };
  const log: ShowLogStore = {
    shows: async () => [{ showId: SHOW_ID, firstMs: START_MS, lastMs: START_MS, entries: 2, ended: stored.ended }],
    read: async (showId, afterId) => {
      calls.reads++;
      if (showId !== SHOW_ID) return [];
      return ENTRIES.slice(0, ENTRIES_SHOWN.to)
        .slice(afterId, afterId + 1)
        .map((entry) => ({ id: afterId + 1, entry }));
    },
  };
  const note = (level: string) => (text: string) => void said.push(`${level} ${text}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const keeper = createReportKeeper({ log, nowMs: () => clock.nowMs, logger }, folder, KEEP);
  return { folder, said, calls, clock, keeper, target: path.join(folder, 'reports', SHOW_ID) };
}

it('writes the report of a show once its end is on disk, says where, and only once', async () => {
  const stored = { ended: false };
  const { keeper, said, calls, target } = rig(stored);
  keeper.look([]);
  keeper.look([SHOW_ID]);
  await expect.poll(() => calls.reads).toBe(0);
  stored.ended = true;
  await expect.poll(() => { keeper.look([SHOW_ID]); return said; }).toEqual([`info the show has ended; its report lies in ${target}`]); // prettier-ignore
  expect(readFileSync(path.join(target, 'report.en.html'), 'utf8')).toContain('Show report · main');
  const { reads } = calls;
  keeper.look([SHOW_ID]);
  await keeper.stop();
  keeper.look([SHOW_ID]);
  expect(calls.reads).toBe(reads);
});

it('leaves a report alone that lies there already', async () => {
  const first = rig({ ended: true });
  await expect.poll(() => { first.keeper.look([SHOW_ID]); return existsSync(path.join(first.target, 'summary.json')); }).toBe(true); // prettier-ignore
  await first.keeper.stop();
  writeFileSync(path.join(first.target, 'report.zh.html'), 'mine');
  const log: ShowLogStore = { shows: () => Promise.reject(new Error('not asked')), read: () => Promise.reject(new Error('not asked')) }; // prettier-ignore
  const silent = () => undefined;
  const again = createReportKeeper({ log, nowMs: () => START_MS, logger: { debug: silent, info: silent, warn: silent, error: silent } }, first.folder, KEEP); // prettier-ignore
  again.look([SHOW_ID]);
  await again.stop();
  expect(readFileSync(path.join(first.target, 'report.zh.html'), 'utf8')).toBe('mine');
});

it('says so when a report cannot be written, how to make it later, and does not try each second', async () => {
  const { keeper, said, folder, calls } = rig({ ended: true });
  writeFileSync(path.join(folder, 'reports'), 'a file where the folder should be');
  await expect.poll(() => { keeper.look([SHOW_ID]); return said.length; }).toBe(1); // prettier-ignore
  expect(said[0]).toMatch(
    /^warn writing the report of .* failed .*livecue report --show 20260501T120000Z-main --out DIR/,
  );
  const { reads } = calls;
  keeper.look([SHOW_ID]);
  await keeper.stop();
  expect(calls.reads).toBe(reads);
});

it('makes the report of a show that goes on when asked, and once more at its end', async () => {
  const running = rig({ ended: false });
  ENTRIES_SHOWN.to = 1;
  expect(await running.keeper.make(SHOW_ID)).toBe(true);
  expect(running.keeper.state(SHOW_ID)).toBe('so-far');
  ENTRIES_SHOWN.to = ENTRIES.length;
  const ended = rig({ ended: true }, running.folder);
  await expect.poll(() => { ended.keeper.look([SHOW_ID]); return ended.keeper.state(SHOW_ID); }).toBe('final'); // prettier-ignore
  expect(await ended.keeper.make('20260501T130000Z-none')).toBe(false);
  await Promise.all([running.keeper.stop(), ended.keeper.stop()]);
});

it('keeps as many reports as records and none that is older, and touches nothing else in the folder', async () => {
  const { folder, keeper, clock } = rig({ ended: true });
  const DAY = 86_400_000;
  const names = ['20260501T120000Z-main', '20260430T120000Z-main', '20260429T120000Z-a', '20260428T120000Z-a', 'mine'];
  for (const name of names) mkdirSync(path.join(folder, 'reports', name), { recursive: true });
  const left = () => readdirSync(path.join(folder, 'reports')).sort();
  await keeper.start(new AbortController().signal);
  expect(left()).toEqual(['20260429T120000Z-a', '20260430T120000Z-main', '20260501T120000Z-main', 'mine']);
  clock.nowMs = START_MS + 29.5 * DAY;
  await keeper.start(new AbortController().signal);
  expect(left()).toEqual(['20260501T120000Z-main', 'mine']);
});
