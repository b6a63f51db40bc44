/**
 * Fits the confidence: `node models/answers/fit.ts` prints `calibration-weights.ts`. Logistic regression on the
 * development halves, every fifth question held out in turn to choose the threshold of telling by itself: the
 * least at which 97 of 100 held-out written questions told are told right.
 */
import { chanceOf, signsOf } from '../../edge-agent/src/advise/answers/calibration.ts';
import { isRight, readAll, tryAll, type Readings } from './measure.ts';
import { publicSets, writtenSets } from './sets.ts';

interface Row {
  readonly signs: readonly number[];
  readonly right: boolean;
  readonly weight: number;
  readonly written: boolean;
}

const FOLDS = 5;
const RIDGE = 1;
const STEPS = 4_000;
const WANTED_PRECISION = 0.97;

export function rowsOf(readings: Readings): Row[] {
  const sets = [...writtenSets(), ...publicSets(1), ...publicSets(5)];
  return sets.flatMap((set) => {
    const isWritten = set.facts.some(({ answer }) => answer.zh !== '');
    const tried = tryAll(set, readings).filter(({ asked, found }) => asked.half === 'development' && asked.kind !== 'person' && found.length > 0); // prettier-ignore
    // A public set counts as much as a written shop of 100 questions at most.
    const weight = isWritten ? 1 : Math.min(0.5, 60 / tried.length);
    return tried.map((one) => ({ signs: signsOf(one.found), right: isRight(one), weight, written: isWritten }));
  });
}

/** Gradient descent with momentum on the weighted log loss; the constant is not held small. */
export function fitted(rows: readonly Row[]): number[] {
  const size = rows[0]?.signs.length ?? 0;
  const weights = new Array<number>(size).fill(0);
  const speed = new Array<number>(size).fill(0);
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  for (let step = 0; step < STEPS; step++) {
    const slope = weights.map((weight, i) => (i === 0 ? 0 : (RIDGE * weight) / total));
    for (const { signs, right, weight } of rows) {
      const off = weight * (chanceOf(signs, weights) - (right ? 1 : 0));
      for (let i = 0; i < size; i++) slope[i]! += (off * signs[i]!) / total;
    }
    for (let i = 0; i < size; i++) {
      speed[i] = 0.9 * speed[i]! - 0.5 * slope[i]!;
      weights[i]! += speed[i]!;
    }
  }
  return weights.map((weight) => Math.round(weight * 1000) / 1000);
}

/** The least threshold from which on as many are right as are wanted. */
export function thresholdOf(judged: readonly { readonly chance: number; readonly right: boolean }[]): number {
  const sorted = judged.toSorted((a, b) => b.chance - a.chance);
  let right = 0;
  let least = 1;
  for (const [i, one] of sorted.entries()) {
    if (one.right) right++;
    if (right / (i + 1) >= WANTED_PRECISION) least = one.chance;
  }
  return Math.ceil(least * 100) / 100;
}

if (import.meta.main) {
  const rows = rowsOf(await readAll([...writtenSets(), ...publicSets(1), ...publicSets(5)]));
  const judged = rows.map(({ signs, right, written }, i) => ({ signs, right, written, fold: i % FOLDS, chance: 0 }));
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = fitted(rows.filter((_, i) => i % FOLDS !== fold));
    for (const one of judged) if (one.fold === fold) one.chance = chanceOf(one.signs, weights);
  }
  console.log(`${rows.length} questions; WEIGHTS = [${fitted(rows).join(', ')}]`);
  console.log(`ANSWER_FROM = ${thresholdOf(judged.filter(({ written }) => written))} (public sets alone: ${thresholdOf(judged.filter(({ written }) => !written))})`);
} // prettier-ignore
