import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Catalogue, ImportOptions, ImportPreview, type ImportProblem } from '@livecue/shared/contract';
import { catalogueCsv } from './catalogue-csv.ts';
import { readImport } from './read-import.ts';
import { UnreadableFileError } from './table.ts';
import { workbook, workbookParts } from './testing/workbook.ts';

const EMPTY = Catalogue.parse({ products: [] });

async function read(file: string | Uint8Array, over: Partial<Parameters<typeof readImport>[0]> = {}) {
  const bytes = typeof file === 'string' ? strToU8(file) : file;
  const result = await readImport({ name: 'products.csv', bytes, options: ImportOptions.parse({}), present: EMPTY, remembered: {}, ...over }); // prettier-ignore
  expect(ImportPreview.parse(result.preview)).toEqual(result.preview);
  if (result.kept !== null) expect(Catalogue.parse(result.kept)).toEqual(result.kept);
  return { ...result, products: result.kept!.products };
}
const told = ({ row, column, value, words }: ImportProblem) => [row, column, value, words.en];
const refusal = (file: string | Uint8Array, name = 'products.csv') =>
  readImport({ name, bytes: typeof file === 'string' ? strToU8(file) : file, options: ImportOptions.parse({}), present: EMPTY, remembered: {} }).then(
    () => null,
    (error: unknown) => (error instanceof UnreadableFileError ? error.words : Promise.reject(error as Error)),
  ); // prettier-ignore

const SHIRT = { productId: 'A-1', skus: [], linkNumber: 3, name: { zh: '亚麻衬衫（夏）', en: '亚麻衬衫（夏）' }, aliases: [], price: '129.00', priceCurrency: 'CNY', stock: 120, facts: {} }; // prettier-ignore
const CUP = { ...SHIRT, productId: 'A-2', linkNumber: 5, name: { zh: '蓝色水杯', en: '蓝色水杯' }, price: '59.90', stock: null }; // prettier-ignore
const TEXT = '商品编号,商品名称,链接,价格,库存\r\nA-1,亚麻衬衫（夏）,3号,￥129,120\r\nA-2,蓝色水杯,5,59.9,\r\n';
/** The same, written by Python's gb18030 codec. */
const GBK = 'c9ccc6b7b1e0bac52cc9ccc6b7c3fbb3c62cc1b4bdd32cbcdbb8f12cbfe2b4e60d0a412d312cd1c7c2e9b3c4c9c0a3a8cfc4a3a92c33bac52ca3a43132392c3132300d0a412d322cc0b6c9abcbaeb1ad2c352c35392e392c0d0a'; // prettier-ignore

describe('one list of products, however it is written', () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(TEXT.replaceAll(',', '\t'), 'utf16le')]);
  it.each<[string, string | Uint8Array, string | null]>([
    ['UTF-8', TEXT, 'utf-8'],
    ['UTF-8 with its mark', `\uFEFF${TEXT}`, 'utf-8'],
    ['GBK, as Excel saves CSV on a Chinese Windows', Buffer.from(GBK, 'hex'), 'gb18030'],
    ['UTF-16 with tabs, as Excel saves Unicode text', utf16, 'utf-16le'],
    ['semicolons', TEXT.replaceAll(',', ';'), 'utf-8'],
    ['tabs', TEXT.replaceAll(',', '\t'), 'utf-8'],
    ['Excel’s line that names the delimiter', `sep=;\r\n${TEXT.replaceAll(',', ';')}`, 'utf-8'],
    ['a title and an empty line above the headings', `夏日专场 商品表\r\n\r\n${TEXT}`, 'utf-8'],
    ['a JSON array', JSON.stringify([{ 商品编号: 'A-1', 商品名称: '亚麻衬衫（夏）', 链接: 3, 价格: 129, 库存: 120 }, { 商品编号: 'A-2', 商品名称: '蓝色水杯', 链接: '5', 价格: 59.9 }]), 'utf-8'],
    ['a workbook', workbook({ 商品: [['商品编号', '商品名称', '链接', '价格', '库存'], ['A-1', { inline: '亚麻衬衫（夏）' }, '3号', { number: '129' }, { number: '120' }], ['A-2', '蓝色水杯', { number: '5' }, { number: '59.899999999999999' }, null]] }), null],
  ])('%s', async (_name, file, encoding) => {
    const { preview, products } = await read(file);
    expect(preview.problems).toEqual([]);
    expect(products).toEqual([SHIRT, CUP]);
    expect(preview).toMatchObject({ encoding, rows: 2, good: 2, badRows: 0, mapping: ['productId', 'name', 'linkNumber', 'price', 'stock'] });
    expect(preview.diff.counts).toEqual({ added: 2, changed: 0, gone: 0, unchanged: 0 });
  }); // prettier-ignore

  it('a catalogue of our own comes back as it was, with facts in two languages and answers', async () => {
    const own = Catalogue.parse({
      products: [{ ...SHIRT, facts: { size_spec: { zh: '选 M', en: 'Take M' } }, faq: [{ factId: 'f1', answer: '选 M' }] }],
      faq: [{ factId: 's1', answer: '48 小时内发货' }],
    }); // prettier-ignore
    const { kept, preview } = await read(JSON.stringify(own, null, 2), { name: 'catalogue.json' });
    expect(kept).toEqual(own);
    expect(preview.format).toBe('livecue');
  });

  it('English headings, quoted cells over lines, and numbers as other countries write them', async () => {
    const file = 'Product ID;Name;SKU;Price (EUR);Floor price;Also known as\n7;"Cup, blue\n0.5 l";"c1\nc2";1.299,50 €;"999,00";mug | beaker\n'; // prettier-ignore
    const { products, preview } = await read(file, { options: ImportOptions.parse({ currency: 'EUR', mapping: ['productId', 'name', 'skus', 'price', 'priceFloor', 'aliases'] }) }); // prettier-ignore
    expect(preview.problems).toEqual([]);
    expect(products).toEqual([{ productId: '7', skus: ['c1', 'c2'], linkNumber: null, name: { zh: 'Cup, blue 0.5 l', en: 'Cup, blue 0.5 l' }, aliases: ['mug', 'beaker'], price: '1299.50', priceCurrency: 'EUR', priceFloor: '999.00', stock: null, facts: {} }]); // prettier-ignore
  });

  it('an id of 19 digits keeps them all in JSON, and is refused where a spreadsheet has rounded it', async () => {
    const { products } = await read('[{"id": 6920123456789012345, "title": "x"}]');
    expect(products[0]!.productId).toBe('6920123456789012345');
    const { preview } = await read(workbook({ s: [['商品ID', '名称'], [{ number: '6.9201234567890099E+18' }, 'x'], [{ number: '123456789012345' }, 'y']] })); // prettier-ignore
    expect(preview.problems.map(told)).toEqual([[2, '商品ID', '6.920123456789009e+18', 'is a long number that the spreadsheet has rounded. Format the column as text and enter or export it again']]); // prettier-ignore
    expect(preview.sample[1]!.product?.productId).toBe('123456789012345');
  });
});

describe('what is wrong with a row', () => {
  const FILE = [
    '编号,商品名称,商家编码,链接,价格,底价,优惠价,库存',
    'p1,衬衫,s1,1,129,,,5',
    ',没有编号,,2,1,,,',
    'p3,,s3,3,1,,,',
    'p4,价格错,s4,4,一百,,,',
    'p5,库存错,s5,5,1,,,有货',
    'p6,链接错,s6,1000,1,,,',
    'p7,小数太多,s7,7,1.299,,,',
    'p1,编号重复,s8,8,1,,,',
    'p9,编码重复,s1,9,1,,,',
    'p10,链接重复,s10,1,1,,,',
    'p11,底价高,s11,11,10,12,,',
    'p12,优惠低,s12,12,10,8,7,-1',
    'p13,好的,s13,13,10,8,9,0',
  ].join('\n');

  it('is told by row, column, value and what would be right, in both languages; good rows are taken', async () => {
    const { preview, products } = await read(FILE);
    expect(preview.problems.map(told)).toEqual([
      [3, '编号', '', 'neither product id nor seller’s code; one of them is needed'],
      [4, '商品名称', '', 'the name is missing'],
      [5, '价格', '一百', 'is no price; expected something like 129.00'],
      [6, '库存', '有货', 'is no count; expected a whole number, or nothing when unknown'],
      [7, '链接', '1000', 'is no link number; expected 1 to 999'],
      [8, '价格', '1.299', 'has too many decimals; CNY has 2. If the point or comma separates thousands, take it out'],
      [9, '编号', 'p1', 'row 2 has it already'],
      [10, '商家编码', 's1', 'row 2 has it already'],
      [11, '链接', '1', 'row 2 has it already'],
      [12, '底价', '12.00', 'the floor is above the price 10.00'],
      [13, '优惠价', '7.00', 'the offer is below the floor 8.00'],
      [13, '库存', '-1', 'is below zero; stock is 0 or more'],
    ]);
    for (const { words } of preview.problems) expect(words.zh).toMatch(/\p{Script=Han}/u);
    expect(products.map(({ productId }) => productId)).toEqual(['p1', 'p13']);
    expect(preview).toMatchObject({ rows: 13, good: 2, badRows: 11, problemCount: 12 });
    expect(preview.sample[1]).toEqual({ row: 3, product: null });
  });

  it('a column that says what is needed and is not chosen is asked for', async () => {
    const { preview } = await read('a,b\n1,2\n');
    expect(preview.problems.map(told)).toEqual([
      [null, null, '', 'No column is the name of the product yet. Choose it'],
      [null, null, '', 'No column is the product id or the seller’s code yet. Choose it'],
    ]);
    expect(preview.good).toBe(0);
    const chosen = await read('a,b\n1,2\n', { options: ImportOptions.parse({ mapping: ['productId', 'name'] }) });
    expect(chosen.products.map(({ productId, name }) => [productId, name.zh])).toEqual([['1', '2']]);
  });

  it('currencies: signs and codes count, and must agree', async () => {
    const file =
      'id,name,price,currency\n1,a,US$5,\n2,b,5 €,\n3,c,1500,JPY\n4,d,€5,USD\n5,e,$5,\n6,f,15.5,JPY\n7,g,5,Yuan\n';
    const { preview, products } = await read(file);
    expect(products.map(({ price, priceCurrency }) => `${price} ${priceCurrency}`)).toEqual(['5.00 USD', '5.00 EUR', '1500 JPY', '5.00 USD']); // prettier-ignore
    expect(preview.problems.map(({ row, column }) => `${row} ${column}`)).toEqual(['5 price', '7 price', '8 currency']);
    const dollars = await read('id,name,price\n1,a,$5\n', { options: ImportOptions.parse({ currency: 'SGD' }) });
    expect(dollars.products[0]).toMatchObject({ price: '5.00', priceCurrency: 'SGD' });
  });
});

describe('what would change', () => {
  const present = Catalogue.parse({
    products: [
      { productId: 'p1', linkNumber: 1, skus: ['s1'], name: { zh: '衬衫', en: 'Shirt' }, price: '129.00', priceCurrency: 'CNY', stock: 5, facts: { size_spec: { zh: '选 M', en: 'Take M' } }, faq: [{ factId: 'f', answer: 'a' }] },
      { productId: 'p2', linkNumber: 2, skus: ['s2', 's9'], name: { zh: '水杯', en: 'Cup' } },
      { productId: 'p3', linkNumber: 3, name: { zh: '帽子', en: 'Hat' }, price: '10.00', priceCurrency: 'CNY' },
    ],
    faq: [{ factId: 'shop', answer: 'x' }],
  }); // prettier-ignore

  it('old and new of each field; what no column says stays; what the file lacks is kept, and gives up number and code', async () => {
    const { kept, removed, preview } = await read('编号,名称,链接,SKU,价格,尺码\np1,衬衫,1,s1,99,选 M\np3,帽子,3,,10,\nn1,新品,2,s9,5,\n', { present }); // prettier-ignore
    expect(preview.diff.counts).toEqual({ added: 1, changed: 2, gone: 1, unchanged: 1 });
    expect(preview.diff.changed.map(({ productId, changes }) => [productId, changes])).toEqual([
      ['p1', [{ field: 'price', before: '129.00', after: '99.00' }]],
      ['p2', [{ field: 'skus', before: 's2, s9', after: 's2' }, { field: 'linkNumber', before: '2', after: null }]],
    ]); // prettier-ignore
    expect(preview.diff.gone.map(({ productId }) => productId)).toEqual(['p2']);
    expect(kept!.products.map(({ productId, linkNumber }) => [productId, linkNumber])).toEqual([['p1', 1], ['p3', 3], ['n1', 2], ['p2', null]]); // prettier-ignore
    expect(kept!.products[0]).toEqual({ ...present.products[0], price: '99.00' });
    expect(kept!.faq).toEqual(present.faq);
    expect(removed.products.map(({ productId }) => productId)).toEqual(['p1', 'p3', 'n1']);
  });

  it('an empty cell of a chosen column takes away what stood there, and says so', async () => {
    const { preview } = await read('编号,名称,链接,价格\np3,帽子,,\n', { present });
    expect(preview.diff.changed[0]!.changes).toEqual([
      { field: 'linkNumber', before: '3', after: null },
      { field: 'price', before: '10.00', after: null },
      { field: 'priceCurrency', before: 'CNY', after: null },
    ]);
  });

  it('without an id a product is found by its seller’s code', async () => {
    const { kept } = await read('货号,名称,库存\ns9,水杯,7\n', { present });
    expect(kept!.products[0]).toMatchObject({ productId: 'p2', stock: 7, skus: ['s9'] });
  });

  it('a mapping that was chosen once is proposed for the same headings', async () => {
    const remembered = { 甲: 'productId', 乙: 'name', 价格: null } as const;
    const { preview } = await read('甲,乙,价格\n1,x,abc\n', { remembered });
    expect(preview.mapping).toEqual(['productId', 'name', null]);
    expect(preview.good).toBe(1);
  });

  it('imported twice, the second time nothing changes (any catalogue, by our CSV)', async () => {
    const text = fc.stringMatching(/^[=+\-@'"\p{Script=Han}a-z,; \t\n]{0,12}$/u).map((one) => one.replace(/\s+/g, ' ').trim()); // prettier-ignore
    const product = fc.record({
      productId: fc.stringMatching(/^[=+@a-z0-9'-]{1,8}$/),
      linkNumber: fc.option(fc.integer({ min: 1, max: 999 })),
      name: fc.record({ zh: text.map((one) => `名${one}`), en: text.map((one) => `=n${one}`) }),
      stock: fc.option(fc.nat(1e6)),
      price: fc.nat(1e7).map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`),
      facts: fc.constant({ size_spec: { zh: '-1 到 +5\n选 M', en: '-1 到 +5\n选 M' } }),
    });
    const distinct = (products: { productId: string; linkNumber: number | null }[]) =>
      new Set(products.map(({ linkNumber }) => linkNumber ?? {})).size === products.length;
    const products = fc.uniqueArray(product, { selector: ({ productId }) => productId, minLength: 1, maxLength: 8 }).filter(distinct); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(products, async (some) => {
        const own = Catalogue.parse({ products: some.map((one) => ({ ...one, priceCurrency: 'CNY' })) });
        const { kept, preview } = await read(catalogueCsv(own));
        expect(preview.problems).toEqual([]);
        expect(kept).toEqual(own);
        for (const cell of parse(catalogueCsv(own), { bom: true }).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
      { numRuns: 60 },
    );
  });
});

describe('Shopify’s product export', () => {
  const OLD = [
    'Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status',
    'linen-shirt,Linen shirt,"<p>Cool, light</p>",Acme,Size,S,LS-S,4,39.00,https://x/1.jpg,active',
    'linen-shirt,,,,,M,LS-M,-2,39.00,https://x/2.jpg,',
    'linen-shirt,,,,,L,LS-L,6,42.50,,',
    'linen-shirt,,,,,,,,,https://x/3.jpg,',
    'cup,Blue cup,,Acme,Title,Default Title,CUP,10,12,,active',
    'old,Old thing,,Acme,Title,Default Title,OLD,1,1,,archived',
    'bad,Bad one,,Acme,Size,S,B-S,1,9.00,,active',
    'bad,,,,,M,B-M,many,nine,,',
  ].join('\n');

  it('rows of variants become one product: codes, lowest price, stock; a wrong variant is named by its own row', async () => {
    const { preview, products } = await read(OLD, { options: ImportOptions.parse({ currency: 'USD' }) });
    expect(preview.format).toBe('shopify');
    const blank = { aliases: [], linkNumber: null, priceCurrency: 'USD', facts: {} };
    expect(products).toEqual([
      { ...blank, productId: 'linen-shirt', name: { zh: 'Linen shirt', en: 'Linen shirt' }, skus: ['LS-S', 'LS-M', 'LS-L'], price: '39.00', stock: 10 },
      { ...blank, productId: 'cup', name: { zh: 'Blue cup', en: 'Blue cup' }, skus: ['CUP'], price: '12.00', stock: 10 },
    ]); // prettier-ignore
    expect(preview.problems.map(told)).toEqual([
      [8, 'Variant Price', 'nine', 'row 9: is no price; expected something like 129.00'],
      [8, 'Variant Inventory Qty', 'many', 'row 9: is no count; expected a whole number'],
    ]);
    expect(preview.notes.map(told)).toEqual([
      [2, 'Variant Price', '39.00–42.50', 'its variants differ in price; the lowest is taken'],
      [7, 'Status', 'archived', 'old is not active and is left out'],
    ]);
  });

  it('with the headings of today, and saved as a workbook', async () => {
    const rows = [['Title', 'URL handle', 'Status', 'SKU', 'Option1 value', 'Price', 'Inventory quantity'], ['Cup', 'cup', 'Active', 'CUP-1', 'Blue', { number: '12.5' }, { number: '3' }], [null, 'cup', null, 'CUP-2', 'Red', { number: '12.5' }, { number: '4' }]]; // prettier-ignore
    const { products, preview } = await read(workbook({ products: rows }));
    expect(preview.format).toBe('shopify');
    expect(products).toMatchObject([{ productId: 'cup', skus: ['CUP-1', 'CUP-2'], price: '12.50', stock: 7 }]);
  });
});

describe('files that cannot be used say so, and what to do', () => {
  it.each<[string, string | Uint8Array, string, string?]>([
    ['nothing', '', 'no products'],
    ['only blank lines', '\n\n , \n', 'empty'],
    ['only headings', '编号,名称\n', 'no products'],
    ['a quotation mark without partner', '编号,名称\n1,"x\n2,y\n', 'quotation mark'],
    ['broken JSON', '[{"id": 1,}]', 'not valid JSON', 'a.json'],
    ['JSON without a list', '{"a": 1}', 'holds no list', 'a.json'],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xff, 0]), 'no table of text'],
    ['a workbook of the old kind', new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3]), 'Save it as .xlsx'],
    ['an archive that is no workbook', zipSync({ 'a.txt': strToU8('x') }), 'no XLSX workbook'],
    ['half a workbook', workbook({ s: [['编号', '名称']] }).subarray(0, 200), 'no XLSX workbook'],
    ['10,001 products', `id,name\n${Array.from({ length: 10_001 }, (_, i) => `${i},x`).join('\n')}`, '10001 products; at most 10000'],
    ['more than 16 MB', new Uint8Array(16 * 1024 * 1024 + 1).fill(65), 'at most 16 MB'],
  ])('%s', async (_name, file, words, name) => {
    const refused = await refusal(file, name);
    expect(refused?.en).toContain(words);
    expect(refused?.zh).toMatch(/\p{Script=Han}/u);
  }); // prettier-ignore

  it('a workbook that unpacks to far more than it says, or has a cell at the end of the sheet, fills no memory', async () => {
    const parts = workbookParts({
      s: [
        ['编号', '名称'],
        ['1', 'x'],
      ],
    });
    const bomb = zipSync({ ...parts, 'xl/worksheets/sheet1.xml': new Uint8Array(120 * 1024 * 1024) }, { level: 9 });
    expect(bomb.length).toBeLessThan(300_000);
    expect((await refusal(bomb))?.en).toContain('too big');
    // The same with headers that tell of 1,000 bytes: what comes out is cut there.
    const real = Buffer.alloc(4);
    real.writeUInt32LE(120 * 1024 * 1024);
    const lying = Buffer.from(bomb);
    for (let at = lying.indexOf(real); at !== -1; at = lying.indexOf(real, at + 4)) lying.writeUInt32LE(1000, at);
    expect((await refusal(lying))?.en).toContain('no XLSX workbook');
    const far = new TextDecoder().decode(parts['xl/worksheets/sheet1.xml']).replace('r="B2"', 'r="XFD1048576"');
    expect((await refusal(zipSync({ ...parts, 'xl/worksheets/sheet1.xml': strToU8(far) })))?.en).toContain('too big');
  });

  it('150,000 empty lines between products cost nothing, and rows keep their numbers', async () => {
    const { preview } = await readImport({ name: 'a.csv', bytes: strToU8(`编号,名称\n\n1,杯\n${'\n'.repeat(150_000)}\r\n2,"a\nb"\n,x\n`), options: ImportOptions.parse({}), present: EMPTY, remembered: {} }); // prettier-ignore
    expect(preview).toMatchObject({ good: 2, badRows: 1, sample: [{ row: 3 }, { row: 150_005 }, { row: 150_006 }] });
  });

  it('lines of an old Mac are lines, however many', async () => {
    const text = `编号,名称\r${Array.from({ length: 150_000 }, (_, n) => `${n},x`).join('\r')}\r`;
    expect((await refusal(text))?.en).toContain('at most 10000');
  });

  it('a heading of brackets alone costs no more than its length', async () => {
    expect(await refusal(`编号,名称,${'['.repeat(100_000)}\n1,x,y\n`)).toBeNull();
  });

  it('whatever the bytes, it is read or refused, and nothing else', async () => {
    const csv = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => strToU8(`编号,名称\n${text}`));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), csv), async (bytes) => {
        const refused = await refusal(bytes);
        if (refused !== null) expect(refused.en.length).toBeGreaterThan(10);
      }),
      { numRuns: 300 },
    );
  });
});

it('5,000 products with texts are read and compared within seconds of processor time', { retry: 2 }, async () => {
  const rows = Array.from(
    { length: 5_000 },
    (_, i) => `p${i},商品 ${i} 号,${i},s${i};t${i},${i}.50,${i},"尺码 S–XL，
身高 ${i}"`,
  );
  const file = `编号,名称,别名,SKU,价格,库存,尺码\n${rows.join('\n')}\n`;
  const first = await read(file);
  expect(first.preview.good).toBe(5_000);
  const begin = process.cpuUsage();
  const again = await read(file, { present: first.kept! });
  const { user, system } = process.cpuUsage(begin);
  expect(again.preview.diff.counts).toEqual({ added: 0, changed: 0, gone: 0, unchanged: 5_000 });
  expect((user + system) / 1e6).toBeLessThan(4);
});
