import { createAnomalyRule } from '../anomaly-rule.ts';

/**
 * Viewers are lost within seconds: more often picture or sound than what the host says. Condition and hysteresis are
 * the detector's; priority "advice". Withdrawn, and counted as acted on, when viewers stay again.
 */
export const viewerDrop = createAnomalyRule({
  name: 'viewer-drop',
  kind: 'viewer-drop',
  priority: 'advice',
  reserved: false,
  actedOn: ['trouble-over'],
  words: ({ value, usual }) => ({
    headline: { zh: `观众骤降到 ${value}`, en: `Viewers dropped to ${value}` },
    reason: {
      zh: `刚才 ${usual} 人，现在 ${value}：查画面和声音`,
      en: `${value} viewers, ${usual} just before: check picture and sound`,
    },
  }),
});
