/**
 * Logistic regression from the signs of `calibration.ts`, in their order, to the chance that the first fact is
 * right. Printed by `node models/answers/fit.ts`, from development questions alone.
 */
export const WEIGHTS: readonly number[] = [
  -2.148, 2.165, 2.016, 1.182, 0.517, 0.915, 1.436, 1.503, -1.443, -0.546, 1.968, -1.514,
];

/** From here on a fact is told without asking, and offered to the operator. */
export const ANSWER_FROM = 0.9;
export const OFFER_FROM = 0.4;
