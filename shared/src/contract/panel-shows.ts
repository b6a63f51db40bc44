import * as z from 'zod';
import { ShowId, ShowLogEntry } from './show-log.ts';

/** A show whose record is kept; times are those of its first and newest entry, Unix ms. */
export const RecordedShow = z.object({
  showId: ShowId,
  firstMs: z.int(),
  lastMs: z.int(),
  entries: z.int().min(0),
  ended: z.boolean(),
  /** Its report is written. Absent: not asked. */
  report: z.boolean().optional(),
});
export type RecordedShow = z.infer<typeof RecordedShow>;

/** Files of a report: a page in each language, and tables. */
export const REPORT_FILES = [
  'report.zh.html', 'report.en.html', 'timeline.csv', 'products.csv', 'rules.csv', 'prompts.csv', 'questions.csv', 'forecasts.csv',
] as const; // prettier-ignore

/** Verbs behind the reports of shows; all of them are the operator's. */
export const SHOW_VERBS = {
  /** Oldest first. */
  'shows.list': { args: z.strictObject({}), result: z.object({ shows: z.array(RecordedShow) }) },
  /** Entries after the `after`th, in order, some 256 kB at a time; empty when there are no more. */
  'shows.read': {
    args: z.strictObject({ showId: ShowId, after: z.int().min(0) }),
    result: z.object({ rows: z.array(z.object({ id: z.int().min(1), entry: ShowLogEntry })) }),
  },
  /** Writes the report of a show that has none, or that goes on, as of now. */
  'report.make': { args: z.strictObject({ showId: ShowId }), result: z.object({ made: z.boolean() }) },
  /** One file of a report; `of` says whose id it is. Browsers open `/reports/…` and `/rehearsals/…` instead. */
  'report.read': {
    args: z.strictObject({ of: z.enum(['show', 'rehearsal']), id: z.string().max(100), file: z.enum(REPORT_FILES) }),
    result: z.object({ text: z.string() }),
  },
} as const;
