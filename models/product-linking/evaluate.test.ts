import { describe, expect, test } from 'vitest';
import { CATALOGUES, createLinkers, linkedBy, measure, openCatalogue, openLines, precision, recall } from './evaluate.ts';

const lines = openLines();
const linkers = createLinkers();

test('the authored set is large, in two languages, and names only products of its catalogues', () => {
  const authored = lines.filter(({ catalogue }) => ['clothes', 'beauty', 'home'].includes(catalogue));
  expect(authored.length).toBeGreaterThanOrEqual(450);
  expect(authored.filter(({ half }) => half === 'test').length).toBeGreaterThan(350);
  expect(lines.filter(({ text }) => !/\p{Script=Han}/u.test(text)).length).toBeGreaterThan(150);
  for (const trade of CATALOGUES) {
    const known = new Set(openCatalogue(trade).products.map(({ productId }) => productId));
    for (const { catalogue, products } of lines) {
      if (catalogue === trade) expect(products.every((productId) => known.has(productId))).toBe(true);
    }
  }
});

describe.each(['development', 'test', 'late'] as const)('the %s lines', (half) => {
  const found = measure(lines.filter((line) => line.half === half), linkers); // prettier-ignore

  test('link with a precision of 0.97', () => expect(precision(found)).toBeGreaterThanOrEqual(0.97));
  test('link with a recall of 0.90', () => expect(recall(found)).toBeGreaterThanOrEqual(0.9));
});

test('what is on air decides nothing about lines that name a product', () => {
  const named = lines.filter(({ products, explaining }) => products.length > 0 && explaining === undefined);
  const other = named.map((line) => ({ ...line, explaining: openCatalogue(line.catalogue).products.at(-1)?.productId ?? '' })); // prettier-ignore
  const changed = named.filter((line, i) => linkedBy(linkers, line).join() !== linkedBy(linkers, other[i] ?? line).join());
  expect(changed.length / named.length).toBeLessThan(0.02);
}); // prettier-ignore
