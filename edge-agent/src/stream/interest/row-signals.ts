/** Signals of some slices. Each viewer counts once a slice and kind, so that one who asks ten times is one. */
export interface Signals {
  views: number;
  questions: number;
  carts: number;
  orders: number;
  /** Weighted views, carts and orders. */
  shop: number;
  /** Weighted questions. */
  talk: number;
}

/** What a row was found to hold when it had so many events; one who writes in a slice moves its count. */
export interface RowSignals extends Readonly<Signals> {
  readonly events: number;
}

/** What a row of the room tells of the room's rhythm. */
export interface RowRhythm {
  readonly events: number;
  readonly shop: number;
  /** Distinct viewers who wrote: a crew of bots is a few of them, however fast it writes. */
  readonly chat: number;
}
