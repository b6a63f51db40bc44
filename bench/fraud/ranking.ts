/** How well scores rank what is wrong before what is right. */

/** Rows by score, highest first, in groups of equal scores: `[labels set, rows]` of each group. */
function groupsOf(scores: ArrayLike<number>, labels: ArrayLike<number>): [positives: number, rows: number][] {
  const order = Float64Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  const groups: [number, number][] = [];
  let last = Number.NaN;
  for (const row of order) {
    if (scores[row] !== last) groups.push([0, 0]);
    last = scores[row]!;
    const group = groups[groups.length - 1]!;
    group[0] += labels[row]!;
    group[1] += 1;
  }
  return groups;
}

/** Area under the ROC curve: how often a set label is above an unset one, ties for a half. NaN without both. */
export function aurocOf(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let above = 0;
  let pairs = 0;
  let rowsSeen = 0;
  let positivesSeen = 0;
  for (const [positives, rows] of groupsOf(scores, labels)) {
    const negatives = rows - positives;
    pairs += negatives * (positivesSeen + positives / 2);
    positivesSeen += positives;
    rowsSeen += rows;
    above = positivesSeen * (rowsSeen - positivesSeen);
  }
  return above === 0 ? Number.NaN : pairs / above;
}

/** Average precision: the sum over thresholds of the recall gained times the precision there. */
export function averagePrecisionOf(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let positivesSeen = 0;
  let rowsSeen = 0;
  let sum = 0;
  for (const [positives, rows] of groupsOf(scores, labels)) {
    positivesSeen += positives;
    rowsSeen += rows;
    sum += positives * (positivesSeen / rowsSeen);
  }
  return positivesSeen === 0 ? Number.NaN : sum / positivesSeen;
}

/**
 * Card precision at 100 (Handbook, chapter 4): each day the 100 cards with the highest score of that day, the
 * share of them with a fraud that day, without cards found on an earlier day; the mean over days.
 */
export function cardPrecisionOf(
  scores: ArrayLike<number>,
  of: { readonly labels: ArrayLike<number>; readonly days: ArrayLike<number>; readonly cards: ArrayLike<number> },
): number {
  const byDay = new Map<number, number[]>();
  for (let row = 0; row < scores.length; row++) {
    const day = of.days[row]!;
    const rows = byDay.get(day);
    if (rows === undefined) byDay.set(day, [row]);
    else rows.push(row);
  }
  const found = new Set<number>();
  const shares: number[] = [];
  for (const day of [...byDay.keys()].sort((a, b) => a - b)) {
    const cards = new Map<number, { score: number; fraud: boolean }>();
    for (const row of byDay.get(day)!) {
      const card = of.cards[row]!;
      if (found.has(card)) continue;
      const known = cards.get(card);
      cards.set(card, {
        score: Math.max(known?.score ?? -Infinity, scores[row]!),
        fraud: known?.fraud === true || of.labels[row] === 1,
      });
    }
    const top = [...cards].sort(([, a], [, b]) => b.score - a.score).slice(0, 100);
    const hits = top.filter(([, { fraud }]) => fraud);
    shares.push(hits.length / 100);
    for (const [card] of hits) found.add(card);
  }
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
