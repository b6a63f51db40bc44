import { createAnomalyRule } from '../anomaly-rule.ts';

/**
 * Orders come and none is paid: whoever urges people to buy now sends them into a closed till. Condition and
 * hysteresis are the detector's; priority "act now", with room kept in HP2. Withdrawn, and counted as acted on, when
 * orders are paid again.
 */
export const paymentOutage = createAnomalyRule({
  name: 'payment-outage',
  kind: 'payment-outage',
  priority: 'act-now',
  reserved: true,
  actedOn: ['trouble-over'],
  words: ({ value, usual }) => ({
    headline: { zh: `${value} 单未付 查支付`, en: `${value} orders unpaid: check payment` },
    reason: {
      zh: `连续 ${value} 单没有付款，平时 ${usual}：先别催单`,
      en: `${value} orders in a row without a payment, usual ${usual}: do not push to buy`,
    },
  }),
});
