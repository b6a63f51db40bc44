import { InputError } from '../runtime/agent-error.ts';

/** Positions of the columns of a file; `available` is null where there is none. */
export interface DemandColumns {
  readonly id: number;
  readonly t: number;
  readonly value: number;
  readonly available: number | null;
}

/** `t` is a number: steps or Unix ms. `value` is NaN where none is known; `available` 0..1. */
export type DemandLine =
  | { readonly id: string; readonly t: number; readonly value: number; readonly available: number }
  | { readonly wrong: string };

const MISSING = new Set(['', 'nan', 'null', 'na', 'n/a']);
const YES = new Set(['1', 'true', 'yes', 't', 'y']);
const NO = new Set(['0', 'false', 'no', 'f', 'n']);

/**
 * Columns by the names of a header, in any order and beside others; null when the line is no header but data
 * (its third cell is a number or missing). Throws an `InputError` for a header without `id`, `t` and `value`.
 */
export function demandHeader(input: string, line: string): DemandColumns | null {
  const names = cellsOf(line).map((name) => name.toLowerCase());
  const [id, t, value, available] = ['id', 't', 'value', 'available'].map((name) => names.indexOf(name)) as [number, number, number, number]; // prettier-ignore
  if (id >= 0 && t >= 0 && value >= 0) return { id, t, value, available: available < 0 ? null : available };
  const third = names[2];
  if (third !== undefined && !Number.isNaN(timeOf(names[1]!)) && (MISSING.has(third) || Number.isFinite(Number(third)))) return null; // prettier-ignore
  throw new InputError(`Reading ${input}: the first line names no columns "id", "t" and "value". Put a header there, such as id,t,value,available.`); // prettier-ignore
}

/** Columns of a file without a header, by the number of cells of its first line. */
export function plainColumns(line: string): DemandColumns {
  return { id: 0, t: 1, value: 2, available: cellsOf(line).length > 3 ? 3 : null };
}

/** One row. A value must be a finite number, or empty, NaN, null or NA where none is known. */
export function parseDemandLine(line: string, columns: DemandColumns): DemandLine {
  const cells = cellsOf(line);
  const [id, time, text] = [cells[columns.id], cells[columns.t], cells[columns.value]];
  const available = columns.available === null ? '1' : cells[columns.available];
  if (id === undefined || time === undefined || text === undefined || available === undefined) {
    return { wrong: `expected ${Math.max(columns.id, columns.t, columns.value, columns.available ?? 0) + 1} columns, found ${cells.length}` }; // prettier-ignore
  }
  if (id === '') return { wrong: 'id: is empty' };
  const t = timeOf(time);
  if (Number.isNaN(t)) return { wrong: 't: expected a step number, YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or RFC 3339' };
  const missing = MISSING.has(text.toLowerCase());
  const value = missing ? Number.NaN : Number(text);
  if (!missing && !Number.isFinite(value)) return { wrong: 'value: expected a number' };
  const share = shareOf(available);
  if (Number.isNaN(share)) return { wrong: 'available: expected a share from 0 to 1, true or false' };
  return { id, t, value, available: share };
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** Nothing said means that nothing was missing. */
function shareOf(text: string): number {
  const word = text.toLowerCase();
  if (MISSING.has(word) || YES.has(word)) return 1;
  if (NO.has(word)) return 0;
  const share = Number(word);
  return share >= 0 && share <= 1 ? share : Number.NaN;
}

function timeOf(text: string): number {
  if (text === '') return Number.NaN;
  if (Number.isFinite(Number(text))) return Number(text);
  const match = /^(\d{4}-\d{2}(?:-\d{2})?)(?:[ T](\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text); // prettier-ignore
  if (match === null) return Number.NaN;
  const [, date = '', clock = '00:00', zone = 'Z'] = match;
  return Date.parse(`${date.length === 7 ? `${date}-01` : date}T${clock.length === 2 ? `${clock}:00` : clock}${zone}`);
}
