import type { RoomAnomaly, RoomAnomalyKind } from '@livecue/shared/insight';
import type { TruthItem } from '../../edge-agent/src/ingest/simulator/truth.ts';
import type { PlayedRoom } from './rooms.ts';

/** What each injected trouble should be told as, and from which series. */
const KINDS = {
  'bot-likes': 'bot-burst',
  'bot-comments': 'bot-burst',
  'viewer-drop': 'viewer-drop',
  'payment-outage': 'payment-outage',
  'feed-silence': 'feed-gap',
} as const satisfies Partial<Record<TruthItem['kind'], RoomAnomalyKind>>;
export type Trouble = keyof typeof KINDS;
export const TROUBLES = Object.keys(KINDS) as Trouble[];

/** A trouble may show a little longer than it lasts. */
const AFTER_MS = 15_000;

export interface Tally {
  readonly there: number;
  readonly found: number;
  /** From the begin of each found trouble until it was told, ms. */
  readonly delaysMs: readonly number[];
}

export interface Matches {
  readonly byTrouble: Readonly<Record<Trouble, Tally>>;
  readonly told: number;
  /** Told, and nothing of that kind was there. */
  readonly wrong: readonly RoomAnomaly[];
}

/** Which troubles were told, and which anomalies told had no trouble. */
export function matchRoom({ truth, told }: PlayedRoom): Matches {
  const used = new Set<RoomAnomaly>();
  const byTrouble = Object.fromEntries(TROUBLES.map((trouble) => [trouble, tally(trouble, truth, told, used)])) as Record<Trouble, Tally>; // prettier-ignore
  return { byTrouble, told: told.length, wrong: told.filter((anomaly) => !used.has(anomaly)) };
}

function tally(
  trouble: Trouble,
  truth: readonly TruthItem[],
  told: readonly RoomAnomaly[],
  used: Set<RoomAnomaly>,
): Tally {
  const there = truth.filter(({ kind }) => kind === trouble);
  const delaysMs: number[] = [];
  for (const { startMs, endMs } of there) {
    const fitting = told.filter((anomaly) => fits(trouble, anomaly) && anomaly.toldMs >= startMs && anomaly.startMs <= endMs + AFTER_MS); // prettier-ignore
    for (const anomaly of fitting) used.add(anomaly);
    if (fitting.length > 0) delaysMs.push(Math.min(...fitting.map(({ toldMs }) => toldMs)) - startMs);
  }
  return { there: there.length, found: delaysMs.length, delaysMs };
}

function fits(trouble: Trouble, { kind, reasons }: RoomAnomaly): boolean {
  if (kind !== KINDS[trouble]) return false;
  const fromLikes = reasons[0]!.series === 'likes';
  return trouble === 'bot-likes' ? fromLikes : trouble === 'bot-comments' ? !fromLikes : true;
}

/** Several rooms together. */
export function addMatches(all: readonly Matches[]): Matches {
  const byTrouble = Object.fromEntries(TROUBLES.map((trouble) => [trouble, addTallies(all.map((one) => one.byTrouble[trouble]))])) as Record<Trouble, Tally>; // prettier-ignore
  return { byTrouble, told: all.reduce((sum, { told }) => sum + told, 0), wrong: all.flatMap(({ wrong }) => wrong) };
}

function addTallies(parts: readonly Tally[]): Tally {
  return {
    there: parts.reduce((sum, part) => sum + part.there, 0),
    found: parts.reduce((sum, part) => sum + part.found, 0),
    delaysMs: parts.flatMap((part) => part.delaysMs),
  };
}
