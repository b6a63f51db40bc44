/**
 * Simulated shows to learn demand within a show from, one JSON line a show: every product by minute, and every three
 * minutes from the tenth on what the agent expects of it and what was sold. The same seeds give the same bytes.
 *
 *   node models/demand/show/shows.ts FIRST_SEED COUNT PROFILE[,PROFILE…] OUT
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { type ProductSlices, simulateShow, SLICE_MS } from '../../../bench/demand/shows.ts';
import { PROFILES, type ProfileName } from '../../../edge-agent/src/ingest/simulator/profiles.ts';
import { boundsOf } from '../../../edge-agent/src/stream/demand/demand-odds.ts';
import { DEMAND_SETTINGS, NO_SALES, oddsOf, pass, sell } from '../../../edge-agent/src/stream/demand/product-demand.ts';

const MINUTES = 100;
const PER_MINUTE = 60_000 / SLICE_MS;
const HORIZONS = [5, 15, 60] as const;
const FIRST_LOOK = 10;
const LOOK_EVERY = 3;

const [first, count, names, out] = process.argv.slice(2);
const profiles = (names ?? '').split(',');
if (out === undefined || !(Number(count) > 0) || !profiles.every((name) => name in PROFILES)) {
  process.stderr.write(`shows: give FIRST_SEED COUNT PROFILE[,PROFILE…] OUT; profiles are ${Object.keys(PROFILES).join(', ')}\n`); // prettier-ignore
  process.exit(2);
}

const rounded = (value: number) => Number(value.toPrecision(7));

function byMinute(slices: Float64Array, share = 1): number[] {
  return Array.from({ length: MINUTES }, (_, at) => rounded(slices.subarray(at * PER_MINUTE, (at + 1) * PER_MINUTE).reduce((a, b) => a + b, 0) * share)); // prettier-ignore
}

function looksOf(products: readonly ProductSlices[]) {
  let states = products.map(() => NO_SALES);
  const looks: { minute: number; usual: number; expected: number[][][]; sold: (number | null)[][] }[] = [];
  for (let slice = 0; slice < MINUTES * PER_MINUTE; slice++) {
    states = states.map((state, at) => sell(pass(state, 1 / PER_MINUTE, DEMAND_SETTINGS), products[at]!.units[slice]!));
    const minute = (slice + 1) / PER_MINUTE;
    if (minute < FIRST_LOOK || minute % LOOK_EVERY !== 0) continue;
    const [units, minutes] = states.reduce(([a, b], { long }) => [a + long.units, b + long.minutes], [0, 1]);
    const usual = units! / minutes!;
    looks.push({
      minute,
      usual: rounded(usual),
      // Of each product and horizon: mean and the bounds of the agent.
      expected: states.map((state) =>
        HORIZONS.map((ahead) => {
          const odds = oddsOf(state, ahead, usual, DEMAND_SETTINGS);
          const { low, high } = boundsOf(odds, 0.8);
          return [rounded(odds.mean), low, high];
        }),
      ),
      // Null where the show ends before.
      sold: products.map(({ units: sold }) =>
        HORIZONS.map((ahead) => minute + ahead > MINUTES ? null : sold.subarray(slice + 1, slice + 1 + ahead * PER_MINUTE).reduce((a, b) => a + b, 0)),
      ),
    }); // prettier-ignore
  }
  return looks;
}

const file = openSync(out, 'w');
for (let at = 0; at < Number(count); at++) {
  const [seed, profile] = [Number(first) + at, profiles[at % profiles.length] as ProfileName];
  const products = simulateShow(seed, profile, MINUTES);
  const minutes = products.map(({ units, views, carts, onAir }) => ({ units: byMinute(units), views: byMinute(views), carts: byMinute(carts), onAir: byMinute(onAir, 1 / PER_MINUTE) })); // prettier-ignore
  writeSync(file, `${JSON.stringify({ seed, profile, products: minutes, looks: looksOf(products) })}\n`);
}
closeSync(file);
