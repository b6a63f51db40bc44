import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { AgentConfig, FirstRunStep } from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import { DurableJsonFile } from '../store/json-file.ts';
import type { CatalogueBook } from './catalogue-book.ts';
import type { SettingsBook } from './settings-book.ts';

const FILE = 'first-run.json';
const State = z.strictObject({ version: z.literal(1), step: FirstRunStep, done: z.boolean() });
const BEGIN = { version: 1, step: 'room', done: false } as const;

/**
 * Where the first run stands, in `first-run.json`. It is needed while nothing is set up (no product, no source, no
 * show), and once begun until it is ended, by whoever does it.
 */
export function createFirstRunDesk(
  ports: { readonly settings: SettingsBook; readonly catalogue: CatalogueBook },
  folder: string,
): { answering<B extends PanelBackend>(backend: B): B } {
  const place = path.join(folder, FILE);
  const file = new DurableJsonFile(place, 0o600);
  // A damaged file begins anew: nothing but a place in five steps is lost.
  const read = async () => State.safeParse(await file.read().catch(() => null)).data ?? BEGIN;

  const isBare = async (backend: PanelBackend): Promise<boolean> => {
    const config = AgentConfig.safeParse(await ports.settings.present()).data;
    if (config === undefined || config.connectors.length > 0 || backend.state().mode !== 'live') return false;
    if ((await ports.catalogue.present()).products.length > 0) return false;
    const { shows } = (await backend.call('shows.list', {}, { device: 'agent', role: 'admin', name: '' })) as { shows: unknown[] }; // prettier-ignore
    return shows.length === 0;
  };

  return {
    answering: (backend) => ({
      ...backend,
      async call(verb, args, caller) {
        if (verb === 'firstrun.save') {
          await file.write({ version: 1, ...(args as { step: FirstRunStep; done: boolean }) });
          return {};
        }
        if (verb !== 'firstrun.read') return backend.call(verb, args, caller);
        const { step, done } = await read();
        return { needed: !done && (existsSync(place) || (await isBare(backend))), step, done };
      },
    }),
  };
}
