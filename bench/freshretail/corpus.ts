import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Where the FreshRetailNet-50K subset lies beside the checkout. */
export const RETAIL_FOLDER = fileURLToPath(new URL('../../../shared/data/signals/freshretail', import.meta.url));

export const HOURS = 24;
/** Hours in which a missing product counts: 06:00 to 22:00. */
const OPEN_HOURS = { from: 6, to: 22 };

/** Hourly sales of many shop products; arrays are [series][day][hour], one after another. */
export interface Retail {
  readonly series: number;
  readonly days: number;
  readonly sold: Float64Array;
  /** 1 where there was something to sell. */
  readonly inStock: Uint8Array;
  /** Share of a usual day's sales that falls in each hour, from hours in stock. */
  readonly hourShares: readonly number[];
  /** Monday to Sunday, mean about 1. */
  readonly weekdayFactors: readonly number[];
}

/** Why the data cannot be read, or null when it can. */
export function missingRetail(folder: string = RETAIL_FOLDER): string | null {
  return existsSync(path.join(folder, 'header.json'))
    ? null
    : `the FreshRetailNet subset is not at ${path.relative(process.cwd(), folder)}`;
}

/** The part `open`, all 90 days, or `held`, the first 83. */
export function readRetail(part: 'open' | 'held', folder: string = RETAIL_FOLDER): Retail {
  const header = json<{ parts: Record<string, { series: number; days: number }> }>(folder, 'header.json');
  const { correction } = json<{ correction: { hourly_profile_in_stock: number[]; weekday_factors_mon_sun: number[] } }>(folder, 'baselines.json'); // prettier-ignore
  const { series, days } = header.parts[part]!;
  const sale = bytes(folder, part, 'sale.u16.bin.gz');
  const out = bytes(folder, part, 'stockout.u32.bin.gz');
  const cells = series * days * HOURS;
  return {
    series,
    days,
    sold: Float64Array.from({ length: cells }, (_, at) => sale.getUint16(2 * at, true) / 1000),
    inStock: Uint8Array.from({ length: cells }, (_, at) => 1 - ((out.getUint32(4 * Math.floor(at / HOURS), true) >>> (at % HOURS)) & 1)), // prettier-ignore
    hourShares: correction.hourly_profile_in_stock,
    weekdayFactors: correction.weekday_factors_mon_sun,
  };
}

/** Day 0 is a Thursday. */
export function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

/** Units of one day. */
export function soldOn({ days, sold }: Retail, series: number, day: number): number {
  let sum = 0;
  const from = (series * days + day) * HOURS;
  for (let hour = 0; hour < HOURS; hour++) sum += sold[from + hour]!;
  return sum;
}

/** Share of a usual day that fell in hours in stock. */
export function coveredOn({ days, inStock, hourShares }: Retail, series: number, day: number): number {
  let [covered, all] = [0, 0];
  const from = (series * days + day) * HOURS;
  for (let hour = 0; hour < HOURS; hour++) {
    covered += inStock[from + hour]! * hourShares[hour]!;
    all += hourShares[hour]!;
  }
  return covered / all;
}

/** In stock from 06:00 to 22:00 without a break: a day that is scored. */
export function wholeOn({ days, inStock }: Retail, series: number, day: number): boolean {
  const from = (series * days + day) * HOURS;
  return inStock.subarray(from + OPEN_HOURS.from, from + OPEN_HOURS.to).every((hour) => hour === 1);
}

function json<T>(folder: string, name: string): T {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as T;
}

function bytes(folder: string, part: string, name: string): DataView {
  const all = gunzipSync(readFileSync(path.join(folder, part, name)));
  return new DataView(all.buffer, all.byteOffset, all.byteLength);
}
