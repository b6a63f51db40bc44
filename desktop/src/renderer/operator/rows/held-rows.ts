/** Rows that are on the screen stay in their place while it is held; what they say is always the newest. */
export function heldRows<Row>(
  shown: readonly Row[],
  newest: readonly Row[],
  held: boolean,
  idOf: (row: Row) => string,
): { rows: readonly Row[]; waiting: number } {
  if (!held) return { rows: newest, waiting: 0 };
  const byId = new Map(newest.map((row) => [idOf(row), row]));
  const rows = shown.map((row) => byId.get(idOf(row)) ?? row);
  const there = new Set(rows.map(idOf));
  return { rows, waiting: newest.filter((row) => !there.has(idOf(row))).length };
}
