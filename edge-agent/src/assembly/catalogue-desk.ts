import type { PANEL_VERBS, PanelVerb } from '@livecue/shared/contract';
import type * as z from 'zod';
import type { PanelBackend } from '../ports.ts';
import { catalogueCsv } from '../setup/catalogue-import/catalogue-csv.ts';
import { UnreadableFileError } from '../setup/catalogue-import/table.ts';
import type { ApplyResult, CatalogueBook } from './catalogue-book.ts';
import type { Uploads } from './uploads.ts';

type CatalogueVerb = Extract<PanelVerb, `catalogue.${string}`>;
type Args<V extends CatalogueVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;
type Result<V extends CatalogueVerb> = z.output<(typeof PANEL_VERBS)[V]['result']>;

const BY_PANEL = 'panel';

export interface CatalogueDesk {
  /** The backend, with the verbs of the Catalogue page. */
  answering<B extends PanelBackend>(backend: B): B;
}

/** What the Catalogue page asks: files in pieces, what they would change, the change, its undoing. */
export function createCatalogueDesk(
  ports: {
    readonly book: CatalogueBook;
    readonly uploads: Uploads;
    /** What is on disk comes into force: this agent ends and the next one starts. */
    readonly restart: () => Promise<unknown>;
  },
  facts: { readonly currency: string },
): CatalogueDesk {
  const { book, uploads } = ports;
  const changed = async (result: ApplyResult): Promise<ApplyResult> => {
    if (result.version !== null) await ports.restart();
    return result;
  };
  const verbs: { readonly [V in CatalogueVerb]: (args: Args<V>) => Promise<Result<V>> } = {
    'catalogue.read': async () => ({
      products: (await book.present()).products.length,
      basis: await book.basis(),
      currency: facts.currency,
      versions: book.versions(),
    }),
    'catalogue.products': async ({ from, limit }) => ({
      products: (await book.present()).products.slice(from, from + limit),
    }),
    'catalogue.upload': async (args) => ({ receivedBytes: uploads.add(args) }),
    'catalogue.preview': async ({ uploadId, options }) => {
      const basis = await book.basis();
      const file = uploads.file(uploadId);
      try {
        return { preview: (await book.preview(file, options)).preview, unreadable: null, basis };
      } catch (error) {
        if (!(error instanceof UnreadableFileError)) throw error;
        return { preview: null, unreadable: error.words, basis };
      }
    },
    'catalogue.apply': async ({ uploadId, options, basis, ...order }) =>
      changed(await book.apply(uploads.file(uploadId), options, basis, { ...order, by: BY_PANEL })),
    'catalogue.restore': async ({ number }) => changed(await book.restore(number, BY_PANEL)),
    'catalogue.export': async ({ format }) => {
      const catalogue = await book.present();
      if (format === 'csv') return { name: 'catalogue.csv', text: catalogueCsv(catalogue) };
      return { name: 'catalogue.json', text: `${JSON.stringify(catalogue, null, 2)}\n` };
    },
  };
  return {
    answering: (backend) => ({
      ...backend,
      call: (verb, args, caller) =>
        Object.hasOwn(verbs, verb)
          ? (verbs[verb as CatalogueVerb] as (args: unknown) => Promise<unknown>)(args)
          : backend.call(verb, args, caller),
    }),
  };
}
