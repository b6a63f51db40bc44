import type { PANEL_VERBS } from '@livecue/shared/contract';
import type * as z from 'zod';
import type { PanelBackend, ShowLogStore } from '../ports.ts';

type ReadCall = z.output<(typeof PANEL_VERBS)['shows.read']['args']>;

/** The backend, with the records of shows for those who make a report while the agent runs. */
export function answeringShows<B extends PanelBackend>(backend: B, log: ShowLogStore): B {
  return {
    ...backend,
    async call(verb, args, caller) {
      if (verb === 'shows.list') return { shows: await log.shows() };
      if (verb !== 'shows.read') return backend.call(verb, args, caller);
      const { showId, after } = args as ReadCall;
      return { rows: await log.read(showId, after) };
    },
  };
}
