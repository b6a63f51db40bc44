import { SHOW_LOG_VERSION, type MinuteCount, type ShowLogEntry, type ShowLogEntryOf, type ShowNote } from '@livecue/shared/contract'; // prettier-ignore
import type { LiveEvent } from '@livecue/shared/event';
import type { Intent, Prediction, RoomAnomaly, WindowCounts, WindowResult } from '@livecue/shared/insight';
import type { PromptEvent, Words } from '@livecue/shared/prompt';
import type { RoomView, StateDelta } from '../ports.ts';
import { createAskedTopics } from './asked-topics.ts';
import { beginsShow, endOf, type EndReason, isOf, noteEvent, type Show, showIdOf } from './show-span.ts';

const PREFIX = 'show-log/1/';
const MAIN_KEY = `${PREFIX}main`;
const ASKED_PREFIX = `${PREFIX}asked/`;
const MINUTE_MS = 60_000;
const FORECAST_MINUTES = [5, 15, 60];
const FORECAST_EVERY_MS = 5 * MINUTE_MS;
/** Products that are forecast at once, and that are named in a show. */
const MAX_FORECASTS = 200;
const MAX_NAMED = 2_000;
/** The pipeline is asked many times a second; after such a pause the agent was off. */
const OFF_MS = 15_000;

export interface ShowLogPorts {
  /** Entries in order; what `takeDelta` returns next belongs to the same transaction. */
  readonly write: (entry: ShowLogEntry) => void;
  readonly view: () => RoomView;
  readonly product: (productId: string) => { readonly linkNumber: number | null; readonly name: Words; readonly stock: number | null } | undefined; // prettier-ignore
  readonly resolveProduct: (ref: { productID?: string; sku?: string }) => string;
}

export interface ShowLogFacts {
  readonly roomId: string;
  readonly mode: ShowLogEntryOf<'started'>['mode'];
  readonly modelVersion: string;
  readonly limits: ShowLogEntryOf<'started'>['limits'];
}

/** Notes what happens in a show, entry by entry; holds what it needs to go on over a restart and no more. */
export interface ShowLog {
  event(event: LiveEvent, prediction: Prediction | null): void;
  windows(results: readonly WindowResult[]): void;
  prompts(events: readonly PromptEvent[]): void;
  tick(nowMs: number): void;
  /** Anything else that belongs to the running show, at processing time; nothing between shows. */
  note(note: ShowNote, atMs: number): void;
  /** The end of a recording. */
  finish(): void;
  /** The show that runs or has just ended, or null. */
  readonly showId: string | null;
  /** A show is on, as far as is known: neither ended nor silent for long. */
  readonly running: boolean;
  /** Of this show and the one before, those that are over. */
  readonly endedShowIds: readonly string[];
  takeDelta(): StateDelta;
  restore(state: readonly (readonly [key: string, value: string])[]): void;
}

interface State {
  show: Show | null;
  /** The show before: late corrections of its minutes belong to it. */
  previous: Pick<Show, 'showId' | 'startedMs'> | null;
  tickMs: number | null;
  named: string[];
  explaining: string | null;
  explainedSinceMs: number | null;
  /** Anomalies that were told, by kind and begin: whether their end was too. */
  anomalies: [key: string, over: boolean][];
}

export function createShowLog(ports: ShowLogPorts, facts: ShowLogFacts): ShowLog {
  let state: State = fresh(null, null);
  let saved = '';
  let named = new Set<string>();
  let second = Number.NEGATIVE_INFINITY;
  const asked = createAskedTopics(ASKED_PREFIX);

  const put = (showId: string, note: ShowNote, atMs: number) => ports.write({ ...note, showId, atMs } as ShowLogEntry);
  const note = (one: ShowNote, atMs: number) => {
    if (isOf(state.show, atMs)) put(state.show.showId, one, atMs);
  };
  const name = (productId: string, atMs: number) => {
    if (productId === '' || named.has(productId) || named.size >= MAX_NAMED) return;
    named.add(productId);
    state.named.push(productId);
    const own = ports.product(productId);
    const words = own?.name ?? { zh: productId, en: productId };
    note({ kind: 'product', productId, linkNumber: own?.linkNumber ?? null, name: words }, atMs);
  };

  const end = (why: EndReason, atMs: number) => {
    const { show } = state;
    if (show === null || show.endedMs !== null) return;
    put(show.showId, { kind: 'ended', lastEventMs: show.lastEventMs, why }, atMs);
    show.endedMs = why === 'room-ended' ? atMs : show.lastEventMs;
  };

  const begin = (event: LiveEvent, atMs: number) => {
    end(event.eventTimeMs - (state.show?.lastEventMs ?? 0) >= 30 * MINUTE_MS ? 'silence' : 'next-show', atMs);
    const startedMs = event.eventTimeMs;
    const showId = showIdOf(startedMs, facts.roomId);
    state = fresh({ showId, startedMs, lastEventMs: startedMs, endingMs: null, endedMs: null }, state);
    named = new Set();
    asked.clear();
    put(showId, { kind: 'started', version: SHOW_LOG_VERSION, ...facts }, atMs);
  };

  const minuteOf = (result: WindowResult, view: RoomView): ShowNote => {
    const { productId, openMs, revision, counts } = result;
    const interest = productId === null ? null : view.interest(productId);
    return {
      kind: 'minute', productId, openMs, revision, counts: minuteCounts(counts),
      revenueMinor: counts.revenueMinor, refundMinor: counts.refundMinor,
      asked: Object.fromEntries((Object.entries(counts.intents) as [Intent, { comments: number; viewers: number }][])
        .map(([intent, own]) => [intent, { ...own, viewersSoFar: asked.viewers(productId, intent) }])),
      stock: counts.stock?.level ?? null,
      interest: interest === null ? null : { level: round(interest.level), expected: round(interest.expected), surprise: round(interest.surprise) },
    };
  }; // prettier-ignore

  const forecast = (nowMs: number, view: RoomView) => {
    const fromMs = Math.floor(nowMs / FORECAST_EVERY_MS) * FORECAST_EVERY_MS;
    for (const productId of view.productIds.slice(0, MAX_FORECASTS)) {
      const stock = view.stock(productId)?.level ?? ports.product(productId)?.stock ?? null;
      for (const { minutes, mean, lo80, hi80 } of view.forecast(productId, stock)?.ahead ?? []) {
        if (!FORECAST_MINUTES.includes(minutes) || fromMs % (minutes * MINUTE_MS) !== 0) continue;
        name(productId, nowMs);
        note({ kind: 'forecast', productId, fromMs, toMs: fromMs + minutes * MINUTE_MS, mean: round(mean), lo80: round(lo80), hi80: round(hi80), stock }, nowMs); // prettier-ignore
      }
    }
  };

  const explain = (nowMs: number, view: RoomView) => {
    const now = view.explaining;
    if ((now?.productId ?? null) === state.explaining && (now === null || now.sinceMs === state.explainedSinceMs)) return; // prettier-ignore
    state.explaining = now?.productId ?? null;
    state.explainedSinceMs = now?.sinceMs ?? null;
    if (now !== null) name(now.productId, nowMs);
    note({ kind: 'explain', productId: now?.productId ?? null, sinceMs: now?.sinceMs ?? nowMs }, nowMs);
  };

  const anomalies = (nowMs: number, all: readonly RoomAnomaly[]) => {
    if (all.length === 0 && state.anomalies.length === 0) return;
    const told = new Map(state.anomalies);
    for (const anomaly of all) {
      const over = anomaly.endMs !== null;
      if (told.get(`${anomaly.kind} ${anomaly.startMs}`) !== over) note({ kind: 'anomaly', anomaly }, nowMs);
    }
    state.anomalies = all.map(({ kind, startMs, endMs }) => [`${kind} ${startMs}`, endMs !== null]);
  };

  const offer = (event: LiveEvent, atMs: number) => {
    if (event.type !== 'shop.offer.started' && event.type !== 'shop.offer.changed' && event.type !== 'shop.offer.ended') return; // prettier-ignore
    const { product, price, priceCurrency, validThrough, eligibleQuantity, kind } = event.data;
    const productId = ports.resolveProduct(product);
    name(productId, atMs);
    note({
      kind: 'offer', phase: event.type.slice('shop.offer.'.length) as 'started', eventTimeMs: event.eventTimeMs,
      productId, offerKind: kind ?? null, price, priceCurrency,
      validThroughMs: validThrough === undefined ? null : Date.parse(validThrough),
      eligibleQuantity: eligibleQuantity ?? null,
    }, atMs);
  }; // prettier-ignore

  return {
    note,
    get showId() {
      return state.show?.showId ?? null;
    },
    get running() {
      return state.show !== null && state.show.endedMs === null;
    },
    get endedShowIds() {
      const { show, previous } = state;
      const last = show === null || show.endedMs === null ? [] : [show.showId];
      return previous === null ? last : [previous.showId, ...last];
    },
    event(event, prediction) {
      const atMs = state.tickMs ?? event.eventTimeMs;
      if (beginsShow(state.show, event)) begin(event, atMs);
      const { show } = state;
      if (!isOf(show, atMs)) return;
      noteEvent(show, event, atMs);
      if (event.type === 'live.comment.created' && prediction !== null) asked.add(event, prediction);
      else offer(event, atMs);
    },
    windows(results) {
      const { show, previous, tickMs } = state;
      let view: RoomView | null = null;
      for (const result of results) {
        if (!isMinute(result) || show === null) continue;
        const atMs = tickMs ?? result.closeMs;
        if (result.closeMs <= show.startedMs) {
          if (previous !== null && result.closeMs > previous.startedMs) put(previous.showId, minuteOf(result, (view ??= ports.view())), atMs); // prettier-ignore
        } else if (isOf(show, result.openMs)) {
          if (result.productId !== null) name(result.productId, atMs);
          put(show.showId, minuteOf(result, (view ??= ports.view())), atMs);
        }
      }
    },
    prompts(events) {
      for (const event of events) note({ kind: 'prompt', event }, event.atMs);
    },
    tick(nowMs) {
      const before = state.tickMs;
      state.tickMs = nowMs;
      const { show } = state;
      if (show === null || Math.floor(nowMs / 1000) === second) return;
      second = Math.floor(nowMs / 1000);
      if (before !== null && nowMs - before > OFF_MS && show.endedMs === null) {
        note({ kind: 'gap', fromMs: before, toMs: nowMs }, nowMs);
      }
      const why = endOf(show, nowMs);
      if (why !== null) end(why, nowMs);
      if (!isOf(show, nowMs)) return;
      const view = ports.view();
      explain(nowMs, view);
      anomalies(nowMs, view.anomalies);
      const isDue = before !== null && Math.floor(before / FORECAST_EVERY_MS) !== Math.floor(nowMs / FORECAST_EVERY_MS);
      if (isDue && show.endedMs === null && view.feed.state === 'ok') forecast(nowMs, view);
    },
    finish() {
      end('end-of-recording', state.tickMs ?? 0);
    },
    takeDelta() {
      const topics = asked.takeDelta();
      const text = JSON.stringify(state);
      if (text === saved) return topics;
      saved = text;
      return { put: [...topics.put, [MAIN_KEY, text]], del: topics.del };
    },
    restore(stored) {
      for (const [key, value] of stored) {
        if (key.startsWith(ASKED_PREFIX)) asked.load(key, value);
        if (key !== MAIN_KEY) continue;
        state = JSON.parse(value) as State;
        saved = value;
        named = new Set(state.named);
      }
    },
  };
}

function fresh(show: Show | null, before: State | null): State {
  const previous = before?.show ?? null;
  return {
    show,
    previous: previous === null ? null : { showId: previous.showId, startedMs: previous.startedMs },
    tickMs: before?.tickMs ?? null,
    named: [],
    explaining: null,
    explainedSinceMs: null,
    anomalies: before?.anomalies ?? [],
  };
}

/** Of the sliding windows, the record of a show reads those that are a whole minute of the clock. */
export function isMinuteStart(openMs: number): boolean {
  return openMs % MINUTE_MS === 0;
}

function isMinute({ spec, openMs, closeMs }: WindowResult): boolean {
  return spec.kind === 'sliding' && isMinuteStart(openMs) && closeMs - openMs === MINUTE_MS;
}

const SAME_NAMED = [
  'comments', 'commenters', 'likes', 'gifts', 'follows', 'shares', 'joins', 'productViews', 'productViewers',
  'cartAdds', 'ordersCreated', 'ordersPaid', 'ordersCancelled', 'unitsPaid', 'buyers', 'refunds',
] as const satisfies readonly MinuteCount[]; // prettier-ignore

function minuteCounts(counts: WindowCounts): Partial<Record<MinuteCount, number>> {
  const own: Partial<Record<MinuteCount, number>> = {};
  for (const name of SAME_NAMED) if (counts[name] > 0) own[name] = counts[name];
  if (counts.audience !== null) {
    own.viewersLast = counts.audience.last;
    own.viewersMost = counts.audience.max;
  }
  return own;
}

const round = (value: number): number => Math.round(value * 100) / 100;
