import { describe, expect, test } from 'vitest';
import type { SeriesPoint } from '@livecue/shared/contract';
import { SERIES_SECONDS, createSeries } from './series.ts';

const point = (second: number, comments: number | null): SeriesPoint => ({
  tMs: second * 1000,
  comments,
  orders: 0,
  viewers: null,
  interest: {},
});

describe('the series', () => {
  test('seconds nobody told are gaps, and so are nulls', () => {
    const series = createSeries();
    series.add(point(10, 1));
    series.add(point(12, null));
    series.add(point(13, 4));
    expect(series.seconds(13_999, 5)).toEqual([9, 10, 11, 12, 13]);
    expect(series.read(13_999, 5, (p) => p.comments)).toEqual([null, 1, null, null, 4]);
  });

  test('the same second again replaces, in any order of arrival', () => {
    const series = createSeries();
    series.add(point(20, 1));
    series.add(point(19, 7));
    series.add(point(20, 2));
    expect(series.read(20_000, 2, (p) => p.comments)).toEqual([7, 2]);
  });

  test('twelve hours leave it no larger than two windows, with the last five minutes whole', () => {
    const series = createSeries();
    for (let second = 0; second < 12 * 3600; second++) series.add(point(second, second));
    const last = 12 * 3600 - 1;
    expect(series.read(last * 1000, SERIES_SECONDS, (p) => p.comments)).toEqual(
      Array.from({ length: SERIES_SECONDS }, (_, i) => last - SERIES_SECONDS + 1 + i),
    );
    expect(series.read(last * 1000, 5000, (p) => p.comments).filter((v) => v !== null).length).toBeLessThanOrEqual(
      2 * SERIES_SECONDS,
    );
  });

  test('the latest value is the newest that is told, with the end of its second, however late it came', () => {
    const series = createSeries();
    series.add(point(10, 1));
    series.add(point(13, 4));
    series.add(point(14, null));
    const latest = (second: number, count: number) => series.latest(second * 1000, count, (p) => p.comments);
    expect(latest(13, 5)).toEqual({ value: 4, endMs: 14_000 });
    expect(latest(20, 300)).toEqual({ value: 4, endMs: 14_000 });
    expect(latest(12, 5)).toEqual({ value: 1, endMs: 11_000 });
    expect(latest(20, 6)).toBeNull();
    expect(series.latest(20_000, 300, (p) => p.viewers)).toBeNull();
  });
});
