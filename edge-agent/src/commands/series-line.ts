/** One row of a series, or why it is none. `value` is NaN where the series says that it has no value. */
export type SeriesLine =
  | { readonly time: string; readonly timeMs: number; readonly text: string; readonly value: number }
  | { readonly wrong: string };

/** Positions of the two columns in a file. */
export interface SeriesColumns {
  readonly time: number;
  readonly value: number;
}

const MISSING = new Set(['', 'nan', 'null', 'na', 'n/a']);

/** Columns by the header's names, in any order and beside others; null when one is missing. */
export function seriesColumns(header: string): SeriesColumns | null {
  const names = header.split(',').map((name) => unquoted(name).toLowerCase());
  const [time, value] = [names.indexOf('timestamp'), names.indexOf('value')];
  return time < 0 || value < 0 ? null : { time, value };
}

/**
 * `YYYY-MM-DD HH:MM:SS` (taken as UTC), RFC 3339, or Unix seconds or ms; the value any decimal number, or
 * empty, NaN, null or NA where it is missing.
 */
export function parseSeriesLine(line: string, { time, value }: SeriesColumns): SeriesLine {
  const cells = line.split(',');
  const [timeCell, valueCell] = [cells[time], cells[value]];
  if (timeCell === undefined || valueCell === undefined) {
    return { wrong: `expected ${Math.max(time, value) + 1} columns, found ${cells.length}` };
  }
  const timeMs = timeOf(unquoted(timeCell));
  if (Number.isNaN(timeMs)) return { wrong: 'timestamp: expected YYYY-MM-DD HH:MM:SS, RFC 3339 or Unix time' };
  const text = unquoted(valueCell);
  const missing = MISSING.has(text.toLowerCase());
  const number = missing ? Number.NaN : Number(text);
  if (!missing && !Number.isFinite(number)) return { wrong: 'value: expected a number' };
  return { time: timeCell, timeMs, text: valueCell, value: number };
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

/** Unix time below this is told in seconds, from this on in ms (1973 in ms, 5138 in seconds). */
const LEAST_UNIX_MS = 1e11;

function timeOf(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const unix = Number(text);
    return Math.abs(unix) < LEAST_UNIX_MS ? unix * 1000 : unix;
  }
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (match === null) return Number.NaN;
  const [, day, clock = '00:00', zone = 'Z'] = match;
  return Date.parse(`${day}T${clock}${zone}`);
}
