/** `npm run bench:demand`: what the agent expects of each product within a show, on simulated shows with known sales. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boundsOf, type Odds } from '../../edge-agent/src/stream/demand/demand-odds.ts';
import { DEMAND_SETTINGS, NO_SALES, oddsOf, pass, sell, stockOutTime } from '../../edge-agent/src/stream/demand/product-demand.ts'; // prettier-ignore
import { SHOW_WINDOW, ShowMinutes } from '../../edge-agent/src/stream/demand/show-minutes.ts';
import { openShowNetwork, type ShowNetwork } from '../../edge-agent/src/inference/show-network.ts';
import { Ridge } from '../../edge-agent/src/stream/demand/ridge.ts';
import type { ProfileName } from '../../edge-agent/src/ingest/simulator/profiles.ts';
import { acrossFigures } from './across.ts';
import { type ProductSlices, simulateShow, SLICE_MS } from './shows.ts';

const HELP = `npm run bench:demand [-- --shows N] [-- --json]

Simulates N shows of 100 minutes (default 54; standard, busy, calm and faulty rooms), and every three minutes from
the tenth on compares what is expected of each product in the next 5, 15 and 60 minutes with what was sold: absolute
error over units, bias, and how many lie within the 80 % bounds. "LiveCue" is the agent with its network, "rates" the
same without it, beside the last minutes again, the show's mean and a ridge regression (on other shows). There is
plenty of everything in these shows. Stock-out time: minutes until what the product sells in 5, 10 and 20 minutes on
average is sold. Next show: each kind of room is a shop with one show a day, forecast from the earlier ones.

  --shows N   shows to measure on, 1 to 500
  --json      one JSON object on stdout
`;

const MODEL = fileURLToPath(new URL('../../models/demand/show', import.meta.url));
const MINUTES = 100;
const PER_MINUTE = 60_000 / SLICE_MS;
const HORIZONS = [5, 15, 60] as const;
/** Stocks that are to be sold, in tens of minutes of the product's mean; asked in the first minutes, so that most are. */
const STOCKS = [0.5, 1, 2] as const;
const STOCK_BEFORE = 40;
/** The settings were chosen on seeds 1 to 15; these are others. */
const FIRST_SEED = 1001;
const RIDGE_SEED = 5001;
const RIDGE_SHOWS = 8;
const PROFILES: readonly ProfileName[] = ['standard', 'standard', 'busy', 'calm', 'faulty'];

/** One look at one product: features for the ridge, what is expected, and what came. */
interface Look {
  readonly horizon: number;
  readonly features: Float64Array;
  readonly odds: Odds;
  /** As the network corrects it. */
  corrected: Odds;
  readonly again: number;
  readonly mean: number;
  readonly sold: number;
}

interface StockLook {
  readonly median: number;
  readonly soonest: number;
  readonly latest: number | null;
  /** Minutes until it was gone, or until the show ended before. */
  readonly truth: number;
  readonly ended: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { shows: { type: 'string', default: '54' }, json: { type: 'boolean' }, help: { type: 'boolean' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const count = Number(values.shows);
  if (!Number.isInteger(count) || count < 1 || count > 500) {
    process.stderr.write(`bench:demand: --shows ${values.shows}: expected a whole number from 1 to 500\n\n${HELP}`);
    return 2;
  }
  const network = await openShowNetwork(MODEL);
  const ridges = fitRidges((await looksOf(RIDGE_SEED, RIDGE_SHOWS, null)).looks);
  const { looks, stock, shops } = await looksOf(FIRST_SEED, count, network);
  await network.close();
  const rows = HORIZONS.map((horizon) => figuresOf(looks.filter((look) => look.horizon === horizon), ridges.get(horizon)!)); // prettier-ignore
  const figures = {
    shows: count,
    horizons: rows,
    stockOut: stockFigures(stock),
    across: acrossFigures(shops.values()),
  };
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : table(figures));
  return 0;
}

async function looksOf(seed: number, shows: number, network: ShowNetwork | null) {
  const looks: Look[] = [];
  const stock: StockLook[] = [];
  const shops = new Map<ProfileName, ProductSlices[][]>();
  for (let at = 0; at < shows; at++) {
    const profile = PROFILES[at % PROFILES.length]!;
    const products = simulateShow(seed + at, profile, MINUTES);
    shops.set(profile, [...(shops.get(profile) ?? []), products]);
    await watch(products, { looks, stock, network });
    if (process.stderr.isTTY) process.stderr.write(`\r${at + 1} of ${shows} shows`);
  }
  return { looks, stock, shops };
}

interface Watch {
  readonly looks: Look[];
  readonly stock: StockLook[];
  readonly network: ShowNetwork | null;
}

/** Follows a show slice by slice, as `RoomDemand` does. */
async function watch(products: readonly ProductSlices[], { looks, stock, network }: Watch): Promise<void> {
  let states = products.map(() => NO_SALES);
  const sums = products.map(({ units }) => units.reduce((all, sold) => (all.push(all.at(-1)! + sold), all), [0]));
  const slices = products[0]!.units.length;
  for (let slice = 0; slice < slices; slice++) {
    states = states.map((state, at) => sell(pass(state, 1 / PER_MINUTE, DEMAND_SETTINGS), products[at]!.units[slice]!));
    if ((slice + 1) % (3 * PER_MINUTE) !== 0 || slice < 10 * PER_MINUTE) continue;
    const [units, minutes] = states.reduce(([a, b], { long }) => [a + long.units, b + long.minutes], [0, 1]);
    const usual = units! / minutes!;
    const oddsAt = (at: number) => (ahead: number) => oddsOf(states[at]!, ahead, usual, DEMAND_SETTINGS);
    const said = network === null ? null : await askNetwork(network, products, slice + 1, { usual, oddsAt });
    for (const at of states.keys()) {
      const odds = oddsAt(at);
      const own = looksAt(sums[at]!, slice + 1, odds, usual);
      for (const look of own) look.corrected = said?.(at, look.horizon) ?? look.odds;
      looks.push(...own);
      if (slice < STOCK_BEFORE * PER_MINUTE) stock.push(...stockLooksAt(sums[at]!, slice + 1, odds));
    }
  }
}

/** What the agent's network says at the end of a minute, by the agent's own features. */
async function askNetwork(network: ShowNetwork, products: readonly ProductSlices[], slice: number, of: { usual: number; oddsAt: (at: number) => (ahead: number) => Odds }) {
  const minute = slice / PER_MINUTE;
  const minutes = new ShowMinutes(SLICE_MS);
  const sum = (values: Float64Array, at: number) => values.subarray(at * PER_MINUTE, (at + 1) * PER_MINUTE).reduce((a, b) => a + b, 0);
  for (let at = Math.max(0, minute - SHOW_WINDOW); at < minute; at++) {
    const rows = products.map(({ units, views, carts, onAir }, product) => [`${product}`, sum(units, at), sum(views, at), sum(carts, at), sum(onAir, at) / PER_MINUTE] as const);
    minutes.load({ minute: at, first: 0, rows });
  }
  const inputs = minutes.inputs(slice, of.usual, (id) => HORIZONS.map((ahead) => of.oddsAt(Number(id))(ahead).mean))!;
  const said = await network.run(inputs, inputs.productIds.length);
  return (product: number, horizon: number): Odds => {
    const from = inputs.productIds.indexOf(`${product}`) * 2 * HORIZONS.length + HORIZONS.indexOf(horizon as (typeof HORIZONS)[number]);
    return { mean: said[from]!, lump: 0, spread: said[from + HORIZONS.length]! };
  };
} // prettier-ignore

function looksAt(sums: readonly number[], now: number, odds: (minutes: number) => Odds, usual: number): Look[] {
  const last = (minutes: number) => sums[now]! - sums[Math.max(0, now - minutes * PER_MINUTE)]!;
  const perMinute = (minutes: number) => last(minutes) / Math.min(minutes, now / PER_MINUTE);
  return HORIZONS.flatMap((horizon) => {
    const end = now + horizon * PER_MINUTE;
    if (end >= sums.length) return [];
    const features = Float64Array.of(perMinute(1), perMinute(5), perMinute(15), perMinute(60), usual, 1);
    return [{ horizon, features, odds: odds(horizon), corrected: odds(horizon), again: perMinute(horizon) * horizon, mean: perMinute(MINUTES) * horizon, sold: sums[end]! - sums[now]! }];
  });
} // prettier-ignore

/**
 * Minutes until each of `STOCKS` times what the product sold in ten minutes on average is sold: a stock that does not
 * depend on what comes. What is not sold when the show ends took at least that long.
 */
function stockLooksAt(sums: readonly number[], now: number, odds: (minutes: number) => Odds): StockLook[] {
  return STOCKS.flatMap((times) => {
    const left = Math.max(1, Math.round((times * 10 * PER_MINUTE * sums[now]!) / now));
    const time = stockOutTime(odds, left);
    if (time === null) return [];
    const gone = sums.findIndex((sum, at) => at > now && sum - sums[now]! >= left);
    const truth = ((gone < 0 ? sums.length - 1 : gone) - now) / PER_MINUTE;
    return [{ median: time.medianMinutes, soonest: time.soonest80Minutes, latest: time.latest80Minutes, truth, ended: gone < 0 }]; // prettier-ignore
  });
}

/** Units in the next minutes by what was sold lately; the constant is left to the last feature. */
function fitRidges(looks: readonly Look[]): ReadonlyMap<number, Float64Array> {
  return new Map(
    HORIZONS.map((horizon) => {
      const ridge = new Ridge(6);
      for (const look of looks) if (look.horizon === horizon) ridge.add(look.features, look.sold);
      return [horizon, ridge.solve(1)];
    }),
  );
}

function figuresOf(looks: readonly Look[], ridge: Float64Array) {
  const units = looks.reduce((sum, { sold }) => sum + sold, 0);
  const wape = (of: (look: Look) => number) => looks.reduce((sum, look) => sum + Math.abs(of(look) - look.sold), 0) / units; // prettier-ignore
  const inside = (of: (look: Look) => Odds) =>
    looks.filter((look) => {
      const { low, high } = boundsOf(of(look), 0.8);
      return look.sold >= low && look.sold <= high;
    }).length / looks.length;
  return {
    horizon: looks[0]?.horizon ?? 0,
    looks: looks.length,
    units,
    wape: {
      livecue: wape(({ corrected }) => corrected.mean),
      rates: wape(({ odds }) => odds.mean),
      'last minutes again': wape(({ again }) => again),
      "show's mean": wape(({ mean }) => mean),
      ridge: wape(({ features }) => Math.max(0, features.reduce((sum, x, i) => sum + x * ridge[i]!, 0))),
    },
    bias: looks.reduce((sum, { corrected, sold }) => sum + corrected.mean - sold, 0) / units,
    covered: inside(({ corrected }) => corrected),
    coveredByRates: inside(({ odds }) => odds),
  }; // prettier-ignore
}

function stockFigures(looks: readonly StockLook[]) {
  const off = looks.map(({ median, truth, ended }) => (ended ? Math.max(0, median - truth) : Math.abs(median - truth)) / Math.max(1, truth)).sort((a, b) => a - b); // prettier-ignore
  const inside = looks.filter(({ soonest, latest, truth, ended }) => {
    const notTooLate = latest === null || (ended ? latest > truth : truth <= latest);
    return notTooLate && (ended || truth >= soonest);
  });
  const open = looks.filter(({ ended }) => ended).length;
  return { looks: looks.length, open, medianOff: off[off.length >> 1] ?? Number.NaN, covered: inside.length / looks.length }; // prettier-ignore
}

interface Figures {
  readonly shows: number;
  readonly horizons: readonly ReturnType<typeof figuresOf>[];
  readonly stockOut: ReturnType<typeof stockFigures>;
  readonly across: ReturnType<typeof acrossFigures>;
}

function table({ shows, horizons, stockOut, across }: Figures): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(9);
  let out = `${shows} simulated shows of ${MINUTES} minutes\n\nnext       looks   units  LiveCue    rates    again     mean    ridge     bias  within 80 %  rates\n`;
  for (const { horizon, looks, units, wape, bias, covered, coveredByRates } of horizons) {
    const errors = Object.values(wape).map((one) => one.toFixed(3).padStart(9));
    out += `${`${horizon} min`.padEnd(8)}${String(looks).padStart(8)}${String(units).padStart(8)}${errors.join('')}${percent(bias)}${percent(covered)}${percent(coveredByRates)}\n`;
  }
  for (const [what, { looks, wape, again, bias, covered }] of [['next show', across.nextShow], ['next 24 hours', across.day]] as const) {
    out += `\n${what}: ${looks} looks, WAPE ${wape.toFixed(3)} (the show before again ${again.toFixed(3)}), bias ${percent(bias).trim()}, ${percent(covered).trim()} within the 80 % bounds`;
  } // prettier-ignore
  return `${out}\n\nstock-out time: ${stockOut.looks} looks (${stockOut.open} not gone when the show ended), ${percent(stockOut.medianOff).trim()} off (median), ${percent(stockOut.covered).trim()} within the 80 % bounds\n`;
}

process.exitCode = await main();
