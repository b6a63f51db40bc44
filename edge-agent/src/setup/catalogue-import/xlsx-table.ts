import { unzipSync, zipSync } from 'fflate';
import readWorkbook from 'read-excel-file/universal';
import { IMPORT_COLUMNS_MAX } from '@livecue/shared/contract';
import { tableOf } from './heading-row.ts';
import { UnreadableFileError, type Table } from './table.ts';

/** A workbook of 10,000 products with their texts unpacks to some 20 MB. */
const UNPACKED_BYTES_MAX = 96 * 1024 * 1024;
const PARTS_MAX = 500;
/** Excel's own sheets end at row 1,048,576 and column 16,384; a cell far out makes every row that wide. */
const LAST_ROW_MAX = 250_000;
const CELLS_MAX = 4_000_000;

const tooBig = () =>
  new UnreadableFileError({
    zh: '这个工作簿解开后太大，没有读取。请只留商品这一张表，另存后再试。',
    en: 'Unpacked, this workbook is too big and was not read. Keep the sheet with the products alone, save and try again.',
  });

/**
 * The first or the named sheet of an XLSX workbook. Throws `UnreadableFileError` for what is none, has a password, or
 * unpacks to more than a product list can be.
 */
export async function xlsxTable(bytes: Uint8Array, wanted: string | null): Promise<Table> {
  const bounded = repacked(bytes);
  let sheets;
  try {
    // Text of numbers as the file has it: an id of 16 digits is not what a JavaScript number makes of it.
    sheets = await readWorkbook(bounded, { parseNumber: (text: string) => numberText(text), trim: false });
  } catch (error) {
    throw unreadable(error);
  }
  const names = sheets.map(({ sheet }) => sheet);
  const found = wanted === null ? sheets.find(({ data }) => data.length > 0) : sheets.find(({ sheet }) => sheet === wanted); // prettier-ignore
  if (found === undefined)
    throw new UnreadableFileError({ zh: `工作簿里没有内容，或没有“${wanted ?? ''}”这张表。`, en: `The workbook is empty, or has no sheet “${wanted ?? ''}”.` }); // prettier-ignore
  const records = found.data.map((row) => row.map(cellText));
  return tableOf({ format: 'xlsx', encoding: null, sheets: names, sheet: found.sheet }, records);
}

/**
 * The workbook's own XML parts in a new archive without compression: no more than was counted here can come out of it,
 * whatever its headers say.
 */
function repacked(bytes: Uint8Array): ArrayBuffer {
  let total = 0;
  let parts = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter({ name, originalSize }) {
        if (!/\.(xml|rels)$/.test(name)) return false;
        total += originalSize;
        parts += 1;
        if (total > UNPACKED_BYTES_MAX || parts > PARTS_MAX) throw tooBig();
        return true;
      },
    });
  } catch (error) {
    throw error instanceof UnreadableFileError ? error : unreadable(error);
  }
  for (const [name, part] of Object.entries(files)) if (/worksheets\/[^/]+\.xml$/.test(name)) checkExtent(part);
  const packed = zipSync(files, { level: 0 });
  return packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength) as ArrayBuffer;
}

/** Refuses a sheet whose cells lie so far out that the rows up to them would fill the memory. */
function checkExtent(part: Uint8Array): void {
  let rows = 0;
  let columns = 0;
  for (const [, letters, digits] of new TextDecoder().decode(part).matchAll(/\br="([A-Z]{1,3})(\d{1,7})"/g)) {
    rows = Math.max(rows, Number(digits));
    columns = Math.max(
      columns,
      [...letters!].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0),
    );
  }
  if (rows > LAST_ROW_MAX || rows * Math.max(columns, IMPORT_COLUMNS_MAX / 8) > CELLS_MAX) throw tooBig();
}

/** 15 digits are all that Excel keeps of a number; the 16th and 17th in the file are noise of its halves. */
function numberText(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return Math.abs(value) >= 1e15 ? value.toExponential() : String(Number(value.toPrecision(15)));
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  return String(cell as string);
}

function unreadable(cause: unknown): UnreadableFileError {
  const words = {
    zh: '这个文件不是能读的 XLSX 工作簿（可能已损坏或有密码）。请在 Excel 里另存为 XLSX 或 CSV 再试。',
    en: 'This file is no XLSX workbook that can be read (damaged, or with a password). Save it as XLSX or CSV and try again.',
  };
  return new UnreadableFileError(words, { cause });
}
