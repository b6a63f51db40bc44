import { AcrossShowsReader } from '../../edge-agent/src/stream/demand/across-shows.ts';
import { SalesLedger } from '../../edge-agent/src/stream/demand/sales-ledger.ts';
import { type ProductSlices, SLICE_MS } from './shows.ts';

const HOUR = 3_600_000 / SLICE_MS;
const DAY = 24 * HOUR;
/** Shows begin at noon, one each day. */
const BEGIN = 12 * HOUR;
/** Shows that are not forecast: there is too little before them. */
const EARLIER = 2;

interface Look {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** What the show before sold. */
  readonly again: number;
  readonly sold: number;
}

export interface AcrossFigures {
  readonly looks: number;
  readonly wape: number;
  readonly again: number;
  readonly bias: number;
  readonly covered: number;
}

/** What the ledger says before each show but the first two of shops that sell every day, against what it then sold. */
export function acrossFigures(shops: Iterable<readonly (readonly ProductSlices[])[]>): { nextShow: AcrossFigures; day: AcrossFigures } {
  const found = { nextShow: [] as Look[], day: [] as Look[] };
  for (const shows of shops) {
    const ledger = new SalesLedger(SLICE_MS);
    const reader = new AcrossShowsReader(ledger);
    for (const [day, products] of shows.entries()) {
      if (day >= EARLIER) {
        for (const [at, { units }] of products.entries()) {
          const said = reader.of(`p${at}`, null, (day * DAY + BEGIN) * SLICE_MS)!;
          const [sold, again] = [total(units), total(shows[day - 1]![at]!.units)];
          const next = said.nextShow!;
          found.nextShow.push({ mean: next.mean, low: next.lo80, high: next.hi80, again, sold });
          const first = said.days[0];
          if (first !== undefined) found.day.push({ mean: first.mean, low: first.lo80, high: first.hi80, again, sold });
        }
      }
      book(ledger, day * DAY + BEGIN, products);
    }
  }
  return { nextShow: figuresOf(found.nextShow), day: figuresOf(found.day) };
} // prettier-ignore

function book(ledger: SalesLedger, begin: number, products: readonly ProductSlices[]): void {
  const slices = products[0]!.units.length;
  for (let slice = 0; slice < slices; slice++) {
    const sold = products.map(({ units }, at) => [`p${at}`, units[slice]!] as const);
    ledger.book({ index: begin + slice, minutes: SLICE_MS / 60_000, isLive: true, sold, missed: [] });
  }
  ledger.book({ index: begin + slices, minutes: 0, isLive: false, sold: [], missed: [] });
}

function figuresOf(looks: readonly Look[]): AcrossFigures {
  const units = looks.reduce((sum, { sold }) => sum + sold, 0);
  const off = (of: (look: Look) => number) => looks.reduce((sum, look) => sum + Math.abs(of(look) - look.sold), 0) / units; // prettier-ignore
  return {
    looks: looks.length,
    wape: off(({ mean }) => mean),
    again: off(({ again }) => again),
    bias: looks.reduce((sum, { mean, sold }) => sum + mean - sold, 0) / units,
    covered: looks.filter(({ low, high, sold }) => sold >= low && sold <= high).length / looks.length,
  };
}

function total(units: Float64Array): number {
  return units.reduce((sum, sold) => sum + sold, 0);
}
