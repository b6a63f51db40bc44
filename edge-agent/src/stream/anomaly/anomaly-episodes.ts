import type { RoomAnomaly } from '@livecue/shared/insight';
import type { Finding, Watched } from './anomaly-rules.ts';

/** Slices without a finding after which an anomaly is over. */
const QUIET_SLICES = 3;
/** Over ones are told this long, and this many. */
const TOLD_MS = 600_000;
const MOST_TOLD = 20;
/**
 * Slices from which the detectors do not learn, by kind: bots go on for minutes and come back; where
 * viewers have gone there are fewer from then on; payments come back.
 */
const MOST_REFUSED: Readonly<Record<Finding['kind'], number>> = { 'bot-burst': 36, 'viewer-drop': 4, 'payment-outage': 120 }; // prettier-ignore

interface Episode {
  /** First series: bots that like and bots that comment are two troubles. */
  readonly first: Watched;
  anomaly: RoomAnomaly;
  slices: number;
  quiet: number;
}

export type EpisodesState = readonly Episode[];

/** From findings slice by slice to anomalies with a begin and an end. */
export class AnomalyEpisodes {
  readonly #roomId: string;
  #episodes: Episode[] = [];

  constructor(roomId: string) {
    this.#roomId = roomId;
  }

  /** Whether an anomaly with that first series goes on. */
  isOpen(first: Watched): boolean {
    return this.#episodes.some(({ first: one, anomaly }) => one === first && anomaly.endMs === null);
  }

  /** Takes the findings of a slice; returns those that the detectors may not learn from, and those that have lasted. */
  update(
    findings: readonly Finding[],
    slice: { readonly openMs: number; readonly closeMs: number },
  ): { readonly refused: Finding[]; readonly lasting: Finding[] } {
    const found = new Set<Watched>();
    const refused: Finding[] = [];
    const lasting: Finding[] = [];
    for (const finding of findings) {
      const [first] = finding.taints;
      found.add(first);
      const episode = this.#episodes.find((one) => one.first === first && one.anomaly.endMs === null);
      if ((episode?.slices ?? 0) < MOST_REFUSED[finding.kind]) refused.push(finding);
      else lasting.push(finding);
      if (episode === undefined) this.#begin(first, finding, slice);
      else goOn(episode, finding);
    }
    for (const episode of this.#episodes) {
      if (episode.anomaly.endMs !== null || found.has(episode.first)) continue;
      episode.quiet++;
      if (episode.quiet < QUIET_SLICES) continue;
      const endMs = slice.closeMs - episode.quiet * (slice.closeMs - slice.openMs);
      episode.anomaly = { ...episode.anomaly, endMs: Math.max(episode.anomaly.startMs, endMs) };
    }
    this.#forget(slice.closeMs);
    return { refused, lasting };
  }

  #begin(
    first: Watched,
    { kind, score, reasons }: Finding,
    { openMs, closeMs }: { openMs: number; closeMs: number },
  ): void {
    const anomaly = { kind, roomId: this.#roomId, startMs: openMs, toldMs: closeMs, endMs: null, score, reasons: [...reasons] }; // prettier-ignore
    this.#episodes.push({ first, anomaly, slices: 1, quiet: 0 });
  }

  #forget(nowMs: number): void {
    this.#episodes = this.#episodes.filter(({ anomaly }) => anomaly.endMs === null || anomaly.endMs > nowMs - TOLD_MS);
    if (this.#episodes.length > MOST_TOLD) this.#episodes.splice(0, this.#episodes.length - MOST_TOLD);
  }

  /** Oldest first. */
  list(): RoomAnomaly[] {
    return this.#episodes.map(({ anomaly }) => anomaly);
  }

  /** Ends everything that goes on: time has been set back, and begins anew. */
  close(): void {
    for (const episode of this.#episodes) {
      const { anomaly } = episode;
      if (anomaly.endMs === null) episode.anomaly = { ...anomaly, endMs: anomaly.toldMs };
    }
  }

  save(): EpisodesState {
    return this.#episodes;
  }

  load(state: EpisodesState): void {
    this.#episodes = state.map((episode) => ({ ...episode }));
  }
}

function goOn(episode: Episode, { score, reasons }: Finding): void {
  episode.slices++;
  episode.quiet = 0;
  if (score > episode.anomaly.score) episode.anomaly = { ...episode.anomaly, score, reasons: [...reasons] };
}
