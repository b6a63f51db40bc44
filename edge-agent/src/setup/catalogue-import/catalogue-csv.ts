import { CatalogueField, type Catalogue, type CatalogueField as Field, type Product } from '@livecue/shared/contract';
import { csvCell } from '@livecue/shared/text';

/** Columns of the file, by the names that an import knows. */
const COLUMNS = CatalogueField.options.filter((field) => field !== 'name');

/**
 * The products as CSV for a spreadsheet: UTF-8 with its mark, so that Excel reads Chinese, CRLF. A cell that a
 * spreadsheet would run as a formula begins with an apostrophe, which an import takes off again. Facts are those of the
 * Chinese side; questions and answers do not fit into a table: the JSON export holds all.
 */
export function catalogueCsv({ products }: Catalogue): string {
  const rows = [COLUMNS, ...products.map((product) => COLUMNS.map((field) => cellOf(product, field)))];
  return `\uFEFF${rows.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function cellOf(product: Product, field: Field): string {
  if (field.startsWith('fact.')) return product.facts[field.slice('fact.'.length) as keyof Product['facts']]?.zh ?? '';
  if (field === 'nameZh') return product.name.zh;
  if (field === 'nameEn') return product.name.en;
  const value = product[field as Exclude<keyof Product, 'name' | 'facts' | 'faq'>];
  return Array.isArray(value) ? value.join('\n') : value === null || value === undefined ? '' : String(value);
}
