import type { OrderFeature, OrderReason } from '@livecue/shared/insight';

/** English words for one reason, with its value and what is usual. */
export function reasonText({ feature, value, usual }: OrderReason): string {
  return `${WORDS[feature](value)}; usual ${WORDS[feature](usual)}`;
}

const number = (value: number): string => String(Math.round(value * 100) / 100);
const many = (value: number, words: string): string => `${number(value)} ${words}`;

/** 5.3 s, 4 min, 3 h of a log2 of seconds. */
function gap(log2S: number): string {
  if (log2S >= 17) return 'no other order of the buyer';
  const seconds = 2 ** log2S - 1;
  if (seconds < 60) return `${number(seconds)} s from another order of the buyer`;
  return seconds < 3600
    ? `${Math.round(seconds / 60)} min from another order of the buyer`
    : `${number(seconds / 3600)} h from another order of the buyer`;
}

const WORDS: Readonly<Record<OrderFeature, (value: number) => string>> = {
  buyerOrders10Min: (value) => many(value, 'orders of the buyer in 10 min'),
  buyerOrders1H: (value) => many(value, 'orders of the buyer in 1 h'),
  sameProductOrders1H: (value) => many(value, 'orders of the buyer for the same product in 1 h'),
  buyerGapLog2S: gap,
  basketSimilarity: (value) => `${Math.round(100 * value)} % the same products as an earlier order of the buyer`,
  buyerReturnShare: (value) => `${Math.round(100 * value)} % of the buyer's orders returned or cancelled`,
  productOrdersPerBuyer1H: (value) => many(value, 'orders a buyer of the product in 1 h'),
  productBurst: (value) => `${number(value)} times the usual orders a minute of the product`,
  productOrdersPerView: (value) => `${number(Math.exp(value))} orders a view of the product`,
  notViewed: (value) => (value === 1 ? 'ordered without having been opened' : 'opened before it was ordered'),
  units: (value) => many(value, 'units'),
  totalLevel: (value) => `${number(Math.exp(value))} times the usual total`,
  deviceOrders1H: (value) => many(value, 'orders of the device in 1 h'),
  addressOrders1H: (value) => many(value, 'orders to the address in 1 h'),
  paymentOrders1H: (value) => many(value, 'orders of the payment means in 1 h'),
  deviceBuyers: (value) => many(value, 'buyers on the device'),
  addressBuyers: (value) => many(value, 'buyers at the address'),
  paymentBuyers: (value) => many(value, 'buyers with the payment means'),
  accountAgeDays: (value) =>
    value >= 30 ? 'account of 30 days or more, or unknown' : `account of ${number(value)} days`,
};
