import type { PromptRecord, UplinkBody, WindowRecord } from '@livecue/shared/contract';
import type { WindowCounts, WindowResult } from '@livecue/shared/insight';
import { mergeCounts } from '@livecue/shared/merge';
import type { PromptEvent } from '@livecue/shared/prompt';

export { mergeCounts };

/**
 * What of the windows may leave the box. Only tumbling windows do: sliding and session windows are for the
 * screen in the studio.
 *
 * A product has a row of its own when at least `kAnonymity` distinct viewers stand behind it (the largest
 * of commenters, productViewers, buyers); all others are merged into one row `other`. The room's own row
 * always leaves: it names no product.
 *
 * `results` holds, of each window it names, all rows: room and every product. The stream layer emits a
 * window whole, at the first closing and again at each revision. Without that `other` would be the merge
 * of only what changed. The three distinct counts never fall from one revision to the next (sets and
 * k-minimum-values estimates only grow), so a product moves from `other` to a row of its own and never
 * back. From revision 1 on `other` is sent even when nothing is left in it: an empty row replaces the one
 * that still counted the product that moved out.
 *
 * Order: by window start, length and room; within a window the room, products ascending by id, `other`.
 */
export function toUplinkBodies(results: readonly WindowResult[], kAnonymity: number): UplinkBody[] {
  const windows = new Map<string, WindowResult[]>();
  for (const result of results) {
    if (result.spec.kind !== 'tumbling') continue;
    const key = JSON.stringify([result.roomId, result.openMs, result.closeMs]);
    const rows = windows.get(key);
    if (rows === undefined) windows.set(key, [result]);
    else rows.push(result);
  }
  return [...windows.values()]
    .toSorted((a, b) => compareWindows(a[0]!, b[0]!))
    .flatMap((rows) => windowRecords(rows, kAnonymity));
}

function windowRecords(rows: readonly WindowResult[], kAnonymity: number): WindowRecord[] {
  const first = rows[0]!;
  // The room counts every event of the window, so its revision rises whenever any row changes.
  const revision = rows.reduce((highest, row) => Math.max(highest, row.revision), 0);
  const record = (group: WindowRecord['group'], counts: WindowCounts, own: number): WindowRecord => {
    const windowLengthMs = first.closeMs - first.openMs;
    return {
      kind: 'window',
      roomId: first.roomId,
      group,
      windowStartMs: first.openMs,
      windowLengthMs,
      revision: own,
      counts,
    };
  };
  const products = rows
    .filter((row): row is WindowResult & { productId: string } => row.productId !== null)
    .toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  const large = products.filter(({ counts }) => viewersBehind(counts) >= kAnonymity);
  const small = products.filter(({ counts }) => viewersBehind(counts) < kAnonymity);
  const records = rows
    .filter(({ productId }) => productId === null)
    .map((row) => record({ kind: 'room' }, row.counts, row.revision));
  for (const row of large)
    records.push(record({ kind: 'product', productId: row.productId }, row.counts, row.revision));
  if (small.length > 0 || (revision > 0 && large.length > 0)) {
    records.push(record({ kind: 'other' }, mergeCounts(small.map(({ counts }) => counts)), revision));
  }
  return records;
}

/** Distinct viewers known to stand behind a group: a lower bound, as the three sets may overlap. */
function viewersBehind({ commenters, productViewers, buyers }: WindowCounts): number {
  return Math.max(commenters, productViewers, buyers);
}

function compareWindows(a: WindowResult, b: WindowResult): number {
  return a.openMs - b.openMs || a.closeMs - b.closeMs || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : 0);
}

/**
 * What the cloud hears of a card: that it was raised (revision 0) and what became of it (revision 1), no
 * words and no event ids. Null for updates, which change only words and numbers, and for cards that did not come.
 * `roomId` is the room of the pipeline: a closing names none.
 */
export function toPromptBody(event: PromptEvent, roomId: string): PromptRecord | null {
  switch (event.kind) {
    case 'raised': {
      const { promptId, rule, priority, productId, raisedMs } = event.prompt;
      return { kind: 'prompt', roomId: event.prompt.roomId, promptId, rule, priority, productId, raisedMs, revision: 0, outcome: null, closedMs: null }; // prettier-ignore
    }
    case 'closed': {
      const { promptId, rule, priority, productId, raisedMs, outcome, atMs } = event;
      return {
        kind: 'prompt',
        roomId,
        promptId,
        rule,
        priority,
        productId,
        raisedMs,
        revision: 1,
        outcome,
        closedMs: atMs,
      };
    }
    case 'updated':
    case 'suppressed':
    case 'held':
      return null;
  }
}
