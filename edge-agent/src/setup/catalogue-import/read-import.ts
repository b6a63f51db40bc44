import { IMPORT_BYTES_MAX, IMPORT_ROWS_MAX, PREVIEW_LIST_MAX, PREVIEW_ROWS, type Catalogue, type CatalogueField, type ImportOptions, type ImportPreview } from '@livecue/shared/contract'; // prettier-ignore
import { catalogueDiff, mergedCatalogue } from './catalogue-diff.ts';
import { guessMapping } from './column-guess.ts';
import { csvTable } from './csv-table.ts';
import { jsonTable, parseJsonText } from './json-table.ts';
import { isOwnCatalogue, ownProducts, type OwnProducts } from './livecue-products.ts';
import { convertRows } from './row-products.ts';
import { isShopify, SHOPIFY_MAPPING, shopifyTable } from './shopify-table.ts';
import { problem, UnreadableFileError, type Table } from './table.ts';
import { xlsxTable } from './xlsx-table.ts';

export interface ImportInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options: ImportOptions;
  readonly present: Catalogue;
  /** What this studio said of headings before. */
  readonly remembered: Readonly<Record<string, CatalogueField | null>>;
}

export interface ImportRead {
  readonly preview: ImportPreview;
  /** The catalogue with the good rows, by what becomes of products that the file lacks. Null: it would be too long. */
  readonly kept: Catalogue | null;
  readonly removed: Catalogue;
}

type Parsed = { readonly table: Table; readonly own: OwnProducts | null };

/**
 * Reads a product file of any known kind and says what it would do to the present catalogue. Nothing is written.
 * Throws `UnreadableFileError` when the file as a whole cannot be used.
 */
export async function readImport(input: ImportInput): Promise<ImportRead> {
  const { options, present } = input;
  if (input.bytes.length > IMPORT_BYTES_MAX) throw tooBig(input.bytes.length);
  const { table, own } = await parseFile(input);
  if (table.rows.length > IMPORT_ROWS_MAX) throw tooMany(table.rows.length);
  if (table.rows.length === 0) throw noRows();
  const mapping = options.mapping ?? (table.format === 'shopify' ? [...SHOPIFY_MAPPING] : guessMapping(table.headings, input.remembered)); // prettier-ignore
  const { rows, problems } = own ?? convertRows(table, mapping, { currency: options.currency, present: present.products }); // prettier-ignore
  const products = rows.flatMap(({ product }) => (product === null ? [] : [product]));
  const merge = (removeGone: boolean) => mergedCatalogue(present, products, { removeGone, faq: own?.faq });
  const kept = merge(false);
  const long = kept.products.length > IMPORT_ROWS_MAX;
  const all = long ? [...problems, tooManyKept(kept.products.length)] : problems;
  const preview: ImportPreview = {
    format: table.format,
    encoding: table.encoding,
    sheets: [...table.sheets],
    sheet: table.sheet,
    columns: table.headings.map((heading, i) => ({ heading, samples: samples(table, i) })),
    mapping: table.headings.map((_, i) => mapping[i] ?? null),
    rows: rows.length,
    good: products.length,
    badRows: rows.length - products.length,
    sample: rows.slice(0, PREVIEW_ROWS).map(({ row, product }) => ({ row, product })),
    problemCount: all.length,
    problems: all.slice(0, PREVIEW_LIST_MAX),
    notes: table.notes.slice(0, PREVIEW_LIST_MAX),
    diff: catalogueDiff(present, kept, products),
  };
  return { preview, kept: long ? null : kept, removed: merge(true) };
}

/** By content, not by name: what Excel calls .csv is at times a workbook. */
async function parseFile({ name, bytes, options }: ImportInput): Promise<Parsed> {
  if (bytes.length === 0) throw noRows();
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    return { table: shopsOwn(await xlsxTable(bytes, options.sheet)), own: null };
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) throw oldWorkbook();
  if (
    /\.json$/i.test(name) ||
    /^(?:\xef\xbb\xbf)?\s*[[{]/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))
  ) {
    const { value, text, encoding } = parseJsonText(bytes);
    if (!isOwnCatalogue(JSON.parse(text))) return { table: jsonTable(value, encoding), own: null };
    const own = ownProducts(JSON.parse(text));
    const rows = own.rows.map(({ row }) => ({ row, cells: [] }));
    return { table: { format: 'livecue', encoding, sheets: [], sheet: null, headings: [], rows, problems: [], notes: [] }, own }; // prettier-ignore
  }
  return { table: shopsOwn(csvTable(bytes)), own: null };
}

const shopsOwn = (table: Table): Table => (isShopify(table.headings) ? shopifyTable(table) : table);

function samples({ rows }: Table, column: number): string[] {
  const found = new Set<string>();
  for (const { cells } of rows) {
    const cell = cells[column] ?? '';
    if (cell !== '') found.add(cell.slice(0, 60));
    if (found.size === 3) break;
  }
  return [...found];
}

const noRows = () => new UnreadableFileError({ zh: '文件里没有商品。', en: 'There are no products in the file.' });

const tooBig = (bytes: number) => {
  const [mb, most] = [(bytes / 1024 / 1024).toFixed(1), IMPORT_BYTES_MAX / 1024 / 1024];
  return new UnreadableFileError({ zh: `文件有 ${mb} MB，最多读 ${most} MB。请去掉图片或分成几个文件。`, en: `The file has ${mb} MB; at most ${most} MB are read. Take out pictures, or split it.` }); // prettier-ignore
};

const tooMany = (rows: number) =>
  new UnreadableFileError({ zh: `文件有 ${rows} 个商品，最多 ${IMPORT_ROWS_MAX} 个，什么都没有导入。请只留这场要卖的商品。`, en: `The file has ${rows} products; at most ${IMPORT_ROWS_MAX} are taken, and none was. Keep those that this room sells.` }); // prettier-ignore

const tooManyKept = (products: number) =>
  problem(null, null, String(products), `加上保留的商品共 ${products} 个，最多 ${IMPORT_ROWS_MAX} 个：请选择移除文件里没有的商品`, `with those that are kept there would be ${products} products, at most ${IMPORT_ROWS_MAX} fit: choose to remove what the file lacks`); // prettier-ignore

const oldWorkbook = () =>
  new UnreadableFileError({ zh: '这是旧式的 .xls 工作簿。请在 Excel 里另存为 .xlsx 再试。', en: 'This is a workbook of the old kind, .xls. Save it as .xlsx and try again.' }); // prettier-ignore
