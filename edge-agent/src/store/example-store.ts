import type { Examples } from '../ports.ts';
import type { StoreChannel } from './store-channel.ts';
import type { Labelled } from './store-protocol.ts';

/** The table of `name`, each row read by `parse`; `atMs` says when an example was made. */
export function openExamples<T>(
  channel: StoreChannel,
  table: Labelled,
  read: { parse: (value: unknown) => T; atMs: (example: T) => number },
): Examples<T> {
  return {
    save: (key, example) =>
      channel.call({ kind: 'correction-save', table, row: { key, correctedMs: read.atMs(example), example: JSON.stringify(example) } }),
    remove: (keys) => channel.call({ kind: 'correction-remove', table, keys }),
    removeAll: () => channel.call({ kind: 'corrections-remove-all', table }),
    async read(afterId, limit) {
      const rows = await channel.call({ kind: 'corrections-read', table, afterId, limit });
      return rows.map(({ id, key, example }) => ({ id, key, example: read.parse(JSON.parse(example)) }));
    },
    count: () => channel.call({ kind: 'corrections-count', table }),
  };
} // prettier-ignore
