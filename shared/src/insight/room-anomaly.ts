import * as z from 'zod';

/**
 * What can be wrong with a room: a few accounts act faster than people do, viewers are lost within
 * seconds, orders are placed and not paid, nothing arrives any more.
 */
export const RoomAnomalyKind = z.enum(['bot-burst', 'viewer-drop', 'payment-outage', 'feed-gap']);
export type RoomAnomalyKind = z.infer<typeof RoomAnomalyKind>;

/** What an anomaly is read from. Counts are of one slice (5 s), but for those that name their span. */
export const AnomalySeries = z.enum([
  'viewers', 'likes', 'likes-per-liker', 'comments', 'comments-per-commenter-15s', 'orders-since-payment', 'silence-ms',
]); // prettier-ignore
export type AnomalySeries = z.infer<typeof AnomalySeries>;

/** One reason: what was counted, and what is usual in this room. */
export const AnomalyReason = z.object({ series: AnomalySeries, value: z.number(), usual: z.number() });
export type AnomalyReason = z.infer<typeof AnomalyReason>;

/** Something odd about a room as a whole. Numbers only: no names, no words of viewers. */
export const RoomAnomaly = z.object({
  kind: RoomAnomalyKind,
  roomId: z.string(),
  /** Begin of the first slice that shows it, event time. Of a feed gap: when the last event arrived. */
  startMs: z.int(),
  /** When it was told: `startMs` and how long it took to be sure. */
  toldMs: z.int(),
  /** End of the last slice that shows it; null while it goes on. */
  endMs: z.int().nullable(),
  /** How odd at its worst, 0..1; 1 for a feed gap. */
  score: z.number().min(0).max(1),
  /** As they were at its worst. */
  reasons: z.array(AnomalyReason).min(1),
});
export type RoomAnomaly = z.infer<typeof RoomAnomaly>;
