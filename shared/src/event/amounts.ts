import type { CanonicalEvent } from './canonical-event.ts';
import { minorDigits, toMinorUnits } from './money.ts';

/**
 * The first money field whose digits are not exactly its currency's minor digits, as words for the
 * sender, or null when all are right. The field's path stands in the words, the amount does not.
 * Called for every event: kinds without money cost one comparison.
 */
export function amountProblem(event: CanonicalEvent): string | null {
  switch (event.type) {
    case 'live.comment.created': {
      const amount = event.data.amount;
      return amount === undefined ? null : check('data.amount.value', amount.value, amount.currency);
    }
    case 'shop.order.created':
    case 'shop.order.paid':
    case 'shop.order.cancelled':
    case 'shop.order.updated':
      return check('data.total', event.data.total, event.data.priceCurrency) ?? checkItems(event.data);
    case 'shop.order.refunded':
      return check('data.amount', event.data.amount, event.data.priceCurrency) ?? checkItems(event.data);
    case 'shop.offer.started':
    case 'shop.offer.ended':
    case 'shop.offer.changed':
      return check('data.price', event.data.price, event.data.priceCurrency);
    case 'shop.cart.added':
      // Without a currency nothing says how many digits are right, and nobody adds such a price up.
      return event.data.priceCurrency === undefined
        ? null
        : check('data.price', event.data.price, event.data.priceCurrency);
    default:
      return null;
  }
}

function checkItems(data: { orderedItem?: readonly { price?: string }[]; priceCurrency: string }): string | null {
  const items = data.orderedItem;
  if (items === undefined) return null;
  for (let i = 0; i < items.length; i++) {
    const problem = check(`data.orderedItem.${i}.price`, items[i]?.price, data.priceCurrency);
    if (problem !== null) return problem;
  }
  return null;
}

function check(path: string, value: string | undefined, currency: string): string | null {
  if (value === undefined || toMinorUnits(value, currency) !== null) return null;
  const digits = minorDigits(currency);
  const right = digits === 0 ? 'no decimal point' : `exactly ${digits} digits after the point`;
  return `${path}: expected ${right} for ${currency}, and no more than 2^53 minor units`;
}
