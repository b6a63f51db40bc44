import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell, plainCell } from './csv-cell.ts';

test.each([
  ['=1+1', "'=1+1"],
  ['+86 138', "'+86 138"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['\n=1', '"\'\n=1"'],
  ['＝1+1', "'＝1+1"],
  ['＠SUM(A1)', "'＠SUM(A1)"],
  ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ["'=1", "''=1"],
  ['亚麻衬衫, 3号', '"亚麻衬衫, 3号"'],
  ["it's 5-6", "it's 5-6"],
  ['', ''],
])('%j becomes the cell %j', (text, cell) => expect(csvCell(text)).toBe(cell));

test('no text is run, and every text comes back', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...`='"+-@,\t\r\n＝＋－＠`), fc.string({ unit: 'grapheme', maxLength: 1 })) }); // prettier-ignore
  fc.assert(
    fc.property(text, (one) => {
      const cell = csvCell(one);
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(read).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      expect(plainCell(read)).toBe(one);
    }),
  );
});
