import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeenTable } from './seen-table.ts';
import type { SeenBlob } from './store-protocol.ts';
import { migrate } from './store-schema.ts';

const HOUR_MS = 3_600_000;

let database: DatabaseSync;
beforeEach(() => {
  database = new DatabaseSync(':memory:');
  migrate(database);
});
afterEach(() => database.close());

const blob = (scope: SeenBlob['scope'], ids: string, newestMs: number, count = 10): SeenBlob => ({ scope, ids, newestMs, count, seenMs: '[]' }); // prettier-ignore
const rows = () => (database.prepare('SELECT ids FROM seen ORDER BY step').all() as { ids: string }[]).map(({ ids }) => ids); // prettier-ignore

describe('the table of seen ids', () => {
  it('keeps the newest ids of each scope, never fewer than it may', () => {
    const table = new SeenTable(database, 25);
    for (let n = 0; n < 100; n++) table.append([blob('bulk', `c${n}`, n), blob('stream', `s${n}`, n)]);
    table.append([blob('shop', 'order', 100)]);
    // Three of ten are 30, two would be 20: too few.
    expect(rows()).toEqual(['c97', 's97', 'c98', 's98', 'c99', 's99', 'order']);
  });

  it('forgets bulk that is a quarter of an hour older than the newest, and orders that are two days older', () => {
    const table = new SeenTable(database);
    table.append([blob('stream', 's', 0), blob('bulk', 'c', 0), blob('shop', 'o', 0)]);
    const each = (name: string, ms: number) => table.append([blob('stream', `s${name}`, ms), blob('bulk', `c${name}`, ms), blob('shop', `o${name}`, ms)]); // prettier-ignore
    each('1', HOUR_MS / 4);
    expect(rows()).toEqual(['s', 'c', 'o', 's1', 'c1', 'o1']);
    each('2', HOUR_MS / 4 + 1);
    expect(rows()).toEqual(['o', 's1', 'c1', 'o1', 's2', 'c2', 'o2']);
    each('3', 48 * HOUR_MS + 1);
    expect(rows()).toEqual(['o1', 'o2', 's3', 'c3', 'o3']);
  });

  it('hands back no more than it would keep, the newest, oldest first', () => {
    new SeenTable(database).append(['a', 'b', 'c', 'd'].map((ids, n) => blob('shop', ids, n)));
    expect(new SeenTable(database, 15).read().map(({ ids }) => ids)).toEqual(['c', 'd']);
  });

  it('takes what is too much out of an older file some rows a write, not all at once', () => {
    const before = new SeenTable(database);
    for (let n = 0; n < 100; n++) before.append([blob('shop', `o${n}`, n)]);
    const table = new SeenTable(database, 10);
    table.append([]);
    expect(rows()).toHaveLength(36);
    table.append([]);
    expect(rows()).toEqual(['o99']);
  });

  it('counts anew what a failed transaction did not keep', () => {
    const table = new SeenTable(database, 25);
    table.append([blob('shop', 'a', 0), blob('shop', 'b', 1)]);
    database.exec('BEGIN');
    table.append([blob('shop', 'c', 2), blob('shop', 'd', 3)]);
    database.exec('ROLLBACK');
    table.forget();
    table.append([blob('shop', 'e', 4)]);
    expect(rows()).toEqual(['a', 'b', 'e']);
  });
});
