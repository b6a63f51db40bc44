import { useEffect, useMemo, useRef } from 'react';
import type { ProductDetail } from '@livecue/shared/contract';
import uPlot from 'uplot';
import { colour, FONT } from '../chart.tsx';

const MINUTE_MS = 60_000;

/**
 * Columns of the chart: Unix seconds, units sold in the show, lower and upper bound, expected, where the stock
 * ends. The cone begins at what is sold now; what is not known is null, so that no line is drawn there.
 */
export function coneColumns(detail: ProductDetail, unitsSold: number): (number | null)[][] {
  const { sales, forecast, nowMs } = detail;
  const rows: (number | null)[][] = [];
  let later = sales.perMinute.reduce((sum, units) => sum + units, 0);
  sales.perMinute.forEach((units, i) => {
    const atMs = sales.fromMs + i * MINUTE_MS;
    if (atMs < nowMs) rows.push([atMs / 1000, unitsSold - later, null, null, null, null]);
    later -= units;
  });
  rows.push([nowMs / 1000, unitsSold, unitsSold, unitsSold, unitsSold, null]);
  const stock = forecast?.stock ?? null;
  const end = stock === null ? null : unitsSold + Math.max(0, stock);
  for (const { minutes, mean, lo80, hi80 } of forecast?.ahead ?? []) {
    rows.push([nowMs / 1000 + minutes * 60, null, unitsSold + lo80, unitsSold + hi80, unitsSold + mean, null]);
  }
  for (const row of rows) row[5] = end;
  return Array.from({ length: 6 }, (_, column) => rows.map((row) => row[column] ?? null));
}

/** From what is sold at the left edge to the upper bound; to the end of the stock where that is near. */
export function coneRange(columns: readonly (readonly (number | null)[])[]): [number, number] {
  const known = (from: number, to: number) => columns.slice(from, to).flat().filter((v) => v !== null); // prettier-ignore
  const sold = known(1, 5);
  const low = Math.min(...sold);
  const high = Math.max(...sold, low + 5);
  const end = known(5, 6)[0] ?? Infinity;
  // A stock far above what can be sold would press the cone flat; it is told in words.
  const top = end <= low + 1.5 * (high - low) ? Math.max(high, end) : high;
  return [Math.max(0, low), top + 0.03 * (top - low)];
}

function options(element: HTMLElement, range: () => [number, number]): uPlot.Options {
  const dim = colour(element, '--text-dim');
  const [good, wrong] = [colour(element, '--good'), colour(element, '--wrong')];
  const grid = { stroke: colour(element, '--line'), width: 1 };
  const two = (n: number) => String(n).padStart(2, '0');
  const none = { show: false };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 12, 0, 0],
    legend: none,
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: {
        range: () => range(),
      },
    },
    axes: [
      {
        size: 24, stroke: dim, font: FONT, grid, ticks: none, incrs: [300, 600, 900, 1800],
        values: (_, s) => s.map((at) => `${two(new Date(at * 1000).getHours())}:${two(new Date(at * 1000).getMinutes())}`),
      },
      { size: 44, stroke: dim, font: FONT, grid, ticks: none, space: 30 },
    ],
    series: [
      {},
      { stroke: good, width: 2, points: none },
      { stroke: `${good}80`, width: 1, points: none },
      { stroke: `${good}80`, width: 1, points: none },
      { stroke: good, width: 2, dash: [6, 4], points: none },
      { stroke: wrong, width: 1.5, dash: [2, 3], points: none },
    ],
    bands: [{ series: [3, 2], fill: `${good}2e` }],
  };
} // prettier-ignore

/** What was sold, and the cone of the next hour. */
export function ForecastChart(props: { detail: ProductDetail; unitsSold: number; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { detail, unitsSold } = props;
  const columns = useMemo(() => coneColumns(detail, unitsSold), [detail, unitsSold]);
  const newest = useRef(columns);
  newest.current = columns;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const own = new uPlot(
      options(element, () => coneRange(newest.current)),
      newest.current as unknown as uPlot.AlignedData,
      element,
    );
    plot.current = own;
    const observer = new ResizeObserver(() =>
      own.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      own.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(columns as unknown as uPlot.AlignedData), [columns]);
  return <div className="chart" ref={place} role="img" aria-label={props.label} />;
}
