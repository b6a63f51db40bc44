import { IMPORT_COLUMNS_MAX } from '@livecue/shared/contract';
import { fieldOf } from './column-guess.ts';
import { UnreadableFileError, type Table } from './table.ts';

/** Rows in which the headings are looked for: shops' exports put a title and remarks above them. */
const LOOKED_AT = 10;

/** Cuts records into headings and rows, numbered as a spreadsheet does. Throws `UnreadableFileError` without any. */
export function tableOf(
  facts: Pick<Table, 'format' | 'encoding' | 'sheets' | 'sheet'>,
  records: readonly (readonly string[])[],
): Table {
  const at = headingRow(records);
  const width = Math.min(IMPORT_COLUMNS_MAX, records.slice(at).reduce((widest, cells) => Math.max(widest, usedWidth(cells)), 0)); // prettier-ignore
  const fitted = (cells: readonly string[]) => Array.from({ length: width }, (_, i) => cells[i]?.trim() ?? '');
  if (at === -1 || width === 0)
    throw new UnreadableFileError({
      zh: '文件是空的：没有表头，也没有商品。',
      en: 'The file is empty: it has neither headings nor products.',
    });
  // Some files end in a hundred thousand empty lines: those are not made rows first.
  const rows = records.slice(at + 1).flatMap((cells, i) => {
    const used = usedWidth(cells) > 0 ? fitted(cells) : [];
    return used.some((cell) => cell !== '') ? [{ row: at + 2 + i, cells: used }] : [];
  });
  return { ...facts, headings: fitted(records[at]!), rows, problems: [], notes: [] };
}

/** The row with the most headings that are known, else the first with two cells, else the first with any; -1: none. */
function headingRow(records: readonly (readonly string[])[]): number {
  const known = records.slice(0, LOOKED_AT).map((cells) => cells.filter((cell) => fieldOf(cell) !== null).length);
  const most = Math.max(0, ...known);
  if (most >= 2) return known.indexOf(most);
  const filled = (n: number) => records.findIndex((cells) => cells.filter((cell) => cell.trim() !== '').length >= n);
  const two = filled(2);
  return two === -1 ? filled(1) : two;
}

function usedWidth(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell.trim() !== '') + 1;
}
