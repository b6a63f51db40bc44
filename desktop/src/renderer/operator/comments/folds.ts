import type { CommentRow, CorrectedLabels, GivenLabels } from '@livecue/shared/contract';

export type ListItem =
  | { readonly kind: 'comment'; readonly seq: number; readonly row: CommentRow }
  /** Neighbours that are spam or offensive; `seq` is the oldest, so that newer ones join the same fold. */
  | {
      readonly kind: 'fold';
      readonly seq: number;
      readonly seqs: readonly number[];
      readonly spam: number;
      readonly offensive: number;
    };

/** What is shown of a comment: the operator's word where there is one. */
export function shownLabels(row: CommentRow): GivenLabels | CorrectedLabels {
  return row.corrected ?? row.given;
}

const isMarked = (row: CommentRow) => shownLabels(row).offensive === true || shownLabels(row).spam === true;

/** Rows and folds in the order of the rows. `open` are marked comments that somebody wants to see. */
export function foldRows(rows: readonly CommentRow[], open: ReadonlySet<number>, folding: boolean): ListItem[] {
  const items: ListItem[] = [];
  let run: CommentRow[] = [];
  const close = () => {
    const oldest = run.at(-1);
    if (oldest === undefined) return;
    // A comment that is both is told once, as the worse.
    const offensive = run.filter((row) => shownLabels(row).offensive === true).length;
    items.push({
      kind: 'fold',
      seq: oldest.seq,
      seqs: run.map(({ seq }) => seq),
      offensive,
      spam: run.length - offensive,
    });
    run = [];
  };
  for (const row of rows) {
    if (folding && isMarked(row) && !row.removed && !open.has(row.seq)) {
      run.push(row);
      continue;
    }
    close();
    items.push({ kind: 'comment', seq: row.seq, row });
  }
  close();
  return items;
}

/** Index of the item that shows or hides a comment; −1 when none does. */
export function indexOfSeq(items: readonly ListItem[], seq: number): number {
  return items.findIndex((item) => item.seq === seq || (item.kind === 'fold' && item.seqs.includes(seq)));
}

/** The open marked comments around `seq`: what folding it again takes in. */
export function openRun(rows: readonly CommentRow[], seq: number, open: ReadonlySet<number>): number[] {
  const at = rows.findIndex((row) => row.seq === seq);
  const isOpen = (row: CommentRow | undefined) => row !== undefined && isMarked(row) && open.has(row.seq);
  if (!isOpen(rows[at])) return [];
  let [from, to] = [at, at];
  while (isOpen(rows[from - 1])) from -= 1;
  while (isOpen(rows[to + 1])) to += 1;
  return rows.slice(from, to + 1).map((row) => row.seq);
}
