import path from 'node:path';
import { MODELS } from '../assembly/comment-predictor.ts';
import { type Expected, forecastTable } from '../assembly/demand-forecaster.ts';
import { type DemandNetwork, openDemandNetwork } from '../inference/demand-network.ts';
import { ModelError } from '../inference/model-manifest.ts';
import type { Io } from './command.ts';
import { type DemandTable, readDemandTable } from './demand-table.ts';
import { fileCommand, type Parsed, parseFileCall } from './file-command.ts';
import { filePairs, openOutput, type Output, readLines } from './line-files.ts';

const HELP = `livecue forecast --in FILE.csv --horizon N --out FILE.csv [--season N]

Reads many series, "id,t,value[,available]" a line, and writes "id,step,mean,lo80,hi80": for each series what is
expected 1 to N steps after its last time, and between which bounds four of five values will lie.

t counts steps, or is a date or time; series need not begin or end together, rows may come in any order. The
last of two rows with the same time counts. A missing step, or a value that is empty, NaN, null or NA, is filled
in. "available" is the share of a step in which there was something to sell, 0 to 1 (or true, false): sales while
sold out are not read as missing demand. The first line names the columns; without one they are taken in this
order. A line that is none of this is named on stderr and left out. .gz is read and written as it is; --in and
--out may both be folders (same file names), each file on its own.

  --in FILE      series, CSV ("-" is stdin)
  --out FILE     forecasts, CSV ("-" is stdout)
  --horizon N    steps ahead, 1 to 10000
  --season N     steps of a cycle, 1 for none (default: guessed from series and calendar)
  --strict       end at the first bad line with code 1
  -h, --help     this text

Example: livecue forecast --in sales.csv.gz --horizon 48 --out expected.csv
`;

/** Of five values four lie within the bounds. */
const LEVEL = 0.8;
const MAX_NAMED_LINES = 100;
const MAX_HORIZON = 10_000;
/** Series that are written together. */
const SERIES_AT_ONCE = 64;

interface Call {
  readonly in: string;
  readonly out: string;
  readonly horizon: number;
  readonly season: number | null;
  readonly strict: boolean;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is bad), 2 the call was wrong. */
export const forecast = fileCommand('forecast', HELP, parseCall, async (call, io) => {
  const files = filePairs(call.in, call.out, '.csv');
  const network = await openNetwork(io);
  try {
    for (const [input, output] of files) {
      const code = await forecastFile(input, output, { ...call, network }, io);
      if (code !== 0) return code;
    }
  } finally {
    await network?.close();
  }
  return 0;
});

/** A network that cannot be used is said, and the general methods do its work. */
async function openNetwork(io: Io): Promise<DemandNetwork | null> {
  try {
    return await openDemandNetwork(path.join(MODELS, 'demand'));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    io.stderr.write(`livecue forecast: sales are forecast without the demand network: ${error.message}\n`);
    return null;
  }
}

function parseCall(args: string[]): Parsed<Call> {
  const call = parseFileCall(args, ['horizon'], ['season']);
  if (call === 'help' || 'wrong' in call) return call;
  const { horizon, season } = call.own;
  const steps = whole(horizon);
  if (steps === null) return { wrong: `--horizon ${horizon}: expected a whole number from 1 to ${MAX_HORIZON}` };
  const cycle = season === undefined ? null : whole(season);
  if (season !== undefined && cycle === null) return { wrong: `--season ${season}: expected a whole number from 1 to ${MAX_HORIZON}` }; // prettier-ignore
  return { ...call, horizon: steps, season: cycle };
}

function whole(text: string): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= MAX_HORIZON ? value : null;
}

interface Work extends Call {
  readonly network: DemandNetwork | null;
}

async function forecastFile(input: string, output: string, call: Work, io: Io): Promise<number> {
  let named = 0;
  const table = await readDemandTable(input, readLines(input), {
    strict: call.strict,
    signal: io.signal,
    onBad: (line, why) => {
      if (named++ < MAX_NAMED_LINES) io.stderr.write(`${input}:${line}: ${why}\n`);
    },
  });
  if (table.ended) return 1;
  const out = await openOutput(output, io);
  try {
    await out.write('id,step,mean,lo80,hi80\n');
    const { season, by, expected } = await forecastTable(table.series, {
      horizon: call.horizon,
      season: call.season,
      calendar: table.calendar,
      levels: [LEVEL],
      network: call.network,
      signal: io.signal,
      onProgress: (done) => {
        if (io.stderr.isTTY) io.stderr.write(`\r${input}: ${done} of ${table.ids.length} series`);
      },
    });
    await writeAll(table.ids, expected, out);
    io.stderr.write(
      `${io.stderr.isTTY ? '\r' : ''}${summary(input, table, `season ${season}${call.season === null ? ' (guessed)' : ''}${by === 'network' ? ', by the demand network' : ''}`)}\n`,
    );
  } finally {
    await out.end();
  }
  return 0;
}

async function writeAll(ids: readonly string[], expected: readonly Expected[], out: Output): Promise<void> {
  let rows = '';
  for (const [at, { mean, bounds }] of expected.entries()) {
    const { low, high } = bounds[0]!;
    const id = /[",]/.test(ids[at]!) ? `"${ids[at]!}"` : ids[at]!;
    for (let step = 0; step < mean.length; step++) rows += `${id},${step + 1},${told(mean[step]!)},${told(low[step]!)},${told(high[step]!)}\n`; // prettier-ignore
    if ((at + 1) % SERIES_AT_ONCE !== 0 && at + 1 < expected.length) continue;
    await out.write(rows);
    rows = '';
  }
}

/** Seven digits: more than any forecast is worth, and the same bytes on every machine. */
function told(value: number): number {
  return Number(value.toPrecision(7));
}

function summary(input: string, table: DemandTable, how: string): string {
  const sum = (of: (one: DemandTable['series'][number]) => number) => table.series.reduce((all, one) => all + of(one), 0); // prettier-ignore
  const oddities = [
    [sum(({ gaps }) => gaps), 'steps without a row'],
    [sum(({ repeated }) => repeated), 'repeated times'],
    [sum(({ backwards }) => backwards), 'rows behind a later one'],
    [table.bad, 'bad lines'],
  ] as const;
  const told = oddities.filter(([count]) => count > 0).map(([count, words]) => `, ${count} ${words}`);
  return `${input}: ${table.ids.length} series, ${table.rows} rows, ${how}${told.join('')}`;
}
