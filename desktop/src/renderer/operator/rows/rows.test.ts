import { describe, expect, test } from 'vitest';
import { heldRows } from './held-rows.ts';
import { rowKeyHandler } from './row-keys.ts';

interface Row {
  readonly id: string;
  readonly said?: string;
}
const row = (n: number, said?: string): Row => ({ id: String(n), ...(said === undefined ? {} : { said }) });
const idOf = ({ id }: Row) => id;

describe('rows under the pointer', () => {
  test('stay in their place, take on what is said of them, and count what waits', () => {
    const shown = [row(2), row(1)];
    const newest = [row(3), row(2, 'confirmed'), row(1)];
    expect(heldRows(shown, newest, true, idOf)).toEqual({ rows: [newest[1], row(1)], waiting: 1 });
    expect(heldRows(shown, newest, false, idOf)).toEqual({ rows: newest, waiting: 0 });
    // One that the agent gave up stays readable until the pointer leaves.
    expect(heldRows(shown, [row(3)], true, idOf)).toEqual({ rows: shown, waiting: 1 });
  });
});

describe('keys of the list', () => {
  function press(key: string, activeId: string | null, rows = [row(3), row(2), row(1)], part = {}) {
    const said: unknown[] = [];
    const handled = { prevented: false };
    const say = (what: string) => (of: Row) => void said.push([what, Number(of.id)]);
    const handle = rowKeyHandler(rows, idOf, activeId, {
      move: (to) => said.push(['move', Number(to)]),
      leave: () => said.push('leave'),
      decide: { a: say('confirmed'), x: say('false-alarm') },
      use: { c: say('copied') },
      always: { u: () => said.push('undo') },
    });
    handle({ key, ctrlKey: false, metaKey: false, altKey: false, stopPropagation: () => undefined, preventDefault: () => void (handled.prevented = true), ...part }); // prettier-ignore
    return [...said, ...(handled.prevented ? [] : ['passed'])];
  }
  const id = String;

  test('one key says it of one row and goes on to the next; the last stays chosen', () => {
    expect(press('a', id(3))).toEqual([['confirmed', 3], ['move', 2]]); // prettier-ignore
    expect(press('X', id(1))).toEqual([['false-alarm', 1]]);
  });
  test('what is done with a row leaves it chosen', () => {
    expect(press('c', id(3))).toEqual([['copied', 3]]);
    expect(press('c', null)).toEqual(['passed']);
  });
  test('arrows stop at both ends; nothing is said of no row', () => {
    expect(press('ArrowDown', null)).toEqual([['move', 3]]);
    expect(press('ArrowUp', id(3))).toEqual([['move', 3]]);
    expect(press('End', id(3))).toEqual([['move', 1]]);
    expect(press('a', null)).toEqual(['passed']);
    expect(press('ArrowDown', null, [])).toEqual(['passed']);
  });
  test('undo and Esc work without a row, and Ctrl+A is the browser’s', () => {
    expect(press('u', null)).toEqual(['undo']);
    expect(press('Escape', id(2))).toEqual(['leave']);
    expect(press('a', id(2), undefined, { ctrlKey: true })).toEqual(['passed']);
  });
});
