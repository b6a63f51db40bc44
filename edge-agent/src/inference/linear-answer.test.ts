import { expect, test } from 'vitest';
import { answerWhereSure, type LinearAnswer } from './linear-answer.ts';

const plain: LinearAnswer = { kinds: 1, bias: Float32Array.of(0, 1), temperature: 2, sure: 0.7, raised: Float32Array.of(0, 0) }; // prettier-ignore
const asked = (model: LinearAnswer, ...sums: number[]) => {
  const scores = new Float32Array((sums.length / model.bias.length) * model.raised.length).fill(-1);
  return { open: answerWhereSure(model, Float32Array.from(sums), scores), scores: [...scores].map((one) => Math.round(one * 1e4) / 1e4) }; // prettier-ignore
};

test('it answers from the score on that is sure, and leaves the other texts untouched', () => {
  // Logits 0 and (1 + 1) / 2: 1 / (1 + e^-1) is 0.7311. Then 0 and 0.5: 0.6225.
  expect(asked(plain, 0, 1, 0, 0, 0, 1)).toEqual({ open: [1], scores: [0.2689, 0.7311, -1, -1, 0.2689, 0.7311] });
});

test('what is raised counts in the score and not in how sure it is', () => {
  const raised = { ...plain, raised: Float32Array.of(1, 0) };
  expect(asked(raised, 0, 1)).toEqual({ open: [], scores: [0.5, 0.5] });
  expect(asked({ ...plain, raised: Float32Array.of(0, 9) }, 0, 0).open).toEqual([0]);
});

test('kinds are mixed by their shares at the gate', () => {
  const kinds: LinearAnswer = { kinds: 2, bias: new Float32Array(6), temperature: 1, sure: 0, raised: Float32Array.of(0, 0) }; // prettier-ignore
  // The gate gives 0.75 to the first kind: logits 0.75 · (2, 0) + 0.25 · (0, 2) are 1.5 and 0.5.
  expect(asked(kinds, 2, 0, 0, 2, Math.log(3), 0).scores).toEqual([0.7311, 0.2689]);
  expect(asked(kinds, 2, 0, 0, 2, 800, 0).scores).toEqual([0.8808, 0.1192]);
});

test('nothing is asked about no text', () => {
  expect(asked(plain)).toEqual({ open: [], scores: [] });
});
