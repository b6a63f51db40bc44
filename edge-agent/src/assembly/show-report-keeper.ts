import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ShowLogStore } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import { createReportMaker, SUMMARY_FILE, writeReport, zoneAt } from './show-report.ts';

/** Writes the report of each show that ends, once; also of one that ended while the agent was being stopped. */
export interface ReportKeeper extends Service {
  /** Called now and then with the shows that have ended. Returns at once. */
  look(endedShowIds: readonly string[]): void;
}

export function createReportKeeper(
  ports: { readonly log: ShowLogStore; readonly logger: Logger },
  folder: string,
): ReportKeeper {
  const done = new Set<string>();
  let underway: Promise<void> | null = null;
  let stopped = false;

  /** The end of a show is read only once its step is on disk; until then it is tried again. */
  const make = async (showId: string): Promise<void> => {
    const target = path.join(folder, showId);
    if (existsSync(path.join(target, SUMMARY_FILE))) return void done.add(showId);
    const stored = (await ports.log.shows()).find((show) => show.showId === showId);
    if (stored === undefined || !stored.ended) return;
    const maker = createReportMaker();
    for (let afterId = 0; ;) {
      const rows = await ports.log.read(showId, afterId);
      if (rows.length === 0) break;
      for (const { id, entry } of rows) {
        afterId = id;
        maker.add(entry);
      }
      if (stopped) return;
      await nextTurn();
    }
    const report = maker.finish();
    writeReport(report, target, zoneAt(report.startedMs));
    done.add(showId);
    ports.logger.info(`the show has ended; its report lies in ${target}`);
  };

  return {
    name: 'reports',
    look(endedShowIds) {
      const showId = endedShowIds.find((one) => !done.has(one));
      if (showId === undefined || underway !== null || stopped) return;
      underway = make(showId)
        .catch((error: unknown) => {
          done.add(showId);
          ports.logger.warn(`writing the report of ${showId} failed (${error instanceof Error ? error.message : String(error)}); once that is mended: livecue report --show ${showId} --out DIR`); // prettier-ignore
        })
        .finally(() => (underway = null));
    },
    start: async () => undefined,
    async stop() {
      stopped = true;
      await underway;
    },
  };
}
