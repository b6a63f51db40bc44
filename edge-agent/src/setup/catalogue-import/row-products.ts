import { Product, type CatalogueField as Field, type ImportProblem } from '@livecue/shared/contract';
import { Currency, toMinorUnits } from '@livecue/shared/event';
import { cleanText, readIdentifier, readLinkNumber, readList, readPrice, readStock, type Read } from './cell-values.ts';
import { problem, type Table, type TableRow } from './table.ts';

const NAME_MAX = 200;
const FACT_MAX = 2_000;
const ALIAS_MAX = 128;
const LIST_MAX = 500;

type FactName = keyof Product['facts'];
type Draft = { -readonly [K in keyof Product]: Product[K] };

export interface ConvertedRow {
  readonly row: number;
  /** Null where the row has a problem. */
  readonly product: Product | null;
}

export interface Converted {
  readonly rows: readonly ConvertedRow[];
  readonly problems: readonly ImportProblem[];
}

/**
 * Rows as products. What no column says stays as it is in the present catalogue; an empty cell of a column that does
 * takes it away. Ids, link numbers and seller codes are unique: the row that repeats one is the wrong one.
 */
export function convertRows(
  table: Table,
  mapping: readonly (Field | null)[],
  context: { readonly currency: string; readonly present: readonly Product[] },
): Converted {
  const missing = missingColumns(mapping);
  if (missing.length > 0) return { rows: table.rows.map(({ row }) => ({ row, product: null })), problems: missing };
  const problems: ImportProblem[] = [...table.problems];
  const bad = new Set(table.problems.map(({ row }) => row));
  const present = presentProducts(context.present);
  const taken = new Map<string, number>();
  const rows = table.rows.map((row): ConvertedRow => {
    const reader = new RowReader(table, mapping, row);
    const product = productOf(reader, context.currency, present);
    if (product !== null) checkUnique(product, reader, taken);
    problems.push(...reader.problems);
    return { row: row.row, product: reader.problems.length > 0 || bad.has(row.row) ? null : product };
  });
  return { rows, problems: problems.sort((a, b) => (a.row ?? 0) - (b.row ?? 0)) };
}

function missingColumns(mapping: readonly (Field | null)[]): ImportProblem[] {
  const has = (...fields: Field[]) => fields.some((field) => mapping.includes(field));
  const missing: ImportProblem[] = [];
  if (!has('name', 'nameZh', 'nameEn'))
    missing.push(problem(null, null, '', '还没有指定哪一列是商品名称', 'No column is the name of the product yet. Choose it')); // prettier-ignore
  if (!has('productId', 'skus'))
    missing.push(problem(null, null, '', '还没有指定哪一列是商品编号或商家编码', 'No column is the product id or the seller’s code yet. Choose it')); // prettier-ignore
  return missing;
}

interface Present {
  readonly byId: ReadonlyMap<string, Product>;
  readonly bySku: ReadonlyMap<string, Product>;
}

function presentProducts(products: readonly Product[]): Present {
  return {
    byId: new Map(products.map((product) => [product.productId, product])),
    bySku: new Map(products.flatMap((product) => product.skus.map((sku) => [sku, product] as const))),
  };
}

/** The cells of one row by what they mean, and what is wrong with them. */
class RowReader {
  readonly problems: ImportProblem[] = [];
  readonly #table: Table;
  readonly #mapping: readonly (Field | null)[];
  readonly #row: TableRow;

  constructor(table: Table, mapping: readonly (Field | null)[], row: TableRow) {
    this.#table = table;
    this.#mapping = mapping;
    this.#row = row;
  }

  /** Null: no column says this. Several columns of one meaning are joined by lines. */
  text(field: Field): string | null {
    const columns = this.#mapping.flatMap((one, i) => (one === field ? [i] : []));
    if (columns.length === 0) return null;
    const cells = columns.map((i) => cleanText(this.#row.cells[i] ?? ''));
    return cells.filter((cell) => cell !== '').join('\n');
  }

  get row(): number {
    return this.#row.row;
  }

  wrong(field: Field, value: string, words: { zh: string; en: string }): void {
    const column = this.#mapping.indexOf(field);
    this.problems.push(problem(this.#row.row, this.#table.headings[column] ?? null, value, words.zh, words.en));
  }

  /** The value of a cell that has one; `undefined` where it is empty, no column says it, or it is wrong. */
  read<T>(field: Field, reading: (text: string) => Read<T>): T | undefined {
    const text = this.text(field);
    if (text === null || text === '') return undefined;
    const read = reading(text);
    if ('value' in read) return read.value;
    this.wrong(field, text, read);
    return undefined;
  }
}

function productOf(reader: RowReader, currency: string, present: Present): Product | null {
  const skus = readList(reader.text('skus') ?? '');
  for (const sku of skus.slice(0, LIST_MAX)) {
    const read = readIdentifier(sku);
    if (!('value' in read)) reader.wrong('skus', sku, read);
  }
  const told = reader.read('productId', readIdentifier);
  if (reader.problems.length > 0) return null;
  const id = told ?? skus.map((sku) => present.bySku.get(sku)?.productId).find(Boolean) ?? skus[0];
  if (id === undefined) {
    reader.wrong('productId', '', { zh: '没有商品编号，也没有商家编码；至少要有一个', en: 'neither product id nor seller’s code; one of them is needed' }); // prettier-ignore
    return null;
  }
  const before = present.byId.get(id);
  const draft: Draft = before === undefined ? newProduct(id) : { ...before, facts: { ...before.facts } };
  if (reader.text('skus') !== null) draft.skus = told === undefined && before === undefined ? skus.filter((sku) => sku !== id) : skus; // prettier-ignore
  takeName(reader, draft, before);
  takeMoney(reader, draft, currency);
  takeFacts(reader, draft, before);
  if (reader.text('linkNumber') !== null) draft.linkNumber = reader.read('linkNumber', readLinkNumber) ?? null;
  if (reader.text('stock') !== null) draft.stock = reader.read('stock', readStock) ?? null;
  const aliases = reader.text('aliases');
  if (aliases !== null) draft.aliases = readList(aliases);
  const long = draft.aliases.find(({ length }) => length > ALIAS_MAX);
  if (long !== undefined) reader.wrong('aliases', long, { zh: `太长，每个别名最多 ${ALIAS_MAX} 个字`, en: `is too long; an alias has at most ${ALIAS_MAX} characters` }); // prettier-ignore
  return Product.parse(reader.problems.length > 0 ? newProduct(id) : draft);
}

const newProduct = (productId: string): Draft => ({ productId, skus: [], linkNumber: null, name: { zh: productId, en: productId }, aliases: [], stock: null, facts: {} }); // prettier-ignore

function takeName(reader: RowReader, draft: Draft, before: Product | undefined): void {
  const line = (field: Field) => reader.text(field)?.replace(/\s+/g, ' ') ?? '';
  const [both, zh, en] = [line('name'), line('nameZh'), line('nameEn')];
  const one = both !== '' ? both : zh !== '' ? zh : en;
  const field = (['name', 'nameZh', 'nameEn'] as const).find((each) => reader.text(each) !== null)!;
  if (one === '') return reader.wrong(field, '', { zh: '没有商品名称', en: 'the name is missing' });
  if ([both, zh, en].some(({ length }) => length > NAME_MAX))
    return reader.wrong(field, one, { zh: `名称太长，最多 ${NAME_MAX} 个字`, en: `the name is too long; at most ${NAME_MAX} characters` }); // prettier-ignore
  // A file with one language does not undo the other that somebody has written.
  if (zh === '' && en === '' && before !== undefined && [before.name.zh, before.name.en].includes(one)) return;
  draft.name = { zh: zh !== '' ? zh : one, en: en !== '' ? en : one };
}

function takeFacts(reader: RowReader, draft: Draft, before: Product | undefined): void {
  for (const topic of Object.keys(Product.shape.facts.unwrap().keyType.enum) as FactName[]) {
    const field: Field = `fact.${topic}`;
    const text = reader.text(field);
    if (text === null) continue;
    if (text.length > FACT_MAX) reader.wrong(field, text, { zh: `太长，最多 ${FACT_MAX} 个字`, en: `is too long; at most ${FACT_MAX} characters` }); // prettier-ignore
    const old = before?.facts[topic];
    if (old !== undefined && (old.zh === text || old.en === text)) continue;
    if (text === '') delete draft.facts[topic];
    else draft.facts[topic] = { zh: text, en: text };
  }
}

function takeMoney(reader: RowReader, draft: Draft, currency: string): void {
  const code = reader.text('priceCurrency')?.toUpperCase() ?? '';
  if (code !== '' && !Currency.safeParse(code).success)
    reader.wrong('priceCurrency', code, { zh: '不是币种代码，应当像 CNY、USD', en: 'is no currency; expected a code such as CNY or USD' }); // prettier-ignore
  const own = code !== '' ? code : (draft.priceCurrency ?? currency);
  if (reader.text('price') !== null) {
    const price = reader.read('price', (text) => readPrice(text, own, code !== ''));
    delete draft.price;
    if (price !== undefined) [draft.price, draft.priceCurrency] = [price.amount, price.currency];
  }
  if (code !== '') draft.priceCurrency = code;
  for (const field of ['priceFloor', 'offerPrice'] as const) {
    if (reader.text(field) === null) continue;
    const amount = reader.read(field, (text) => readPrice(text, draft.priceCurrency ?? own, true));
    delete draft[field];
    if (amount === undefined) continue;
    draft[field] = amount.amount;
    draft.priceCurrency ??= amount.currency;
  }
  if (draft.price === undefined && draft.priceFloor === undefined && draft.offerPrice === undefined && code === '') delete draft.priceCurrency; // prettier-ignore
  checkOrder(reader, draft);
}

/** A floor above the price, or an offer below the floor, would make every offer wrong. */
function checkOrder(reader: RowReader, { price, priceFloor, offerPrice, priceCurrency }: Draft): void {
  const units = (amount: string | undefined) => amount === undefined || priceCurrency === undefined ? null : toMinorUnits(amount, priceCurrency); // prettier-ignore
  const [full, floor, offer] = [units(price), units(priceFloor), units(offerPrice)];
  if (full !== null && floor !== null && floor > full)
    reader.wrong(reader.text('priceFloor') === null ? 'price' : 'priceFloor', priceFloor!, { zh: `底价高于价格 ${price}`, en: `the floor is above the price ${price}` }); // prettier-ignore
  if (offer !== null && floor !== null && offer < floor)
    reader.wrong(reader.text('offerPrice') === null ? 'priceFloor' : 'offerPrice', offerPrice!, { zh: `优惠价低于底价 ${priceFloor}`, en: `the offer is below the floor ${priceFloor}` }); // prettier-ignore
}

function checkUnique(product: Product, reader: RowReader, taken: Map<string, number>): void {
  const row = reader.row;
  const claims: [string, Field, string][] = [
    [`id/${product.productId}`, reader.text('productId') === null ? 'skus' : 'productId', product.productId],
    ...product.skus.map((sku): [string, Field, string] => [`sku/${sku}`, 'skus', sku]),
    ...(product.linkNumber === null ? [] : [[`link/${product.linkNumber}`, 'linkNumber', String(product.linkNumber)] as [string, Field, string]]),
  ]; // prettier-ignore
  const repeated = claims.filter(([key]) => taken.has(key));
  for (const [key, field, value] of repeated) {
    const first = taken.get(key)!;
    reader.wrong(field, value, { zh: `第 ${first} 行已经用了`, en: `row ${first} has it already` });
  }
  // A row that is wrong takes nothing: the next one that says the same may be the right one.
  if (reader.problems.length === 0) for (const [key] of claims) taken.set(key, row);
}
