import { ShowLogEntry } from '@livecue/shared/contract';
import type { ShowLogStore } from '../ports.ts';
import type { StoreChannel } from './store-channel.ts';
import type { ShowLogRow } from './store-protocol.ts';

/** The records of shows as the main thread reads them. */
export function openShowLog(channel: StoreChannel): ShowLogStore {
  return {
    shows: () => channel.call({ kind: 'shows' }),
    async read(showId, afterId) {
      const rows = await channel.call({ kind: 'show-log-read', showId, afterId });
      return rows.map(({ id, entry }) => ({ id, entry: ShowLogEntry.parse(JSON.parse(entry)) }));
    },
  };
}

export function showLogRow(entry: ShowLogEntry): Omit<ShowLogRow, 'id'> {
  return { showId: entry.showId, atMs: entry.atMs, ends: entry.kind === 'ended', entry: JSON.stringify(entry) };
}
