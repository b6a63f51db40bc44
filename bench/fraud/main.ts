/** `npm run bench:fraud`: the Fraud Detection Handbook's protocol, unsupervised and supervised. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BOOST_CONFIG, growBoostedTrees, scoreBoosted } from '../../edge-agent/src/inference/boosted-trees.ts';
import { growIsolationForest, scoreIsolation } from '../../edge-agent/src/inference/isolation-forest.ts';
import { scoreIsolate, trainIsolate } from '../../edge-agent/src/inference/isolate-model.ts';
import type { Matrix } from '../../edge-agent/src/inference/matrix.ts';
import { createSeededNumbers } from '../../edge-agent/src/inference/seeded-numbers.ts';
import { FEATURES, foldOf, HANDBOOK, missingHandbook, type Payments, readPayments, TEST_FOLDS, VALIDATION_FOLD } from './handbook.ts'; // prettier-ignore
import { growLogistic } from './logistic.ts';
import { aurocOf, averagePrecisionOf, cardPrecisionOf } from './ranking.ts';

type Figures = readonly [auc: number, ap: number, cardPrecision: number];
/** Trains on the rows and labels of a week, scores the rows of another. */
type Method = (train: Matrix, labels: Uint8Array, test: Matrix) => ArrayLike<number>;

const RATIOS = [
  ['TX_AMOUNT', 'CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW'],
  ['TX_AMOUNT', 'CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW'],
  ['CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW', 'CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW'],
  ['CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW', 'CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW'],
] as const;

/** The book's 15 features; with `ratios` also four of the amounts over a longer mean of the same card. */
function tableOf(payments: Payments, rows: readonly number[], ratios: boolean): Matrix {
  const columns = FEATURES.map((name) => payments.column(name));
  const pairs = (ratios ? RATIOS : []).map(([of, over]) => [payments.column(of), payments.column(over)] as const);
  const width = columns.length + pairs.length;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    columns.forEach((column, j) => (values[i * width + j] = column[row]!));
    pairs.forEach(([of, over], j) => (values[i * width + columns.length + j] = of[row]! / (over[row]! + 1)));
  });
  return { rows: rows.length, columns: width, values };
}

function measure(payments: Payments, start: string, ratios: boolean, method: Method): Figures {
  const { train, test } = foldOf(payments, start);
  const take = (name: string, rows: readonly number[]) => rows.map((row) => payments.column(name)[row]!);
  const labels = Uint8Array.from(take('TX_FRAUD', train));
  const scores = method(tableOf(payments, train, ratios), labels, tableOf(payments, test, ratios));
  const known = { labels: take('TX_FRAUD', test), days: take('TX_TIME_DAYS', test), cards: take('CUSTOMER_ID', test) };
  return [aurocOf(scores, known.labels), averagePrecisionOf(scores, known.labels), cardPrecisionOf(scores, known)];
}

const SEED = 1;
const METHODS: readonly { readonly name: string; readonly ratios: boolean; readonly kind: 'unsupervised' | 'supervised'; readonly method: Method }[] = [
  { name: 'isolation forest, 100 × 256', ratios: false, kind: 'unsupervised', method: (train, _, test) => scoreIsolation(growIsolationForest(train, { trees: 100, sampleSize: 256, maxDepth: null, seed: SEED }), test) },
  { name: 'livecue isolate', ratios: false, kind: 'unsupervised', method: (train, _, test) => scoreIsolate(trainIsolate(train, SEED), test) },
  { name: 'livecue isolate', ratios: true, kind: 'unsupervised', method: (train, _, test) => scoreIsolate(trainIsolate(train, SEED), test) },
  { name: 'logistic regression (checks the loader)', ratios: false, kind: 'supervised', method: (train, labels, test) => growLogistic(train, labels)(test) },
  { name: 'boosted trees', ratios: false, kind: 'supervised', method: (train, labels, test) => scoreBoosted(growBoostedTrees(train, labels, BOOST_CONFIG), test) },
  { name: 'boosted trees', ratios: true, kind: 'supervised', method: (train, labels, test) => scoreBoosted(growBoostedTrees(train, labels, BOOST_CONFIG), test) },
  { name: 'boosted trees, labels shuffled (control)', ratios: true, kind: 'supervised', method: (train, labels, test) => scoreBoosted(growBoostedTrees(train, shuffled(labels), BOOST_CONFIG), test) },
]; // prettier-ignore

function shuffled(labels: Uint8Array): Uint8Array {
  const random = createSeededNumbers(99);
  const out = labels.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

const text = (figures: Figures): string => figures.map((figure) => figure.toFixed(3)).join(' / ');
const write = (line: string): void => void process.stdout.write(`${line}\n`);

function writePublished(): void {
  const published = JSON.parse(readFileSync(path.join(HANDBOOK, 'published.json'), 'utf8')) as {
    supervised_mean_of_4_folds: Record<string, Figures>;
    'unsupervised_train_week_2018-07-11': Record<string, Figures>;
  };
  for (const [name, figures] of Object.entries(published['unsupervised_train_week_2018-07-11'])) {
    if (Array.isArray(figures)) write(`| published: ${name} | 15 | ${text(figures)} | |`);
  }
  for (const [name, figures] of Object.entries(published.supervised_mean_of_4_folds)) {
    write(`| published: ${name} | 15 | | ${text(figures)} |`);
  }
}

function main(): void {
  const missing = missingHandbook();
  if (missing !== null) {
    write(`bench:fraud: skipped, ${missing}`);
    return;
  }
  const payments = readPayments();
  write('Simulated card payments: no real-world figures. AUC / average precision / card precision@100.\n');
  write('| method | features | week 2018-07-25 (trained on 07-11; settings chosen here) | mean of 4 test weeks |\n|---|---|---|---|'); // prettier-ignore
  for (const { name, ratios, kind, method } of METHODS) {
    const folds = TEST_FOLDS.map((start) => measure(payments, start, ratios, method));
    const mean = [0, 1, 2].map((i) => folds.reduce((sum, fold) => sum + fold[i]!, 0) / folds.length);
    const chosen = measure(payments, VALIDATION_FOLD, ratios, method);
    write(`| ${name}, ${kind} | ${ratios ? '15 + 4 ratios' : '15'} | ${text(chosen)} | ${text(mean as unknown as Figures)} |`); // prettier-ignore
  }
  writePublished();
}

main();
