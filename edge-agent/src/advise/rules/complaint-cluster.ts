import { createSaidRule } from '../said-rule.ts';

/**
 * Several viewers complain of one product, or of the room: service answers them, not the host on air. Condition,
 * hysteresis and withdrawal as in `createSaidRule`; priority "advice". Sold out it is no card of the host's (no card
 * names a sold-out product). Acted on when complaints end while it stands: whether by service or by themselves cannot
 * be seen.
 */
export const complaintCluster = createSaidRule({
  name: 'complaint-cluster',
  intent: 'complaint',
  priority: 'advice',
  actedOn: ['trouble-over'],
  enter: (config) => config.complaintsPerMinute,
  said: { zh: '投诉', en: 'complain' },
  advice: () => ({ zh: '转客服，不在镜头前争', en: 'hand to service, do not argue on air', counts: {} }),
});
