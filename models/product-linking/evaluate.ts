/**
 * Prints what `MODEL_CARD.md` states: `node models/product-linking/evaluate.ts [--misses]`.
 * Half of the lines, by a hash of their text, is for development; the other half is the test, whose misses are
 * never listed. The late lines have a catalogue of their own and were written last. False links on real chat need `../shared/data/rooms` beside the checkout, else they are skipped.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Catalogue } from '@livecue/shared/contract';
import { createProductLinker, type ProductLinker } from '../../edge-agent/src/inference/product-linker.ts';

/** The first three are of `lines.jsonl`, then of `food.jsonl` and `late.jsonl`. */
export const CATALOGUES = ['clothes', 'beauty', 'home', 'food', 'outdoor'] as const;
type Trade = (typeof CATALOGUES)[number];

export interface Line {
  readonly catalogue: Trade;
  readonly text: string;
  /** The product on air, where the line needs one to be understood. */
  readonly explaining?: string;
  /** What a reader takes the comment to mean, in any order. */
  readonly products: readonly string[];
  /** `late`: written when the linker was done, with a catalogue of another trade; never tuned on. */
  readonly half: 'development' | 'test' | 'late';
}

export interface Measured {
  lines: number;
  /** Lines whose products are exactly the wanted ones. */
  exact: number;
  right: number;
  wrong: number;
  missed: number;
}

const folder = fileURLToPath(new URL('.', import.meta.url));

export function openCatalogue(trade: Trade): Catalogue {
  return Catalogue.parse(JSON.parse(readFileSync(join(folder, `catalogue-${trade}.json`), 'utf8')));
}

export function openLines(): Line[] {
  return [...linesOf('lines.jsonl', halfOf), ...linesOf('food.jsonl', () => 'development'), ...linesOf('late.jsonl', () => 'late')]; // prettier-ignore
}

function linesOf(file: string, half: (text: string) => Line['half']): Line[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const read = JSON.parse(line) as Omit<Line, 'half'>;
      return { ...read, half: half(read.text) };
    });
}

/** Fixed by the text, so that a line cannot change sides. */
function halfOf(text: string): Line['half'] {
  return ((createHash('sha256').update(text).digest()[0] ?? 0) & 1) === 1 ? 'test' : 'development';
}

/** Counts products, not lines: a line of two products of which one is found has one right and one missed. */
export function measure(lines: readonly Line[], linkers: Readonly<Record<Trade, ProductLinker>>): Measured {
  const total: Measured = { lines: lines.length, exact: 0, right: 0, wrong: 0, missed: 0 };
  for (const line of lines) {
    const said = linkedBy(linkers, line);
    const right = said.filter((productId) => line.products.includes(productId)).length;
    total.right += right;
    total.wrong += said.length - right;
    total.missed += line.products.length - right;
    if (right === said.length && right === line.products.length) total.exact++;
  }
  return total;
}

export function linkedBy(linkers: Readonly<Record<Trade, ProductLinker>>, line: Line): string[] {
  return linkers[line.catalogue].link(line.text, line.explaining ?? null).map(({ productId }) => productId);
}

export function createLinkers(): Record<Trade, ProductLinker> {
  const of = (trade: Trade) => createProductLinker(openCatalogue(trade));
  return { clothes: of('clothes'), beauty: of('beauty'), home: of('home'), food: of('food'), outdoor: of('outdoor') };
}

export function precision({ right, wrong }: Measured): number {
  return right / (right + wrong || 1);
}

export function recall({ right, missed }: Measured): number {
  return right / (right + missed || 1);
}

const SLICES: readonly (readonly [name: string, in_: (line: Line) => boolean])[] = [
  ['all', () => true],
  ...CATALOGUES.map((trade) => [trade, (line: Line) => line.catalogue === trade] as const),
  ['Chinese', ({ text }) => /\p{Script=Han}/u.test(text)],
  ['English', ({ text }) => !/\p{Script=Han}/u.test(text) && /[a-z]/i.test(text)],
  ['several products', ({ products }) => products.length > 1],
  ['the product on air', ({ explaining, products }) => explaining !== undefined && products[0] === explaining],
  ['no product meant', ({ products }) => products.length === 0],
];

function printTable(lines: readonly Line[], linkers: Readonly<Record<Trade, ProductLinker>>): void {
  console.log('| slice | half | lines | exact | precision | recall | wrong | missed |\n|---|---|---|---|---|---|---|---|');
  for (const [name, isIn] of SLICES) {
    for (const half of ['development', 'test', 'late'] as const) {
      const found = measure(lines.filter((line) => line.half === half && isIn(line)), linkers); // prettier-ignore
      if (found.lines === 0) continue;
      const share = (value: number) => (found.right + found.missed === 0 ? '' : value.toFixed(3));
      const exact = (found.exact / (found.lines || 1)).toFixed(3);
      console.log(`| ${name} | ${half} | ${found.lines} | ${exact} | ${share(precision(found))} | ${share(recall(found))} | ${found.wrong} | ${found.missed} |`); // prettier-ignore
    }
  }
}

function printMisses(lines: readonly Line[], linkers: Readonly<Record<Trade, ProductLinker>>): void {
  for (const line of lines.filter(({ half }) => half === 'development')) {
    const said = linkedBy(linkers, line).sort().join();
    const wanted = line.products.toSorted().join();
    if (said !== wanted) console.log(`${line.text} (on air: ${line.explaining ?? 'none'}): said ${said || 'none'}, wanted ${wanted || 'none'}`); // prettier-ignore
  }
}

/** Nothing is sold in these rooms: every link is a false one. Nothing is on air. */
function printRooms(linkers: Readonly<Record<Trade, ProductLinker>>, listed: boolean): void {
  const rooms = join(folder, '../../../shared/data/rooms');
  const files = existsSync(rooms) ? readdirSync(rooms).filter((name) => name.endsWith('.jsonl.gz')) : [];
  if (files.length === 0) {
    console.log(`\nfalse links on real chat: skipped, there are no recordings in ${rooms}`);
    return;
  }
  console.log('\n| real chat | catalogue | comments | false links | per 10,000 |\n|---|---|---|---|---|');
  for (const file of files.sort()) {
    const texts = gunzipSync(readFileSync(join(rooms, file))).toString('utf8').split('\n').filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { data: { text?: string } }).data.text ?? ''); // prettier-ignore
    for (const trade of CATALOGUES) {
      const linked = texts.filter((text) => linkers[trade].link(text, null).length > 0);
      console.log(`| ${file.replace('.jsonl.gz', '')} | ${trade} | ${texts.length} | ${linked.length} | ${((linked.length / texts.length) * 10_000).toFixed(1)} |`); // prettier-ignore
      if (listed) for (const text of new Set(linked)) console.log(`    ${text}`);
    }
  }
}

if (import.meta.main) {
  const lines = openLines();
  const linkers = createLinkers();
  const listed = process.argv.includes('--misses');
  printTable(lines, linkers);
  if (listed) printMisses(lines, linkers);
  printRooms(linkers, listed);
}
