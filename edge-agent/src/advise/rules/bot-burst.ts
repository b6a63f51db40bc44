import type { AnomalyReason } from '@livecue/shared/insight';
import type { Words } from '@livecue/shared/prompt';
import { createAnomalyRule } from '../anomaly-rule.ts';

const LIKES: Words = { zh: '点赞', en: 'likes' };
const COMMENTS: Words = { zh: '评论', en: 'comments' };
const wordOf = (series: AnomalyReason['series']) => (series.startsWith('likes') ? LIKES : COMMENTS);

/**
 * A few accounts act faster than people do: the host does not follow the numbers. Condition and hysteresis are the
 * detector's (`createAnomalyRule`), withdrawn when it is over. Priority "info". Acting on it shows nowhere.
 */
export const botBurst = createAnomalyRule({
  name: 'bot-burst',
  kind: 'bot-burst',
  priority: 'info',
  reserved: false,
  actedOn: [],
  words: ({ series, ratio, value, usual }) => {
    const word = wordOf(series);
    return {
      headline: { zh: `刷${word.zh} ×${ratio} 别看数`, en: `Bots: ${word.en} ×${ratio}, ignore the numbers` },
      reason: {
        zh: `少数账号：${word.zh} ${value}，平时 ${usual}`,
        en: `From few accounts: ${word.en} ${value}, usual ${usual}`,
      },
    };
  },
});
