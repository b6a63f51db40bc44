import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState, SeriesPoint } from '@livecue/shared/contract';
import type uPlot from 'uplot';
import { SERIES_SECONDS } from '../live/series.ts';
import { usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';
import { Chart, type Line } from './chart.tsx';
import { Section } from './section.tsx';

const MAX_PRODUCTS = 4;
/** A value older than this shows its age (HP14). */
const FRESH_MS = 5_000;

/** Tints and dashes of the one colour that means interest; dashes tell them apart without colour. */
const INTEREST_LINES = {
  dark: ['#F07AB3', '#F9CFE3', '#C75A92', '#F5A6CC'],
  light: ['#97145B', '#C75A92', '#5E0D39', '#B03A79'],
} as const;
const DASHES = [[], [6, 3], [2, 2], [10, 3, 2, 3]];
const COLOURS = {
  dark: { comments: '#A9B4C2', orders: '#2BD4A0', viewers: '#56B4E9' },
  light: { comments: '#454F5D', orders: '#005C43', viewers: '#00507F' },
} as const;

export type Theme = 'dark' | 'light';
type Of = (point: SeriesPoint) => number | null | undefined;

/** Products with the most interest within the chart, in link order so that a line keeps its dash. */
function interesting(state: PanelState, total: (productId: string) => number): PanelState['products'] {
  return state.products
    .map((product) => ({ product, sum: total(product.productId) }))
    .filter(({ sum }) => sum > 0)
    .toSorted((a, b) => b.sum - a.sum)
    .slice(0, MAX_PRODUCTS)
    .map(({ product }) => product)
    .toSorted((a, b) => (a.linkNumber ?? 1e9) - (b.linkNumber ?? 1e9));
}

/** Comments, orders, viewers and interest on one time axis. Draws once a second, not once a state. */
export function RoomCharts({ state, nowMs, theme }: { state: PanelState; nowMs: number; theme: Theme }) {
  const { t } = useTranslation();
  const { store } = usePanel();
  const units = useUnits();
  const toMs = Math.floor(nowMs / 1000) * 1000;
  const { series, marks } = store;

  const drawn = useMemo(() => {
    const x = series.seconds(toMs, SERIES_SECONDS);
    const read = (of: Of) => series.read(toMs, SERIES_SECONDS, of);
    const products = interesting(state, (id) =>
      read((p) => p.interest[id]).reduce<number>((sum, v) => sum + (v ?? 0), 0),
    );
    const single = (of: Of): uPlot.AlignedData => [x, read(of)];
    const interest: uPlot.AlignedData = [
      x,
      ...products.map(({ productId }) => read((p) => (p.comments === null ? null : (p.interest[productId] ?? 0)))),
    ];
    return {
      products,
      comments: single((p) => p.comments),
      orders: single((p) => p.orders),
      viewers: single((p) => p.viewers),
      interest,
    };
    // The state changes five times a second; the charts follow the second, so not all of it is named.
  }, [toMs, series]);

  /** What is known last; with its age once that is more than the seconds a state takes. */
  const last = (of: Of, unit = '') => {
    const latest = series.latest(toMs, SERIES_SECONDS, of);
    if (latest === null) return t('charts.gap');
    const value = units.rate(latest.value) + unit;
    const ageMs = toMs - latest.endMs;
    return ageMs <= FRESH_MS ? value : t('charts.aged', { value, age: t('age.ago', { age: units.age(ageMs) }) });
  };
  const bands = state.anomalies.map(({ kind, startMs, endMs }) => ({
    fromMs: startMs,
    toMs: endMs,
    label: t(`anomalies.kind.${kind}`),
  }));
  const unnamed = bands.map((band) => ({ ...band, label: null }));
  const colours = COLOURS[theme];
  const rows: readonly { key: 'comments' | 'orders' | 'viewers'; line: Line; now: string; leastTop: number }[] = [
    {
      key: 'comments',
      line: { key: 'comments', color: colours.comments, fill: true },
      now: last((p) => p.comments, ` ${t('charts.perSecond')}`),
      leastTop: 5,
    },
    {
      key: 'orders',
      line: { key: 'orders', color: colours.orders, bars: true },
      now: last((p) => p.orders, ` ${t('charts.perSecond')}`),
      leastTop: 3,
    },
    { key: 'viewers', line: { key: 'viewers', color: colours.viewers }, now: last((p) => p.viewers), leastTop: 10 },
  ];
  const lines: Line[] = drawn.products.map((product, i) => ({
    key: product.productId,
    color: INTEREST_LINES[theme][i] ?? '',
    dash: DASHES[i],
  }));
  const legend = (
    <span className="chart-legend small dim">
      <span className="mark-cue" /> {t('charts.cue')} <span className="mark-pin" /> {t('charts.pin')}{' '}
      <span className="mark-anomaly" /> {t('anomalies.mark')}
    </span>
  );
  return (
    <Section name="charts" title={t('charts.title')} aside={legend}>
      {rows.map(({ key, line, now, leastTop }) => (
        <figure className="chart-row" key={key}>
          <figcaption>
            <span className="swatch" style={{ background: line.color }} /> {t(`charts.${key}`)} <strong>{now}</strong>
          </figcaption>
          <Chart
            label={`${t(`charts.${key}`)}: ${now}`}
            lines={[line]}
            data={drawn[key]}
            marks={marks}
            bands={key === 'comments' ? bands : unnamed}
            axis={false}
            leastTop={leastTop}
            fromZero={key !== 'viewers'}
          />
        </figure>
      ))}
      <figure className="chart-row interest">
        <figcaption>
          {t('charts.interest')}
          {drawn.products.length === 0 ? <span className="dim">{t('charts.noInterest')}</span> : null}
          {drawn.products.map((product, i) => (
            <span className="line-name" key={product.productId}>
              <svg width="22" height="8" aria-hidden="true">
                <line
                  x1="0"
                  x2="22"
                  y1="4"
                  y2="4"
                  stroke={lines[i]?.color}
                  strokeWidth="2"
                  strokeDasharray={DASHES[i]?.join(' ')}
                />
              </svg>
              <span title={units.words(product.name)}>{product.linkNumber ?? units.words(product.name)}</span>
            </span>
          ))}
        </figcaption>
        <Chart
          label={`${t('charts.interest')} ${drawn.products.map(({ linkNumber, name }) => `${linkNumber ?? ''} ${units.words(name)}`).join(', ')}`}
          lines={lines}
          data={drawn.interest}
          marks={marks}
          bands={unnamed}
          axis
          leastTop={5}
          fromZero
        />
      </figure>
    </Section>
  );
}
