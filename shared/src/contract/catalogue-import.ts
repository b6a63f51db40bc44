import * as z from 'zod';
import { Currency } from '../event/money.ts';
import { Words } from '../prompt/host-prompt.ts';
import { Product } from './catalogue.ts';

/** What a column of a product file can mean. `name` counts for both languages; `fact.…` is what the host reads out. */
export const CatalogueField = z.enum([
  'productId', 'skus', 'linkNumber', 'name', 'nameZh', 'nameEn', 'aliases', 'price', 'priceCurrency', 'priceFloor',
  'offerPrice', 'stock', 'fact.size_spec', 'fact.price', 'fact.shipping', 'fact.product_question',
  'fact.return_warranty', 'fact.discount_gift', 'fact.stock', 'fact.order_payment',
]); // prettier-ignore
export type CatalogueField = z.infer<typeof CatalogueField>;

/** Rows of a file at most: as many as a catalogue has products. */
export const IMPORT_ROWS_MAX = 10_000;
export const IMPORT_COLUMNS_MAX = 200;
/** Bytes of a file at most. */
export const IMPORT_BYTES_MAX = 16 * 1024 * 1024;
/** Entries of each list of a preview at most; counts stand beside them. */
export const PREVIEW_LIST_MAX = 200;
export const PREVIEW_ROWS = 20;

export const ImportOptions = z.strictObject({
  /** Meaning of each column, null for none; null as a whole: guessed from the headings. */
  mapping: z.array(CatalogueField.nullable()).max(IMPORT_COLUMNS_MAX).nullable().default(null),
  /** Of prices whose row and signs name none. */
  currency: Currency.default('CNY'),
  /** Sheet of a workbook; null: the first. */
  sheet: z.string().max(64).nullable().default(null),
});
export type ImportOptions = z.infer<typeof ImportOptions>;

/** What keeps a row, or the whole file, from being taken. */
export const ImportProblem = z.object({
  /** As a spreadsheet numbers it, or the how-manieth entry of a JSON file; null: the file as a whole. */
  row: z.int().min(1).nullable(),
  /** Heading of the column; null: no one column. */
  column: z.string().nullable(),
  /** What stands there, at most 80 characters. */
  value: z.string(),
  /** What is wrong and what would be right. */
  words: Words,
});
export type ImportProblem = z.infer<typeof ImportProblem>;

/** One thing of a product before and after; null: it has none. */
export const FieldChange = z.object({
  field: z.enum([...CatalogueField.options, 'faq']),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type FieldChange = z.infer<typeof FieldChange>;

const Named = z.object({ productId: z.string(), linkNumber: z.int().nullable(), name: Words });

/** What an import would do to the catalogue. Lists are cut at `PREVIEW_LIST_MAX`, counts are not. */
export const CatalogueDiff = z.object({
  counts: z.object({ added: z.int(), changed: z.int(), gone: z.int(), unchanged: z.int() }),
  added: z.array(Named),
  changed: z.array(Named.extend({ changes: z.array(FieldChange) })),
  /** In the catalogue and not in the file: kept unless the operator says remove. */
  gone: z.array(Named),
});
export type CatalogueDiff = z.infer<typeof CatalogueDiff>;

export const ImportPreview = z.object({
  /** `livecue`: a catalogue as this program writes it, whose columns need no mapping. */
  format: z.enum(['csv', 'xlsx', 'json', 'shopify', 'livecue']),
  /** Of the text: `utf-8`, `gb18030`, `utf-16le`; null for a workbook. */
  encoding: z.string().nullable(),
  sheets: z.array(z.string()),
  sheet: z.string().nullable(),
  columns: z.array(z.object({ heading: z.string(), samples: z.array(z.string()) })),
  /** As used, one a column. */
  mapping: z.array(CatalogueField.nullable()),
  rows: z.int(),
  /** Products that can be taken. */
  good: z.int(),
  badRows: z.int(),
  /** The first `PREVIEW_ROWS` rows; a product is null where its row has a problem. */
  sample: z.array(z.object({ row: z.int(), product: Product.nullable() })),
  problemCount: z.int(),
  problems: z.array(ImportProblem),
  /** What was decided without asking: the lowest of several prices, drafts left out. */
  notes: z.array(ImportProblem),
  diff: CatalogueDiff,
});
export type ImportPreview = z.infer<typeof ImportPreview>;
