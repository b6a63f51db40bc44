import type { LabelledOrder } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { BOOST_CONFIG, type BoostedTrees, growBoostedTrees, scoreBoosted } from './boosted-trees.ts';
import { type Matrix, toFloat } from './matrix.ts';
import type { OrderScorer } from './order-scorer.ts';

/** Verdicts of each kind that are needed before anything is learned from them. */
export const LEAST_VERDICTS = 20;
/** Small sets are learned by fewer and smaller trees than years of payments. */
const CONFIG = { ...BOOST_CONFIG, bags: 5, trees: 60, leaves: 4, leastWeight: 1, ridge: 1, rowShare: 0.8 };

/** What is read of a stored verdict. */
export type Verdict = Pick<LabelledOrder, 'verdict' | 'features'>;

/**
 * A scorer that also knows what operators said of orders that were told: boosted trees on their verdicts. Too few
 * verdicts of a kind (20) give the scorer as it is. Verdicts are of told orders alone, so only those are asked about.
 */
export function withVerdicts(scorer: OrderScorer, verdicts: readonly Verdict[]): OrderScorer {
  const { confirmed, falseAlarms } = countVerdicts(verdicts);
  if (Math.min(confirmed, falseAlarms) < LEAST_VERDICTS) return scorer;
  const model = learnVerdicts(verdicts);
  const values = new Float32Array(ORDER_FEATURES.length);
  return {
    ...scorer,
    version: `${scorer.version}+${verdicts.length} verdicts`,
    confirm(features) {
      for (let i = 0; i < values.length; i++) values[i] = toFloat(features[i]!);
      return scoreBoosted(model, { rows: 1, columns: values.length, values })[0]!;
    },
  };
}

export function countVerdicts(verdicts: readonly Verdict[]): { confirmed: number; falseAlarms: number } {
  const confirmed = verdicts.filter(({ verdict }) => verdict === 'confirmed').length;
  return { confirmed, falseAlarms: verdicts.length - confirmed };
}

const FOLDS = 5;

/**
 * How well verdicts are foretold by models that did not see them: chance, 0..1, that a confirmed order is ranked above
 * a false alarm (area under the ROC curve). Every fifth verdict of its kind is left out in turn.
 */
export function tryVerdicts(verdicts: readonly Verdict[]): number {
  const seen = { confirmed: 0, 'false-alarm': 0 };
  const folds = verdicts.map(({ verdict }) => seen[verdict]++ % FOLDS);
  const said = new Float64Array(verdicts.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = learnVerdicts(verdicts.filter((_, at) => folds[at] !== fold));
    const left = verdicts.flatMap((verdict, at) => (folds[at] === fold ? [{ verdict, at }] : []));
    const scores = scoreBoosted(model, matrixOf(left.map(({ verdict }) => verdict)));
    for (const [row, { at }] of left.entries()) said[at] = scores[row]!;
  }
  return areaUnder(verdicts.map(({ verdict }, at) => ({ score: said[at]!, isOne: verdict === 'confirmed' })));
}

/** Mann and Whitney's U over all pairs; a tie counts one half. */
function areaUnder(rows: readonly { readonly score: number; readonly isOne: boolean }[]): number {
  const [ones, others] = [rows.filter(({ isOne }) => isOne), rows.filter(({ isOne }) => !isOne)];
  let above = 0;
  for (const one of ones) for (const other of others) above += one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0; // prettier-ignore
  return above / (ones.length * others.length);
}

/** A feature that a verdict of an older version does not have is a missing value. */
function matrixOf(verdicts: readonly Verdict[]): Matrix {
  const columns = ORDER_FEATURES.length;
  const values = new Float32Array(verdicts.length * columns);
  verdicts.forEach(({ features }, row) =>
    ORDER_FEATURES.forEach((name, i) => (values[row * columns + i] = toFloat(features[name] ?? Number.NaN))),
  );
  return { rows: verdicts.length, columns, values };
}

/** Throws `RangeError` when there are verdicts of one kind alone. */
export function learnVerdicts(verdicts: readonly Verdict[]): BoostedTrees {
  const labels = Uint8Array.from(verdicts, ({ verdict }) => +(verdict === 'confirmed'));
  return growBoostedTrees(matrixOf(verdicts), labels, CONFIG);
}
