import type { ShowLogEntry } from '@livecue/shared/contract';
import type { RuleName } from '@livecue/shared/prompt';
import { type Estimate, intervalOf } from './interval.ts';
import { normalQuantile } from './numbers.ts';

export interface UpliftRow {
  readonly rule: RuleName;
  /** Null: all products of the rule together. */
  readonly productId: string | null;
  /** Counted in the decision's window: orders of the product, and its questions that the operator answered. */
  readonly outcome: 'orders' | 'answered';
  readonly shown: UpliftGroup;
  readonly held: UpliftGroup;
  /** What a card adds a time it comes; null while either group is too small for an interval. */
  readonly uplift: Estimate | null;
  /** The effect that `stillNeeded` is for: outcomes a card. Null while nothing was counted. */
  readonly detectable: number | null;
  /** Decisions still to be made, shown and held together, to see it with power 0.8 at 5 %; null: cannot be said yet. */
  readonly stillNeeded: number | null;
}

export interface UpliftGroup {
  readonly decisions: number;
  /** Weighted by the inverse of their chance. */
  readonly mean: number;
}

/** Decisions from which a slope is fitted. */
const LEAST_TO_ADJUST = 30;
/** Smaller groups say nothing of their spread. */
const LEAST_IN_GROUP = 5;
/** The effect that is looked for, as a share of the mean without a card. */
export const DETECTABLE_SHARE = 0.2;
const POWER_TERM = (normalQuantile(0.975) + normalQuantile(0.8)) ** 2;

/** One decision with what followed. */
export interface UpliftCase {
  readonly value: number;
  readonly held: boolean;
  readonly propensity: number;
  /** What was to be expected before the decision. */
  readonly usual: number;
  readonly showId: string;
}

/**
 * Shown against held back, per rule and per rule and product, most decisions first; `entries` in the order of the
 * log, of as many shows as wanted. Decisions whose window is not over yet, or in which the feed was broken, are
 * left out on both sides.
 */
export function upliftTable(entries: Iterable<ShowLogEntry>): UpliftRow[] {
  const rows: UpliftRow[] = [];
  for (const { rule, productId, cases } of casesOf(entries)) {
    for (const outcome of ['orders', 'answered'] as const) {
      const measured = cases.map((one) => ({ ...one, value: one[outcome] }));
      rows.push({ rule, productId, outcome, ...upliftOf(measured) });
    }
  }
  const decisions = ({ shown, held }: UpliftRow) => shown.decisions + held.decisions;
  return rows.sort((a, b) => compareText(a.rule, b.rule) || rank(a) - rank(b) || decisions(b) - decisions(a) || compareText(a.productId ?? '', b.productId ?? ''));
} // prettier-ignore

/**
 * Difference of the two means, each weighted by the inverse of the chance (Hájek 1971): with one share held back it is
 * the plain difference, and where shares changed it stays unbiased. The interval rests on each decision's influence,
 * with Welch and Satterthwaite's degrees of freedom on Kish's effective sizes. A dozen cards held back often miss the
 * rare big sales, so the error is at least that of both groups' common spread, and counts vary at least as Poisson's.
 */
export function upliftOf(
  cases: readonly UpliftCase[],
): Pick<UpliftRow, 'shown' | 'held' | 'uplift' | 'detectable' | 'stillNeeded'> {
  const heads = { shown: headOf(groupOf(cases, false)), held: headOf(groupOf(cases, true)) };
  const n = cases.length;
  const all = n === 0 ? 0 : cases.reduce((sum, { value }) => sum + value, 0) / n;
  const detectable = all === 0 ? null : DETECTABLE_SHARE * (heads.held.mean > 0 ? heads.held.mean : all);
  if (heads.shown.decisions < LEAST_IN_GROUP || heads.held.decisions < LEAST_IN_GROUP) {
    return { ...heads, uplift: null, detectable, stillNeeded: null };
  }
  const adjusted = withoutUsual(cases);
  const [shown, held] = [groupOf(adjusted, false), groupOf(adjusted, true)];
  const influence = adjusted.map((one) => {
    const { mean, weight } = one.held ? held : shown;
    const own = 1 / one.propensity;
    return ((one.held ? -1 : 1) * own * (one.value - mean) * n) / (weight - own);
  });
  const spread = Math.max(all, (shown.variance * shown.count + held.variance * held.count) / n);
  const pooled = spread / shown.effective + spread / held.effective;
  const own = shown.variance / shown.effective + held.variance / held.effective;
  const df = own > pooled ? welch(shown, held) : shown.effective + held.effective - 2;
  const clusters = cases.map(({ showId }) => showId);
  const uplift = intervalOf(shown.mean - held.mean, influence, { df, clusters, leastError: Math.sqrt(pooled) });
  const needed = detectable === null ? null : n * POWER_TERM * (uplift.standardError / detectable) ** 2;
  return { ...heads, uplift, detectable, stillNeeded: needed === null ? null : Math.max(0, Math.ceil(needed - n)) };
}

const headOf = ({ count, mean }: Group): UpliftGroup => ({ decisions: count, mean });

/**
 * Each value less what its usual alone explains (Deng, Xu, Kohavi and Walker 2013, CUPED): known before chance had its
 * say, it cannot bias the difference, and a shop's best seller no longer drowns what a card does.
 */
function withoutUsual(cases: readonly UpliftCase[]): readonly UpliftCase[] {
  if (cases.length < LEAST_TO_ADJUST) return cases;
  const n = cases.length;
  const usual = cases.reduce((sum, one) => sum + one.usual, 0) / n;
  const value = cases.reduce((sum, one) => sum + one.value, 0) / n;
  const variance = cases.reduce((sum, one) => sum + (one.usual - usual) ** 2, 0);
  if (variance === 0) return cases;
  const slope = cases.reduce((sum, one) => sum + (one.usual - usual) * (one.value - value), 0) / variance;
  return cases.map((one) => ({ ...one, value: one.value - slope * (one.usual - usual) }));
}

interface Group {
  readonly count: number;
  readonly weight: number;
  readonly effective: number;
  readonly mean: number;
  readonly variance: number;
}

function groupOf(cases: readonly UpliftCase[], held: boolean): Group {
  const own = cases.filter((one) => one.held === held);
  const weight = own.reduce((sum, { propensity }) => sum + 1 / propensity, 0);
  const squares = own.reduce((sum, { propensity }) => sum + 1 / propensity ** 2, 0);
  const mean = own.length === 0 ? 0 : own.reduce((sum, { value, propensity }) => sum + value / propensity, 0) / weight;
  const spread = own.reduce((sum, { value, propensity }) => sum + (value - mean) ** 2 / propensity, 0);
  return { count: own.length, weight, effective: own.length === 0 ? 0 : (weight * weight) / squares, mean, variance: own.length === 0 ? 0 : spread / weight };
} // prettier-ignore

function welch(a: Group, b: Group): number {
  const [va, vb] = [a.variance / a.effective, b.variance / b.effective];
  const parts = (va * va) / Math.max(1, a.effective - 1) + (vb * vb) / Math.max(1, b.effective - 1);
  return parts === 0 ? a.effective + b.effective - 2 : (va + vb) ** 2 / parts;
}

interface Counted extends Omit<UpliftCase, 'value'> {
  readonly orders: number;
  readonly answered: number;
}

/** Decisions that have their reward, by rule, and by rule and product. */
function casesOf(entries: Iterable<ShowLogEntry>) {
  const open = new Map<string, Extract<ShowLogEntry, { kind: 'decision' }>>();
  const groups = new Map<string, { rule: RuleName; productId: string | null; cases: Counted[] }>();
  const put = (rule: RuleName, productId: string | null, one: Counted) => {
    const key = `${rule}/${productId ?? ''}`;
    const group = groups.get(key) ?? { rule, productId, cases: [] };
    group.cases.push(one);
    groups.set(key, group);
  };
  const answered = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'decision') open.set(entry.decision.decisionId, entry);
    if (entry.kind === 'action' && entry.verb === 'answers.close') {
      for (const [id, { atMs, decision }] of open) {
        const isMeant = decision.productId === entry.productId && entry.atMs < atMs + decision.windowMs;
        if (isMeant) answered.set(id, (answered.get(id) ?? 0) + 1);
      }
    }
    if (entry.kind !== 'reward') continue;
    const found = open.get(entry.decisionId);
    open.delete(entry.decisionId);
    if (found === undefined || found.decision.rule === null || entry.values['covered'] !== 1) continue;
    const { rule, productId, held, propensity } = found.decision;
    const { orders = 0 } = entry.values;
    const usual = found.decision.context['usual'] ?? 0;
    const one = {
      orders,
      answered: answered.get(entry.decisionId) ?? 0,
      held,
      propensity,
      usual,
      showId: found.showId,
    };
    put(rule, null, one);
    if (productId !== null) put(rule, productId, one);
  }
  return groups.values();
}

function rank({ productId }: UpliftRow): number {
  return productId === null ? 0 : 1;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
