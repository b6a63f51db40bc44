import * as z from 'zod';
import { HealthItem } from './health.ts';

/** What a host screen tells of itself: whether its words can be read, and by whom else they could be seen. */
export const ScreenReport = z.strictObject({
  /** Chosen by the screen when it opens. */
  screenId: z.string().min(1).max(64),
  /** From here the host reads it, m. */
  distanceM: z.number().min(0.3).max(10),
  /** The ruler was held against a card of known width. */
  calibrated: z.boolean(),
  /** The window is kept out of screen captures; false: that cannot be known. */
  hidden: z.boolean(),
  /** The card that it shows now. Absent or null: none. */
  showing: z.string().max(128).nullable().optional(),
});
export type ScreenReport = z.infer<typeof ScreenReport>;

/** How the studio wants its host screens; null: as it was chosen at each screen. */
export const HostLayout = z.strictObject({
  distanceM: z.number().min(0.3).max(10).nullable().default(null).describe('From where the host reads, m: sets the size of words'),
  calm: z.enum(['orders', 'clock']).nullable().default(null).describe('What stands there while there is no cue'),
  language: z.enum(['zh', 'en']).nullable().default(null).describe('Language of host screens'),
}); // prettier-ignore
export type HostLayout = z.infer<typeof HostLayout>;

/** A screen that has told nothing for so long is closed. It tells every 10 s. */
export const SCREEN_GONE_MS = 30_000;

/** Verbs of the page "before air". */
export const AIR_VERBS = {
  /** Whether the show can begin: worst first, each with what to do. */
  'air.check': { args: z.strictObject({}), result: z.object({ checks: z.array(HealthItem).max(300) }) },
  'screen.report': { args: ScreenReport, result: z.object({}) },
} as const; // prettier-ignore
