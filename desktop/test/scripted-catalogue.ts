/** The catalogue of the scripted room: the agent's own desk on a folder of its own. */
import path from 'node:path';
import { Catalogue, type PanelVerb } from '@livecue/shared/contract';
import { openCatalogueBook, type CatalogueBook } from '../../edge-agent/src/assembly/catalogue-book.ts';
import { createCatalogueDesk } from '../../edge-agent/src/assembly/catalogue-desk.ts';
import { Uploads } from '../../edge-agent/src/assembly/uploads.ts';
import type { PanelBackend } from '../../edge-agent/src/ports.ts';
import { scriptedFolder } from './scripted-folder.ts';

const PRESENT = Catalogue.parse({
  products: [
    { productId: 'p3', skus: ['LS-S', 'LS-M'], linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, price: '129.00', priceCurrency: 'CNY', priceFloor: '99.00', stock: 120, facts: { size_spec: { zh: '155–160 选 S，160–165 选 M', en: '155–160 cm S, 160–165 M' } } },
    { productId: 'p5', skus: ['CUP'], linkNumber: 5, name: { zh: '蓝色水杯', en: 'Blue cup' }, price: '59.00', priceCurrency: 'CNY', stock: 31 },
    { productId: 'p8', linkNumber: 8, name: { zh: '藤编篮子', en: 'Wicker basket' }, price: '45.00', priceCurrency: 'CNY' },
  ],
}); // prettier-ignore

export interface ScriptedCatalogue {
  /** How often the agent would have started again. */
  restarts: number;
  readonly book: CatalogueBook;
  /** Files that the page has sent. */
  readonly uploads: Uploads;
  /** Undefined: another verb. */
  call(verb: PanelVerb, args: unknown): Promise<unknown> | undefined;
}

export function createScriptedCatalogue(nowMs: () => number): ScriptedCatalogue {
  const folder = scriptedFolder();
  const book = openCatalogueBook({ nowMs }, { file: path.join(folder, 'catalogue.json'), folder }, PRESENT);
  const uploads = new Uploads();
  const nobody = { call: () => undefined } as unknown as PanelBackend;
  const scripted: ScriptedCatalogue = {
    restarts: 0,
    book,
    uploads,
    call: (verb, args) => backend.call(verb, args, { device: 'desktop', role: 'admin', name: '' }),
  };
  const restart = async () => void (scripted.restarts += 1);
  const backend = createCatalogueDesk({ book, uploads, restart }, { currency: 'CNY' }).answering(nobody);
  return scripted;
}
