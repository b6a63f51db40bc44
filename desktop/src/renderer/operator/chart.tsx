import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Mark } from '../live/live-store.ts';

/** A stretch of time in which something was wrong; `label` is drawn where there is room for it. */
export interface Band {
  readonly fromMs: number;
  /** Null while it goes on. */
  readonly toMs: number | null;
  readonly label: string | null;
}

export interface Line {
  readonly key: string;
  readonly color: string;
  readonly dash?: number[];
  readonly bars?: boolean;
  readonly fill?: boolean;
}

export interface ChartProps {
  readonly label: string;
  readonly lines: readonly Line[];
  /** Seconds, then the values of each line; null in a gap. */
  readonly data: uPlot.AlignedData;
  readonly marks: readonly Mark[];
  readonly bands: readonly Band[];
  readonly axis: boolean;
  /** Smallest top of the scale, so that noise in a quiet room stays small. */
  readonly leastTop: number;
  /** Whether the scale begins at 0; a line of thousands that moves by tens would be flat. */
  readonly fromZero: boolean;
}

const AXIS_PX = 24;
const Y_AXIS_PX = 44;
export const FONT = '11px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function colour(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function scaleOf(props: ChartProps, min: number | null, max: number | null): [number, number] {
  if (props.fromZero || min === null || max === null) return [0, Math.max(props.leastTop, (max ?? 0) * 1.15)];
  const room = Math.max(props.leastTop, max - min) * 0.25;
  return [Math.max(0, min - room), max + room];
}

/** Thin lines where a cue was raised or another product pinned. */
function drawMarks(plot: uPlot, marks: readonly Mark[], element: Element): void {
  const { ctx, bbox } = plot;
  const scale = plot.scales.x;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const mark of marks) {
    const second = mark.atMs / 1000;
    if (scale?.min == null || scale.max == null || second < scale.min || second > scale.max) continue;
    const x = Math.round(plot.valToPos(second, 'x', true));
    ctx.strokeStyle = colour(element, mark.kind === 'cue' ? '--act-now' : '--text-dim');
    ctx.setLineDash(mark.kind === 'cue' ? [] : [3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** Shaded from edge to edge of the stretch, with a bar on top so that colour does not say it alone. */
function drawBands(plot: uPlot, bands: readonly Band[], element: Element): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x ?? {};
  if (min == null || max == null) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour(element, '--wrong');
  ctx.font = `${11 * devicePixelRatio}px ${FONT.slice(FONT.indexOf(' ') + 1)}`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  let labelEnd = -Infinity;
  for (const { fromMs, toMs, label } of bands) {
    const [from, to] = [Math.max(min, fromMs / 1000), Math.min(max, toMs === null ? max : toMs / 1000)];
    if (to < from) continue;
    const x = plot.valToPos(from, 'x', true);
    const width = Math.max(2 * devicePixelRatio, plot.valToPos(to, 'x', true) - x);
    ctx.globalAlpha = 0.18;
    ctx.fillRect(x, bbox.top, width, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(x, bbox.top, width, 2 * devicePixelRatio);
    if (label === null) continue;
    // A label stays within the plot, and is left out where it would lie on the one before.
    const length = ctx.measureText(label).width;
    const at = Math.min(x + 3 * devicePixelRatio, bbox.left + bbox.width - length);
    if (at < labelEnd) continue;
    ctx.fillText(label, at, bbox.top + 4 * devicePixelRatio);
    labelEnd = at + length + 6 * devicePixelRatio;
  }
  ctx.restore();
}

function options(element: HTMLElement, props: ChartProps, newest: () => ChartProps): uPlot.Options {
  const dim = colour(element, '--text-dim');
  const grid = { stroke: colour(element, '--line'), width: 1 };
  const bars = uPlot.paths.bars?.({ size: [0.9, 8], align: 1 });
  const two = (n: number) => String(n).padStart(2, '0');
  const times = (_: uPlot, seconds: number[]) =>
    seconds.map((s) => `${two(new Date(s * 1000).getHours())}:${two(new Date(s * 1000).getMinutes())}`);
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    // The last label of the time axis lies half beyond the plot.
    padding: [6, 18, props.axis ? 0 : 6, 0],
    legend: { show: false },
    cursor: { sync: { key: 'room' }, y: false, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_plot, min, max) => scaleOf(props, min, max) } },
    axes: [
      {
        show: props.axis,
        size: AXIS_PX,
        stroke: dim,
        font: FONT,
        grid,
        ticks: { show: false },
        incrs: [60],
        values: times,
      },
      { size: Y_AXIS_PX, stroke: dim, font: FONT, grid, ticks: { show: false }, space: 26 },
    ],
    series: [
      {},
      ...props.lines.map((line) => ({
        stroke: line.color,
        width: 1.5,
        spanGaps: false,
        points: { show: false },
        ...(line.dash === undefined ? {} : { dash: line.dash }),
        ...(line.bars === true && bars !== undefined ? { paths: bars, fill: line.color, width: 0 } : {}),
        ...(line.fill === true ? { fill: `${line.color}26` } : {}),
      })),
    ],
    hooks: {
      drawAxes: [
        (plot) => drawBands(plot, newest().bands, element),
        (plot) => drawMarks(plot, newest().marks, element),
      ],
    },
  };
}

/** One uPlot that lives as long as its lines stay the same; new data is handed to it. */
export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const shape = props.lines.map((line) => line.key + line.color).join('|');

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const own = new uPlot(
      options(element, newest.current, () => newest.current),
      newest.current.data,
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
  }, [shape]);

  useEffect(() => plot.current?.setData(props.data), [props.data]);

  return <div className="chart" ref={place} role="img" aria-label={props.label} />;
}
