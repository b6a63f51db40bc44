import type { ShowLogEntry } from '@livecue/shared/contract';
import { expect } from 'vitest';
import { openStore } from '../edge-agent/src/store/open-store.ts';
import type { SentEvent } from './oracle.ts';

const MINUTE_MS = 60_000;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The whole record of the newest show in the data folder of an agent that has ended. */
export async function readShowRecord(folder: string): Promise<ShowLogEntry[]> {
  const { showLog, stop } = await openStore({ folder, agentId: null, nowMs: () => Date.now(), logger: silent });
  try {
    const shows = await showLog.shows();
    expect(shows).toHaveLength(1);
    const entries: ShowLogEntry[] = [];
    for (let afterId = 0; ;) {
      const rows = await showLog.read(shows[0]!.showId, afterId);
      if (rows.length === 0) return entries;
      for (const { id, entry } of rows) {
        afterId = id;
        entries.push(entry);
      }
    }
  } finally {
    await stop();
  }
}

/** No entry is there twice, and each closed minute says what was sent in it, each event once. Returns the number of minutes. */
export function checkShowRecord(entries: readonly ShowLogEntry[], sent: readonly SentEvent[], endMs: number): number {
  const keys = entries.map((entry) => {
    if (entry.kind === 'minute') return `minute ${entry.productId} ${entry.openMs} ${entry.revision}`;
    if (entry.kind === 'product') return `product ${entry.productId}`;
    return entry.kind === 'started' || entry.kind === 'ended' ? entry.kind : JSON.stringify(entry);
  });
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  expect(keys.filter((key) => key === 'started')).toHaveLength(1);

  const told: Record<number, object> = {};
  for (const entry of entries) {
    if (entry.kind !== 'minute' || entry.productId !== null) continue;
    const { comments = 0, ordersPaid = 0 } = entry.counts;
    told[entry.openMs] = { comments, ordersPaid, revenueMinor: entry.revenueMinor.CNY ?? 0 };
  }
  const unique = [...new Map(sent.map((event) => [event.id, event])).values()];
  const expected: Record<number, object> = {};
  for (const { timeMs } of unique) {
    const openMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
    if (openMs + MINUTE_MS > endMs) continue;
    const own = unique.filter((event) => Math.floor(event.timeMs / MINUTE_MS) * MINUTE_MS === openMs);
    const orders = own.filter(({ kind }) => kind === 'order');
    expected[openMs] ??= {
      comments: own.length - orders.length,
      ordersPaid: orders.length,
      revenueMinor: orders.reduce((sum, { minor }) => sum + minor, 0),
    };
  }
  expect(told).toEqual(expected);
  return Object.keys(expected).length;
}
