import { INTENTS } from '@livecue/shared/insight';
import { normalise } from '@livecue/shared/text';
import { describe, expect, it } from 'vitest';
import { simulatedProducts } from './catalogue.ts';
import { DEMO_PRODUCTS } from './demo-products.ts';
import { createRandom } from './random.ts';
import { allTemplates, chineseNumeral, composeComment, productForm } from './texts.ts';

describe('the comment templates', () => {
  it.each(['zh', 'en'] as const)(
    '%s: cover every intent, a few hundred in all, and none stands under two intents',
    (language) => {
      const templates = allTemplates(language);
      expect(new Set(templates.map(({ intent }) => intent))).toEqual(new Set(INTENTS));
      expect(new Set(templates.map(({ template }) => template)).size).toBeGreaterThan(300);
      const intentOf = new Map<string, string>();
      for (const { intent, template } of templates) {
        expect(intentOf.get(template) ?? intent, template).toBe(intent);
        intentOf.set(template, intent);
      }
    },
  );

  it('fill every slot and name a product exactly when they say so', () => {
    const random = createRandom(1);
    for (let i = 0; i < 4000; i += 1) {
      const about = random.pick(DEMO_PRODUCTS);
      const language = random.pick(['zh', 'en'] as const);
      const named = random.chance(0.5);
      const composed = composeComment(random, { language, intent: random.pick(INTENTS), about, named });
      expect(composed.text).not.toMatch(/[{}\u0000]|undefined/);
      expect(composed.text.length).toBeGreaterThan(0);
      if (!named) expect(composed.named).toBe(false);
      if (!composed.named) continue;
      const number = about.product.linkNumber ?? 0;
      const text = normalise(composed.text);
      const spoken = [
        String(number),
        chineseNumeral(number),
        normalise(about.shortName.zh),
        normalise(about.shortName.en),
      ];
      expect(spoken.some((form) => text.includes(form)), composed.text).toBe(true); // prettier-ignore
    }
  });

  it('never let a product number run into the digits of a height', () => {
    const random = createRandom(2);
    const [about] = DEMO_PRODUCTS;
    if (about === undefined) throw new Error('the demo has products');
    for (let i = 0; i < 5000; i += 1) {
      const { text } = composeComment(random, { language: 'zh', intent: 'size_spec', about, named: true });
      expect(normalise(text)).not.toMatch(/^#?1(1[5-7]|1米|9\d斤|1\d\d斤)/);
    }
  });

  it('use every way of saying a number, and a name where there is none', () => {
    const random = createRandom(4);
    const third = DEMO_PRODUCTS[2];
    const unnumbered = simulatedProducts(1200)[1100];
    if (third === undefined || unnumbered === undefined) throw new Error('products expected');
    const forms = new Set(Array.from({ length: 500 }, () => productForm(random, third, 'zh')));
    expect(forms).toEqual(new Set(['3号', '3号链接', '3 号', '#3', '三号', '三号链接', '第三个', '③', '亚麻衬衫']));
    expect(productForm(random, unnumbered, 'en')).toBe(unnumbered.shortName.en.toLowerCase());
  });

  it('write Chinese numerals', () => {
    expect([1, 10, 12, 20, 45, 99].map(chineseNumeral)).toEqual(['一', '十', '十二', '二十', '四十五', '九十九']);
  });
});
