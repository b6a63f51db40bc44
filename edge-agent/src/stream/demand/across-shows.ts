import type { AcrossShows, DemandSpan } from '@livecue/shared/insight';
import { boundsOf, type Odds, quantile } from './demand-odds.ts';
import { type Occasion, Levels } from './occasions.ts';
import type { SalesLedger } from './sales-ledger.ts';

const HOUR_MS = 3_600_000;
const DAY = 24;
const DAYS_AHEAD = 7;
/** Shorter stretches are no show. */
const LEAST_SHOW_MINUTES = 10;
const LEAST_OCCASIONS = 2;
/** Hours that the rhythm of a day is learnt from, and of which hours ahead are foretold. */
const HOURS_BACK = 14 * DAY;
/** An hour of the day is foretold when so many minutes of it were watched a day. */
const LEAST_WATCHED = 10;
/** Minutes of all products by which an hour of the day is drawn to the usual hour. */
const PRIOR_MINUTES = 60;
/** Days of a weekday that count for the usual day. */
const PRIOR_WEEKS = 2;

/** Chosen on simulated shops (`npm run bench:demand` measures on others). */
const SHOWS = { kept: 0.85, prior: 30 };
const HOURS = { kept: 0.99, prior: 60 };
const DAYS = { kept: 0.9, prior: 90 };

/** One clock hour, all its periods together. */
interface Hour {
  readonly hour: number;
  minutes: number;
  readonly demand: Map<string, number>;
}

/** What earlier shows, hours and days say of the coming ones. Read once for each state of the ledger's hours. */
export class AcrossShowsReader {
  readonly #ledger: SalesLedger;
  #read: { readonly version: number; readonly hour: number; readonly known: Known } | null = null;

  constructor(ledger: SalesLedger) {
    this.#ledger = ledger;
  }

  /** As of `nowMs`; undefined while there were fewer than two earlier shows and two earlier days. */
  of(productId: string, stock: number | null, nowMs: number): AcrossShows | undefined {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (this.#read?.version !== this.#ledger.version || this.#read.hour !== hour) {
      this.#read = { version: this.#ledger.version, hour, known: knownOf(this.#ledger, hour) };
    }
    const { shows, days, hours } = this.#read.known;
    if (shows === null && days === null) return undefined;
    const next = shows?.levels.odds(productId, shows.minutes) ?? null;
    return {
      shows: shows?.count ?? 0,
      nextShow: next === null ? null : { minutes: Math.round(shows!.minutes), ...unitsOf(next) },
      restockUnits: next === null || stock === null ? null : positive(quantile(next, 0.9) - Math.max(0, stock)),
      hours: hours?.map(({ fromMs, exposure, levels }) => ({ fromMs, ...unitsOf(levels.odds(productId, exposure)) })) ?? [],
      days: days?.map(({ fromMs, exposure, levels }) => ({ fromMs, ...unitsOf(levels.odds(productId, exposure)) })) ?? [],
    }; // prettier-ignore
  }
}

interface Ahead {
  readonly fromMs: number;
  readonly exposure: number;
  readonly levels: Levels;
}

interface Known {
  readonly shows: { readonly levels: Levels; readonly minutes: number; readonly count: number } | null;
  readonly hours: readonly Ahead[] | null;
  readonly days: readonly Ahead[] | null;
}

/** The running hour and the running show are not over and say nothing yet. */
function knownOf(ledger: SalesLedger, now: number): Known {
  const hours = hoursOf(ledger, now);
  const rhythm = rhythmOf(hours, now);
  return { shows: showsOf(ledger), ...aheadOf(hours, rhythm, now) };
}

function showsOf(ledger: SalesLedger): Known['shows'] {
  const shows = new Map<number, { exposure: number; demand: Map<string, number> }>();
  for (const { show, minutes, rows } of ledger.periods()) {
    if (show === null || show === ledger.show) continue;
    const one = shows.get(show) ?? { exposure: 0, demand: new Map<string, number>() };
    shows.set(show, one);
    one.exposure += minutes;
    for (const [id, { sold, missed }] of rows) one.demand.set(id, (one.demand.get(id) ?? 0) + sold + missed);
  }
  const long = [...shows.values()].filter(({ exposure }) => exposure >= LEAST_SHOW_MINUTES);
  if (long.length < LEAST_OCCASIONS) return null;
  return { levels: new Levels(long, SHOWS), minutes: median(long.map(({ exposure }) => exposure)), count: long.length };
}

function hoursOf(ledger: SalesLedger, now: number): Hour[] {
  const hours: Hour[] = [];
  for (const { hour, minutes, rows } of ledger.periods()) {
    if (hour >= now) break;
    if (hours.at(-1)?.hour !== hour) hours.push({ hour, minutes: 0, demand: new Map() });
    const one = hours.at(-1)!;
    one.minutes += minutes;
    for (const [id, { sold, missed }] of rows) one.demand.set(id, (one.demand.get(id) ?? 0) + sold + missed);
  }
  return hours.filter(({ minutes }) => minutes > 0);
}

interface Rhythm {
  /** By hour of the day: units a minute over the usual, and minutes that are usually watched. */
  readonly lively: readonly number[];
  readonly minutes: readonly number[];
  /** By day ahead from now, units over the usual day's. */
  readonly week: readonly number[];
  readonly days: number;
}

/** What all products together say of hours of the day and days of the week. Days are counted back from now. */
function rhythmOf(hours: readonly Hour[], now: number): Rhythm {
  const recent = hours.filter(({ hour }) => hour >= now - HOURS_BACK);
  const days = new Set(recent.map(({ hour }) => Math.floor((now - 1 - hour) / DAY))).size;
  const sums = Array.from({ length: DAY }, () => ({ units: 0, minutes: 0 }));
  for (const { hour, minutes, demand } of recent) {
    const sum = sums[hour % DAY]!;
    sum.units += total(demand);
    sum.minutes += minutes;
  }
  const all = sums.reduce((a, b) => ({ units: a.units + b.units, minutes: a.minutes + b.minutes }));
  const usual = all.minutes > 0 ? all.units / all.minutes : 0;
  const lively = sums.map(({ units, minutes }) => usual > 0 ? (units + usual * PRIOR_MINUTES) / (minutes + PRIOR_MINUTES) / usual : 1); // prettier-ignore
  const minutes = sums.map((sum) => (days > 0 && sum.minutes >= LEAST_WATCHED * days ? sum.minutes / days : 0));
  return { lively, minutes, days, week: weekOf(hours, lively, now) };
}

function weekOf(hours: readonly Hour[], lively: readonly number[], now: number): number[] {
  const sums = Array.from({ length: DAYS_AHEAD }, () => ({ units: 0, exposure: 0 }));
  const seen = Array.from({ length: DAYS_AHEAD }, () => new Set<number>());
  for (const { hour, minutes, demand } of hours) {
    const back = Math.floor((now - 1 - hour) / DAY);
    const ahead = (DAYS_AHEAD - 1 - (back % DAYS_AHEAD)) % DAYS_AHEAD;
    sums[ahead]!.units += total(demand);
    sums[ahead]!.exposure += minutes * lively[hour % DAY]!;
    seen[ahead]!.add(back);
  }
  const all = sums.reduce((a, b) => ({ units: a.units + b.units, exposure: a.exposure + b.exposure }));
  const usual = all.exposure > 0 ? all.units / all.exposure : 0;
  return sums.map(({ units, exposure }, at) => {
    const weeks = seen[at]!.size;
    return usual > 0 && exposure > 0 ? (weeks * (units / exposure / usual) + PRIOR_WEEKS) / (weeks + PRIOR_WEEKS) : 1;
  });
}

function aheadOf(hours: readonly Hour[], rhythm: Rhythm, now: number): Pick<Known, 'hours' | 'days'> {
  if (rhythm.days < LEAST_OCCASIONS) return { hours: null, days: null };
  const weekday = (hour: number) => rhythm.week[((Math.floor((hour - now) / DAY) % DAYS_AHEAD) + DAYS_AHEAD) % DAYS_AHEAD]!; // prettier-ignore
  const exposureOf = (hour: number, minutes: number) => minutes * rhythm.lively[hour % DAY]! * weekday(hour);
  const past = hours.filter(({ hour }) => hour >= now - HOURS_BACK).map(({ hour, minutes, demand }): Occasion => ({ exposure: exposureOf(hour, minutes), demand })); // prettier-ignore
  const hourly = new Levels(past, HOURS);
  const daily = new Levels(daysOf(hours, exposureOf, now), DAYS);
  const expected = (hour: number) => exposureOf(hour, rhythm.minutes[hour % DAY]!);
  const ahead = (first: number, length: number) => Array.from({ length }, (_, at) => expected(first + at)).reduce((a, b) => a + b, 0); // prettier-ignore
  const span = (first: number, length: number, levels: Levels): Ahead => ({ fromMs: first * HOUR_MS, exposure: ahead(first, length), levels }); // prettier-ignore
  return {
    // The running hour has begun already; it is told from the next one on.
    hours: Array.from({ length: DAY }, (_, at) => span(now + 1 + at, 1, hourly)).filter(({ exposure }) => exposure > 0),
    days: Array.from({ length: DAYS_AHEAD }, (_, at) => span(now + DAY * at, DAY, daily)),
  };
}

/** Stretches of 24 hours back from now, oldest first; those in which nobody watched are left out. */
function daysOf(hours: readonly Hour[], exposureOf: (hour: number, minutes: number) => number, now: number): Occasion[] {
  const days = new Map<number, { exposure: number; demand: Map<string, number> }>();
  for (const { hour, minutes, demand } of hours) {
    const back = Math.floor((now - 1 - hour) / DAY);
    const day = days.get(back) ?? { exposure: 0, demand: new Map<string, number>() };
    days.set(back, day);
    day.exposure += exposureOf(hour, minutes);
    for (const [id, units] of demand) day.demand.set(id, (day.demand.get(id) ?? 0) + units);
  }
  return [...days.values()];
} // prettier-ignore

function unitsOf(odds: Odds): Pick<DemandSpan, 'mean' | 'lo80' | 'hi80'> {
  const { low, high } = boundsOf(odds, 0.8);
  return { mean: odds.mean, lo80: low, hi80: high };
}

function total(demand: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const units of demand.values()) sum += units;
  return sum;
}

function positive(units: number): number | null {
  const whole = Math.ceil(units);
  return whole > 0 ? whole : null;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
