import { createSaidRule } from '../said-rule.ts';

/**
 * Several viewers praise one product, or the room: one of them is worth reading aloud. The card carries no
 * viewer's words; its evidence names the comments. Condition, hysteresis and withdrawal as in `createSaidRule`;
 * priority "info". Reading aloud shows nowhere.
 */
export const praiseBurst = createSaidRule({
  name: 'praise-burst',
  intent: 'praise',
  priority: 'info',
  actedOn: [],
  enter: (config) => config.praisePerMinute,
  said: { zh: '好评', en: 'praise it' },
  advice: () => ({ zh: '念一条', en: 'read one aloud', counts: {} }),
});
