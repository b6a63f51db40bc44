import type { LabelledOrder } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { BOOST_CONFIG, type BoostedTrees, growBoostedTrees, scoreBoosted } from './boosted-trees.ts';
import { toFloat } from './matrix.ts';
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
  const confirmed = verdicts.filter(({ verdict }) => verdict === 'confirmed').length;
  if (Math.min(confirmed, verdicts.length - confirmed) < LEAST_VERDICTS) return scorer;
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

/** A feature that a verdict of an older version does not have is a missing value. */
function learnVerdicts(verdicts: readonly Verdict[]): BoostedTrees {
  const columns = ORDER_FEATURES.length;
  const values = new Float32Array(verdicts.length * columns);
  verdicts.forEach(({ features }, row) =>
    ORDER_FEATURES.forEach((name, i) => (values[row * columns + i] = toFloat(features[name] ?? Number.NaN))),
  );
  const labels = Uint8Array.from(verdicts, ({ verdict }) => +(verdict === 'confirmed'));
  return growBoostedTrees({ rows: verdicts.length, columns, values }, labels, CONFIG);
}
