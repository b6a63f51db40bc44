import type { TFunction } from 'i18next';
import type { OrderFeature, OrderReason } from '@livecue/shared/insight';

const NO_OTHER_ORDER = 17;
const MONTH_DAYS = 30;

/** Seconds of a gap told as log2(1 + s), in words. */
function gap(t: TFunction, log2S: number): string {
  if (log2S >= NO_OTHER_ORDER) return t('orderValue.noOther');
  const s = 2 ** log2S - 1;
  if (s < 120) return t('age.s', { n: Math.round(s) });
  return s < 7200 ? t('age.min', { n: Math.round(s / 60) }) : t('age.h', { n: (s / 3600).toFixed(1) });
}

const percent = (value: number) => `${Math.round(100 * value)} %`;
const short = (value: number) => String(value >= 100 ? Math.round(value) : Number(value.toPrecision(2)));

/** A feature's number in the unit that people read. */
export function valueWords(t: TFunction, feature: OrderFeature, value: number): string {
  switch (feature) {
    case 'buyerGapLog2S':
      return gap(t, value);
    case 'basketSimilarity':
    case 'buyerReturnShare':
      return percent(value);
    case 'productOrdersPerView':
    case 'totalLevel':
      return short(Math.exp(value));
    case 'notViewed':
      return t(value === 1 ? 'orderValue.notOpened' : 'orderValue.opened');
    case 'accountAgeDays':
      return value >= MONTH_DAYS ? t('orderValue.monthOrMore') : t('orderValue.days', { n: short(value) });
    default:
      return short(value);
  }
}

/** 同一买家 1 小时同款 4 单 */
export function featureWords(t: TFunction, { feature, value }: OrderReason): string {
  return t(`orderFeature.${feature}`, { v: valueWords(t, feature, value) });
}

/** With what is usual beside it. */
export function reasonWords(t: TFunction, reason: OrderReason): string {
  return t('orders.reason', { what: featureWords(t, reason), usual: valueWords(t, reason.feature, reason.usual) });
}
