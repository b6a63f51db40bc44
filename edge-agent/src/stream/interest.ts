import type { Interest, RoomView } from '../core-ports.ts';
import { SUM } from './accumulator.ts';
import {
  BEFORE_MS, LONG_MS, productPast, roomPast, SHORT_MS, type Decayed, type InterestSpan, type ProductPast, type RoomPast,
} from './interest/baseline.ts'; // prettier-ignore
import { judge } from './interest/judgement.ts';
import type { InterestParameters } from './interest/parameters.ts';
import { pastPeakOf } from './interest/past-peak.ts';
import { addSignals, likesWorth, noSignals, rhythmOf, sharesOf, signalsOf } from './interest/signals.ts';
import type { Signals } from './interest/row-signals.ts';
import type { KeyRows, Row } from './key-rows.ts';

/** Looks an hour that are nearly independent: the windows move on by 5 s at a time. */
const LOOKS_AN_HOUR = 720;
/** The short and the long window. */
const WINDOWS = 2;
/** Standard deviations beyond which attention is called rising or fading. */
const DIRECTION_Z = 2;
/** Less past than this has no direction. */
const LEAST_BEFORE_MS = 10_000;

/** The part of a room that interest reads. */
export interface InterestRoom {
  readonly sliceMs: number;
  readonly firstIndex: number | null;
  readonly total: KeyRows;
}

/** The present that interest is read at. */
export interface InterestMoment {
  readonly presentMs: number;
  /** The newest slice, which still fills. */
  readonly endIndex: number;
  /** Products with anything counted in the last 10 min. */
  readonly products: number;
  readonly explaining: RoomView['explaining'];
}

interface Rhythm {
  shop: number;
  chat: number;
}

/** The room as all its products are held against it, read once for each moment and state. */
interface RoomNow {
  readonly presentMs: number;
  readonly version: number;
  readonly past: RoomPast;
  readonly short: Rhythm;
  readonly long: Rhythm;
}

/** The past of a product, read once for each state of its older rows. */
interface KnownPast {
  readonly version: number;
  readonly firstIndex: number;
  readonly past: ProductPast;
}

const NOTHING: Interest = {
  level: 0, expected: 0, surprise: 0, pValue: 1, slope: 0, direction: 'steady', signals: [], pastPeak: null,
}; // prettier-ignore

/**
 * Attention to each product of one room, against a self-exciting baseline (Hawkes 1971) scaled by the room's
 * present rhythm; `interest/judgement.ts` has the formula. All of it is read from rows that windows keep
 * anyway: nothing is stored, and a restart or another order of arrival changes nothing.
 */
export class RoomInterest {
  readonly #room: InterestRoom;
  readonly #parameters: InterestParameters;
  #pasts = new Map<KeyRows, KnownPast>();
  #span: InterestSpan | null = null;
  #pastOfRoom: { readonly version: number; readonly past: RoomPast } | null = null;
  #now: RoomNow | null = null;

  constructor(room: InterestRoom, parameters: InterestParameters) {
    this.#room = room;
    this.#parameters = parameters;
  }

  of(key: KeyRows | undefined, moment: InterestMoment): Interest {
    if (key === undefined) return NOTHING;
    const span = this.#spanAt(moment.endIndex);
    const room = this.#roomAt(span, moment.presentMs);
    let known = this.#pasts.get(key);
    if (known?.version !== key.pastVersion || known.firstIndex !== span.firstIndex) {
      const past = productPast(key.rows, span, this.#parameters);
      known = { version: key.pastVersion, firstIndex: span.firstIndex, past };
      this.#pasts.set(key, known);
    }
    return this.#interest(key, known.past, room, { span, moment });
  }

  #spanAt(endIndex: number): InterestSpan {
    const { sliceMs, firstIndex } = this.#room;
    const fromShort = endIndex + 1 - SHORT_MS / sliceMs;
    if (this.#span?.fromShort !== fromShort) {
      this.#pasts = new Map();
      this.#pastOfRoom = null;
    }
    const first = firstIndex ?? fromShort;
    if (this.#span?.fromShort === fromShort && this.#span.firstIndex === first) return this.#span;
    this.#span = { fromLong: endIndex + 1 - LONG_MS / sliceMs, fromShort, firstIndex: first, sliceMs };
    this.#pastOfRoom = null;
    return this.#span;
  }

  #roomAt(span: InterestSpan, presentMs: number): RoomNow {
    const { total } = this.#room;
    if (this.#now?.presentMs === presentMs && this.#now.version === total.version && this.#pastOfRoom !== null)
      return this.#now;
    if (this.#pastOfRoom?.version !== total.pastVersion) {
      this.#pastOfRoom = { version: total.pastVersion, past: roomPast(total.rows, span, this.#parameters) };
    }
    const short = { shop: 0, chat: 0 };
    const long = { shop: 0, chat: 0 };
    for (let at = total.rows.length - 1; at >= 0 && total.rows[at]!.index >= span.fromLong; at--) {
      const { shop, chat } = rhythmOf(total.rows[at]!, this.#parameters.weights);
      addRhythm(long, shop, chat);
      if (total.rows[at]!.index >= span.fromShort) addRhythm(short, shop, chat);
    }
    this.#now = { presentMs, version: total.version, past: this.#pastOfRoom.past, short, long };
    return this.#now;
  }

  #interest(
    key: KeyRows,
    past: ProductPast,
    room: RoomNow,
    at: { readonly span: InterestSpan; readonly moment: InterestMoment },
  ): Interest {
    const { span, moment } = at;
    const parameters = this.#parameters;
    const windows = { short: noSignals(), long: noSignals() };
    for (let i = key.rows.length - 1; i >= 0 && key.rows[i]!.index >= span.fromLong; i--) {
      const signals = signalsOf(key.rows[i]!, parameters.weights);
      addSignals(windows.long, signals);
      if (key.rows[i]!.index >= span.fromShort) addSignals(windows.short, signals);
    }
    const judgeWindow = (now: Signals, own: Decayed, rhythm: Rhythm, of: RoomPast['long'], from: number) => {
      const { sliceMs, firstIndex } = span;
      const elapsedMs = elapsedOf(moment, from, sliceMs);
      return judge({ now, own, rhythm, of, elapsedMs, pastMs: (from - firstIndex) * sliceMs, sliceMs }, parameters);
    };
    const short = judgeWindow(windows.short, past.short, room.short, room.past.short, span.fromShort);
    const long = judgeWindow(windows.long, past.long, room.long, room.past.long, span.fromLong);
    const [judged, now, from] = long.surprise > short.surprise ? ([long, windows.long, span.fromLong] as const) : ([short, windows.short, span.fromShort] as const); // prettier-ignore
    const explained = moment.explaining?.productId === key.productId ? moment.explaining : null;
    const likes = explained === null ? 0 : likesSince(this.#room.total.rows, Math.max(from, Math.ceil(explained.sinceMs / span.sliceMs))); // prettier-ignore
    const pastPeak = explained === null ? null : pastPeakOf({ product: key.rows, room: this.#room.total.rows, sinceMs: explained.sinceMs, presentMs: moment.presentMs, sliceMs: span.sliceMs }, parameters); // prettier-ignore
    const own = now.shop + now.talk;
    const perMinute = 60_000 / judged.elapsedMs;
    return new JudgedInterest(
      {
        level: round((own + likesWorth(own, likes, parameters.weights)) * perMinute),
        expected: round(judged.expected * perMinute),
        surprise: round(judged.surprise),
        pValue: Math.min(1, Math.pow(10, -judged.surprise) * WINDOWS * Math.max(1, moment.products) * LOOKS_AN_HOUR),
        pastPeak,
      },
      directionOf(windows.long, past, at, parameters),
      { now, likes, weights: parameters.weights },
    );
  }
}

/** A class, because a getter in an object that is made each time is the dearest part of it. */
class JudgedInterest implements Interest {
  readonly level: number;
  readonly expected: number;
  readonly surprise: number;
  readonly pValue: number;
  readonly slope: number;
  readonly direction: Interest['direction'];
  readonly pastPeak: Interest['pastPeak'];
  readonly #of: { readonly now: Signals; readonly likes: number; readonly weights: InterestParameters['weights'] };

  constructor(
    judged: Pick<Interest, 'level' | 'expected' | 'surprise' | 'pValue' | 'pastPeak'>,
    { slope, direction }: Pick<Interest, 'slope' | 'direction'>,
    of: { readonly now: Signals; readonly likes: number; readonly weights: InterestParameters['weights'] },
  ) {
    this.level = judged.level;
    this.expected = judged.expected;
    this.surprise = judged.surprise;
    this.pValue = judged.pValue;
    this.slope = slope;
    this.direction = direction;
    this.pastPeak = judged.pastPeak;
    this.#of = of;
  }

  /** Asked for of one product in hundreds: rules read the numbers of all, many times a second. */
  get signals(): Interest['signals'] {
    const { now, likes, weights } = this.#of;
    return sharesOf(now, likes, weights);
  }

  toJSON(): Interest {
    return { ...this, signals: this.signals };
  }
}

/** How long a window from slice `from` on has run: its newest slice still fills. */
function elapsedOf(moment: InterestMoment, from: number, sliceMs: number): number {
  return Math.max(sliceMs, moment.presentMs - from * sliceMs);
}

function addRhythm(sum: Rhythm, shop: number, chat: number): void {
  sum.shop += shop;
  sum.chat += chat;
}

function likesSince(rows: readonly Row[], from: number): number {
  let likes = 0;
  for (let at = rows.length - 1; at >= 0 && rows[at]!.index >= from; at--) likes += rows[at]!.acc.sums[SUM.likes]!;
  return likes;
}

/** The long window against the minute before it: conditional test of two rates, with the overdispersion φ. */
function directionOf(
  long: Signals,
  past: ProductPast,
  at: { readonly span: InterestSpan; readonly moment: InterestMoment },
  { dispersion }: InterestParameters,
): Pick<Interest, 'slope' | 'direction'> {
  const { span, moment } = at;
  const nowMs = elapsedOf(moment, span.fromLong, span.sliceMs);
  const beforeMs = Math.min(BEFORE_MS, (span.fromLong - span.firstIndex) * span.sliceMs);
  if (beforeMs < LEAST_BEFORE_MS) return { slope: 0, direction: 'steady' };
  const now = long.shop + long.talk;
  const n = now + past.before;
  const r = nowMs / (nowMs + beforeMs);
  const z = n === 0 ? 0 : (now - n * r) / Math.sqrt(dispersion * n * r * (1 - r));
  const change = (now / nowMs - past.before / beforeMs) * 60_000;
  const slope = round((change * 60_000) / ((nowMs + beforeMs) / 2));
  return { slope, direction: z > DIRECTION_Z ? 'rising' : z < -DIRECTION_Z ? 'fading' : 'steady' };
}

/** So that machines agree. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
