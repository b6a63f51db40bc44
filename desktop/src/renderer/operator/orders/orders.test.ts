import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { en } from '../../words/en.ts';
import { zh } from '../../words/zh.ts';
import { reasonWords } from './reason-words.ts';

describe('reasons', () => {
  beforeAll(() => i18next.init({ lng: 'en', resources: { en: { translation: en }, zh: { translation: zh } }, interpolation: { escapeValue: false }, initAsync: false })); // prettier-ignore

  test.each(['en', 'zh'] as const)('of every feature are words in %s, with value and what is usual', (language) => {
    const t = i18next.getFixedT(language);
    for (const feature of ORDER_FEATURES) {
      const words = reasonWords(t, { feature, value: 1, usual: 0, share: 1 });
      expect(words, feature).not.toMatch(/\{\{|NaN|undefined|orderFeature|orderValue/);
    }
  });
  test('logarithms are read as what they stand for', () => {
    const t = i18next.getFixedT('en');
    const say = (feature: (typeof ORDER_FEATURES)[number], value: number, usual: number) => reasonWords(t, { feature, value, usual, share: 1 }); // prettier-ignore
    expect(say('buyerGapLog2S', Math.log2(46), 17)).toBe('45 s to the buyer’s nearest order; usual no other order');
    expect(say('totalLevel', Math.log(9), 0)).toBe('9 times the usual total; usual 1');
    expect(say('buyerReturnShare', 2 / 3, 0)).toBe('67 % of the buyer’s orders returned or cancelled; usual 0 %');
    expect(say('accountAgeDays', 0.4, 30)).toBe('account of 0.4 days; usual 30 days or more');
    expect(say('notViewed', 1, 0)).toBe('ordered without having been opened; usual opened before it was ordered');
  });
});
