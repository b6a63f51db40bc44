import * as z from 'zod';
import { ShowId, ShowLogEntry } from './show-log.ts';

/** A show whose record is kept; times are those of its first and newest entry, Unix ms. */
export const RecordedShow = z.object({
  showId: ShowId,
  firstMs: z.int(),
  lastMs: z.int(),
  entries: z.int().min(0),
  ended: z.boolean(),
});
export type RecordedShow = z.infer<typeof RecordedShow>;

/** Verbs behind the reports of shows; all of them are the operator's. */
export const SHOW_VERBS = {
  /** Oldest first. */
  'shows.list': { args: z.strictObject({}), result: z.object({ shows: z.array(RecordedShow) }) },
  /** Entries after the `after`th, in order, some 256 kB at a time; empty when there are no more. */
  'shows.read': {
    args: z.strictObject({ showId: ShowId, after: z.int().min(0) }),
    result: z.object({ rows: z.array(z.object({ id: z.int().min(1), entry: ShowLogEntry })) }),
  },
} as const;
