/** `npm run bench:adbench`: mean AUROC of `livecue isolate` over the ADBench sets beside the checkout. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { growIsolationForest, scoreIsolation } from '../../edge-agent/src/inference/isolation-forest.ts';
import { scoreIsolate, trainIsolate } from '../../edge-agent/src/inference/isolate-model.ts';
import type { Matrix } from '../../edge-agent/src/inference/matrix.ts';
import { createSeededNumbers } from '../../edge-agent/src/inference/seeded-numbers.ts';
import { aurocOf } from '../fraud/ranking.ts';

const FOLDER = path.join(
  process.env.LIVECUE_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)),
  'signals/adbench',
);
const SEEDS = [0, 1, 2, 3, 4];
const PUBLISHED = ['IForest', 'ECOD', 'COPOD', 'HBOS', 'KNN', 'MCD'] as const;

interface SetEntry {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly x: string;
  readonly y: string;
  readonly published_auroc: Readonly<Record<(typeof PUBLISHED)[number], number>>;
}

function readSet(set: SetEntry): { table: Matrix; labels: Uint8Array } {
  const x = gunzipSync(readFileSync(path.join(FOLDER, set.x)));
  const labels = gunzipSync(readFileSync(path.join(FOLDER, set.y)));
  const values = new Float32Array(x.buffer.slice(x.byteOffset, x.byteOffset + x.byteLength));
  if (values.length !== set.rows * set.cols || labels.length !== set.rows) {
    throw new Error(`reading ${set.x}: ${values.length} values and ${labels.length} labels, the index says ${set.rows} × ${set.cols}`); // prettier-ignore
  }
  return { table: { rows: set.rows, columns: set.cols, values }, labels };
}

/** Rows drawn with replacement, at least 1,000 of them, in deviations from their mean: the published protocol. */
function drawn(table: Matrix, seed: number): { train: Matrix; all: Matrix } {
  const random = createSeededNumbers(1_000 + seed);
  const rows = Math.max(table.rows, 1_000);
  const { columns } = table;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = Math.floor(random() * table.rows) * columns;
    values.set(table.values.subarray(from, from + columns), row * columns);
  }
  const [mean, square] = [new Float64Array(columns), new Float64Array(columns)];
  values.forEach((value, i) => (mean[i % columns]! += value / rows));
  values.forEach((value, i) => (square[i % columns]! += (value - mean[i % columns]!) ** 2 / rows));
  const scaled = (of: Matrix): Matrix => ({
    ...of,
    values: of.values.map((value, i) => (value - mean[i % columns]!) / (Math.sqrt(square[i % columns]!) || 1)),
  });
  return { train: scaled({ rows, columns, values }), all: scaled(table) };
}

/** AUROC × 100 over the seeds: the plain forest of the paper, and what ships. */
function measure(set: SetEntry): { plain: number; shipped: number } {
  const { table, labels } = readSet(set);
  const sums = { plain: 0, shipped: 0 };
  for (const seed of SEEDS) {
    const { train, all } = drawn(table, seed);
    const forest = growIsolationForest(train, { trees: 100, sampleSize: 256, maxDepth: null, seed });
    sums.plain += (100 * aurocOf(scoreIsolation(forest, all), labels)) / SEEDS.length;
    sums.shipped += (100 * aurocOf(scoreIsolate(trainIsolate(train, seed), all), labels)) / SEEDS.length;
  }
  return sums;
}

function row(name: string, cells: readonly number[]): string {
  return `| ${name} | ${cells.map((cell) => cell.toFixed(2)).join(' | ')} |\n`;
}

function main(): void {
  const index = path.join(FOLDER, 'index.json');
  if (!existsSync(index)) {
    process.stdout.write(`bench:adbench: skipped, ${index} is not there; put the data beside the checkout or name its folder in LIVECUE_DATA\n`); // prettier-ignore
    return;
  }
  const { sets } = JSON.parse(readFileSync(index, 'utf8')) as { sets: SetEntry[] };
  process.stdout.write(
    'AUROC × 100, mean of 5 seeds, trained without labels on a bootstrap, one setting for all sets\n\n',
  );
  process.stdout.write(`| set | livecue isolate | own forest, 100 × 256 | ${PUBLISHED.join(' | ')} |\n|${'---|'.repeat(3 + PUBLISHED.length)}\n`); // prettier-ignore
  const all: number[][] = [];
  for (const set of sets) {
    const { plain, shipped } = measure(set);
    const cells = [shipped, plain, ...PUBLISHED.map((name) => set.published_auroc[name])];
    all.push(cells);
    process.stdout.write(row(set.name, cells));
  }
  const means = all[0]!.map((_, i) => all.reduce((sum, cells) => sum + cells[i]!, 0) / all.length);
  process.stdout.write(row('**mean**', means));
}

main();
