import { coveredOn, type Retail, soldOn, weekdayOf } from './corpus.ts';
import { HORIZON } from './scoring.ts';

type Baseline = (retail: Retail, origin: number) => Float64Array[];

/** Days of which less was covered say too little. */
const LEAST_COVERED = 0.3;

/** The baselines that the data's table has, to check reader and scorer by. */
export const BASELINES: Readonly<Record<string, Baseline>> = {
  'last day': each((days) => () => days.at(-1)!.units),
  'same weekday last week': each((days) => (step) => days.at(step - 7)!.units),
  'mean 28 days': each((days) => always(mean(days.slice(-28).map(({ units }) => units)))),
  'mean 7 days': each((days) => always(mean(days.slice(-7).map(({ units }) => units)))),
  'median 28 days, stock-out corrected': each((days) => always(median(corrected(days.slice(-28))))),
  '0.7 median 28 + 0.3 mean 14, corrected, x weekday': (retail, origin) =>
    each((days) => always(0.7 * median(corrected(days.slice(-28))) + 0.3 * mean(corrected(days.slice(-14)))))(
      retail,
      origin,
    ).map((path) => path.map((value, step) => value * retail.weekdayFactors[weekdayOf(origin + step)]!)),
};

interface Day {
  readonly units: number;
  readonly covered: number;
}

function each(forecast: (days: readonly Day[]) => (step: number) => number): Baseline {
  return (retail, origin) =>
    Array.from({ length: retail.series }, (_, series) => {
      const days = Array.from({ length: origin }, (__, day) => ({ units: soldOn(retail, series, day), covered: coveredOn(retail, series, day) })); // prettier-ignore
      const at = forecast(days);
      return Float64Array.from({ length: HORIZON }, (__, step) => at(step));
    });
}

const always = (value: number) => () => value;

function corrected(days: readonly Day[]): number[] {
  return days.filter(({ covered }) => covered >= LEAST_COVERED).map(({ units, covered }) => units / covered);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  return length === 0 ? 0 : (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}
