import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createStatsFile } from './stats-file.ts';

test('figures that cannot be written are warned of once, and end nothing', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-stats-'));
  const file = path.join(folder, 'stats.json');
  const warnings: string[] = [];
  const write = createStatsFile(file, { warn: (message) => void warnings.push(message) });
  write({ events: 1 });
  mkdirSync(`${file}.tmp`); // No file can be written in its place: EISDIR, as ENOSPC on a full disk.
  write({ events: 2 });
  write({ events: 3 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ events: 1 });
  expect(warnings).toEqual([expect.stringMatching(/--stats could not be written.*EISDIR/)]);
  rmdirSync(`${file}.tmp`);
  write({ events: 4 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ events: 4 });
  expect(warnings).toHaveLength(1);
  rmSync(folder, { recursive: true });
});
