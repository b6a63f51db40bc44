import type { OrderFeature, OrderReason } from '@livecue/shared/insight';

/** English words for one reason, with its value and what is usual: "5 orders of the buyer in 1 h (usual 1)". */
export function reasonText({ feature, value, usual }: OrderReason): string {
  const [say, words] = WORDS[feature];
  return `${say(value)} ${words} (usual ${say(usual)})`;
}

const number = (value: number): string => String(Math.round(value * 100) / 100);
const percent = (value: number): string => `${Math.round(100 * value)} %`;
const times = (value: number): string => `${number(value)} ×`;

/** 5.3 s, 4 min, 3 h of a log2 of seconds. */
function gap(log2S: number): string {
  if (log2S >= 17) return 'none';
  const seconds = 2 ** log2S - 1;
  if (seconds < 60) return `${number(seconds)} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${number(seconds / 3600)} h`;
}

const WORDS: Readonly<Record<OrderFeature, readonly [say: (value: number) => string, words: string]>> = {
  buyerOrders10Min: [number, 'orders of the buyer in 10 min'],
  buyerOrders1H: [number, 'orders of the buyer in 1 h'],
  sameProductOrders1H: [number, 'orders of the buyer for the same product in 1 h'],
  buyerGapLog2S: [gap, 'between two orders of the buyer'],
  basketSimilarity: [percent, 'the same products as an earlier order of the buyer'],
  buyerReturnShare: [percent, "of the buyer's orders returned or cancelled"],
  productOrdersPerBuyer1H: [number, 'orders a buyer of the product in 1 h'],
  productBurst: [times, 'the orders a minute of the last hour of the product'],
  productOrdersPerView: [(value) => number(Math.exp(value)), 'orders a view of the product'],
  notViewed: [(value) => (value === 1 ? 'no' : 'a'), 'look of the buyer at the product before'],
  units: [number, 'units'],
  totalLevel: [(value) => times(Math.exp(value)), 'the mean total'],
  deviceOrders1H: [number, 'orders of the device in 1 h'],
  addressOrders1H: [number, 'orders to the address in 1 h'],
  paymentOrders1H: [number, 'orders of the payment means in 1 h'],
  deviceBuyers: [number, 'buyers on the device'],
  addressBuyers: [number, 'buyers at the address'],
  paymentBuyers: [number, 'buyers with the payment means'],
  accountAgeDays: [(value) => (value >= 30 ? '30 or unknown' : number(value)), 'days of the account'],
};
