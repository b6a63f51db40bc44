import type { MinuteCount, ShowLogEntry, ShowLogEntryOf } from '@livecue/shared/contract';
import type { Intent, RoomAnomaly } from '@livecue/shared/insight';
import type { Priority, Words } from '@livecue/shared/prompt';
import { type CardRow, CueBook, type RuleBook } from './cue-book.ts';
import { type Compared, comparedForecasts, type ForecastRow, forecastRows, MAX_FORECASTS } from './forecast-rows.ts';
import { MAX_MINUTES, MINUTE_MS, MinuteBook, type Money } from './minute-book.ts';
import { type Answer, type QuestionRow, questionRows } from './question-rows.ts';
import { covered, median, merged, type Span } from './spans.ts';
import type { UpliftRow } from './uplift-row.ts';

/** Spans, offers, answers and actions that are listed; more are left out and counted. */
const MAX_LISTED = 20_000;
/** Sales before and after something happened are compared over this. */
export const FOLLOWED_MS = 10 * MINUTE_MS;

export interface ReportProduct {
  readonly productId: string;
  readonly linkNumber: number | null;
  readonly name: Words;
  readonly counts: Partial<Record<MinuteCount, number>>;
  readonly revenueMinor: Money;
  readonly refundMinor: Money;
  readonly explainedMs: number;
  readonly soldOutMinutes: number;
  readonly stock: { readonly first: number; readonly last: number } | null;
  /** When attention surprised most, and by how much (−log10 of its chance). */
  readonly peak: { readonly openMs: number; readonly surprise: number } | null;
}

export interface ReportMinute {
  readonly openMs: number;
  /** Share of the minute, within the show, that was seen. */
  readonly coverage: number;
  readonly counts: Partial<Record<MinuteCount, number>>;
  readonly revenueMinor: Money;
  /** What was explained for most of it. */
  readonly explaining: string | null;
}

export interface ProductSpan extends Span {
  readonly productId: string;
}
export interface Gap extends Span {
  readonly why: 'feed' | 'agent-off';
}
export type Offer = Omit<ShowLogEntryOf<'offer'>, 'kind' | 'showId'>;
export type Action = Omit<ShowLogEntryOf<'action'>, 'kind' | 'showId'>;

export interface ReportCues {
  readonly raised: Record<Priority, number>;
  readonly mostIn10Min: number;
  readonly mostActNowIn10Min: number;
  readonly limits: { readonly cardsPer10Min: number; readonly actNowPer10Min: number };
  readonly held: number;
  readonly medianToDoneMs: number | null;
}

/** A show told from its record alone. */
export interface ShowReport {
  readonly showId: string;
  readonly roomId: string;
  readonly mode: ShowLogEntryOf<'started'>['mode'];
  readonly modelVersion: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Null: it had not ended when the report was made. */
  readonly why: ShowLogEntryOf<'ended'>['why'] | null;
  readonly total: Pick<ReportProduct, 'counts' | 'revenueMinor' | 'refundMinor'>;
  /** Share of the show that was seen, 0..1. */
  readonly coverage: number;
  readonly gaps: readonly Gap[];
  readonly anomalies: readonly RoomAnomaly[];
  readonly minutes: readonly ReportMinute[];
  readonly products: readonly ReportProduct[];
  readonly explains: readonly ProductSpan[];
  readonly offers: readonly Offer[];
  readonly actions: readonly Action[];
  readonly cues: ReportCues;
  readonly rules: readonly RuleBook[];
  readonly cards: readonly CardRow[];
  readonly questions: readonly QuestionRow[];
  readonly forecasts: readonly ForecastRow[];
  readonly compared: readonly Compared[];
  /** Null: no card was left to chance. */
  readonly uplift: readonly UpliftRow[] | null;
  /** What was too much to be told one by one. */
  readonly leftOut: { readonly minutes: number; readonly products: number; readonly cards: number; readonly others: number };
  /** Units of a product in the 10 min before and after a moment, by whole minutes. */
  readonly followed: (productId: string, atMs: number) => { readonly before: number; readonly after: number };
} // prettier-ignore

/** Takes the entries of one show in order and holds what a report needs of them, bounded whatever the show's length. */
export interface ReportBuilder {
  add(entry: ShowLogEntry): void;
  /** Throws when no entry says that the show began. */
  finish(uplift: readonly UpliftRow[] | null): ShowReport;
}

export function createReportBuilder(): ReportBuilder {
  let started: ShowLogEntryOf<'started'> | null = null;
  let ended: ShowLogEntryOf<'ended'> | null = null;
  let newestMs = -Infinity;
  let others = 0;
  const minutes = new MinuteBook();
  const cues = new CueBook();
  const names = new Map<string, { linkNumber: number | null; name: Words }>();
  const explains: { productId: string | null; atMs: number }[] = [];
  const offers: Offer[] = [];
  const actions: Action[] = [];
  const answers: Answer[] = [];
  const offSpans: Span[] = [];
  const forecasts: ShowLogEntryOf<'forecast'>[] = [];
  const anomalies = new Map<string, RoomAnomaly>();
  const push = <T>(list: T[], one: T, most = MAX_LISTED) => {
    if (list.length < most) list.push(one);
    else others++;
  };

  const take = (entry: ShowLogEntry): void => {
    switch (entry.kind) {
      case 'started':
        started = entry;
        return;
      case 'ended':
        ended = entry;
        return;
      case 'product':
        names.set(entry.productId, entry);
        return;
      case 'prompt':
        cues.add(entry.event);
        if (entry.event.kind === 'closed' && entry.event.outcome === 'done') noteAnswer(entry.event.promptId, entry.atMs, push.bind(null, answers)); // prettier-ignore
        return;
      case 'minute':
        minutes.add(entry);
        return;
      case 'forecast':
        push(forecasts, entry, MAX_FORECASTS);
        return;
      case 'explain':
        push(explains, { productId: entry.productId, atMs: entry.sinceMs });
        return;
      case 'offer':
        push(offers, entry);
        return;
      case 'action':
        push(actions, entry);
        if (entry.verb === 'answers.close' && entry.intent !== null)
          push(answers, { atMs: entry.atMs, productId: entry.productId, intent: entry.intent, by: 'operator' });
        return;
      case 'anomaly':
        if (anomalies.size < MAX_LISTED) anomalies.set(`${entry.anomaly.kind} ${entry.anomaly.startMs}`, entry.anomaly);
        else others++;
        return;
      case 'gap':
        push(offSpans, entry);
        return;
      case 'decision':
      case 'reward':
        return;
    }
  };

  return {
    add(entry) {
      newestMs = Math.max(newestMs, entry.atMs);
      take(entry);
    },
    finish(uplift) {
      if (started === null) throw new Error('making a report: no entry says that the show began; give the whole record of one show'); // prettier-ignore
      const { showId, roomId, mode, modelVersion, limits, atMs } = started as ShowLogEntryOf<'started'>;
      const end = ended as ShowLogEntryOf<'ended'> | null;
      const startedMs = openOf(showId) ?? atMs;
      const endedMs = Math.max(startedMs, end?.lastEventMs ?? newestMs);
      const whole = { fromMs: startedMs, toMs: endedMs };
      cues.finish(endedMs);
      const gaps = gapsOf([...anomalies.values()], offSpans, whole);
      const blind = merged(gaps);
      const spans = explainSpans(explains, endedMs);
      const byProduct = Map.groupBy(spans, ({ productId }) => productId);
      const compared = comparedForecasts(forecasts, minutes, blind, endedMs);
      const toDone = [...cues.rules.values()].flatMap((rule) => rule.toDoneMs);
      const lengthMs = Math.max(1, endedMs - startedMs);
      return {
        showId, roomId, mode, modelVersion, startedMs, endedMs, why: end?.why ?? null,
        total: minutes.total,
        coverage: 1 - covered(blind, whole) / lengthMs,
        gaps,
        anomalies: [...anomalies.values()].filter(({ kind }) => kind !== 'feed-gap').sort((a, b) => a.startMs - b.startMs),
        minutes: denseMinutes(minutes, whole, blind, spans),
        products: productRows(minutes, names, byProduct),
        explains: spans, offers, actions,
        cues: { raised: cues.raised, mostIn10Min: cues.mostCards, mostActNowIn10Min: cues.mostActNow, limits,
          held: sum([...cues.rules.values()].map(({ held }) => held)), medianToDoneMs: median(toDone) },
        rules: [...cues.rules.values()].sort((a, b) => b.raised - a.raised || (a.rule < b.rule ? -1 : 1)),
        cards: cues.cards,
        questions: questionRows(minutes, answers, byProduct),
        forecasts: forecastRows(compared),
        compared,
        uplift,
        leftOut: { minutes: minutes.refusedMinutes, products: minutes.refused.size, cards: cues.unlisted, others },
        followed(productId, atMs) {
          const openMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
          return {
            before: minutes.unitsBetween(productId, openMs - FOLLOWED_MS, openMs),
            after: minutes.unitsBetween(productId, openMs, openMs + FOLLOWED_MS),
          };
        },
      };
    },
  }; // prettier-ignore
}

/** Of `20260501T120000Z-main`. */
function openOf(showId: string): number | null {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(showId);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [number, number, number, number, number, number]; // prettier-ignore
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** A card of counted questions that the host acted on answers its topic; its id says which. */
function noteAnswer(promptId: string, atMs: number, push: (answer: Answer) => void): void {
  const found = /^counted-questions\/([a-z_]+)\/(.*)@\d+$/s.exec(promptId);
  if (found === null) return;
  push({ atMs, productId: found[2] === '' ? null : found[2]!, intent: found[1] as Intent, by: 'cue' });
}

function explainSpans(all: readonly { productId: string | null; atMs: number }[], endedMs: number): ProductSpan[] {
  return all.flatMap(({ productId, atMs }, at) => {
    const toMs = Math.min(endedMs, all[at + 1]?.atMs ?? endedMs);
    return productId === null || toMs <= atMs ? [] : [{ productId, fromMs: atMs, toMs }];
  });
}

function gapsOf(anomalies: readonly RoomAnomaly[], off: readonly Span[], whole: Span): Gap[] {
  const gaps: Gap[] = off.map(({ fromMs, toMs }) => ({ fromMs, toMs, why: 'agent-off' }));
  for (const { kind, startMs, endMs } of anomalies) {
    if (kind === 'feed-gap') gaps.push({ fromMs: startMs, toMs: endMs ?? whole.toMs, why: 'feed' });
  }
  return gaps
    .map((gap) => ({ ...gap, fromMs: Math.max(gap.fromMs, whole.fromMs), toMs: Math.min(gap.toMs, whole.toMs) }))
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** One row a minute from the first to the last, also where nothing came. */
function denseMinutes(book: MinuteBook, whole: Span, blind: readonly Span[], spans: readonly ProductSpan[]): ReportMinute[] {
  const rows: ReportMinute[] = [];
  for (let openMs = Math.floor(whole.fromMs / MINUTE_MS) * MINUTE_MS; openMs < whole.toMs && rows.length < MAX_MINUTES; openMs += MINUTE_MS) {
    const part = { fromMs: Math.max(openMs, whole.fromMs), toMs: Math.min(openMs + MINUTE_MS, whole.toMs) };
    const own = book.room.get(openMs);
    rows.push({
      openMs,
      coverage: 1 - covered(blind, part) / (part.toMs - part.fromMs),
      counts: own?.counts ?? {},
      revenueMinor: own?.revenueMinor ?? {},
      explaining: longest(spans, part),
    });
  }
  return rows;
} // prettier-ignore

function longest(spans: readonly ProductSpan[], part: Span): string | null {
  let best: { productId: string; ms: number } | null = null;
  for (const span of spans) {
    const ms = covered([span], part);
    if (ms > (best?.ms ?? 0)) best = { productId: span.productId, ms };
  }
  return best?.productId ?? null;
}

function productRows(
  book: MinuteBook,
  names: ReadonlyMap<string, { linkNumber: number | null; name: Words }>,
  explained: ReadonlyMap<string, readonly ProductSpan[]>,
): ReportProduct[] {
  const rows = [...book.products.values()].map((own): ReportProduct => {
    const { productId, counts, revenueMinor, refundMinor, stock, peak } = own;
    const { linkNumber = null, name = { zh: productId, en: productId } } = names.get(productId) ?? {};
    const explainedMs = sum((explained.get(productId) ?? []).map(({ fromMs, toMs }) => toMs - fromMs));
    return { productId, linkNumber, name, counts, revenueMinor, refundMinor, explainedMs, soldOutMinutes: own.soldOut.size, stock, peak }; // prettier-ignore
  });
  const units = ({ counts }: ReportProduct) => counts.unitsPaid ?? 0;
  return rows.sort((a, b) => units(b) - units(a) || (a.linkNumber ?? 1e9) - (b.linkNumber ?? 1e9) || (a.productId < b.productId ? -1 : 1)); // prettier-ignore
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
