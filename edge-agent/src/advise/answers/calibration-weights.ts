/**
 * Logistic regression from the signs of `calibration.ts`, in their order, to the chance that the first fact is
 * right. Printed by `node models/answers/fit.ts`, from development questions alone.
 */
export const WEIGHTS: readonly number[] = [
  -2.152, 1.999, 1.962, 1.295, 0.522, 0.81, 1.361, 1.735, -1.456, -0.563, 1.919, -1.519,
];

/** From here on a fact is told without asking, and offered to the operator. */
export const ANSWER_FROM = 0.9;
export const OFFER_FROM = 0.4;
