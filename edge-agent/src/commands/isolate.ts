import path from 'node:path';
import { parseArgs } from 'node:util';
import { scoreIsolate, trainIsolate, type IsolateModel } from '../inference/isolate-model.ts';
import type { Matrix } from '../inference/matrix.ts';
import { InputError } from '../runtime/agent-error.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';
import { filePairs, openOutput, readLines, type Output } from './line-files.ts';
import { cellValue, csvFields, headerNames } from './numeric-table.ts';

const HELP = `livecue isolate --train FILE --in FILE --out FILE

Learns from the rows of a table, without labels, and says of each row of another how strange it is: one score a
row, 0 to 1, higher is stranger, the mean of the training rows at about 0.5. An isolation forest (200 trees of 256 rows)
counts half; the rest is how far out a row is in the tails of each column, and how far from the nearest of small
samples. One setting for every table. --train and --in may be the same file.

The first line names the columns; all must be numeric. Columns are matched by name. An empty cell, NaN, NA or null
is a missing value; infinite is the largest number. A line with another number of cells or with a word in a cell
is counted and named on stderr; of --in it has an empty score, so that lines stay beside each other.

  --train FILE      rows to learn from, CSV (.gz is read as it is)
  --in FILE         rows to score, CSV ("-" is stdin); a folder stands for its .csv files
  --out FILE        a header "score" and a score a row ("-" is stdout); a folder when --in is one
  --ignore NAME,…   columns that are not looked at, such as an id or a label
  --seed N          whole number (default 1): the same seed gives the same scores
  --strict          end at the first bad line with code 1
  -h, --help        this text

Example: livecue isolate --train orders.csv --in orders.csv --out scores.csv --ignore order_id
`;

const MAX_NAMED_LINES = 100;
/** Rows that are scored and written together. */
const ROWS_AT_ONCE = 2_048;
/** Rows that are learned from at most, drawn evenly from all: memory stays bounded. */
const MAX_TRAINING_ROWS = 200_000;

interface Call {
  readonly train: string;
  readonly in: string;
  readonly out: string;
  readonly ignore: readonly string[];
  readonly seed: number;
  readonly strict: boolean;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is bad), 2 the call was wrong. */
export const isolate = fileCommand('isolate', HELP, parseCall, async (call: Call, io) => {
  const training = await readTraining(call, io);
  if (training === null) return 1;
  const model = trainIsolate(training.table, call.seed);
  for (const [input, output] of filePairs(call.in, call.out, '.csv')) {
    const out = await openOutput(output, io);
    try {
      const code = await scoreFile({ input, out }, { model, names: training.names }, call, io);
      if (code !== 0) return code;
    } finally {
      await out.end();
    }
  }
  return 0;
});

function parseCall(args: string[]): Call | { wrong: string } | 'help' {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: {
        train: { type: 'string' },
        in: { type: 'string' },
        out: { type: 'string' },
        ignore: { type: 'string', default: '' },
        seed: { type: 'string', default: '1' },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { train, in: input, out, ignore, seed, strict, help } = parsed.values;
  if (help) return 'help';
  if (train === undefined || input === undefined || out === undefined) return { wrong: 'give --train, --in and --out' };
  const isSame = [train, input].some((file) => file !== '-' && path.resolve(file) === path.resolve(out));
  if (isSame) return { wrong: '--out is also an input' };
  if (!/^\d{1,15}$/.test(seed)) return { wrong: `--seed ${seed}: give a whole number, 0 or more` };
  const ignored = ignore.split(',').filter((name) => name !== '');
  return { train, in: input, out, ignore: ignored, seed: Number(seed), strict };
}

interface Bad {
  count: number;
}

/** Counts and names a bad line; true when the run is to end. */
function isTooBad(bad: Bad, at: string, { strict }: Call, io: Io): boolean {
  if (bad.count++ < MAX_NAMED_LINES) io.stderr.write(`${at}\n`);
  return strict;
}

/** The rows to learn from, or null when a bad line ends the run. */
async function readTraining(call: Call, io: Io): Promise<{ table: Matrix; names: string[] } | null> {
  const bad: Bad = { count: 0 };
  let names: string[] | null = null;
  let reader: RowReader | null = null;
  let kept: number[][] = [];
  // Every `step`-th row is kept; when there are too many, every other of them goes and the step doubles.
  let step = 1;
  let rows = 0;
  for await (const { number, text } of readLines(call.train)) {
    if (io.signal.aborted) return null;
    if (text.trim() === '') continue;
    if (reader === null) {
      names = headerNames(call.train, text).filter((name) => !call.ignore.includes(name));
      reader = new RowReader(call.train, text, names);
      continue;
    }
    const row = reader.read(text);
    if (typeof row === 'string') {
      if (isTooBad(bad, `${call.train}:${number}: ${row}`, call, io)) return null;
    } else if (rows++ % step === 0) kept.push(row);
    if (kept.length < 2 * MAX_TRAINING_ROWS) continue;
    kept = kept.filter((_, i) => i % 2 === 0);
    step *= 2;
  }
  if (names === null || names.length === 0 || kept.length === 0) {
    throw new InputError(
      `Reading ${call.train}: there are no rows to learn from. Give a header line and rows of numbers.`,
    );
  }
  io.stderr.write(`${call.train}: ${rows} rows of ${names.length} columns, ${bad.count} bad lines\n`);
  return { table: { rows: kept.length, columns: names.length, values: Float32Array.from(kept.flat()) }, names };
}

/** Takes the columns that are asked for, by name, out of lines. */
class RowReader {
  readonly #names: readonly string[];
  readonly #at: readonly number[];
  readonly #width: number;

  constructor(file: string, header: string, names: readonly string[]) {
    const own = headerNames(file, header);
    const missing = names.find((name) => !own.includes(name));
    if (missing !== undefined) {
      throw new InputError(`Reading ${file}: there is no column ${JSON.stringify(missing)}, which was learned from. Add it, or leave it out with --ignore.`); // prettier-ignore
    }
    this.#names = names;
    this.#at = names.map((name) => own.indexOf(name));
    this.#width = own.length;
  }

  /** Numbers in the order of names, or what is wrong. */
  read(text: string): number[] | string {
    const cells = csvFields(text);
    if (cells === null) return 'a quote is not closed';
    if (cells.length !== this.#width) return `${cells.length} cells, the header has ${this.#width}`;
    const row: number[] = [];
    for (const [i, at] of this.#at.entries()) {
      const value = cellValue(cells[at]!);
      if (value === null) return `column ${JSON.stringify(this.#names[i])} is not a number; leave the column out with --ignore, or correct the cell`; // prettier-ignore
      row.push(value);
    }
    return row;
  }
}

async function scoreFile(
  file: { readonly input: string; readonly out: Output },
  by: { readonly model: IsolateModel; readonly names: readonly string[] },
  call: Call,
  io: Io,
): Promise<number> {
  const bad: Bad = { count: 0 };
  let reader: RowReader | null = null;
  let rows: (number[] | null)[] = [];
  let scored = 0;
  const flush = async (): Promise<void> => {
    await file.out.write(scoreLines(by.model, rows));
    scored += rows.length;
    rows = [];
    if (io.stderr.isTTY) io.stderr.write(`\r${file.input}: ${scored} rows`);
  };
  await file.out.write('score\n');
  for await (const { number, text } of readLines(file.input)) {
    if (io.signal.aborted) return 1;
    if (text.trim() === '') continue;
    if (reader === null) {
      reader = new RowReader(file.input, text, by.names);
      continue;
    }
    const row = reader.read(text);
    rows.push(typeof row === 'string' ? null : row);
    if (typeof row === 'string' && isTooBad(bad, `${file.input}:${number}: ${row}`, call, io)) {
      rows.pop();
      await flush();
      return 1;
    }
    if (rows.length === ROWS_AT_ONCE) await flush();
  }
  if (reader === null)
    throw new InputError(`Reading ${file.input}: it is empty. Give a header line and rows of numbers.`);
  await flush();
  io.stderr.write(`${io.stderr.isTTY ? '\r' : ''}${file.input}: ${scored} rows, ${bad.count} bad lines\n`);
  return 0;
}

/** A line a row; an empty one for a bad line, quoted because an empty line of one column reads as no row. */
function scoreLines(model: IsolateModel, rows: readonly (readonly number[] | null)[]): string {
  const good = rows.filter((row) => row !== null);
  const table = { rows: good.length, columns: model.columns, values: Float32Array.from(good.flat()) };
  const scores = scoreIsolate(model, table);
  let next = 0;
  return rows.map((row) => (row === null ? '""\n' : `${scores[next++]}\n`)).join('');
}
