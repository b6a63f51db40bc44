import { Catalogue } from '@livecue/shared/contract';
import { toMinorUnits } from '@livecue/shared/event';
import { expect, it } from 'vitest';
import { demoCatalogue, simulatedCatalogue } from './catalogue.ts';

it.each([1, 8, 500, 5000])('a catalogue of %d products is valid and every id, name and link is unique', (count) => {
  const catalogue = simulatedCatalogue(count);
  expect(Catalogue.parse(catalogue)).toEqual(catalogue);
  const { products } = catalogue;
  expect(products).toHaveLength(count);
  const unique = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length);
  unique(products.map(({ productId }) => productId));
  unique(products.map(({ name }) => name.zh));
  unique(products.map(({ name }) => name.en));
  unique(products.map(({ linkNumber }) => linkNumber).filter((link) => link !== null));
  for (const { price, stock } of products) {
    expect(toMinorUnits(price ?? '', 'CNY')).toBeGreaterThan(0);
    expect(stock).toBeGreaterThan(0);
  }
});

it('the demo can answer the size of its third product', () => {
  const third = demoCatalogue().products.find(({ linkNumber }) => linkNumber === 3);
  expect(third?.facts.size_spec?.zh).toContain('M');
});

it.each([0, 5001, 1.5])('refuses %d products', (count) => {
  expect(() => simulatedCatalogue(count)).toThrow(/1 to 5000/);
});
