import { expect, test } from 'vitest';
import { singular } from './singular.ts';

test.each([
  ['1 rows have problems', '1 row has problems'],
  ['Take over 1 products', 'Take over 1 product'],
  ['In force: 1 products', 'In force: 1 product'],
  ['1 products are in force.', '1 product is in force.'],
  ['Remove the 1 that are not in the file', 'Remove the 1 that is not in the file'],
  ['1 comments tried beside the one that serves', '1 comment tried beside the one that serves'],
  ['1 entries, whole', '1 entry, whole'],
])('%s', (many, one) => expect(singular(many)).toBe(one));

test.each([
  '11 rows have problems',
  '2,001 products',
  '0.1 events/s',
  '1.1 s',
  '1 productive',
  '新增 1 个',
  '21 comments',
])('%s stays', (text) => expect(singular(text)).toBe(text));
