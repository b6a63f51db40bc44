import type { CatalogueField as Field, ImportProblem } from '@livecue/shared/contract';
import { foldHeading } from './column-guess.ts';
import { problem, type Table, type TableRow } from './table.ts';

/** Columns of Shopify's product export, as it was (`Handle`, `Variant SKU`) and as it is (`URL handle`, `SKU`). */
const COLUMNS = {
  handle: ['handle', 'urlhandle'],
  title: ['title'],
  status: ['status'],
  sku: ['variantsku', 'sku'],
  price: ['variantprice', 'price'],
  stock: ['variantinventoryqty', 'inventoryquantity'],
  option: ['option1value'],
} as const;
type Column = keyof typeof COLUMNS;

const HEADINGS = ['Handle', 'Title', 'Variant SKU', 'Variant Price', 'Variant Inventory Qty'];
export const SHOPIFY_MAPPING: readonly (Field | null)[] = ['productId', 'name', 'skus', 'price', 'stock'];

/** Is this a product export of Shopify? It has a handle and a title, and its variants have columns of their own. */
export function isShopify(headings: readonly string[]): boolean {
  const at = columnsOf(headings);
  return at.handle !== -1 && at.title !== -1 && at.sku !== -1 && at.price !== -1 && at.option !== -1;
}

function columnsOf(headings: readonly string[]): Record<Column, number> {
  const folded = headings.map(foldHeading);
  const find = (names: readonly string[]) => names.map((name) => folded.indexOf(name)).find((i) => i !== -1) ?? -1;
  return Object.fromEntries(Object.entries(COLUMNS).map(([column, names]) => [column, find(names)])) as Record<Column, number>; // prettier-ignore
}

/**
 * One row a product instead of one a variant: all seller's codes, the lowest price, the stock of all variants. Rows of
 * further pictures have neither code nor price. Drafts and what is archived are left out, with a note.
 */
export function shopifyTable(table: Table): Table {
  const at = columnsOf(table.headings);
  const cell = (row: TableRow, column: Column) => (at[column] === -1 ? '' : (row.cells[at[column]] ?? ''));
  const groups = new Map<string, TableRow[]>();
  const problems: ImportProblem[] = [];
  for (const row of table.rows) {
    const handle = cell(row, 'handle');
    if (handle === '')
      problems.push(problem(row.row, table.headings[at.handle]!, '', '缺少 Handle，不知道属于哪个商品', 'the handle is missing: nothing says which product this is')); // prettier-ignore
    else groups.set(handle, [...(groups.get(handle) ?? []), row]);
  }
  const notes: ImportProblem[] = [];
  const rows: TableRow[] = [];
  for (const [handle, variants] of groups) {
    const head = variants[0]!;
    const status = cell(head, 'status').toLowerCase();
    if (status !== '' && status !== 'active') {
      notes.push(problem(head.row, table.headings[at.status]!, status, `${handle} 未上架，没有导入`, `${handle} is not active and is left out`)); // prettier-ignore
      continue;
    }
    const group = new VariantGroup(table, at, variants);
    problems.push(...group.problems);
    notes.push(...group.notes);
    rows.push({ row: head.row, cells: [handle, cell(head, 'title'), group.skus, group.price, group.stock] });
  }
  return { ...table, format: 'shopify', headings: HEADINGS, rows, problems, notes };
}

/** What the variants of one product come to. */
class VariantGroup {
  readonly problems: ImportProblem[] = [];
  readonly notes: ImportProblem[] = [];
  readonly skus: string;
  readonly price: string;
  readonly stock: string;

  constructor(table: Table, at: Record<Column, number>, variants: readonly TableRow[]) {
    const cell = (row: TableRow, column: Column) => (at[column] === -1 ? '' : (row.cells[at[column]] ?? ''));
    const first = variants[0]!.row;
    // The product's own row stands for it: a wrong variant makes the product wrong, and the words name the variant.
    const wrong = (row: TableRow, column: Column, zh: string, en: string) =>
      this.problems.push(problem(first, table.headings[at[column]]!, cell(row, column), row.row === first ? zh : `第 ${row.row} 行：${zh}`, row.row === first ? en : `row ${row.row}: ${en}`)); // prettier-ignore
    const note = (column: Column, value: string, zh: string, en: string) =>
      this.notes.push(problem(first, table.headings[at[column]]!, value, zh, en));
    const real = variants.filter((row) => cell(row, 'sku') !== '' || cell(row, 'price') !== '');

    const skus = real.map((row) => cell(row, 'sku').replace(/^'/, '')).filter((sku) => sku !== '');
    this.skus = [...new Set(skus)].join('\n');

    const prices = new Map<string, number>();
    for (const row of real) {
      const text = cell(row, 'price');
      const value = Number(text);
      if (text === '') continue;
      if (/^\d+(\.\d+)?$/.test(text)) prices.set(text, value);
      else wrong(row, 'price', '不是价格，应当像 129.00', 'is no price; expected something like 129.00');
    }
    const sorted = [...prices].sort((a, b) => a[1] - b[1]).map(([text]) => text);
    this.price = sorted[0] ?? '';
    if (prices.size > 1) note('price', `${sorted[0]}–${sorted.at(-1)}`, '各规格价格不同，取最低价', 'its variants differ in price; the lowest is taken'); // prettier-ignore

    let stock: number | null = null;
    for (const row of real) {
      const text = cell(row, 'stock');
      if (text === '') continue;
      if (!/^-?\d+(\.0+)?$/.test(text))
        wrong(row, 'stock', '不是件数，应当是整数', 'is no count; expected a whole number');
      // Shopify counts below zero what was sold beyond the stock.
      else stock = (stock ?? 0) + Math.max(0, Number(text));
    }
    this.stock = stock === null ? '' : String(stock);
  }
}
