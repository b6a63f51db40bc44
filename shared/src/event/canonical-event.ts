import * as z from 'zod';
import { Currency, Decimal } from './money.ts';
import {
  Count, DateTime, Identifier, MonetaryAmount, OrderedItem, OrderStatus, Person, ProductReference,
} from './parts.ts'; // prettier-ignore

/** Longest comment text that is taken, in UTF-16 code units. Longer text is `malformed`. */
export const MAX_TEXT_LENGTH = 10_000;

/** CloudEvents 1.0 context attributes (CNCF CloudEvents 1.0.2, section 3) and our extensions. */
const Envelope = z.object({
  specversion: z.literal('1.0').default('1.0'),
  id: Identifier.describe('`<platform>:<native id>`; unique within the source'),
  source: z
    .string()
    .regex(/^(live|shop)\/[^/\s]+\/[^\s]+$/, 'expected live/<platform>/<room> or shop/<platform>/<shop>')
    .max(512),
  time: DateTime.optional().describe('Event time by the platform; without it the receive time counts'),
  datacontenttype: z.string().max(128).optional(),
  dataschema: z.string().max(2048).optional(),
  subject: z.string().max(512).optional(),
  sequence: z.string().max(64).optional(),
  receivedtime: DateTime.optional(),
  historical: z.boolean().default(false).describe('Happened before we were connected: never acted on'),
  origin: z.string().max(256).optional().describe('connector@version'),
  idquality: z.enum(['native', 'derived']).default('native'),
});

function kind<T extends string, D extends z.ZodType>(type: T, data: D) {
  return Envelope.extend({ type: z.literal(type), data });
}

const Comment = z.object({
  identifier: Identifier.optional().describe('The id the platform uses when it removes this comment'),
  text: z.string().max(MAX_TEXT_LENGTH),
  author: Person,
  isPaid: z.boolean().default(false),
  parentItem: Identifier.optional(),
  inLanguage: z.string().max(64).optional(),
  amount: MonetaryAmount.optional(),
});

const Order = z.object({
  orderNumber: Identifier,
  orderStatus: OrderStatus,
  priceCurrency: Currency,
  partial: z.boolean().describe('A hint: the order is read again before anybody acts on it'),
  orderedItem: z.array(OrderedItem).max(1000).optional(),
  total: Decimal.optional(),
  customerRef: Identifier.optional(),
  deviceRef: Identifier.optional().describe(
    'Stands for the device of the order: a keyed hash, never the address itself',
  ),
  addressRef: Identifier.optional().describe('Stands for the address it goes to: a keyed hash'),
  paymentRef: Identifier.optional().describe('Stands for the card or account that pays: a keyed hash'),
  customerSince: DateTime.optional().describe('Since when the customer has an account'),
});

const Offer = z.object({
  product: ProductReference,
  price: Decimal,
  priceCurrency: Currency,
  validFrom: DateTime.optional(),
  validThrough: DateTime.optional(),
  eligibleQuantity: Count.optional(),
  kind: z.enum(['flash', 'coupon', 'bundle']).optional(),
});

const Room = z.object({
  name: z.string().max(1024).optional(),
  startTime: DateTime.optional(),
  endTime: DateTime.optional(),
});

const ProductPin = z.object({
  product: ProductReference,
  position: Count.optional(),
  until: DateTime.optional(),
});

export const CommentCreated = kind('live.comment.created', Comment);
export const CommentDeleted = kind(
  'live.comment.deleted',
  z
    .object({ identifier: z.array(Identifier).min(1).max(10_000).optional(), author: Person.optional() })
    .refine((data) => data.identifier !== undefined || data.author !== undefined, 'expected identifier or author'),
);
export const CommentPinned = kind(
  'live.comment.pinned',
  z.object({
    comment: z.object({ identifier: Identifier, text: z.string().max(MAX_TEXT_LENGTH).optional() }),
    position: Count.optional(),
    until: DateTime.optional(),
  }),
);
export const LikeAdded = kind(
  'live.like.added',
  z.object({ count: Count, agent: Person.optional(), userInteractionCount: Count.optional() }),
);
export const GiftSent = kind(
  'live.gift.sent',
  z.object({
    agent: Person,
    giftName: z.string().max(512),
    quantity: Count,
    giftUnit: z
      .string()
      .regex(/^([A-Z]{3}|X[A-Z]{2}-[a-z]+)$/, 'expected an ISO 4217 code or a platform unit such as XTK-diamond'),
    final: z.boolean(),
    giftId: Identifier.optional(),
    unitValue: z.string().max(32).optional(),
    totalValue: z.string().max(32).optional(),
    comboId: Identifier.optional(),
  }),
);
export const FollowAdded = kind('live.follow.added', z.object({ agent: Person, followee: Person.optional() }));
export const ShareAdded = kind('live.share.added', z.object({ agent: Person, target: z.string().max(512).optional() }));
export const JoinAdded = kind('live.join.added', z.object({ agent: Person, via: z.string().max(128).optional() }));
export const AudienceUpdated = kind(
  'live.audience.updated',
  z
    .object({ concurrent: Count.optional(), cumulative: Count.optional(), popularity: Count.optional() })
    .refine(
      (data) => data.concurrent !== undefined || data.cumulative !== undefined || data.popularity !== undefined,
      'expected concurrent, cumulative or popularity',
    ),
);
export const ProductPinned = kind('live.product.pinned', ProductPin);
export const ProductUnpinned = kind('live.product.unpinned', ProductPin);
export const RoomStarted = kind('live.room.started', Room);
export const RoomEnded = kind('live.room.ended', Room);
export const RoomUpdated = kind('live.room.updated', Room);
export const ProductViewed = kind(
  'shop.product.viewed',
  z.object({ product: ProductReference, agent: Person.optional(), placement: z.string().max(256).optional() }),
);
export const CartAdded = kind(
  'shop.cart.added',
  z.object({
    product: ProductReference,
    orderQuantity: Count,
    agent: Person.optional(),
    price: Decimal.optional(),
    priceCurrency: Currency.optional(),
  }),
);
export const OrderCreated = kind('shop.order.created', Order);
export const OrderPaid = kind('shop.order.paid', Order);
export const OrderCancelled = kind('shop.order.cancelled', Order);
export const OrderUpdated = kind('shop.order.updated', Order);
export const OrderRefunded = kind(
  'shop.order.refunded',
  z.object({
    orderNumber: Identifier,
    amount: Decimal,
    priceCurrency: Currency,
    orderedItem: z.array(OrderedItem).max(1000).optional(),
    reason: z.string().max(2048).optional(),
  }),
);
export const StockUpdated = kind(
  'shop.stock.updated',
  z
    .object({
      productID: Identifier.optional(),
      sku: Identifier.optional(),
      inventoryLevel: z.int(),
      location: z.string().max(512).optional(),
      availability: z.string().max(64).optional(),
      delta: z.int().optional(),
    })
    .refine((data) => data.productID !== undefined || data.sku !== undefined, 'expected productID or sku'),
);
export const OfferStarted = kind('shop.offer.started', Offer);
export const OfferEnded = kind('shop.offer.ended', Offer);
export const OfferChanged = kind('shop.offer.changed', Offer);

/** One line of the wire: a CloudEvent whose `type` says which `data` it carries. */
export const CanonicalEvent = z.discriminatedUnion('type', [
  CommentCreated, CommentDeleted, CommentPinned, LikeAdded, GiftSent, FollowAdded, ShareAdded, JoinAdded,
  AudienceUpdated, ProductPinned, ProductUnpinned, RoomStarted, RoomEnded, RoomUpdated, ProductViewed,
  CartAdded, OrderCreated, OrderPaid, OrderCancelled, OrderUpdated, OrderRefunded, StockUpdated,
  OfferStarted, OfferEnded, OfferChanged,
]); // prettier-ignore
export type CanonicalEvent = z.infer<typeof CanonicalEvent>;
export type EventType = CanonicalEvent['type'];

export const EVENT_TYPES: readonly EventType[] = CanonicalEvent.options.map((option) => option.shape.type.value);
