import { type LiveEvent, type LiveEventOf, toMinorUnits } from '@livecue/shared/event';
import type { Intent, Prediction } from '@livecue/shared/insight';
import type { PatronAsked, StateDelta } from '../core-ports.ts';
import type { ResolveProduct } from './counting.ts';
import { hashInto } from './hash.ts';
import { type OpenDelta, RecentTable } from './orders/recent-table.ts';

/** Buyers that are remembered, twice as many at most. */
const MAX_BUYERS = 10_000;
/** Questions that wait at most, and how long. */
const MAX_ASKED = 20;
const ASKED_MS = 300_000;
const BUYER_PREFIX = 'patrons/1/buyer/';
const ASKED_KEY = 'patrons/1/asked';

const QUESTIONS: ReadonlySet<Intent> = new Set<Intent>([
  'size_spec', 'price', 'stock', 'shipping', 'product_question', 'discount_gift', 'host_request', 'return_warranty',
  'order_payment',
]); // prettier-ignore

/** What is kept of a buyer: neither name nor id, and of the orders their number, their worth and the last one. */
interface Buyer {
  orders: number;
  /** Minor units by currency. */
  spent: Record<string, number>;
  last: string;
}

/**
 * Who has bought before, and what such viewers ask now. A buyer is known by the id under which the same platform
 * tells orders and comments; where it uses two, only paid comments and VIPs are known.
 */
export class Patrons {
  readonly #resolve: ResolveProduct;
  readonly #buyers = new RecentTable<Buyer>(BUYER_PREFIX, MAX_BUYERS);
  #asked: PatronAsked[] = [];
  #askedSaved = '[null]';
  #onAir: string | null = null;
  readonly #lanes = new Uint32Array(2);

  constructor(resolve: ResolveProduct) {
    this.#resolve = resolve;
  }

  /** Takes any event, admitted, in order of arrival; a comment with what the model says of it. */
  note(event: LiveEvent, prediction: Prediction | null): void {
    if (event.type === 'live.comment.created') this.#commented(event, prediction);
    else if (event.type === 'shop.order.paid') this.#paid(event);
    else if (event.type === 'live.comment.deleted') this.#removed(event);
    else if (event.type === 'live.product.pinned') this.#onAir = this.#resolve(event.data.product);
    else if (event.type === 'live.product.unpinned' && this.#onAir === this.#resolve(event.data.product))
      this.#onAir = null;
  }

  /** Questions of the last 5 min, oldest first. */
  at(nowMs: number): readonly PatronAsked[] {
    return this.#asked.filter(({ askedMs }) => nowMs - askedMs < ASKED_MS);
  }

  #paid({ source, data }: LiveEventOf<'shop.order.paid'>): void {
    if (data.customerRef === undefined) return;
    const buyer = this.#buyers.use(this.#refOf(source, data.customerRef), () => ({ orders: 0, spent: {}, last: '' }));
    const order = this.#refOf(source, data.orderNumber);
    // Told as paid twice, it is one order.
    if (buyer.last === order) return;
    buyer.last = order;
    buyer.orders++;
    const minor = data.total === undefined ? null : toMinorUnits(data.total, data.priceCurrency);
    const sum = (buyer.spent[data.priceCurrency] ?? 0) + (minor ?? 0);
    if (Number.isSafeInteger(sum)) buyer.spent[data.priceCurrency] = sum;
  }

  #commented(event: LiveEventOf<'live.comment.created'>, prediction: Prediction | null): void {
    const { author, isPaid, identifier } = event.data;
    const roles = author.roles ?? [];
    if (prediction === null || !QUESTIONS.has(prediction.intent)) return;
    if (roles.includes('host') || roles.includes('moderator') || roles.includes('staff')) return;
    const patronRef = this.#refOf(event.source, author.identifier);
    const buyer = this.#buyers.peek(patronRef);
    const isVip = roles.includes('vip');
    if (buyer === undefined && !isPaid && !isVip) return;
    const asked: PatronAsked = {
      patronRef,
      orders: buyer?.orders ?? 0,
      spentMinor: { ...buyer?.spent },
      isPaid,
      isVip,
      productId: prediction.products[0]?.productId ?? this.#onAir,
      intent: prediction.intent,
      askedMs: event.eventTimeMs,
      eventId: event.id,
      commentId: identifier ?? event.id,
    };
    this.#asked = [...this.at(event.eventTimeMs), asked].slice(-MAX_ASKED);
  }

  #removed({ source, data }: LiveEventOf<'live.comment.deleted'>): void {
    if (this.#asked.length === 0) return;
    const ids = new Set(data.identifier);
    const author = data.author === undefined ? null : this.#refOf(source, data.author.identifier);
    this.#asked = this.#asked.filter(({ commentId, patronRef }) => !ids.has(commentId) && patronRef !== author);
  }

  /** `live/douyin/room` and `shop/douyin/shop` are one platform. */
  #refOf(source: string, id: string): string {
    hashInto(`${source.split('/')[1] ?? ''} ${id}`, this.#lanes);
    return [...this.#lanes].map((lane) => (lane >>> 8).toString(16).padStart(6, '0')).join('');
  }

  takeDelta(): StateDelta {
    const delta: OpenDelta = { put: [], del: [] };
    this.#buyers.takeChanges(delta);
    const asked = JSON.stringify([this.#onAir, ...this.#asked]);
    if (asked !== this.#askedSaved) delta.put.push([ASKED_KEY, asked]);
    this.#askedSaved = asked;
    return delta;
  }

  /** To be called before anything else; entries of others are passed over. */
  restore(state: readonly (readonly [string, string])[]): void {
    this.#buyers.restore(state);
    const asked = state.find(([key]) => key === ASKED_KEY)?.[1];
    if (asked === undefined) return;
    const [onAir, ...rest] = JSON.parse(asked) as [string | null, ...PatronAsked[]];
    this.#onAir = onAir;
    this.#asked = rest;
    this.#askedSaved = asked;
  }
}
