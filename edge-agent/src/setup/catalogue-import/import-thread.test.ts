import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { Catalogue, ImportOptions } from '@livecue/shared/contract';
import { readImportInThread } from './import-thread.ts';

const input = (text: string) => ({ name: 'a.csv', bytes: strToU8(text), options: ImportOptions.parse({}), present: Catalogue.parse({ products: [] }), remembered: {} }); // prettier-ignore

it('a thread reads the file as the function does, and says why it cannot', async () => {
  const { kept, preview } = await readImportInThread(input('id,name\n1,a\n'));
  expect([kept?.products[0]?.name.en, preview.good]).toEqual(['a', 1]);
  await expect(readImportInThread(input(''))).rejects.toMatchObject({ words: { en: expect.stringContaining('no products') } }); // prettier-ignore
});
