/**
 * Searches the numbers of `tuning.ts`, one after the other, on the development halves: `node
 * models/answers/tune.ts`. What counts is the mean share of right first facts over the written shops and the
 * public intents, each shop and each set once. Prints the best setting found; writes nothing.
 */
import { TUNING, type Tuning } from '../../edge-agent/src/advise/answers/tuning.ts';
import { readAll, recallAt, tryAll, type Readings } from './measure.ts';
import { publicSets, writtenSets, type QuestionSet } from './sets.ts';

/** Questions of a set that are tried for each setting. */
const TRIED = 500;
const STEPS = [0, 0.5, 0.75, 1.33, 2];
const ROUNDS = 2;

export function goal(sets: readonly QuestionSet[], readings: Readings, tuning: Tuning): number {
  let sum = 0;
  for (const set of sets) {
    const tried = tryAll(set, readings, tuning);
    sum += recallAt(tried, 1) + 0.3 * recallAt(tried, 3);
  }
  return sum / (1.3 * sets.length);
}

function variants(tuning: Tuning): Tuning[] {
  const found: Tuning[] = [];
  for (const step of STEPS) {
    for (const key of ['k1', 'bQuestion', 'bAnswer', 'answerWeight', 'mutual', 'agreement', 'others'] as const) {
      found.push({ ...tuning, [key]: rounded(tuning[key] * step) });
    }
    for (const kind of Object.keys(tuning.kinds) as (keyof Tuning['kinds'])[]) {
      found.push({ ...tuning, kinds: { ...tuning.kinds, [kind]: rounded(tuning.kinds[kind] * step) } });
    }
  }
  return found.filter(({ bQuestion, bAnswer, k1 }) => bQuestion <= 1 && bAnswer <= 1 && k1 > 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

if (import.meta.main) {
  const halves = [...writtenSets(), ...publicSets(1), ...publicSets(5)].map((set) => {
    const asked = set.asked.filter(({ half, want }) => half === 'development' && want !== null).slice(0, TRIED);
    return { ...set, asked };
  });
  const readings = await readAll(halves);
  let best = TUNING;
  let bestGoal = goal(halves, readings, best);
  console.log(`begins at ${bestGoal.toFixed(4)}`);
  for (let round = 0; round < ROUNDS; round++) {
    // One dimension at a time: what helps is kept at once.
    for (let i = 0; i < variants(best).length; i++) {
      const tuning = variants(best)[i] ?? best;
      const reached = goal(halves, readings, tuning);
      if (reached <= bestGoal + 0.0002) continue;
      best = tuning;
      bestGoal = reached;
      console.log(bestGoal.toFixed(4), JSON.stringify(best));
    }
  }
}
