import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ShowLogStore } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import { reportFolder, reportState, tidyReports } from './report-files.ts';
import { createReportMaker, writeReport, zoneAt } from './show-report.ts';

/** Writes the report of each show that ends, once; also of one that ended while the agent was being stopped. */
export interface ReportKeeper extends Service {
  /** Called now and then with the shows that have ended. Returns at once. */
  look(endedShowIds: readonly string[]): void;
  /** The report as of now, also of a show that goes on. False: there is no record of it. Rejects with the disk's error. */
  make(showId: string): Promise<boolean>;
  readonly state: (showId: string) => ReturnType<typeof reportState>;
}

export function createReportKeeper(
  ports: { readonly log: ShowLogStore; readonly nowMs: () => number; readonly logger: Logger },
  dataFolder: string,
  config: { readonly report: boolean; readonly keep: number; readonly keepDays: number },
): ReportKeeper {
  const done = new Set<string>();
  let underway: Promise<unknown> | null = null;
  let stopped = false;

  /** A file that cannot be removed now holds up neither the agent nor a report; the next report tries again. */
  const tidy = () => {
    try {
      tidyReports(dataFolder, config, ports.nowMs());
    } catch (error) {
      ports.logger.warn(`removing old reports: ${(error as Error).message}. Close what has them open.`);
    }
  };

  const write = async (showId: string): Promise<boolean> => {
    const maker = createReportMaker();
    let entries = 0;
    for (let afterId = 0; ;) {
      const rows = await ports.log.read(showId, afterId);
      if (rows.length === 0) break;
      for (const { id, entry } of rows) {
        afterId = id;
        maker.add(entry);
      }
      entries += rows.length;
      if (stopped) return false;
      await nextTurn();
    }
    if (entries === 0) return false;
    const report = maker.finish();
    writeReport(report, reportFolder(dataFolder, showId), zoneAt(report.startedMs));
    tidy();
    return true;
  };

  /** The end of a show is read only once its step is on disk; until then it is tried again. */
  const makeLast = async (showId: string): Promise<void> => {
    if (reportState(dataFolder, showId) === 'final') return void done.add(showId);
    const stored = (await ports.log.shows()).find((show) => show.showId === showId);
    if (stored === undefined || !stored.ended || !(await write(showId))) return;
    done.add(showId);
    ports.logger.info(`the show has ended; its report lies in ${path.join(dataFolder, 'reports', showId)}`);
  };

  return {
    name: 'reports',
    look(endedShowIds) {
      const showId = endedShowIds.find((one) => !done.has(one));
      if (!config.report || showId === undefined || underway !== null || stopped) return;
      underway = makeLast(showId)
        .catch((error: unknown) => {
          done.add(showId);
          ports.logger.warn(`writing the report of ${showId} failed (${error instanceof Error ? error.message : String(error)}); once that is mended: livecue report --show ${showId} --out DIR`); // prettier-ignore
        })
        .finally(() => (underway = null));
    },
    async make(showId) {
      // One after the other: two writers of one report would mix their files.
      while (underway !== null) await underway;
      const making = write(showId);
      underway = making.catch(() => false).finally(() => (underway = null));
      return making;
    },
    state: (showId) => reportState(dataFolder, showId),
    start: async () => tidy(),
    async stop() {
      stopped = true;
      await underway;
    },
  };
}
