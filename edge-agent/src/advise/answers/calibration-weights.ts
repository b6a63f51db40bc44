/**
 * Logistic regression from the signs of `calibration.ts`, in their order, to the chance that the first fact is
 * right. Printed by `node models/answers/fit.ts`, from development questions alone.
 */
export const WEIGHTS: readonly number[] = [
  -2.532, 2.175, 2.066, 1.292, 1.371, 0.924, 1.15, 1.308, -1.285, -0.634, 1.875, -1.742,
];

/** From here on a fact is told without asking, and offered to the operator. */
export const ANSWER_FROM = 0.88;
export const OFFER_FROM = 0.4;
