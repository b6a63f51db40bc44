/** CSS defines a pixel as 1/96 inch; real screens differ, hence the ruler. */
export const NOMINAL_MM_PER_PX = 25.4 / 96;
/** Width of a bank card (ISO/IEC 7810 ID-1). */
export const CARD_MM = 85.6;
export const DISTANCES_M = [0.7, 1.5, 2, 3] as const;
/** HP5: a capital letter is at least 22 arc minutes high. */
const CAP_ARCMIN = 22;
/** Cap height of the system fonts in use, as part of the font size; Chinese characters are higher. */
const CAP_RATIO = 0.7;

/** Height of a capital letter at that distance: 4.5 / 9.6 / 12.8 / 19.2 mm at 0.7 / 1.5 / 2 / 3 m. */
export function capHeightMm(distanceM: number): number {
  return distanceM * 1000 * 2 * Math.tan((CAP_ARCMIN / 60 / 2) * (Math.PI / 180));
}

/** Smallest font size in CSS pixels that may be read from `distanceM`. */
export function leastFontPx(distanceM: number, mmPerPx: number): number {
  return capHeightMm(distanceM) / CAP_RATIO / mmPerPx;
}
