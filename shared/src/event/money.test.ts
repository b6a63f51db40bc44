import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromMinorUnits, minorDigits, toMinorUnits } from './index.ts';

describe('money', () => {
  it.each([
    ['12.50', 'CNY', 1250],
    ['0.00', 'USD', 0],
    ['-3.05', 'USD', -305],
    ['-0.00', 'USD', 0],
    ['1500', 'JPY', 1500],
    ['1.500', 'KWD', 1500],
    ['12.5', 'CNY', null],
    ['12', 'CNY', null],
    ['12.500', 'CNY', null],
    ['1500.00', 'JPY', null],
    ['90071992547409.91', 'CNY', Number.MAX_SAFE_INTEGER],
    ['90071992547409.92', 'CNY', null],
    ['1e3', 'JPY', null],
    [' 1', 'JPY', null],
  ])('%s %s is %s minor units', (value, currency, units) => {
    expect(toMinorUnits(value, currency)).toBe(units);
  });

  it.each(['constructor', '__proto__', 'toString', ''])('%s is no currency of its own', (currency) => {
    expect(minorDigits(currency)).toBe(2);
  });

  it('comes back from its text for any safe number of minor units', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('CNY', 'JPY', 'KWD'), (units, currency) => {
        const text = fromMinorUnits(units, currency);
        expect(toMinorUnits(text, currency)).toBe(units === 0 ? 0 : units);
        expect(text.split('.')[1]?.length ?? 0).toBe(minorDigits(currency));
      }),
    );
  });
});
