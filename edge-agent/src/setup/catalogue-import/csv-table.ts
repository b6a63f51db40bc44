import { CsvError, parse } from 'csv-parse/sync';
import { IMPORT_ROWS_MAX } from '@livecue/shared/contract';
import { tableOf } from './heading-row.ts';
import { UnreadableFileError, type Table } from './table.ts';
import { decodeText } from './text-encoding.ts';

const DELIMITERS = [',', ';', '\t'] as const;
/** Records looked at to find the delimiter. */
const TRIED_RECORDS = 30;
/** A product file may have title lines above its headings; variants of a shop's export take several rows. */
const RECORDS_MAX = IMPORT_ROWS_MAX * 20;

/** CSV with comma, semicolon or tab, by its own content. Throws `UnreadableFileError` with the line. */
export function csvTable(bytes: Uint8Array): Table {
  const { text, encoding } = decodeText(bytes);
  // Excel's own way to name the delimiter; it does not count as a row there.
  const told = /^\uFEFF?sep=(.)\r?\n/.exec(text);
  const body = told === null ? text : text.slice(told[0].length);
  const delimiter = told?.[1] ?? likelyDelimiter(body);
  const records = recordsOf(body, delimiter, RECORDS_MAX + 1);
  return tableOf({ format: 'csv', encoding, sheets: [], sheet: null }, records);
}

/** An empty line, which costs the library a hundred times what this does. */
const EMPTY: readonly string[] = [''];

/** Records in the rows where they stand, up to `most` rows. */
function recordsOf(text: string, delimiter: string, most: number): (readonly string[])[] {
  try {
    // Quotes inside an unquoted field are what people write by hand: 5" screen.
    const found = parse(text, { bom: true, delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, info: true, to: most, max_record_size: 1_000_000 }) as unknown as { readonly record: string[]; readonly info: { readonly records: number; readonly empty_lines: number } }[]; // prettier-ignore
    const records: (readonly string[])[] = [];
    for (const { record, info } of found) {
      const row = info.records + info.empty_lines;
      if (row > most) break;
      while (records.length < row - 1) records.push(EMPTY);
      records.push(record);
    }
    return records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const lines = (error as { lines?: number }).lines ?? 0;
    throw new UnreadableFileError(
      {
        zh: `第 ${lines} 行附近读不下去：引号没有成对。请改好这一行再试。`,
        en: `Reading stops near line ${lines}: a quotation mark has no partner. Correct that line and try again.`,
      },
      { cause: error },
    );
  }
}

/** The one that cuts the first records into the most columns, and all of them into as many. */
function likelyDelimiter(text: string): string {
  // A record that is cut off in the middle must not look like a missing quotation mark.
  const head = text.split('\n', TRIED_RECORDS).join('\n');
  const scores = DELIMITERS.map((delimiter) => {
    const widths = parse(head, { bom: true, delimiter, relax_column_count: true, relax_quotes: true, skip_records_with_error: true, skip_empty_lines: true, to: TRIED_RECORDS }).map(({ length }) => length); // prettier-ignore
    const widest = Math.max(1, ...widths);
    const full = widths.filter((width) => width === widest).length;
    return { delimiter, score: widest === 1 ? 0 : (full / widths.length) * 100 + widest };
  });
  return scores.reduce((best, one) => (one.score > best.score ? one : best)).delimiter;
}
