import { InputError } from '../runtime/agent-error.ts';
import { ANOMALY_THRESHOLD, AnomalyDetector } from '../stream/anomaly/anomaly-detector.ts';
import type { Io } from './command.ts';
import { fileCommand, parseFileCall } from './file-command.ts';
import { filePairs, openOutput, readLines, type Output } from './line-files.ts';
import { parseSeriesLine, seriesColumns, type SeriesColumns } from './series-line.ts';

const HELP = `livecue detect --in FILE.csv --out FILE.csv

Reads a series, "timestamp,value" a line in order of time, and writes "timestamp,value,anomaly_score": how odd
each point is from the points before it alone, 0 to 1. From ${ANOMALY_THRESHOLD} on it is an alarm; a trouble is told when it begins
and when it gets worse, not while it lasts. One setting for every series, one pass, constant memory.

The first line names the columns (others may stand beside them and are left out). Times are
YYYY-MM-DD HH:MM:SS (taken as UTC), RFC 3339 or Unix time; an empty value, NaN, null or NA is a missing one
and gets 0. A line that is none of this is named on stderr and left out. .gz is read and written as it is;
--in and --out may both be folders (same file names), each file a series of its own.

  --in FILE    series, CSV ("-" is stdin)
  --out FILE   series with scores, CSV ("-" is stdout)
  --strict     end at the first bad line with code 1
  -h, --help   this text

Example: livecue detect --in viewers.csv.gz --out viewers-scored.csv
`;

/** Lines that are written together. */
const LINES_AT_ONCE = 2048;
const MAX_NAMED_LINES = 100;

interface Call {
  readonly in: string;
  readonly out: string;
  readonly strict: boolean;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is bad), 2 the call was wrong. */
export const detect = fileCommand(
  'detect',
  HELP,
  (args) => parseFileCall(args),
  async (call, io) => {
    for (const [input, output] of filePairs(call.in, call.out, '.csv')) {
      const out = await openOutput(output, io);
      try {
        const code = await detectSeries(input, out, call, io);
        if (code !== 0) return code;
      } finally {
        await out.end();
      }
    }
    return 0;
  },
);

async function detectSeries(input: string, out: Output, { strict }: Call, io: Io): Promise<number> {
  const detector = new AnomalyDetector();
  const totals = { points: 0, alarms: 0, bad: 0 };
  let columns: SeriesColumns | null = null;
  let rows = 'timestamp,value,anomaly_score\n';
  let waiting = 0;
  for await (const { number, text } of readLines(input)) {
    if (io.signal.aborted) return 1;
    if (text.trim() === '') continue;
    if (columns === null) {
      columns = headerColumns(input, text);
      continue;
    }
    const line = parseSeriesLine(text, columns);
    if ('wrong' in line) {
      if (totals.bad++ < MAX_NAMED_LINES) io.stderr.write(`${input}:${number}: ${line.wrong}\n`);
      if (!strict) continue;
      await out.write(rows);
      return 1;
    }
    const score = detector.update(line.timeMs, line.value);
    totals.points++;
    if (score >= ANOMALY_THRESHOLD) totals.alarms++;
    rows += `${line.time},${line.text},${score}\n`;
    if (++waiting < LINES_AT_ONCE) continue;
    await out.write(rows);
    rows = '';
    waiting = 0;
    if (io.stderr.isTTY) io.stderr.write(`\r${input}: ${totals.points} points`);
  }
  await out.write(rows);
  io.stderr.write(`${io.stderr.isTTY ? '\r' : ''}${input}: ${totals.points} points, ${totals.alarms} alarms, ${totals.bad} bad lines\n`); // prettier-ignore
  return 0;
}

function headerColumns(input: string, header: string): SeriesColumns {
  const columns = seriesColumns(header);
  if (columns !== null) return columns;
  throw new InputError(`Reading ${input}: the first line names no columns "timestamp" and "value". Put a header there, such as timestamp,value.`); // prettier-ignore
}
