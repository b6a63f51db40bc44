import { expect, it } from 'vitest';
import { readJson } from './wire-value.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

it('JSON that nests above 64 levels is unreadable, since whatever walks it would run out of stack', () => {
  expect(readJson(nested(64))).toBeInstanceOf(Array);
  expect(readJson(nested(65))).toBeUndefined();
  expect(readJson(`{"tag":100,"data":${nested(50_000)}}`)).toBeUndefined();
});

it('digits of long integers stay, a byte order mark goes, and what is no JSON is undefined', () => {
  expect(readJson('\uFEFF{"id":12345678901234567890}')).toEqual({ id: 12345678901234567890n });
  expect(readJson('{"id":')).toBeUndefined();
});
