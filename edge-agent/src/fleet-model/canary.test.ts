import { expect, test } from 'vitest';
import type { CanaryFigures } from '@livecue/shared/contract';
import { createCanary, TRIED_PER_SECOND } from './canary.ts';
import { faultsOf } from './canary-gates.ts';
import type { Trial, TrialCounts } from './model-ports.ts';

const FINE: CanaryFigures = {
  comments: 500,
  skipped: 0,
  agreement: 0.9,
  drift: 0.08,
  serving: { price: 0.1, complaint: 0.01, chat_other: 0.89 },
  candidate: { price: 0.12, complaint: 0.03, chat_other: 0.85 },
  servingP95Ms: 0.5,
  candidateP95Ms: 0.9,
  errors: 0,
};

test.each<[what: string, change: Partial<CanaryFigures>, fault: RegExp | null]>([
  ['two trainings of one task', {}, null],
  ['agreement of exactly four in five', { agreement: 0.8 }, null],
  ['less of it', { agreement: 0.7999 }, /agrees on 80\.0 %/],
  ['scores that moved', { drift: 0.21 }, /differ by 0\.21/],
  ['a rare label given five times as often', { candidate: { ...FINE.candidate, complaint: 0.05 } }, /complaint is given to 5\.0 % .* before it was 1\.0 %/],
  ['a common label given half as often, within the slack', { serving: { price: 0.1 }, candidate: { price: 0.031 } }, null],
  ['a common label hardly given', { serving: { price: 0.1 }, candidate: { price: 0.029 } }, /price is given to 2\.9 %/],
  ['a label that is never given any more', { candidate: { complaint: 0.01, chat_other: 0.9 } }, /price is given to 0\.0 %/],
  ['what chance makes of a cost: three milliseconds', { servingP95Ms: 0.7, candidateP95Ms: 3 }, null],
  ['more than chance makes of it', { servingP95Ms: 0.7, candidateP95Ms: 3.1 }, /costs 3\.1 ms \(p95\), at most 3\.0/],
  ['more than twice the cost', { servingP95Ms: 2, candidateP95Ms: 4.1 }, /costs 4\.1 ms \(p95\), at most 4\.0/],
  ['more than comments may wait', { servingP95Ms: 14, candidateP95Ms: 15.1 }, /at most 15\.0/],
  ['one failure', { errors: 1 }, /failed 1 times/],
])('the gates on %s', (_what, change, fault) => {
  const faults = faultsOf({ ...FINE, ...change }).join('; ');
  if (fault === null) expect(faults).toBe('');
  else expect(faults).toMatch(fault);
}); // prettier-ignore

function scripted(): { trial: Trial; batches: string[][]; answer: (counts?: Partial<TrialCounts>) => void; fail: () => void } {
  const batches: string[][] = [];
  let settle: { resolve: (counts: TrialCounts) => void; reject: (error: Error) => void } | null = null;
  return {
    batches,
    answer: (counts = {}) => {
      const n = batches.at(-1)?.length ?? 0;
      settle?.resolve({ comments: n, agreed: n, drift: 0, wrong: 0, serving: [n, 0], candidate: [n, 0], servingMicros: 100, candidateMicros: 200, ...counts });
    },
    fail: () => settle?.reject(new Error('no')),
    trial: {
      version: 'v',
      labels: ['a', 'b'],
      close: async () => undefined,
      compare: (texts) => {
        batches.push([...texts]);
        return new Promise((resolve, reject) => (settle = { resolve, reject }));
      },
    },
  };
} // prettier-ignore
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('of 2,000 comments a second it tries 25, one batch at a time, and counts the rest as skipped', async () => {
  let nowMs = 0;
  const { trial, batches, answer } = scripted();
  const canary = createCanary({ trial, nowMs: () => nowMs });
  for (let i = 0; i < 20_000; i++) {
    nowMs = i / 2;
    canary.offer([`text ${i}`]);
    if (i % 20 !== 0) continue;
    answer();
    await turn();
  }
  answer();
  await turn();
  const { comments, skipped } = canary.figures();
  const tried = batches.reduce((sum, batch) => sum + batch.length, 0);
  expect(comments).toBe(tried);
  expect(tried + skipped).toBe(20_000);
  expect(tried).toBeGreaterThan(TRIED_PER_SECOND * 9);
  expect(tried).toBeLessThanOrEqual(TRIED_PER_SECOND * 10 + 8);
});

test('a slow trial is not pushed: while a batch is under way eight wait and all others are skipped', async () => {
  let nowMs = 0;
  const { trial, batches, answer } = scripted();
  const canary = createCanary({ trial, nowMs: () => nowMs });
  for (let i = 0; i < 5_000; i++) {
    nowMs += 10;
    canary.offer([`text ${i}`]);
  }
  expect(batches).toHaveLength(1);
  answer();
  await turn();
  expect(batches.map(({ length }) => length)).toEqual([1, 8]);
});

test('figures are those of the batches: shares, agreement, drift, the slowest twentieth, failures', async () => {
  let nowMs = 0;
  const { trial, answer, fail } = scripted();
  const canary = createCanary({ trial, nowMs: () => nowMs });
  for (let i = 1; i <= 20; i++) {
    nowMs += 1_000;
    canary.offer([`${i}`]);
    answer(i <= 5 ? { agreed: 0, drift: 0.4, candidate: [0, 1], candidateMicros: i * 1_000 } : { candidateMicros: i * 1_000 }); // prettier-ignore
    await turn();
  }
  expect(canary.figures()).toEqual({ comments: 20, skipped: 0, agreement: 0.75, drift: 0.1, serving: { a: 1, b: 0 }, candidate: { a: 0.75, b: 0.25 }, servingP95Ms: 0.1, candidateP95Ms: 19, errors: 0 }); // prettier-ignore
  nowMs += 1_000;
  canary.offer(['bad']);
  fail();
  await turn();
  expect(canary.figures()).toMatchObject({ comments: 20, errors: 1 });
});
