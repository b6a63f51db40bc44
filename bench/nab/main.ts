/** `npm run bench:nab`: our detector on the Numenta Anomaly Benchmark, scored as NAB does, beside what others published. */
import { parseArgs } from 'node:util';
import { ANOMALY_THRESHOLD, AnomalyDetector } from '../../edge-agent/src/stream/anomaly/anomaly-detector.ts';
import { missingNab, readBoard, readCorpus, type NabFile } from './corpus.ts';
import { Corpus, PROFILE_NAMES, PROFILES, probationRows, type Scoreboard, type ScoredFile } from './scoring.ts';

const HELP = `npm run bench:nab [-- --alarms] [-- --json]

Runs the detector over the 58 series of NAB, row by row, one setting for all, and prints its score in NAB's
three profiles: with one threshold chosen on the labels (as on NAB's board), with the threshold of each
category chosen on the six others, and at the threshold that the agent uses. As a control the same alarms
are scored against windows that were moved to random places.

  --alarms   every alarm, by file: found windows, and where the false ones are
  --json     one JSON object on stdout
`;

/** Placements of the control; its figure is their mean. */
const CONTROLS = 20;

interface Figures {
  readonly boards: Readonly<Record<string, Scoreboard & { readonly atOwnThreshold: number }>>;
  readonly control: number;
  readonly pointsPerSecond: number;
}

function main(): number {
  const { values } = parseArgs({ options: { alarms: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const missing = missingNab();
  if (missing !== null) {
    process.stdout.write(`bench:nab skipped: ${missing}. Put NAB v1.1 there (data, labels, scoreboard.json).\n`);
    return 0;
  }
  const files = readCorpus();
  const { scores, pointsPerSecond } = detect(files);
  const corpus = new Corpus(files, scores);
  const boards = Object.fromEntries(
    PROFILE_NAMES.map((name) => [
      name,
      { ...corpus.score(PROFILES[name]), atOwnThreshold: corpus.scoreAt(PROFILES[name], ANOMALY_THRESHOLD) },
    ]),
  );
  const figures: Figures = { boards, control: controlScore(files, scores), pointsPerSecond };
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else {
    process.stdout.write(table(files, scores, figures));
    if (values.alarms) process.stdout.write(alarmTable(files, scores));
  }
  return 0;
}

function detect(files: readonly NabFile[]): { scores: Float64Array[]; pointsPerSecond: number } {
  const begun = performance.now();
  const scores = files.map(({ rows, timesMs, values }) => {
    const detector = new AnomalyDetector();
    return Float64Array.from({ length: rows }, (_, row) => detector.update(timesMs[row]!, values[row]!));
  });
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return { scores, pointsPerSecond: Math.round((1000 * rows) / (performance.now() - begun)) };
}

/** Mean standard score when every file's windows lie elsewhere: what alarms earn that know nothing of them. */
function controlScore(files: readonly NabFile[], scores: readonly Float64Array[]): number {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let sum = 0;
  for (let turn = 0; turn < CONTROLS; turn++) {
    const moved = files.map((file) => ({ ...file, windows: movedWindows(file, random) }));
    sum += new Corpus(moved, scores).scoreAt(PROFILES.standard, ANOMALY_THRESHOLD);
  }
  return sum / CONTROLS;
}

/** The windows in order with their lengths, and the time between them shared out anew. */
function movedWindows({ rows, windows }: ScoredFile, random: () => number): ScoredFile['windows'] {
  const begin = probationRows(rows);
  const taken = windows.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const gaps = windows.map(() => Math.floor(random() * Math.max(0, rows - begin - taken))).sort((a, b) => a - b);
  let used = begin;
  return windows.map(({ first, last }, at) => {
    const start = used + gaps[at]!;
    used += last - first + 1;
    return { first: start, last: start + last - first };
  });
}

function table(files: readonly NabFile[], scores: readonly Float64Array[], figures: Figures): string {
  const cell = (value: number | string) => (typeof value === 'number' ? value.toFixed(1) : value).padStart(10);
  const row = (name: string, cells: readonly (number | string)[]) => `${name.padEnd(44)}${cells.map(cell).join('')}\n`;
  const ours = (of: (board: Figures['boards'][string]) => number) => PROFILE_NAMES.map((name) => of(figures.boards[name]!)); // prettier-ignore
  const board: (readonly [string, readonly (number | string)[]])[] = [
    ...Object.entries(readBoard()),
    ['LiveCue', ours(({ official }) => official.score)],
  ];
  const rank = ([, [standard = 0]]: readonly [string, readonly (number | string)[]]) => Number.parseFloat(String(standard)); // prettier-ignore
  board.sort((a, b) => rank(b) - rank(a));
  let out = `NAB v1.1, ${files.length} files, ${files.reduce((sum, { rows }) => sum + rows, 0)} rows\n\n`;
  out += row('detector (threshold chosen on the labels)', ['standard', 'low FP', 'low FN']);
  for (const [name, cells] of board) out += row(name === 'LiveCue' ? '> LiveCue' : `  ${name}`, cells);
  const { thresholds } = figures.boards.standard!.leaveCategoryOut;
  out += `\n${row('LiveCue, threshold of a category chosen', [])}`;
  out += row(
    '  on the six others',
    ours(({ leaveCategoryOut }) => leaveCategoryOut.score),
  );
  out += row(
    `  as the agent has it (${ANOMALY_THRESHOLD})`,
    ours(({ atOwnThreshold }) => atOwnThreshold),
  );
  out += row('  the same, windows moved at random', [figures.control]);
  out += `\nthresholds by category: ${Object.entries(thresholds).map(([name, value]) => `${name} ${value.toFixed(3)}`).join(', ')}; all ${figures.boards.standard!.official.threshold.toFixed(3)}\n`; // prettier-ignore
  out += `${alarmSummary(files, scores)}\n${figures.pointsPerSecond.toLocaleString('en')} points/s on one core\n`;
  return out;
}

interface FileAlarms {
  readonly found: readonly boolean[];
  readonly falseRows: readonly number[];
}

function alarmsOf(file: NabFile, scores: Float64Array): FileAlarms {
  const rows = [...scores.keys()].filter((row) => row >= probationRows(file.rows) && scores[row]! >= ANOMALY_THRESHOLD);
  const inside =
    ({ first, last }: { first: number; last: number }) =>
    (row: number) =>
      row >= first && row <= last;
  return {
    found: file.windows.map((window) => rows.some(inside(window))),
    falseRows: rows.filter((row) => !file.windows.some((window) => inside(window)(row))),
  };
}

function alarmSummary(files: readonly NabFile[], scores: readonly Float64Array[]): string {
  const all = files.map((file, at) => alarmsOf(file, scores[at]!));
  const found = all.reduce((sum, one) => sum + one.found.filter(Boolean).length, 0);
  const windows = all.reduce((sum, one) => sum + one.found.length, 0);
  const wrong = all.reduce((sum, one) => sum + one.falseRows.length, 0);
  return `at ${ANOMALY_THRESHOLD}: ${found} of ${windows} windows found, ${wrong} alarms outside (${(wrong / files.length).toFixed(1)} a file)`;
}

function alarmTable(files: readonly NabFile[], scores: readonly Float64Array[]): string {
  let out = '\nwindows found (x) and missed (-); rows of false alarms\n';
  for (const [at, file] of files.entries()) {
    const { found, falseRows } = alarmsOf(file, scores[at]!);
    out += `${file.file.padEnd(60)} ${found.map((one) => (one ? 'x' : '-')).join('').padEnd(6)} ${falseRows.join(' ')}\n`; // prettier-ignore
  }
  return out;
}

process.exitCode = main();
