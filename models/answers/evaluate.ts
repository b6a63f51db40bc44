/**
 * Prints what `MODEL_CARD.md` states: `node models/answers/evaluate.ts [--misses]`. Half of the written
 * questions, by a hash of their text, and half of the public intents are for development; misses of the test
 * halves are never listed. Public sets need `../shared/data` beside the checkout, else they are skipped.
 */
import { createAnswerer } from '../../edge-agent/src/advise/answers/answerer.ts';
import type { AnswerIndex } from '../../edge-agent/src/advise/answers/answer-index.ts';
import { confidenceOf } from '../../edge-agent/src/advise/answers/calibration.ts';
import { ANSWER_FROM, OFFER_FROM } from '../../edge-agent/src/advise/answers/calibration-weights.ts';
import type { Answered } from '../../edge-agent/src/advise/answers/decision.ts';
import { createRepeatMemory } from '../../edge-agent/src/advise/answers/repeat-memory.ts';
import { isRight, readAll, recallAt, tryAll, type Readings, type Tried } from './measure.ts';
import { publicSets, writtenSets, type Asked, type QuestionSet } from './sets.ts';

export interface Judged extends Tried {
  readonly answered: Answered;
}

/** Prices and stock are known here, so that what is measured is the finding. */
const LIVE = { price: '¥99', stock: 12 };

/** Each question of a set alone, as the agent decides it. */
export function judgeAll(set: QuestionSet, readings: Readings): Judged[] {
  return tryAll(set, readings).map((one) => {
    const index: AnswerIndex = { facts: set.facts, search: (_, limit) => one.found.slice(0, limit) };
    const { text, productId } = one.asked;
    const reading = readings.get(text);
    const answerer = createAnswerer({ index, live: () => LIVE, repeats: createRepeatMemory(0) });
    const answered = answerer({ text, productId, intents: reading?.intents ?? {}, offensive: reading?.offensive ?? null, viewer: null, atMs: 0 }); // prettier-ignore
    return { ...one, answered };
  });
}

export interface Shares {
  questions: number;
  /** Of those that have an answer: told by itself, or offered. */
  told: number;
  offered: number;
  /** Of what is told, how much is right; 1 when nothing is. */
  precision: number;
  offerPrecision: number;
}

export function sharesOf(judged: readonly Judged[]): Shares {
  const answerable = judged.filter(({ asked }) => asked.want !== null).length;
  const told = judged.filter(({ answered }) => answered.decision === 'answer');
  const offered = judged.filter(({ answered }) => answered.decision === 'offer');
  const share = (some: readonly Judged[]) => (answerable === 0 ? 0 : some.filter(isRight).length / answerable);
  const precision = (some: readonly Judged[]) => (some.length === 0 ? 1 : some.filter(isRight).length / some.length);
  return { questions: judged.length, told: share(told), offered: share(offered), precision: precision(told), offerPrecision: precision(offered) }; // prettier-ignore
}

/** Expected calibration error over ten equal bins of confidence. */
export function calibrationError(tried: readonly Tried[]): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const one of tried) {
    const confidence = confidenceOf(one.found);
    const bin = bins[Math.min(9, Math.floor(confidence * 10))]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += isRight(one) ? 1 : 0;
  }
  return bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / tried.length;
}

function print(name: string, half: string, judged: readonly Judged[]): void {
  const clear = judged.filter(({ asked }) => asked.kind !== 'person');
  const { questions, told, offered, precision, offerPrecision } = sharesOf(clear);
  const cells = [recallAt(clear, 1), recallAt(clear, 3), precision, told, offerPrecision, offered, calibrationError(clear)];
  console.log(`| ${name} | ${half} | ${questions} | ${cells.map((cell) => cell.toFixed(3)).join(' | ')} |`);
} // prettier-ignore

function printKinds(judged: readonly Judged[], half: string): void {
  for (const kind of ['answerable', 'near-miss', 'unanswerable', 'person'] as const) {
    const some = judged.filter(({ asked }) => asked.kind === kind);
    const count = (of: Answered['decision']) => some.filter(({ answered }) => answered.decision === of).length;
    const wrong = some.filter((one) => one.answered.decision === 'answer' && !isRight(one)).length;
    console.log(`| ${kind} | ${half} | ${some.length} | ${count('answer')} | ${wrong} | ${count('offer')} | ${count('human')} |`); // prettier-ignore
  }
}

function printMisses(judged: readonly Judged[]): void {
  for (const one of judged) {
    const { asked, found, answered } = one;
    if (asked.half === 'test') continue;
    const isMiss = asked.kind === 'person' ? answered.decision !== 'human' : !isRight(one) && (asked.want !== null || answered.decision !== 'human'); // prettier-ignore
    if (isMiss) console.log(`${answered.decision} ${answered.confidence.toFixed(2)} ${asked.text} · wanted ${asked.want ?? asked.kind}, found ${found[0]?.fact.factId ?? 'nothing'}`); // prettier-ignore
  }
}

if (import.meta.main) {
  const sets = [...writtenSets(), ...publicSets(1), ...publicSets(5)];
  if (sets.length < 4) console.log('Public sets: ../shared/data is not beside the checkout; skipped.\n');
  const readings = await readAll(sets);
  const judged = sets.map((set) => ({ set, judged: judgeAll(set, readings) }));
  const written = judged.slice(0, 3).flatMap(({ judged: one }) => one);
  const halves: Asked['half'][] = ['development', 'test'];
  console.log(`Told from ${ANSWER_FROM}, offered from ${OFFER_FROM}.\n`);
  console.log('| set | half | questions | top 1 | top 3 | precision told | told | precision offered | offered | ECE |\n|---|---|---|---|---|---|---|---|---|---|'); // prettier-ignore
  for (const half of halves) print('three shops', half, written.filter(({ asked }) => asked.half === half)); // prettier-ignore
  for (const { set, judged: one } of judged) {
    for (const half of halves) print(set.name, half, one.filter(({ asked }) => asked.half === half)); // prettier-ignore
  }
  console.log('\n| kind | half | questions | told | told wrong | offered | to a person |\n|---|---|---|---|---|---|---|');
  for (const half of halves) printKinds(written.filter(({ asked }) => asked.half === half), half); // prettier-ignore
  if (process.argv.includes('--misses')) printMisses(written);
}
