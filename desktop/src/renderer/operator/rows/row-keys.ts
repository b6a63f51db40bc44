import type { KeyboardEvent } from 'react';

export type RowKeyEvent = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'preventDefault' | 'stopPropagation'
>;

export interface RowActions<Row> {
  readonly move: (id: string) => void;
  readonly leave: () => void;
  /** Said of the chosen row; the next row is chosen after it, so that one key does one row. */
  readonly decide: Readonly<Record<string, (row: Row) => void>>;
  /** Done with the chosen row, which stays chosen. */
  readonly use?: Readonly<Record<string, (row: Row) => void>>;
  /** Works without a row. */
  readonly always?: Readonly<Record<string, () => void>>;
}

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at) => at + 1,
  j: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  k: (at) => at - 1,
  Home: () => 0,
  End: (_at, last) => last,
};

/** Keys of a list of rows while it has the focus. */
export function rowKeyHandler<Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  activeId: string | null,
  actions: RowActions<Row>,
) {
  return (event: RowKeyEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.findIndex((row) => idOf(row) === activeId);
    const row = rows[at];
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const step = STEPS[key];
    const decide = actions.decide[key];
    const use = actions.use?.[key];
    const always = actions.always?.[key];
    if (step !== undefined && rows.length > 0) {
      actions.move(idOf(rows[Math.max(0, Math.min(rows.length - 1, step(at, rows.length - 1)))]!));
    } else if (row !== undefined && decide !== undefined) {
      const next = rows[at + 1];
      decide(row);
      if (next !== undefined) actions.move(idOf(next));
    } else if (row !== undefined && use !== undefined) use(row);
    else if (always !== undefined) always();
    else if (key === 'Escape') actions.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
