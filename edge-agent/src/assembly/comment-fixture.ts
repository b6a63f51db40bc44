/** Comments and a store without a disk, for the tests of this folder and of the page. */
import type { TrainingExample } from '@livecue/shared/contract';
import type { LiveEventOf } from '@livecue/shared/event';
import type { Intent, Prediction } from '@livecue/shared/insight';
import type { Examples } from '../ports.ts';

export const NO_FILTER = { intent: null, productId: null, mark: null, text: '' } as const;

export function commentEvent(
  n: number,
  part: Partial<LiveEventOf<'live.comment.created'>['data']> = {},
): LiveEventOf<'live.comment.created'> {
  return {
    id: `demo:${n}`, type: 'live.comment.created', source: 'live/demo/1', eventTimeMs: 1_777_593_600_000 + n * 100, eventTimeFrom: 'platform',
    ingestTimeMs: 1_777_593_600_050 + n * 100, historical: false, idQuality: 'native',
    data: { text: `comment ${n}`, author: { identifier: `v${n % 7}`, name: `观众${n % 7}` }, isPaid: false, ...part },
  }; // prettier-ignore
}

export function removalEvent(data: LiveEventOf<'live.comment.deleted'>['data']): LiveEventOf<'live.comment.deleted'> {
  return {
    id: 'demo:gone', type: 'live.comment.deleted', source: 'live/demo/1', eventTimeMs: 0, eventTimeFrom: 'platform', ingestTimeMs: 0,
    historical: false, idQuality: 'native', data,
  }; // prettier-ignore
}

export function predictionOf(intent: Intent, part: Partial<Prediction> = {}): Prediction {
  return { intent, intentScore: 0.8, offensive: false, spam: false, sentiment: 'neutral', products: [], modelVersion: 'intent-test', ...part }; // prettier-ignore
}

interface MemoryRow<T> {
  readonly id: number;
  readonly key: string;
  readonly example: T;
}

export const memoryCorrections = () => memoryExamples<TrainingExample>();

export function memoryExamples<T>(): Examples<T> & { readonly rows: Map<string, MemoryRow<T>> } {
  const rows = new Map<string, MemoryRow<T>>();
  let ids = 0;
  return {
    rows,
    save: async (key, example) => {
      rows.set(key, { id: rows.get(key)?.id ?? (ids += 1), key, example });
      return rows.size;
    },
    remove: async (keys) => {
      for (const key of keys) rows.delete(key);
      return rows.size;
    },
    removeAll: async () => {
      const { size } = rows;
      rows.clear();
      return size;
    },
    read: async (afterId, limit) => [...rows.values()].filter(({ id }) => id > afterId).slice(0, limit),
    count: async () => rows.size,
  };
}
