import type { PANEL_VERBS } from '@livecue/shared/contract';
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { ReportFiles } from '../panel/report-pages.ts';
import type { PanelBackend, ShowLogStore } from '../ports.ts';
import type { ReportKeeper } from './show-report-keeper.ts';

type Call<V extends keyof typeof PANEL_VERBS> = z.output<(typeof PANEL_VERBS)[V]['args']>;

/** The backend, with the records of shows and their reports. */
export function answeringShows<B extends PanelBackend>(
  backend: B,
  log: ShowLogStore,
  reports: Pick<ReportKeeper, 'make' | 'state'>,
  files: ReportFiles,
): B {
  return {
    ...backend,
    async call(verb, args, caller) {
      switch (verb) {
        case 'shows.list':
          return { shows: (await log.shows()).map((show) => ({ ...show, report: reports.state(show.showId) !== 'none' })) }; // prettier-ignore
        case 'shows.read': {
          const { showId, after } = args as Call<'shows.read'>;
          return { rows: await log.read(showId, after) };
        }
        case 'report.make': {
          const { showId } = args as Call<'report.make'>;
          const made = await reports.make(showId).catch((error: unknown) => {
            throw new PanelCallError('internal', `The report of ${showId} could not be written: ${(error as Error).message}. Free space on the disk, then make it again.`); // prettier-ignore
          });
          return { made };
        }
        case 'report.read': {
          const { of, id, file } = args as Call<'report.read'>;
          const text = await files.read(of, id, file);
          if (text === null) throw new PanelCallError('not-found', `There is no report of ${id}. Make it first.`);
          return { text };
        }
        default:
          return backend.call(verb, args, caller);
      }
    },
  };
}
