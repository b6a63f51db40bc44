import { HOURS, type Retail, soldOn, wholeOn } from './corpus.ts';

export const HORIZON = 7;
export const GROUPS = ['all', '<1', '>=1'] as const;
export type Group = (typeof GROUPS)[number];

/** Absolute and signed error as parts of what was sold; each the mean of the week's days. */
export interface Scores {
  readonly wape: number;
  readonly wpe: number;
}

/**
 * The official protocol: per day, over series that were in stock all day, split by mean daily sale before
 * `origin`. `paths` is daily units by series.
 */
export function scoresOf(retail: Retail, origin: number, paths: readonly Float64Array[]): Record<Group, Scores> {
  const level = Array.from({ length: retail.series }, (_, series) => {
    let sum = 0;
    for (let day = 0; day < origin; day++) sum += soldOn(retail, series, day);
    return sum / origin;
  });
  const of = (group: Group) =>
    scoresIn(retail, origin, paths, (series) => group === 'all' || (group === '<1') === level[series]! < 1);
  return { all: of('all'), '<1': of('<1'), '>=1': of('>=1') };
}

function scoresIn(retail: Retail, origin: number, paths: readonly Float64Array[], takes: (series: number) => boolean) {
  let [wape, wpe] = [0, 0];
  for (let step = 0; step < HORIZON; step++) {
    let [sold, absolute, signed] = [0, 0, 0];
    for (let series = 0; series < retail.series; series++) {
      if (!takes(series) || !wholeOn(retail, series, origin + step)) continue;
      const units = soldOn(retail, series, origin + step);
      sold += units;
      absolute += Math.abs(units - paths[series]![step]!);
      signed += paths[series]![step]! - units;
    }
    wape += absolute / sold / HORIZON;
    wpe += signed / sold / HORIZON;
  }
  return { wape, wpe };
}

/** Share of scored days whose units lie within the bounds. */
export function coverage(
  retail: Retail,
  origin: number,
  bounds: readonly { readonly low: Float64Array; readonly high: Float64Array }[],
): number {
  let [inside, days] = [0, 0];
  for (let step = 0; step < HORIZON; step++) {
    for (let series = 0; series < retail.series; series++) {
      if (!wholeOn(retail, series, origin + step)) continue;
      const units = soldOn(retail, series, origin + step);
      days++;
      inside += units >= bounds[series]!.low[step]! && units <= bounds[series]!.high[step]! ? 1 : 0;
    }
  }
  return inside / days;
}

/** Share of hours from 06:00 to 22:00 of scored days whose units lie within the bounds of an hourly forecast. */
export function hourCoverage(
  retail: Retail,
  origin: number,
  bounds: readonly { readonly low: Float64Array; readonly high: Float64Array }[],
): number {
  let [inside, hours] = [0, 0];
  for (let series = 0; series < retail.series; series++) {
    for (let step = 6; step < HORIZON * HOURS; step++) {
      const day = origin + Math.floor(step / HOURS);
      if (step % HOURS < 6 || step % HOURS >= 22 || !wholeOn(retail, series, day)) continue;
      const units = retail.sold[(series * retail.days + origin) * HOURS + step]!;
      hours++;
      // Bounds are told to seven digits, sales to three.
      inside += units >= bounds[series]!.low[step]! - 1e-9 && units <= bounds[series]!.high[step]! + 1e-9 ? 1 : 0;
    }
  }
  return inside / hours;
}
