import { renameSync, writeFileSync } from 'node:fs';
import type { Logger } from '../runtime/logger.ts';

/**
 * Replaces `file` whole with the figures as JSON. A disk that takes no figures must not end a show: that is warned
 * of once, and again only when it comes back after a write that worked.
 */
export function createStatsFile(file: string, logger: Pick<Logger, 'warn'>): (figures: unknown) => void {
  let failed = false;
  return (figures) => {
    try {
      writeFileSync(`${file}.tmp`, JSON.stringify(figures));
      renameSync(`${file}.tmp`, file);
      failed = false;
    } catch (error) {
      if (!failed) logger.warn(`the figures of --stats could not be written; make room or choose another place: ${(error as Error).message}`); // prettier-ignore
      failed = true;
    }
  };
}
