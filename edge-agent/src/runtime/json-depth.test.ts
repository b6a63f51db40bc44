import { expect, test } from 'vitest';
import { nestsTooDeep } from './json-depth.ts';

const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

test('64 levels are read, 65 are too deep, and 100,000 are told without running out of stack', () => {
  expect([nested(64), nested(65), nested(100_000)].map(nestsTooDeep)).toEqual([false, true, true]);
  expect(nestsTooDeep(JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`))).toBe(true);
});

test('width is no depth', () => {
  expect([null, 'x', 1, [], {}, Array.from({ length: 100_000 }, () => [1])].map(nestsTooDeep)).not.toContain(true);
});
