/** Half-open `[fromMs, toMs)`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The spans without overlaps, in order. */
export function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = out.at(-1);
    if (toMs <= fromMs) continue;
    if (last !== undefined && fromMs <= last.toMs) out[out.length - 1] = { ...last, toMs: Math.max(last.toMs, toMs) };
    else out.push({ fromMs, toMs });
  }
  return out;
}

/** How much of `whole` the spans cover, ms; they do not overlap each other. */
export function covered(spans: readonly Span[], whole: Span): number {
  let sum = 0;
  for (const { fromMs, toMs } of spans) {
    sum += Math.max(0, Math.min(toMs, whole.toMs) - Math.max(fromMs, whole.fromMs));
  }
  return sum;
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
