import type { CoverageRecord, DecisionRecord, ShowLogEntry, ShowLogEntryOf, SignalRecord, UplinkBody } from '@livecue/shared/contract'; // prettier-ignore
import type { StateDelta } from '../ports.ts';

const KEY = 'sync/1/show-records';
const MINUTE_MS = 60_000;
/** Minutes that a late event may write again are younger than this. */
const FORECASTS_MS = 10 * MINUTE_MS;
/** Of several hundred products the oldest go. */
const MAX_FORECASTS = 1_000;
const MAX_DECISIONS = 500;
/** Minutes that a late event may still write again. */
const MAX_MINUTES = 60;
/** Gaps older than this concern no minute that may still be written again. */
const GAPS_MS = 30 * MINUTE_MS;

/** Entries after which something else is to be remembered. */
const CHANGING: ReadonlySet<ShowLogEntry['kind']> = new Set([
  'minute',
  'forecast',
  'decision',
  'reward',
  'action',
  'anomaly',
  'gap',
]);

type Forecasts = SignalRecord['ahead'];

/** Events that came and were not counted, since the agent started. */
export interface Uncounted {
  readonly refused: number;
  readonly dropped: number;
  readonly lostUpstream: number;
}

/** A decision, and the questions of its product that the operator has answered in its window. */
interface Waiting {
  readonly record: DecisionRecord;
  readonly answered: number;
}

interface State {
  /** What was said of a product at a moment, by both. */
  forecasts: [key: string, ahead: Forecasts][];
  /** Decisions that wait for what follows. */
  decisions: [decisionId: string, waiting: Waiting][];
  /** Spans in which the feed was silent; `toMs` null while it is. */
  gaps: [fromMs: number, toMs: number | null][];
  minutes: [openMs: number, uncounted: Uncounted][];
}

/**
 * What of a show's record may leave the box besides counts: attention and forecasts of products that at least
 * `kAnonymity` distinct viewers stand behind, decisions of chance with what followed, and coverage.
 */
export interface ShowRecords {
  /** What leaves because of this entry; entries in the order in which they are written. */
  take(entry: ShowLogEntry): UplinkBody[];
  takeDelta(): StateDelta;
  restore(state: readonly (readonly [key: string, value: string])[]): void;
}

export function createShowRecords(
  ports: { readonly uncounted: () => Uncounted },
  config: { readonly roomId: string; readonly kAnonymity: number },
): ShowRecords {
  const { roomId } = config;
  let forecasts = new Map<string, Forecasts>();
  let decisions = new Map<string, Waiting>();
  let gaps: State['gaps'] = [];
  let minutes = new Map<number, Uncounted>();
  let told: Uncounted = { refused: 0, dropped: 0, lostUpstream: 0 };
  let saved = '';
  let changed = false;

  const signal = (entry: ShowLogEntryOf<'minute'>, productId: string): UplinkBody[] => {
    const { commenters = 0, productViewers = 0, buyers = 0 } = entry.counts;
    if (Math.max(commenters, productViewers, buyers) < config.kAnonymity) return [];
    const ahead = forecasts.get(keyOf(productId, entry.openMs + MINUTE_MS)) ?? [];
    if (entry.interest === null && ahead.length === 0) return [];
    return [{ kind: 'signal', roomId, productId, windowStartMs: entry.openMs, windowLengthMs: MINUTE_MS, revision: entry.revision, interest: entry.interest, ahead }]; // prettier-ignore
  };

  const coverage = ({ openMs, revision }: ShowLogEntryOf<'minute'>): CoverageRecord => {
    const closeMs = openMs + MINUTE_MS;
    gaps = gaps.filter(([, toMs]) => toMs === null || toMs > openMs - GAPS_MS);
    const gapMs = gaps.reduce((sum, [fromMs, toMs]) => sum + Math.max(0, Math.min(toMs ?? closeMs, closeMs) - Math.max(fromMs, openMs)), 0); // prettier-ignore
    return { kind: 'coverage', roomId, windowStartMs: openMs, windowLengthMs: MINUTE_MS, revision, gapMs: Math.min(gapMs, MINUTE_MS), ...uncountedOf(openMs) }; // prettier-ignore
  };

  /** Counted into the minute that was written after they were noticed; written again, it says the same. */
  const uncountedOf = (openMs: number): Uncounted => {
    const before = minutes.get(openMs);
    if (before !== undefined) return before;
    const now = ports.uncounted();
    const since = { refused: now.refused - told.refused, dropped: now.dropped - told.dropped, lostUpstream: now.lostUpstream - told.lostUpstream }; // prettier-ignore
    told = now;
    minutes.set(openMs, since);
    trim(minutes, MAX_MINUTES);
    return since;
  };

  const decided = ({ decision, atMs }: ShowLogEntryOf<'decision'>): UplinkBody[] => {
    const { decisionId, rule, productId, held, propensity, windowMs } = decision;
    if (rule === null) return [];
    const record: DecisionRecord = { kind: 'decision', roomId, decisionId, rule, productId, atMs, held, propensity, windowMs, revision: 0, followed: null }; // prettier-ignore
    decisions.set(decisionId, { record, answered: 0 });
    trim(decisions, MAX_DECISIONS);
    return [record];
  };

  const followed = ({ decisionId, values }: ShowLogEntryOf<'reward'>): UplinkBody[] => {
    const waiting = decisions.get(decisionId);
    decisions.delete(decisionId);
    // With the feed silent in its window nobody knows what followed.
    if (waiting === undefined || values['covered'] !== 1) return [];
    const { orders = 0, units = 0 } = values;
    return [{ ...waiting.record, revision: 1, followed: { orders, units, answered: waiting.answered } }];
  };

  const answered = ({ productId, atMs }: ShowLogEntryOf<'action'>): void => {
    for (const [id, { record, answered: before }] of decisions) {
      const isMeant = record.productId === productId && atMs < record.atMs + record.windowMs;
      if (isMeant) decisions.set(id, { record, answered: before + 1 });
    }
  };

  /** Forecasts come in the order of their moments. */
  const forgetBefore = (ms: number): void => {
    for (const key of forecasts.keys()) {
      if (momentOf(key) >= ms) return;
      forecasts.delete(key);
    }
  };

  const noteGap = (fromMs: number, toMs: number | null): void => {
    gaps = [...gaps.filter(([from]) => from !== fromMs), [fromMs, toMs]];
  };

  return {
    take(entry) {
      changed ||= CHANGING.has(entry.kind);
      switch (entry.kind) {
        case 'minute':
          return entry.productId === null ? [coverage(entry)] : signal(entry, entry.productId);
        case 'forecast': {
          const key = keyOf(entry.productId, entry.fromMs);
          const { mean, lo80, hi80 } = entry;
          forecasts.set(key, [...(forecasts.get(key) ?? []), { minutes: (entry.toMs - entry.fromMs) / MINUTE_MS, mean, lo80, hi80 }]); // prettier-ignore
          forgetBefore(entry.fromMs - FORECASTS_MS);
          trim(forecasts, MAX_FORECASTS);
          return [];
        }
        case 'decision':
          return decided(entry);
        case 'reward':
          return followed(entry);
        case 'action':
          if (entry.verb === 'answers.close') answered(entry);
          return [];
        case 'anomaly':
          if (entry.anomaly.kind === 'feed-gap') noteGap(entry.anomaly.startMs, entry.anomaly.endMs);
          return [];
        case 'gap':
          noteGap(entry.fromMs, entry.toMs);
          return [];
        default:
          return [];
      }
    },
    takeDelta() {
      if (!changed) return { put: [], del: [] };
      changed = false;
      const state: State = { forecasts: [...forecasts], decisions: [...decisions], gaps, minutes: [...minutes] };
      const text = JSON.stringify(state);
      if (text === saved) return { put: [], del: [] };
      saved = text;
      return { put: [[KEY, text]], del: [] };
    },
    restore(state) {
      for (const [key, value] of state) {
        if (key !== KEY) continue;
        const own = JSON.parse(value) as State;
        forecasts = new Map(own.forecasts);
        decisions = new Map(own.decisions);
        gaps = own.gaps;
        minutes = new Map(own.minutes);
        saved = value;
      }
    },
  };
}

const momentOf = (key: string) => Number(key.slice(0, key.indexOf(' ')));
const keyOf = (productId: string, atMs: number) => `${atMs} ${productId}`;

function trim<K>(map: Map<K, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
