import type { HostPrompt, PromptEvent } from '@livecue/shared/prompt';

/** What prompts.jsonl says of a show, counted without the governor's own books. */
export interface CueFigures {
  readonly raised: Record<HostPrompt['priority'], number>;
  /** Most new cards on the screen in any 10 min, and of them "act now"; safety cards are not in it (HP2). */
  readonly most: number;
  readonly mostActNow: number;
  /** Most appearances of one key in any 60 s (HP9). */
  readonly mostOfKey: number;
  /** Keys that were raised anew twice within 5 min (HP8). */
  readonly repeated: string[];
}

/** Beyond the limits of number: data that is paused, and what the operator says himself. */
const SAFETY = new Set<HostPrompt['rule']>(['feed-stale', 'operator-message']);

export function cueFigures(events: readonly PromptEvent[]): CueFigures {
  const raised = { 'act-now': 0, advice: 0, info: 0 };
  const open = new Set<string>();
  const urgent = new Set<string>();
  const cards: number[] = [];
  const actNow: number[] = [];
  const byKey = new Map<string, number[]>();
  const anew = new Map<string, number[]>();
  for (const event of events) {
    if (event.kind === 'closed') {
      open.delete(event.promptId);
      urgent.delete(event.promptId);
    }
    if (event.kind !== 'raised' && event.kind !== 'updated') continue;
    const { promptId, key, rule, priority } = event.prompt;
    const isNew = !open.has(promptId);
    const isUrgent = priority === 'act-now' && !urgent.has(promptId);
    open.add(promptId);
    if (priority === 'act-now') urgent.add(promptId);
    if (isNew) put(byKey, key, event.atMs);
    if (event.kind === 'raised') {
      raised[priority]++;
      if (!SAFETY.has(rule)) put(anew, key, event.atMs);
    }
    if (SAFETY.has(rule)) continue;
    if (isNew) cards.push(event.atMs);
    if (isUrgent) actNow.push(event.atMs);
  }
  return {
    raised,
    most: mostIn(cards, 600_000),
    mostActNow: mostIn(actNow, 600_000),
    mostOfKey: Math.max(0, ...[...byKey.values()].map((times) => mostIn(times, 60_000))),
    repeated: [...anew].filter(([, times]) => mostIn(times, 300_000) > 1).map(([key]) => key),
  };
}

/** Most of the times in any half-open span of that length. */
export function mostIn(times: readonly number[], lengthMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((ms) => ms >= from && ms < from + lengthMs).length));
}

function put(map: Map<string, number[]>, key: string, atMs: number): void {
  map.set(key, [...(map.get(key) ?? []), atMs]);
}
