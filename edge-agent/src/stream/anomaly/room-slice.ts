import { commentersOf, SUM, type Accumulator } from '../accumulator.ts';
import { countDistinct, mergeSet, type DistinctSet } from '../distinct.ts';
import type { KeyRows } from '../key-rows.ts';

/** Slices over which commenters are told apart: 15 s of 5 s each. */
const COMMENT_SLICES = 3;

/** What anomalies are read from: one slice of a room, as it is when the watermark passes its end. */
export interface RoomSlice {
  readonly openMs: number;
  /** Anything from the live platform. Where nothing came, nothing is known: no likes is not zero likes. */
  readonly isLive: boolean;
  /** The same of the shop. */
  readonly isShop: boolean;
  /** The newest count told in it, or null. */
  readonly viewers: number | null;
  readonly likes: number;
  /** Likes that name an account, and how many distinct accounts. */
  readonly namedLikes: number;
  readonly likers: number;
  readonly comments: number;
  /** Comments and distinct commenters of this slice and the two before. */
  readonly recentComments: number;
  readonly recentCommenters: number;
  readonly created: number;
  readonly paid: number;
  readonly cancelled: number;
}

/** Accounts that liked in one slice. */
export interface Likers {
  likes: number;
  readonly accounts: DistinctSet;
}

export function readSlice(total: KeyRows, index: number, sliceMs: number, likers: Likers | undefined): RoomSlice {
  const recent = total.parts(index + 1 - COMMENT_SLICES, index + 1);
  // One row a slice so near the watermark; a sum would copy its sets.
  const acc = total.parts(index, index + 1)[0] ?? null;
  const sum = (of: number) => acc?.sums[of] ?? 0;
  return {
    openMs: index * sliceMs,
    isLive: acc !== null && (acc.audience !== null || hasAny(acc, LIVE_SUMS)),
    isShop: acc !== null && hasAny(acc, SHOP_SUMS),
    viewers: acc?.audience?.last ?? null,
    likes: sum(SUM.likes),
    namedLikes: likers?.likes ?? 0,
    likers: likers === undefined ? 0 : countDistinct(likers.accounts),
    comments: sum(SUM.comments),
    recentComments: recent.reduce((all, part) => all + part.sums[SUM.comments]!, 0),
    recentCommenters: distinctCommenters(recent),
    created: sum(SUM.ordersCreated),
    paid: sum(SUM.ordersPaid),
    cancelled: sum(SUM.ordersCancelled),
  };
}

const LIVE_SUMS = [SUM.comments, SUM.likes, SUM.gifts, SUM.follows, SUM.shares, SUM.joins];
const SHOP_SUMS = [SUM.productViews, SUM.cartAdds, SUM.ordersCreated, SUM.ordersPaid, SUM.ordersCancelled];

function hasAny(acc: Accumulator, sums: readonly number[]): boolean {
  return sums.some((of) => acc.sums[of]! > 0);
}

function distinctCommenters(parts: readonly Accumulator[]): number {
  const union: DistinctSet = [];
  for (const part of parts) mergeSet(union, commentersOf(part));
  return countDistinct(union);
}
