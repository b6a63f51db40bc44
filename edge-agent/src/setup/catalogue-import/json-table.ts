import { parse } from 'lossless-json';
import { IMPORT_COLUMNS_MAX } from '@livecue/shared/contract';
import { UnreadableFileError, type Table } from './table.ts';
import { decodeText } from './text-encoding.ts';

const LISTS = ['products', 'items', 'data', 'list', 'goods', 'rows', 'result', 'records'];
/** Objects within objects are looked into so deep: `price.amount`. */
const DEPTH = 3;

type Entry = Readonly<Record<string, unknown>>;

/** The text as JSON. Numbers stay text: an id of 19 digits keeps them all. Throws `UnreadableFileError`. */
export function parseJsonText(bytes: Uint8Array): { value: unknown; text: string; encoding: string } {
  const { text, encoding } = decodeText(bytes);
  const body = text.replace(/^\uFEFF/, '');
  try {
    return { value: parse(body, null, (digits) => digits), text: body, encoding };
  } catch (error) {
    const why = (error as Error).message.slice(0, 160);
    throw new UnreadableFileError({ zh: `这个文件不是正确的 JSON：${why}。请改好这一处再试。`, en: `This file is not valid JSON: ${why}. Correct that place and try again.` }, { cause: error }); // prettier-ignore
  }
}

/** An array of objects, at the top or under a usual name, as a table. Throws `UnreadableFileError`. */
export function jsonTable(value: unknown, encoding: string): Table {
  const entries = listIn(value);
  if (entries === null)
    throw new UnreadableFileError({
      zh: '这个 JSON 里没有商品列表：应当是对象的数组，或 {"products": [ … ]}。',
      en: 'This JSON holds no list of products: expected an array of objects, or {"products": [ … ]}.',
    });
  const flat = entries.map((entry) => flatten(entry));
  const headings = [...new Set(flat.flatMap((cells) => [...cells.keys()]))].slice(0, IMPORT_COLUMNS_MAX);
  const rows = flat.map((cells, i) => ({ row: i + 1, cells: headings.map((heading) => cells.get(heading) ?? '') }));
  return { format: 'json', encoding, sheets: [], sheet: null, headings, rows, problems: [], notes: [] };
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function listIn(value: unknown): Entry[] | null {
  const list = isEntry(value)
    ? (LISTS.map((name) => value[name]).find(Array.isArray) ?? Object.values(value).find(Array.isArray))
    : value;
  return Array.isArray(list) && list.length > 0 && list.every(isEntry) ? list : null;
}

function flatten(entry: Entry, prefix = '', depth = 1, cells = new Map<string, string>()): Map<string, string> {
  for (const [key, value] of Object.entries(entry)) {
    const heading = prefix + key;
    if (isEntry(value) && depth < DEPTH) flatten(value, `${heading}.`, depth + 1, cells);
    else if (Array.isArray(value))
      cells.set(heading, value.filter((one) => ['string', 'number'].includes(typeof one)).join('\n'));
    else if (value !== null && typeof value !== 'object') cells.set(heading, String(value as string).trim());
  }
  return cells;
}
