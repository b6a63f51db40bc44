import { DEMAND_LABELS, type DemandNetwork } from '../inference/demand-network.ts';
import type { SaidDays } from '../stream/demand/daily-demand.ts';
import {
  AHEAD,
  type Market,
  PAST,
  type RecentDays,
  STEPS,
  WINDOW,
  writeFeatures,
} from '../stream/demand/recent-days.ts';

export type { SaidDays };

/** Products in one run of the network. */
const AT_ONCE = 256;

/** Units of the next 14 days of each product; `market` as `marketOf` gives it. */
export async function sayDays(
  network: DemandNetwork,
  products: readonly RecentDays[],
  market: Market,
): Promise<SaidDays[]> {
  const all: SaidDays[] = [];
  for (let from = 0; from < products.length; from += AT_ONCE) {
    const part = products.slice(from, from + AT_ONCE);
    const past = new Float32Array(part.length * WINDOW * PAST);
    const ahead = new Float32Array(part.length * STEPS * AHEAD);
    const scales = part.map((days, at) =>
      writeFeatures(days, market, past.subarray(at * WINDOW * PAST), ahead.subarray(at * STEPS * AHEAD)),
    );
    const said = await network.run(past, ahead, part.length);
    for (const [at, scale] of scales.entries()) all.push(inUnits(said, at, scale));
  }
  return all;
}

function inUnits(said: Float32Array, product: number, scale: number): SaidDays {
  const width = DEMAND_LABELS.length;
  const [low, median, high, mean] = DEMAND_LABELS.map((_, label) =>
    Float64Array.from({ length: STEPS }, (__, day) => said[(product * STEPS + day) * width + label]! * scale),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  return { low, median, high, mean };
}
