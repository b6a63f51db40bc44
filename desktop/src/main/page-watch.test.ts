import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ContentsDouble, preventable } from '../../test/shell-double.ts';
import { watchPage } from './page-watch.ts';

const FIRST = 'livecue://panel/index.html#/operator';
let page: ContentsDouble;
let closed: AbortController;
const lines: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  page = new ContentsDouble();
  closed = new AbortController();
  lines.length = 0;
  watchPage(page, FIRST, { nowMs: Date.now, log: (line) => lines.push(line), signal: closed.signal });
});
afterEach(() => vi.useRealTimers());
const gone = (reason = 'crashed') => page.emit('render-process-gone', preventable(), { reason, exitCode: 11 });

describe('a page that ends', () => {
  test('stands again where it stood', () => {
    page.go('shows');
    gone();
    vi.advanceTimersByTime(0);
    expect(page.loaded.at(-1)).toBe('livecue://panel/index.html#/shows');
    expect(lines.join()).toContain('crashed, exit code 11');
  });

  test('and ends at once again waits longer each time, and not after a quiet minute', () => {
    for (const waitMs of [0, 1_000, 4_000, 15_000, 15_000]) {
      const before = page.loaded.length;
      gone('oom');
      if (waitMs > 0) vi.advanceTimersByTime(waitMs - 1);
      expect(page.loaded.length - before).toBe(0);
      vi.advanceTimersByTime(1);
      expect(page.loaded.length - before).toBe(1);
    }
    vi.advanceTimersByTime(60_000);
    const before = page.loaded.length;
    gone();
    vi.advanceTimersByTime(0);
    expect(page.loaded.length).toBe(before + 1);
  });

  test('by closing is left alone, and a closed window loads nothing any more', () => {
    gone('clean-exit');
    vi.advanceTimersByTime(60_000);
    expect(page.loaded).toEqual([FIRST]);
    gone();
    closed.abort();
    vi.advanceTimersByTime(60_000);
    expect(page.loaded).toEqual([FIRST]);
  });
});

describe('a page that hangs', () => {
  test('for ten seconds is ended and loaded again', () => {
    page.go('air');
    page.emit('unresponsive');
    vi.advanceTimersByTime(9_999);
    expect(page.crashed).toBe(0);
    vi.advanceTimersByTime(1);
    expect(page.crashed).toBe(1);
    vi.advanceTimersByTime(0);
    expect(page.loaded.at(-1)).toBe('livecue://panel/index.html#/air');
  });

  test('and comes back is left alone', () => {
    page.emit('unresponsive');
    vi.advanceTimersByTime(9_000);
    page.emit('responsive');
    vi.advanceTimersByTime(60_000);
    expect(page.crashed).toBe(0);
  });
});
