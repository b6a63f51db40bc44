import type { AnomalyReason, AnomalySeries, RoomAnomalyKind } from '@livecue/shared/insight';
import { ANOMALY_THRESHOLD } from './anomaly-detector.ts';
import type { Judgement } from './guarded-series.ts';
import type { Payments } from './payment-watch.ts';
import type { RoomSlice } from './room-slice.ts';

/** The series that a detector watches. */
export const WATCHED = ['viewers', 'likes', 'likes-per-liker', 'comments', 'comments-per-commenter-15s', 'unpaid-orders-60s'] as const; // prettier-ignore
export type Watched = (typeof WATCHED)[number];
export type Judgements = Readonly<Record<Watched, Judgement>>;

/** A burst is this many times the usual: less is what a good moment of a show does. */
const BURST_RATIO = 3;
/** Accounts that do this many times as much as accounts usually do. */
const PER_ACCOUNT_RATIO = 2;
const COMMENTS_PER_ACCOUNT_RATIO = 1.5;
/** Fewer comments in 15 s say nothing of who writes them. */
const LEAST_COMMENTS = 10;
/** A drop leaves at most this part of the usual viewers. */
const DROP_RATIO = 0.85;
/** Fewer viewers come and go by themselves. */
const LEAST_VIEWERS = 20;
/** Payments to be expected before their absence means anything: by chance, e^−4 = 2 %. */
const LEAST_EXPECTED_PAYMENTS = 4;
const OUTAGE_RATIO = 0.2;

/** One kind of anomaly found in one slice, and the series that must not learn from it. */
export interface Finding {
  readonly kind: Exclude<RoomAnomalyKind, 'feed-gap'>;
  readonly score: number;
  readonly reasons: readonly AnomalyReason[];
  readonly taints: readonly Watched[];
}

/**
 * Which alarms of the detectors belong together and what they mean. An alarm alone has no meaning: likes
 * that rise with the number of likers are joy, with few likers a machine.
 */
export function findingsOf(judged: Judgements, payments: Payments): Finding[] {
  return [
    likeBots(judged),
    commentBots(judged),
    viewerDrop(judged),
    paymentOutage(judged, payments),
  ].filter((finding) => finding !== null); // prettier-ignore
}

const isAlarm = ({ score }: Judgement) => score >= ANOMALY_THRESHOLD;
const isTimes = ({ value, usual }: Judgement, ratio: number) => value > ratio * usual;

function finding(kind: Finding['kind'], judged: Judgements, taints: readonly Watched[]): Finding {
  const reasons = taints.map((series) => ({
    series: series as AnomalySeries,
    value: round(judged[series].value),
    usual: round(Number.isNaN(judged[series].usual) ? 0 : judged[series].usual),
  }));
  return { kind, score: round(Math.max(...taints.map((series) => judged[series].score))), reasons, taints };
}

function likeBots(judged: Judgements): Finding | null {
  const { likes, 'likes-per-liker': perLiker } = judged;
  if (!isAlarm(likes) || !isAlarm(perLiker)) return null;
  if (!isTimes(likes, BURST_RATIO) || !isTimes(perLiker, PER_ACCOUNT_RATIO)) return null;
  return finding('bot-burst', judged, ['likes', 'likes-per-liker']);
}

function commentBots(judged: Judgements): Finding | null {
  const { comments, 'comments-per-commenter-15s': perAccount } = judged;
  if (!isAlarm(perAccount) || !isTimes(perAccount, COMMENTS_PER_ACCOUNT_RATIO)) return null;
  if (!(comments.value > comments.usual)) return null;
  return finding('bot-burst', judged, ['comments-per-commenter-15s', 'comments']);
}

function viewerDrop(judged: Judgements): Finding | null {
  const { viewers } = judged;
  if (!isAlarm(viewers) || !(viewers.usual >= LEAST_VIEWERS) || !(viewers.value < DROP_RATIO * viewers.usual)) return null; // prettier-ignore
  return finding('viewer-drop', judged, ['viewers']);
}

function paymentOutage(judged: Judgements, { paid, expected }: Payments): Finding | null {
  const unpaid = judged['unpaid-orders-60s'];
  if (!isAlarm(unpaid) || !(unpaid.value > unpaid.usual)) return null;
  if (expected < LEAST_EXPECTED_PAYMENTS || paid > OUTAGE_RATIO * expected) return null;
  return finding('payment-outage', judged, ['unpaid-orders-60s']);
}

/** The series' values of a slice; NaN where it does not say. */
export function valuesOf(slice: RoomSlice, { unpaid }: Payments): Record<Watched, number> {
  const live = (value: number) => (slice.isLive ? value : Number.NaN);
  const ratio = (acts: number, accounts: number, least: number) => (acts < least || accounts === 0 ? Number.NaN : acts / accounts); // prettier-ignore
  return {
    viewers: slice.viewers ?? Number.NaN,
    likes: live(slice.likes),
    'likes-per-liker': ratio(slice.namedLikes, slice.likers, 1),
    comments: live(slice.comments),
    'comments-per-commenter-15s': ratio(slice.recentComments, slice.recentCommenters, LEAST_COMMENTS),
    'unpaid-orders-60s': unpaid,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
