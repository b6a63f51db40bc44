/** `npm run bench:m4`: the forecaster of `livecue forecast` on the 414 hourly series of the M4 competition. */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { forecastTable } from '../../edge-agent/src/assembly/demand-forecaster.ts';
import { type DemandNetwork, openDemandNetwork } from '../../edge-agent/src/inference/demand-network.ts';
import { naive, naive2, seasonalNaive } from './baselines.ts';
import { HORIZON, type M4Series, missingM4, readM4, readPublished, SEASON } from './corpus.ts';
import { intervalScore, type Scores, scoresOf, shareInside } from './scoring.ts';

const HELP = `npm run bench:m4 [-- --tune [--back N]] [-- --json]

Forecasts 48 hours of each of the 414 hourly series of M4 by the code of "livecue forecast", without being told the
season, and prints sMAPE, MASE, OWA and MSIS beside what was published. Baselines are run again to check the scorer.

  --tune     on the last 48 hours of the training parts instead: what settings are chosen on
  --back N   with --tune: that many times 48 hours before the end (default 1)
  --json     one JSON object on stdout
`;

const MODEL = fileURLToPath(new URL('../../models/demand', import.meta.url));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      tune: { type: 'boolean', default: false },
      back: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const missing = missingM4();
  if (missing !== null) {
    process.stdout.write(`bench:m4 skipped: ${missing}. Put train.csv.gz, test.csv.gz and published.json there.\n`);
    return 0;
  }
  const all = readM4();
  const network = await openDemandNetwork(MODEL);
  const series = values.tune ? all.map((one) => earlier(one, Number(values.back))) : all;
  const begun = performance.now();
  const ours = await forecasts(series, network);
  await network.close();
  const seconds = (performance.now() - begun) / 1000;
  const published = readPublished();
  const score = (paths: readonly Float64Array[]) => scoresOf(series, paths, SEASON, published.naive2);
  const figures = {
    part: values.tune ? `training parts without their last ${Number(values.back) * HORIZON} hours` : 'test',
    ours: score(ours.map(({ mean }) => mean)),
    ...intervalScore(series, ours.map(({ wide }) => wide), SEASON),
    covered80: shareInside(series, ours),
    seconds,
    baselines: {
      'seasonal naive': score(series.map(({ train }) => seasonalNaive(train, SEASON, HORIZON))),
      Naive2: score(series.map(({ train }) => naive2(train, SEASON, HORIZON))),
      Naive: score(series.map(({ train }) => naive(train, HORIZON))),
    },
  }; // prettier-ignore
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : table(figures, published, values.tune));
  return 0;
}

function earlier({ id, train }: M4Series, back: number): M4Series {
  const end = train.length - back * HORIZON;
  return { id, train: train.slice(0, end), test: train.slice(end, end + HORIZON) };
}

async function forecasts(series: readonly M4Series[], network: DemandNetwork) {
  const gridded = series.map(({ train }) => ({ values: train, available: new Float64Array(train.length).fill(1), repeated: 0, backwards: 0, gaps: 0 })); // prettier-ignore
  const onProgress = (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${series.length} series`);
  };
  const { expected } = await forecastTable(gridded, { horizon: HORIZON, season: null, calendar: 1, levels: [0.8, 0.95], network, signal: new AbortController().signal, onProgress }); // prettier-ignore
  return expected.map(({ mean, bounds }) => ({ mean, ...bounds[0]!, wide: bounds[1]! }));
}

interface Figures {
  readonly part: string;
  readonly ours: Scores;
  readonly msis: number;
  readonly covered: number;
  readonly covered80: number;
  readonly seconds: number;
  readonly baselines: Readonly<Record<string, Scores>>;
}

function table(figures: Figures, published: ReturnType<typeof readPublished>, tune: boolean): string {
  const line = (name: string, { smape, mase, owa }: Scores) =>
    `${name.padEnd(52)}${smape.toFixed(3).padStart(9)}${mase.toFixed(3).padStart(9)}${owa.toFixed(3).padStart(9)}\n`;
  let out = `M4 hourly, 414 series, 48 hours ahead, ${figures.part}\n\n${' '.repeat(52)}    sMAPE     MASE      OWA\n`;
  const board = [
    ...(tune ? [] : published.points.map((one) => ({ name: `  ${one.team}`.slice(0, 50), scores: one as Scores }))),
    { name: '> LiveCue', scores: figures.ours },
  ];
  board.sort((a, b) => a.scores.owa - b.scores.owa);
  for (const { name, scores } of board) out += line(name, scores);
  out += '\nrun again here\n';
  for (const [name, scores] of Object.entries(figures.baselines)) out += line(`  ${name}`, scores);
  out += `\n95 % bounds: MSIS ${figures.msis.toFixed(3)}, ${percent(figures.covered)} within; 80 % bounds: ${percent(figures.covered80)} within\n`;
  if (!tune) out += `published MSIS: ${published.intervals.slice(0, 6).map(({ id, msis }) => `${id} ${msis}`).join(', ')}, … (${published.intervals.length})\n`; // prettier-ignore
  return `${out}${figures.seconds.toFixed(1)} s\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

process.exitCode = await main();
