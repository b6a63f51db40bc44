import type { PANEL_VERBS, PanelVerb } from '@livecue/shared/contract';
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelBackend } from '../ports.ts';
import { catalogueCsv } from '../setup/catalogue-import/catalogue-csv.ts';
import { UnreadableFileError } from '../setup/catalogue-import/table.ts';
import type { ApplyResult, CatalogueBook, ImportFile } from './catalogue-book.ts';

type CatalogueVerb = Extract<PanelVerb, `catalogue.${string}`>;
type Args<V extends CatalogueVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;
type Result<V extends CatalogueVerb> = z.output<(typeof PANEL_VERBS)[V]['result']>;

/** Files on their way, or waiting to be applied; an operator works on one. */
const UPLOADS_MAX = 2;
const BY_PANEL = 'panel';

export interface CatalogueDesk {
  /** The backend, with the verbs of the Catalogue page. */
  answering<B extends PanelBackend>(backend: B): B;
}

/** What the Catalogue page asks: files in pieces, what they would change, the change, its undoing. */
export function createCatalogueDesk(
  ports: {
    readonly book: CatalogueBook;
    /** What is on disk comes into force: this agent ends and the next one starts. */
    readonly restart: () => Promise<unknown>;
  },
  facts: { readonly currency: string },
): CatalogueDesk {
  const { book } = ports;
  const uploads = new Uploads();
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

/** Files that come in pieces. Throws `PanelCallError` for a piece out of order and a file that is not (or no longer) there. */
class Uploads {
  readonly #files = new Map<string, { readonly name: string; readonly bytes: Buffer; received: number }>();

  add({ uploadId, name, totalBytes, offset, chunk }: Args<'catalogue.upload'>): number {
    let file = this.#files.get(uploadId);
    if (file === undefined) {
      file = { name, bytes: Buffer.alloc(totalBytes), received: 0 };
      this.#files.set(uploadId, file);
      for (const oldest of this.#files.keys()) {
        if (this.#files.size <= UPLOADS_MAX) break;
        this.#files.delete(oldest);
      }
    }
    const piece = Buffer.from(chunk, 'base64');
    if (offset !== file.received || totalBytes !== file.bytes.length || offset + piece.length > totalBytes) {
      this.#files.delete(uploadId);
      throw new PanelCallError('bad-request', `catalogue.upload: a piece at ${offset} of ${totalBytes} does not follow the ${file.received} of ${file.bytes.length} bytes that are there. Send the file again.`); // prettier-ignore
    }
    file.received += piece.copy(file.bytes, offset);
    return file.received;
  }

  file(uploadId: string): ImportFile {
    const file = this.#files.get(uploadId);
    if (file === undefined || file.received < file.bytes.length)
      throw new PanelCallError('not-found', 'The file is not here, or not all of it: the agent has started again or newer files came. Choose it once more.'); // prettier-ignore
    return file;
  }
}
