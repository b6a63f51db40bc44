import { csvCell } from '@livecue/shared/text';
import type { ShowReport } from './show-report.ts';

/** Null is an empty cell; numbers stand as they are, text is quoted and made harmless. */
type Cell = string | number | null;

/**
 * RFC 4180 with a header, CRLF and a byte order mark (without it Excel reads Chinese as Latin). Text that a
 * spreadsheet would take for a formula gets an apostrophe before it.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `\ufeff${[header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return csvCell(value);
}

const MINUTE_COLUMNS = [
  'comments', 'commenters', 'likes', 'gifts', 'follows', 'shares', 'joins', 'viewersLast', 'viewersMost',
  'productViews', 'cartAdds', 'ordersCreated', 'ordersPaid', 'ordersCancelled', 'unitsPaid', 'refunds',
] as const; // prettier-ignore
const SUM_COLUMNS = ['comments', 'productViews', 'cartAdds', 'ordersCreated', 'ordersPaid', 'ordersCancelled', 'unitsPaid', 'refunds'] as const; // prettier-ignore
const OUTCOMES = ['done', 'snoozed', 'muted', 'vetoed', 'withdrawn', 'expired'] as const;

/** The tables of a report by file name. Times are RFC 3339 in UTC, money is in minor units of the currency. */
export function reportCsv(report: ShowReport): Record<string, string> {
  return {
    'timeline.csv': timeline(report),
    'products.csv': products(report),
    'rules.csv': rules(report),
    'prompts.csv': prompts(report),
    'questions.csv': toCsv(
      ['productId', 'topic', 'comments', 'viewers', 'answeredByOperator', 'answeredByCue', 'askedWhileOnAir', 'unanswered'],
      report.questions.map((row) => [row.productId, row.intent, row.comments, row.viewers, row.byOperator, row.byCue, row.onAir, row.unanswered]),
    ),
    'forecasts.csv': toCsv(
      ['productId', 'minutes', 'forecasts', 'expectedUnits', 'soldUnits', 'within80'],
      report.forecasts.map((row) => [row.productId, row.minutes, row.compared, round(row.expected), row.units, row.within === null ? null : round(row.within)]),
    ),
  };
} // prettier-ignore

/** A row a minute; counts of a minute that was not seen are empty, not nought. */
function timeline({ minutes, total, cards, offers }: ShowReport): string {
  const currencies = Object.keys(total.revenueMinor).sort();
  const within = (atMs: number, openMs: number) => atMs >= openMs && atMs < openMs + 60_000;
  const rows = minutes.map(({ openMs, coverage, counts, revenueMinor, explaining }): Cell[] => {
    const seen = coverage > 0;
    const raised = cards.filter(({ fate, raisedMs }) => fate === 'raised' && within(raisedMs, openMs)).length;
    return [
      time(openMs), round(coverage), explaining,
      ...MINUTE_COLUMNS.map((name) => counts[name] ?? (seen && !name.startsWith('viewers') ? 0 : null)),
      ...currencies.map((currency) => revenueMinor[currency] ?? (seen ? 0 : null)),
      raised, offers.filter(({ phase, eventTimeMs }) => phase === 'started' && within(eventTimeMs, openMs)).length,
    ];
  });
  const header = ['minute', 'coverage', 'explaining', ...MINUTE_COLUMNS, ...currencies.map((currency) => `revenueMinor${currency}`), 'cuesRaised', 'offersStarted'];
  return toCsv(header, rows);
} // prettier-ignore

function products({ products: all, total }: ShowReport): string {
  const currencies = Object.keys(total.revenueMinor).sort();
  const header = [
    'productId', 'linkNumber', 'nameZh', 'nameEn', ...SUM_COLUMNS, ...currencies.map((currency) => `revenueMinor${currency}`),
    'explainedSeconds', 'soldOutMinutes', 'stockFirst', 'stockLast', 'interestPeakAt', 'interestPeakSurprise',
  ];
  return toCsv(header, all.map((row) => [
    row.productId, row.linkNumber, row.name.zh, row.name.en, ...SUM_COLUMNS.map((name) => row.counts[name] ?? 0),
    ...currencies.map((currency) => row.revenueMinor[currency] ?? 0), Math.round(row.explainedMs / 1000), row.soldOutMinutes,
    row.stock?.first ?? null, row.stock?.last ?? null, row.peak === null ? null : time(row.peak.openMs), row.peak?.surprise ?? null,
  ]));
} // prettier-ignore

function rules({ rules: all }: ShowReport): string {
  const reasons = [...new Set(all.flatMap(({ suppressed }) => Object.keys(suppressed)))].sort();
  const header = ['rule', 'raised', 'heldBack', 'shownSeconds', ...OUTCOMES, ...reasons.map((reason) => `suppressed:${reason}`)]; // prettier-ignore
  return toCsv(header, all.map((row) => [
    row.rule, row.raised, row.held, Math.round(row.shownMs / 1000), ...OUTCOMES.map((outcome) => row.outcomes[outcome]),
    ...reasons.map((reason) => row.suppressed[reason as keyof typeof row.suppressed] ?? 0),
  ]));
} // prettier-ignore

function prompts({ cards, followed }: ShowReport): string {
  const header = [
    'at', 'rule', 'priority', 'productId', 'headlineZh', 'headlineEn', 'fate', 'suppressedBecause', 'outcome', 'closedAt',
    'shownSeconds', 'updates', 'units10MinBefore', 'units10MinAfter', 'promptId',
  ];
  return toCsv(header, cards.map((card) => {
    const units = card.productId === null ? null : followed(card.productId, card.raisedMs);
    return [
      time(card.raisedMs), card.rule, card.priority, card.productId, card.headline.zh, card.headline.en, card.fate,
      card.suppressed, card.outcome, card.closedMs === null ? null : time(card.closedMs), Math.round(card.shownMs / 1000),
      card.updates, units?.before ?? null, units?.after ?? null, card.promptId,
    ];
  }));
} // prettier-ignore

const time = (ms: number): string => new Date(ms).toISOString();
const round = (value: number): number => Math.round(value * 1000) / 1000;
