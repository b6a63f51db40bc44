import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factParts, lineParts } from './line-parts.ts';

test('Chinese words and numbers with their units stay whole', () => {
  expect(lineParts('2号 8 分钟后售罄', 'zh')).toEqual(['2号', ' ', '8 分钟', '后', '售罄']);
  expect(lineParts('12 人问尺码', 'zh')[0]).toBe('12 人');
});

test('facts are parted at their dots', () => {
  expect(factParts('S 155–160 · M 160–165 · L 165–170')).toEqual(['S 155–160 · ', 'M 160–165 · ', 'L 165–170']);
});

test('whatever the text, the parts joined are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(lineParts(text, 'zh').join('')).toBe(text);
      expect(lineParts(text, 'en').join('')).toBe(text);
      expect(factParts(text).join('')).toBe(text);
    }),
  );
});
