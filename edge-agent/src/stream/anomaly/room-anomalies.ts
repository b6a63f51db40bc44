import type { RoomAnomaly } from '@livecue/shared/insight';
import { decodeSet, encodeSet, insertHash } from '../distinct.ts';
import type { FeedPulse } from '../feed-pulse.ts';
import { hash48 } from '../hash.ts';
import type { KeyRows } from '../key-rows.ts';
import { AnomalyEpisodes, type EpisodesState } from './anomaly-episodes.ts';
import { findingsOf, RELATIVE, valuesOf, WATCHED, type Judgements, type Watched } from './anomaly-rules.ts';
import { FeedGaps, type FeedGapsState } from './feed-gaps.ts';
import { GuardedSeries, type GuardedSeriesState } from './guarded-series.ts';
import { NumberReader } from './number-reader.ts';
import { PaymentWatch } from './payment-watch.ts';
import { readSlice, type Likers, type RoomSlice } from './room-slice.ts';

/** Slices after which the whole state is written again; between, the slices themselves are: a minute of 5 s each. */
const BASE_EVERY = 12;
/** More slices at once is a clock that leapt: what lies between is not looked at. */
const MOST_AT_ONCE = 720;
/** Slices ahead of the watermark whose likers are kept. */
const MOST_OPEN = 1000;

interface BaseState {
  readonly series: Readonly<Record<Watched, GuardedSeriesState>>;
  readonly payments: readonly number[];
  readonly episodes: EpisodesState;
}

interface TailState {
  readonly nextIndex: number | null;
  readonly slices: readonly RoomSlice[];
  readonly likers: readonly (readonly [index: number, likes: number, accounts: string])[];
  readonly gaps: FeedGapsState;
}

/**
 * What is wrong with one room. Each slice is read once, when the watermark passes its end, so the answer
 * does not depend on the order of arrival within the allowed disorder; later events change nothing.
 */
export class RoomAnomalies {
  readonly #sliceMs: number;
  readonly #series = new Map(WATCHED.map((name) => [name, new GuardedSeries(RELATIVE.has(name))]));
  readonly #payments = new PaymentWatch();
  readonly #episodes: AnomalyEpisodes;
  readonly #gaps: FeedGaps;
  readonly #likers = new Map<number, Likers>();
  readonly #lanes = new Uint32Array(2);
  #nextIndex: number | null = null;
  /** The state before `#tail`, as text: null when that is the beginning. */
  #base: string | null = null;
  #tail: RoomSlice[] = [];

  constructor(roomId: string, sliceMs: number) {
    this.#sliceMs = sliceMs;
    this.#episodes = new AnomalyEpisodes(roomId);
    this.#gaps = new FeedGaps(roomId);
  }

  /** Likes of one account in a slice; late ones are passed over. */
  noteLikes(index: number, count: number, account: string | undefined): void {
    if (account === undefined || (this.#nextIndex !== null && index < this.#nextIndex)) return;
    let likers = this.#likers.get(index);
    if (likers === undefined) {
      if (this.#likers.size >= MOST_OPEN) return;
      this.#likers.set(index, (likers = { likes: 0, accounts: [] }));
    }
    likers.likes += count;
    insertHash(likers.accounts, hash48(account, this.#lanes));
  }

  /** The show has begun or is over: after its end silence is right. */
  get isShowOver(): boolean {
    return this.#gaps.isOver;
  }

  noteShow(isOn: boolean): void {
    this.#gaps.noteShow(isOn);
  }

  /** Reads the slices that the watermark has passed, and the feed at `nowMs`. */
  tick(total: KeyRows, firstIndex: number | null, watermarkMs: number, feed: FeedPulse, nowMs: number): void {
    this.#gaps.update(feed, nowMs);
    const end = Math.floor(watermarkMs / this.#sliceMs);
    if (firstIndex === null || end <= (this.#nextIndex ?? firstIndex)) return;
    const from = Math.max(this.#nextIndex ?? firstIndex, end - MOST_AT_ONCE);
    for (let index = from; index < end; index++) {
      const slice = readSlice(total, index, this.#sliceMs, this.#likers.get(index));
      this.#judge(slice);
      // Full: the next checkpoint writes the whole state instead.
      if (this.#tail.length < BASE_EVERY) this.#tail.push(slice);
    }
    this.#nextIndex = end;
    for (const index of this.#likers.keys()) if (index < end) this.#likers.delete(index);
  }

  #judge(slice: RoomSlice): void {
    const payments = this.#payments.update(slice);
    const values = valuesOf(slice, payments);
    const judged = {} as Record<Watched, Judgements[Watched]>;
    for (const [name, series] of this.#series) judged[name] = series.judge(slice.openMs, values[name]);
    const { refused, lasting } = this.#episodes.update(
      findingsOf(judged, payments, (first) => this.#episodes.isOpen(first)),
      {
        openMs: slice.openMs,
        closeMs: slice.openMs + this.#sliceMs,
      },
    );
    const tainted = new Set(refused.flatMap(({ taints }) => taints));
    const settled = new Set(lasting.flatMap(({ taints }) => taints));
    for (const [name, series] of this.#series) {
      if (tainted.has(name)) series.refuse();
      else if (settled.has(name)) series.restart();
      else series.keep();
    }
    if (!refused.some(({ kind }) => kind === 'payment-outage')) this.#payments.learn(slice);
  }

  /** Going on and over within 10 min, by their begin. */
  list(): readonly RoomAnomaly[] {
    const [episodes, gaps] = [this.#episodes.list(), this.#gaps.list()];
    if (gaps.length === 0) return episodes;
    return [...episodes, ...gaps].sort((a, b) => a.startMs - b.startMs);
  }

  /** Our clock was set back. */
  rewind(watermarkMs: number): void {
    const end = Math.floor(watermarkMs / this.#sliceMs);
    if (this.#nextIndex === null || this.#nextIndex <= end) return;
    this.#nextIndex = end;
    this.#likers.clear();
    this.#episodes.close();
    this.#gaps.close();
    this.#rebase();
  }

  #rebase(): void {
    const payments: number[] = [];
    this.#payments.save(payments);
    const series = Object.fromEntries(
      [...this.#series].map(([name, one]) => [name, one.save()]),
    ) as BaseState['series'];
    this.#base = JSON.stringify({ series, payments, episodes: this.#episodes.save() } satisfies BaseState);
    this.#tail = [];
  }

  /**
   * The state for a checkpoint: `base` changes once a minute (null: there is none yet), `tail` with every
   * slice. They belong together.
   */
  take(): { readonly base: string | null; readonly tail: string } {
    if (this.#tail.length === BASE_EVERY) this.#rebase();
    const likers = [...this.#likers].map(
      ([index, { likes, accounts }]) => [index, likes, encodeSet(accounts)] as const,
    );
    const tail = { nextIndex: this.#nextIndex, slices: this.#tail, likers, gaps: this.#gaps.save() };
    return { base: this.#base, tail: JSON.stringify(tail satisfies TailState) };
  }

  loadBase(text: string): void {
    const { series, payments, episodes } = JSON.parse(text) as BaseState;
    for (const [name, one] of this.#series) one.load(series[name]);
    this.#payments.load(new NumberReader(payments));
    this.#episodes.load(episodes);
    this.#base = text;
  }

  /** After `loadBase`: its slices are judged again, which gives what they gave. */
  loadTail(text: string): void {
    const { nextIndex, slices, likers, gaps } = JSON.parse(text) as TailState;
    for (const slice of slices) this.#judge(slice);
    this.#tail = [...slices];
    this.#nextIndex = nextIndex;
    for (const [index, likes, accounts] of likers) this.#likers.set(index, { likes, accounts: decodeSet(accounts) });
    this.#gaps.load(gaps);
  }
}
