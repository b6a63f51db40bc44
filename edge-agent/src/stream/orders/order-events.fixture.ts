import type { LiveEvent } from '@livecue/shared/event';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import type { OrderModel } from './order-judge.ts';

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

const UNITS = ORDER_FEATURES.indexOf('units');
/** Calls orders of many units strange. */
export const unitsModel: OrderModel = {
  threshold: 0.6,
  score: (features) => Math.min(1, features[UNITS]! / 10),
  reasons: (features) => [{ feature: 'units', value: features[UNITS]!, usual: 1, share: 1 }],
};
