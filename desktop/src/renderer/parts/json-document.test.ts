import { describe, expect, test } from 'vitest';
import { at, parseJson, withAt } from './json-document.ts';

describe('documents that hold only what differs from defaults', () => {
  test('a value is set, replaced in its place, and taken out with the sections that are empty then', () => {
    const one = withAt({}, ['advise', 'cards'], 3);
    expect(one).toEqual({ advise: { cards: 3 } });
    expect(Object.keys(withAt({ a: 1, b: 2, c: 3 }, ['b'], 9))).toEqual(['a', 'b', 'c']);
    expect(withAt(one, ['advise', 'cards'], undefined)).toEqual({});
    expect(withAt({ ingest: { zmq: { curve: true }, port: 1 } }, ['ingest', 'zmq', 'curve'], undefined)).toEqual({ ingest: { port: 1 } }); // prettier-ignore
    expect(at(one, ['advise', 'cards'])).toBe(3);
    expect([at(one, ['advise', 'toString']), at(one, ['x', 'y']), at(null, ['x'])]).toEqual([undefined, undefined, undefined]); // prettier-ignore
    // An empty value that somebody chose is no empty section.
    expect(withAt({}, ['mapping'], {})).toEqual({ mapping: {} });
  });

  test('broken JSON is told by its line', () => {
    expect(parseJson('{"a": 1}')).toEqual({ value: { a: 1 } });
    expect(parseJson('{\n  "a": 1,\n  "b": \n}')).toMatchObject({ line: 4 });
    expect(parseJson('{\n "a": 1')).toMatchObject({ line: 2 });
  });
});
