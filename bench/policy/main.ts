/** `npm run bench:policy`: uplift, off-policy evaluation and the gate on records whose truth is known. */
import type { Arm } from '@livecue/shared/contract';
import { evaluateOffPolicy } from '../../edge-agent/src/learn/off-policy.ts';
import { choiceCases, judgePolicy } from '../../edge-agent/src/learn/policy-gate.ts';
import { REGIMES, syntheticChoices, trueValue } from '../../edge-agent/src/learn/testing/synthetic-choices.ts';
import { clumped, syntheticLog, trueUplift, type Truth } from '../../edge-agent/src/learn/testing/synthetic-log.ts';
import { upliftTable } from '../../edge-agent/src/learn/uplift.ts';

const LOGS = Number(process.argv.find((one) => one.startsWith('--logs='))?.slice('--logs='.length) ?? 1_000);
const GATE_LOGS = Math.max(1, Math.round(LOGS / 5));
/** Methods were chosen on the seeds up to 1,000. */
const FIRST_SEED = 10_000;
const KINDS = ['ips', 'snips', 'dr'] as const;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const head = (title: string, cells: readonly string[]) => {
  process.stdout.write(`\n${title}\n\n`);
  row(cells);
  row(cells.map(() => '---'));
};

function offPolicy(): void {
  head(`Off-policy evaluation, ${LOGS} logs each: 95 % intervals that hold the true value, and their width`, [
    'regime', 'choices', 'true value', 'effective sample', 'IPS', 'SNIPS', 'DR', 'width IPS', 'SNIPS', 'DR', 'refused',
  ]); // prettier-ignore
  for (const regime of REGIMES) {
    const truth = trueValue(regime);
    const hits = { ips: 0, snips: 0, dr: 0 };
    const widths = { ips: 0, snips: 0, dr: 0 };
    let [effective, judged] = [0, 0];
    for (let seed = 1; seed <= LOGS; seed++) {
      const found = evaluateOffPolicy(syntheticChoices(regime, seed + FIRST_SEED));
      effective += found.effectiveSample / LOGS;
      if (found.refused !== null) continue;
      judged++;
      for (const kind of KINDS) {
        const { lo, hi } = found[kind]!;
        if (lo <= truth && truth <= hi) hits[kind]++;
        widths[kind] += hi - lo;
      }
    }
    row([
      regime.name, regime.choices, truth.toFixed(2), effective.toFixed(0), ...KINDS.map((kind) => percent(hits[kind] / judged)),
      ...KINDS.map((kind) => (widths[kind] / judged).toFixed(2)), LOGS - judged,
    ]); // prettier-ignore
  }
}

const questions: Truth = {
  decisions: 400,
  shows: 4,
  holdBackShare: 0.1,
  rules: [{ rule: 'counted-questions', eligible: ['explain', 'nothing'] }],
  effect: (arm: Arm) => (arm === 'explain' ? 1.3 : 1),
  draw: clumped,
};
const UPLIFTS: readonly (readonly [string, Truth])[] = [
  ['30 % more, orders in clumps', questions],
  ['no effect', { ...questions, effect: () => 1 }],
  ['a third less', { ...questions, effect: (arm) => (arm === 'explain' ? 0.67 : 1) }],
  ['plain counts, 120 decisions', { ...questions, decisions: 120, draw: (mean, random) => random.poisson(mean) }],
  ['rare and large', { ...questions, draw: (mean, random) => (random.uniform() < 0.1 ? 10 * mean * random.gamma(1) : 0) }],
  ['30 shows, 3,000 decisions', { ...questions, shows: 30, decisions: 3_000 }],
]; // prettier-ignore

function uplift(): void {
  head(`Uplift, ${LOGS} records each, a tenth held back`, [
    'record', 'decisions', 'true uplift', 'held by 95 % intervals', 'mean width', 'told apart from 0', 'no interval',
  ]); // prettier-ignore
  for (const [name, truth] of UPLIFTS) {
    const known = trueUplift(truth, 'explain');
    let [hits, judged, width, told] = [0, 0, 0, 0];
    for (let seed = 1; seed <= LOGS; seed++) {
      const found = upliftTable(syntheticLog(truth, seed + FIRST_SEED)).find(({ outcome, productId }) => outcome === 'orders' && productId === null)?.uplift ?? null; // prettier-ignore
      if (found === null) continue;
      judged++;
      width += found.hi - found.lo;
      if (found.lo <= known && known <= found.hi) hits++;
      if (found.lo > 0 || found.hi < 0) told++;
    }
    row([name, truth.decisions, known.toFixed(2), percent(hits / judged), (width / judged).toFixed(2), percent(told / judged), LOGS - judged]); // prettier-ignore
  }
}

const rules: Truth['rules'] = [
  { rule: 'counted-questions', eligible: ['explain', 'nothing'] },
  { rule: 'past-peak', eligible: ['move-on', 'nothing'] },
];
const ROOMS: readonly (readonly [string, Truth['effect']])[] = [
  ['every cue helps alike', (arm) => (arm === 'nothing' ? 1 : 1.3)],
  ['no cue matters', () => 1],
  ['moving on costs a third', (arm) => (arm === 'explain' ? 1.3 : arm === 'move-on' ? 0.65 : 1)],
];

function gate(): void {
  head(`The gate, ${GATE_LOGS} records each`, ['record', 'decisions', 'passes', 'gain, mean', 'lower bound, mean']);
  for (const [name, effect] of ROOMS) {
    for (const decisions of [800, 3_000]) {
      let [passes, judged, gain, lo] = [0, 0, 0, 0];
      for (let seed = 1; seed <= GATE_LOGS; seed++) {
        const verdict = judgePolicy(choiceCases(syntheticLog({ ...questions, rules, effect, decisions, shows: 12 }, seed + FIRST_SEED))); // prettier-ignore
        if (verdict.passes) passes++;
        if (verdict.gain === null) continue;
        judged++;
        gain += verdict.gain.value;
        lo += verdict.gain.lo;
      }
      row([name, decisions, percent(passes / GATE_LOGS), (gain / judged).toFixed(2), (lo / judged).toFixed(2)]);
    }
  }
}

offPolicy();
uplift();
gate();
