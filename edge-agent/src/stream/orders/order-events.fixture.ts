import fc from 'fast-check';
import type { LiveEvent } from '@livecue/shared/event';

const START_MS = Date.UTC(2026, 0, 15, 12);

/** What a drawn event is made of; small ranges, so that buyers, products and numbers meet often. */
export interface Drawn {
  readonly kind: 'created' | 'paid' | 'refunded' | 'cancelled' | 'viewed';
  readonly number: number;
  readonly buyer: number | null;
  readonly products: readonly number[];
  /** Seconds from the start; not in order. */
  readonly atS: number;
  readonly device: number | null;
}

export const drawnEvents = fc.array(
  fc.record<Drawn>({
    kind: fc.constantFrom('created', 'created', 'created', 'paid', 'refunded', 'cancelled', 'viewed'),
    number: fc.integer({ min: 0, max: 30 }),
    buyer: fc.option(fc.integer({ min: 0, max: 3 })),
    products: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    atS: fc.integer({ min: 0, max: 9_000 }),
    device: fc.option(fc.integer({ min: 0, max: 2 })),
  }),
  { maxLength: 60 },
);

export function eventOf(drawn: Drawn, index: number): LiveEvent {
  const eventTimeMs = START_MS + drawn.atS * 1000;
  const common = { id: `e${index}`, source: 'shop/test/1', eventTimeMs, eventTimeFrom: 'platform', ingestTimeMs: eventTimeMs, historical: false, idQuality: 'native' } as const; // prettier-ignore
  const orderNumber = `n${drawn.number}`;
  const orderedItem = drawn.products.map((product) => ({ productID: `p${product}`, orderQuantity: product + 1, price: '10.00' })); // prettier-ignore
  const ids = {
    ...(drawn.buyer === null ? {} : { customerRef: `b${drawn.buyer}` }),
    ...(drawn.device === null ? {} : { deviceRef: `d${drawn.device}` }),
  };
  const order = { orderNumber, priceCurrency: 'CNY', partial: false, orderedItem, ...ids };
  switch (drawn.kind) {
    case 'created':
      return { ...common, type: 'shop.order.created', data: { ...order, orderStatus: 'OrderPaymentDue' } };
    case 'paid':
      return { ...common, type: 'shop.order.paid', data: { ...order, orderStatus: 'OrderProcessing' } };
    case 'cancelled':
      return { ...common, type: 'shop.order.cancelled', data: { ...order, orderStatus: 'OrderCancelled' } };
    case 'refunded':
      return { ...common, type: 'shop.order.refunded', data: { orderNumber, amount: '10.00', priceCurrency: 'CNY' } };
    case 'viewed':
      return { ...common, type: 'shop.product.viewed', data: { product: { productID: `p${drawn.products[0] ?? 0}` } } };
  }
}
