import { expect, test } from 'vitest';
import { NOMINAL_MM_PER_PX, capHeightMm, leastFontPx } from './optics.ts';

test.each([
  [0.7, 4.5],
  [1.5, 9.6],
  [2, 12.8],
  [3, 19.2],
])('at %d m a capital letter is %d mm high (HP5)', (distance, mm) => {
  expect(capHeightMm(distance)).toBeCloseTo(mm, 1);
  // Back from the font: its capitals, 0.7 of the size, have that height on the screen.
  expect(leastFontPx(distance, NOMINAL_MM_PER_PX) * 0.7 * NOMINAL_MM_PER_PX).toBeCloseTo(mm, 1);
});
