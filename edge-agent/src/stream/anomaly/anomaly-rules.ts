import type { AnomalyReason, AnomalySeries, RoomAnomalyKind } from '@livecue/shared/insight';
import { ANOMALY_THRESHOLD } from './anomaly-detector.ts';
import type { Judgement } from './guarded-series.ts';
import type { Payments } from './payment-watch.ts';
import type { RoomSlice } from './room-slice.ts';

/** The series that a detector watches. */
export const WATCHED = ['viewers', 'likes', 'likes-per-liker', 'comments', 'comments-per-commenter-15s', 'orders-since-payment'] as const; // prettier-ignore
export type Watched = (typeof WATCHED)[number];
/** Of these the change against the usual is judged, not the level: a room is as full at its begin as after a drop. */
export const RELATIVE: ReadonlySet<Watched> = new Set(['viewers']);
export type Judgements = Readonly<Record<Watched, Judgement>>;

/** A burst is this many times the usual: less is what a good moment of a show does. */
const BURST_RATIO = 3;
/** Accounts that do this many times as much as accounts usually do. */
const PER_ACCOUNT_RATIO = 3;
/** Fewer likes in a slice are soon given by a few quick thumbs. */
const LEAST_LIKES = 200;
const COMMENTS_PER_ACCOUNT_RATIO = 1.5;
/** Commenters with one comment each that are added: two comments of one person are no crew. */
const PRIOR = 5;
/** A drop leaves at most this part of the usual viewers. */
const DROP_RATIO = 0.85;
/** Fewer viewers come and go by themselves. */
const LEAST_VIEWERS = 20;
/** Orders in a row without a payment between them before that means anything, and this many times the usual. */
const LEAST_UNPAID = 4;
const UNPAID_RATIO = 2;
/** A shop that tells of few payments cannot be seen to have none. */
const LEAST_PAID_SHARE = 0.3;
/**
 * So many in a row need no past of the series: if half of the orders are paid, none of 12 is by chance once
 * in 4,096. Without this an outage in a room's first minutes would be learned as usual.
 */
const SURE_UNPAID = 12;
const SURE_PAID_SHARE = 0.5;
/** What was told goes on while it is half as odd. */
const HYSTERESIS = 0.5;

/** One kind of anomaly found in one slice, and the series that must not learn from it. */
export interface Finding {
  readonly kind: Exclude<RoomAnomalyKind, 'feed-gap'>;
  readonly score: number;
  readonly reasons: readonly AnomalyReason[];
  readonly taints: readonly [Watched, ...Watched[]];
}

type IsAlarm = (judged: Judgement) => boolean;

/**
 * Which alarms of the detectors belong together and what they mean. An alarm alone has no meaning: likes
 * that rise with the number of likers are joy, with few likers a machine. `isOpen` says whether an anomaly
 * with that first series goes on already.
 */
export function findingsOf(judged: Judgements, payments: Payments, isOpen: (first: Watched) => boolean): Finding[] {
  const alarm = (first: Watched): IsAlarm => {
    const least = ANOMALY_THRESHOLD * (isOpen(first) ? HYSTERESIS : 1);
    return ({ oddness }) => oddness >= least;
  };
  return [
    likeBots(judged, alarm('likes')),
    commentBots(judged, alarm('comments-per-commenter-15s')),
    viewerDrop(judged, alarm('viewers')),
    paymentOutage(judged, payments, alarm('orders-since-payment')),
  ].filter((finding) => finding !== null);
}

const isTimes = ({ value, usual }: Judgement, ratio: number) => value > ratio * usual;

function finding(kind: Finding['kind'], judged: Judgements, taints: Finding['taints']): Finding {
  const reasons = taints.map((series) => ({
    series: series as AnomalySeries,
    value: round(judged[series].value),
    usual: round(Number.isNaN(judged[series].usual) ? 0 : judged[series].usual),
  }));
  return { kind, score: round(Math.max(...taints.map((series) => judged[series].oddness))), reasons, taints };
}

function likeBots(judged: Judgements, isAlarm: IsAlarm): Finding | null {
  const { likes, 'likes-per-liker': perLiker } = judged;
  if (!isAlarm(likes) || !isAlarm(perLiker)) return null;
  if (likes.value < LEAST_LIKES || !isTimes(likes, BURST_RATIO) || !isTimes(perLiker, PER_ACCOUNT_RATIO)) return null;
  return finding('bot-burst', judged, ['likes', 'likes-per-liker']);
}

function commentBots(judged: Judgements, isAlarm: IsAlarm): Finding | null {
  const { comments, 'comments-per-commenter-15s': perAccount } = judged;
  if (!isAlarm(perAccount) || !isTimes(perAccount, COMMENTS_PER_ACCOUNT_RATIO)) return null;
  if (!(comments.value > comments.usual)) return null;
  return finding('bot-burst', judged, ['comments-per-commenter-15s', 'comments']);
}

function viewerDrop(judged: Judgements, isAlarm: IsAlarm): Finding | null {
  const { viewers } = judged;
  if (!isAlarm(viewers) || !(viewers.usual >= LEAST_VIEWERS) || !(viewers.value < DROP_RATIO * viewers.usual)) return null; // prettier-ignore
  return finding('viewer-drop', judged, ['viewers']);
}

function paymentOutage(judged: Judgements, { usualShare }: Payments, isAlarm: IsAlarm): Finding | null {
  const since = judged['orders-since-payment'];
  const isSure = since.value >= SURE_UNPAID && usualShare >= SURE_PAID_SHARE;
  if (!isSure && (!isAlarm(since) || usualShare < LEAST_PAID_SHARE)) return null;
  if (since.value < LEAST_UNPAID || !isTimes(since, UNPAID_RATIO)) return null;
  const found = finding('payment-outage', judged, ['orders-since-payment']);
  return { ...found, score: Math.max(ANOMALY_THRESHOLD, found.score) };
}

/** The series' values of a slice; NaN where it does not say. */
export function valuesOf(slice: RoomSlice, { sincePayment }: Payments): Record<Watched, number> {
  const live = (value: number) => (slice.isLive ? value : Number.NaN);
  return {
    viewers: slice.viewers ?? Number.NaN,
    likes: live(slice.likes),
    'likes-per-liker': slice.likers === 0 ? Number.NaN : slice.namedLikes / slice.likers,
    comments: live(slice.comments),
    'comments-per-commenter-15s': live((slice.recentComments + PRIOR) / (slice.recentCommenters + PRIOR)),
    'orders-since-payment': slice.isShop ? sincePayment : Number.NaN,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
