import { type Gridded, gridOf, type Observed, stepOf } from '../stream/demand/grid.ts';
import { calendarSeason } from '../stream/demand/seasons.ts';
import { parseDemandLine, demandHeader, plainColumns, type DemandColumns } from './demand-lines.ts';
import type { Line } from './line-files.ts';

/** Series of one file, in the order in which their ids came. */
export interface DemandTable {
  readonly ids: readonly string[];
  readonly series: readonly Gridded[];
  /** Cycle of the calendar, 1 when `t` counts steps: see `calendarSeason`. */
  readonly calendar: number;
  readonly rows: number;
  readonly bad: number;
  /** A bad line was found and `strict` ended the reading. */
  readonly ended: boolean;
}

interface Reading {
  readonly strict: boolean;
  readonly signal: AbortSignal;
  readonly onBad: (line: number, why: string) => void;
}

/** Reads `id,t,value[,available]` lines; each row takes 24 bytes. */
export async function readDemandTable(input: string, lines: AsyncIterable<Line>, reading: Reading): Promise<DemandTable> {
  const found = new Map<string, Column>();
  let columns: DemandColumns | null = null;
  let [rows, bad] = [0, 0];
  for await (const { number, text } of lines) {
    reading.signal.throwIfAborted();
    if (text.trim() === '') continue;
    if (columns === null) {
      columns = demandHeader(input, text);
      if (columns !== null) continue;
      columns = plainColumns(text);
    }
    const line = parseDemandLine(text, columns);
    if ('wrong' in line) {
      bad++;
      reading.onBad(number, line.wrong);
      if (reading.strict) return { ids: [], series: [], calendar: 1, rows, bad, ended: true };
      continue;
    }
    let column = found.get(line.id);
    if (column === undefined) found.set(line.id, (column = new Column()));
    column.push(line.t, line.value, line.available);
    rows++;
  }
  const observed = [...found.values()].map((column) => column.observed());
  const step = stepOf(observed);
  const calendar = calendarSeason(step, observed[0]?.times[0] ?? 0);
  return { ids: [...found.keys()], series: observed.map((one) => gridOf(one, step)), calendar, rows, bad, ended: false };
} // prettier-ignore

/** Three numbers a row in arrays that double. */
class Column {
  #cells = new Float64Array(3 * 64);
  #used = 0;

  push(t: number, value: number, available: number): void {
    if (this.#used === this.#cells.length) {
      const longer = new Float64Array(2 * this.#used);
      longer.set(this.#cells);
      this.#cells = longer;
    }
    this.#cells[this.#used] = t;
    this.#cells[this.#used + 1] = value;
    this.#cells[this.#used + 2] = available;
    this.#used += 3;
  }

  observed(): Observed {
    const pick = (offset: number) => Float64Array.from({ length: this.#used / 3 }, (_, i) => this.#cells[3 * i + offset]!); // prettier-ignore
    return { times: pick(0), values: pick(1), available: pick(2) };
  }
}
