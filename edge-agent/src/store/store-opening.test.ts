import { mkdirSync, rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { openForStart, storeFiles } from './store-opening.ts';
import { START_MS, temporaryFolder } from './testing/kit.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

it('openings that fail at the generation file, one after the other, begin no new epoch', () => {
  const { path, remove } = temporaryFolder();
  cleanups.push(remove);
  const notes: string[] = [];
  const open = () => {
    const database = openForStart(path, START_MS, (_level, text) => void notes.push(text));
    const { epoch } = database.meta();
    database.close(true);
    return epoch;
  };
  const epoch = open();
  const inTheWay = `${storeFiles(path).generation}.new`;
  mkdirSync(inTheWay);
  for (let n = 0; n < 3; n++) expect(open).toThrow(/EISDIR/);
  rmSync(inTheWay, { recursive: true });
  expect(open()).toBe(epoch);
  expect(notes).toEqual([]);
});
