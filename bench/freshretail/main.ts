/** `npm run bench:freshretail`: the forecaster of `livecue forecast` on daily sales of fresh food. */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { forecastTable } from '../../edge-agent/src/assembly/demand-forecaster.ts';
import { type DemandNetwork, openDemandNetwork } from '../../edge-agent/src/inference/demand-network.ts';
import { BASELINES } from './baselines.ts';
import { coveredOn, HOURS, missingRetail, readRetail, type Retail, soldOn, wholeOn } from './corpus.ts';
import { type StockTimes, stockTimes } from './stock-times.ts';
import { coverage, GROUPS, hourCoverage, HORIZON, type Scores, scoresOf } from './scoring.ts';

const HELP = `npm run bench:freshretail [-- --json]

Forecasts the daily sales of 2 773 shop products of FreshRetailNet-50K a week ahead by the code of "livecue
forecast", on the test week (days 83-89) and on the tuning week (days 76-82), and prints WAPE and WPE by group beside
the data's own baselines. The input is told in four ways: hours with in stock or not, days with the share of the day
that was covered, days with whole or not, and days with sales alone.

  --json   one JSON object on stdout
`;

const WEEKS = { 'test week, days 83-89': 83, 'tuning week, days 76-82': 76 } as const;

type Told = 'hours' | 'days, share covered' | 'days, whole or not' | 'days, sales alone';
const TOLD: readonly Told[] = ['hours', 'days, share covered', 'days, whole or not', 'days, sales alone'];

interface Row {
  readonly name: string;
  readonly scores: Readonly<Record<(typeof GROUPS)[number], Scores>>;
  readonly covered: number | null;
  /** Of hourly forecasts. */
  readonly stock: readonly StockTimes[] | null;
}

const MODEL = fileURLToPath(new URL('../../models/demand', import.meta.url));

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const missing = missingRetail();
  if (missing !== null) {
    process.stdout.write(`bench:freshretail skipped: ${missing}. Put header.json and the folder open there.\n`);
    return 0;
  }
  const retail = readRetail('open');
  const network = await openDemandNetwork(MODEL);
  const weeks: Record<string, Row[]> = {};
  const begun = performance.now();
  for (const [week, origin] of Object.entries(WEEKS)) {
    weeks[week] = Object.entries(BASELINES).map(([name, of]) => ({ name: `  ${name}`, scores: scoresOf(retail, origin, of(retail, origin)), covered: null, stock: null })); // prettier-ignore
    for (const told of TOLD) weeks[week].push(await ours(retail, origin, told, network));
  }
  await network.close();
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(values.json ? `${JSON.stringify({ weeks, seconds })}\n` : table(retail, weeks, seconds));
  return 0;
}

async function ours(retail: Retail, origin: number, told: Told, network: DemandNetwork): Promise<Row> {
  const hourly = told === 'hours';
  const series = Array.from({ length: retail.series }, (_, at) => seriesOf(retail, at, origin, told));
  const { expected } = await forecastTable(series, {
    horizon: hourly ? HORIZON * HOURS : HORIZON,
    season: null,
    calendar: 1,
    levels: [0.8],
    network,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const paths = expected.map(({ mean }) => (hourly ? daily(mean) : mean));
  const bounds = expected.map(({ bounds: [one] }) => one!);
  return {
    name: `> LiveCue, ${told}`,
    scores: scoresOf(retail, origin, paths),
    covered: hourly ? hourCoverage(retail, origin, bounds) : coverage(retail, origin, bounds),
    stock: hourly ? stockTimes(retail, origin, expected.map(({ mean }) => mean)) : null,
  }; // prettier-ignore
}

function seriesOf(retail: Retail, series: number, origin: number, told: Told) {
  const counts = { repeated: 0, backwards: 0, gaps: 0 };
  if (told === 'hours') {
    const from = series * retail.days * HOURS;
    const values = retail.sold.slice(from, from + origin * HOURS);
    return { values, available: Float64Array.from(retail.inStock.subarray(from, from + origin * HOURS)), ...counts };
  }
  const share = (day: number) => {
    if (told === 'days, share covered') return coveredOn(retail, series, day);
    return told === 'days, sales alone' || wholeOn(retail, series, day) ? 1 : 0;
  };
  const values = Float64Array.from({ length: origin }, (_, day) => soldOn(retail, series, day));
  return { values, available: values.map((_, day) => share(day)), ...counts };
}

function daily(hours: Float64Array): Float64Array {
  return Float64Array.from({ length: HORIZON }, (_, day) => hours.subarray(day * HOURS, (day + 1) * HOURS).reduce((sum, value) => sum + value, 0)); // prettier-ignore
}

function table(retail: Retail, weeks: Readonly<Record<string, readonly Row[]>>, seconds: number): string {
  const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
  let out = `FreshRetailNet-50K, ${retail.series} series, 7 days ahead\n`;
  for (const [week, rows] of Object.entries(weeks)) {
    out += `\n${week.padEnd(52)}${GROUPS.map((group) => `  WAPE ${group}`.padEnd(11) + ' WPE'.padEnd(8)).join('')} within 80 %\n`; // prettier-ignore
    for (const { name, scores, covered } of rows) {
      const cells = GROUPS.map(
        (group) => `${scores[group].wape.toFixed(4).padStart(10)} ${signed(scores[group].wpe)} `,
      );
      out += `${name.padEnd(52)}${cells.join('')}${covered === null ? '' : `${(100 * covered).toFixed(1).padStart(6)} %`}\n`;
    }
  }
  for (const [week, rows] of Object.entries(weeks)) {
    out += `\n${week}: hours with stock until what sells in the next hours is sold\n`;
    for (const { windowHours, cases, medianOffHours, covered } of rows.flatMap(({ stock }) => stock ?? [])) {
      out += `  ${String(windowHours).padStart(2)} hours: ${cases} cases, median ${medianOffHours.toFixed(2)} h off, ${(100 * covered).toFixed(1)} % within 80 %\n`;
    }
  }
  return `${out}\n${seconds.toFixed(1)} s\n`;
}

process.exitCode = await main();
