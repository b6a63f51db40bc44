/** The linear model of a cascade (`models/lib/cascade.py`), behind its sums of n-grams. */
export interface LinearAnswer {
  /** Of text. Where there are several, each has a linear model, and a gate mixes them. */
  readonly kinds: number;
  /** Of each sum: the labels of the first kind, of the second …, then one of the gate for each kind. */
  readonly bias: Float32Array;
  readonly temperature: number;
  /** Score of the best label from which on it answers alone. */
  readonly sure: number;
  /** Added to each label's logit at the end. */
  readonly raised: Float32Array;
}

/**
 * Writes the scores of the texts that it is sure of into `scores`, a number a label, and returns the places of the
 * others, which the whole model has to answer. `sums` has as many numbers a text as there are biases.
 */
export function answerWhereSure(model: LinearAnswer, sums: Float32Array, scores: Float32Array): number[] {
  const { bias, temperature, sure, raised } = model;
  const [labels, columns] = [raised.length, bias.length];
  const biased = new Float64Array(columns);
  const logits = new Float64Array(labels);
  const shares = new Float64Array(labels);
  const unsure: number[] = [];
  for (let text = 0; text < scores.length / labels; text++) {
    for (let k = 0; k < columns; k++) biased[k] = (sums[text * columns + k] as number) + (bias[k] as number);
    mix(biased, model.kinds, logits);
    for (let k = 0; k < labels; k++) logits[k] = (logits[k] as number) / temperature;
    if (softmax(logits, shares) < sure) {
      unsure.push(text);
      continue;
    }
    for (let k = 0; k < labels; k++) logits[k] = (logits[k] as number) + (raised[k] as number);
    softmax(logits, shares);
    scores.set(shares, text * labels);
  }
  return unsure;
}

/** Logits of the kinds, each by its share at the gate. */
function mix(biased: Float64Array, kinds: number, logits: Float64Array): void {
  const labels = logits.length;
  if (kinds === 1) return logits.set(biased);
  const gate = biased.subarray(labels * kinds);
  softmax(gate, gate);
  logits.fill(0);
  for (let kind = 0; kind < kinds; kind++) {
    for (let k = 0; k < labels; k++) {
      logits[k] = (logits[k] as number) + (gate[kind] as number) * (biased[kind * labels + k] as number);
    }
  }
}

/** Writes the shares; returns the greatest. */
function softmax(logits: Float64Array, shares: Float64Array): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) if ((logits[k] as number) > greatest) greatest = logits[k] as number;
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += shares[k] = Math.exp((logits[k] as number) - greatest);
  for (let k = 0; k < logits.length; k++) shares[k] = (shares[k] as number) / sum;
  return 1 / sum;
}
