import { describe, expect, test } from 'vitest';
import { INTENTS } from '@livecue/shared/insight';
import { draftKey, isUnknownNumber, type LabelDraft } from './label-draft.ts';
import { CHOICES, INTENT_KEYS, OFFENSIVE_KEY, SPAM_KEY } from './label-keys.ts';

const products = [
  { productId: 'p3', linkNumber: 3 },
  { productId: 'p12', linkNumber: 12 },
  { productId: 'loose', linkNumber: null },
];
const draft: LabelDraft = { intent: 'size_spec', offensive: false, spam: false, productIds: ['p3'], number: '' };
const type = (keys: string) =>
  [...keys].reduce((step, key) => draftKey(step.draft, key === '<' ? 'Backspace' : key, products) ?? step, {
    draft,
    save: false,
  });

describe('the keys of the chooser', () => {
  test('each of the 14 intents has a letter of its own, none of them taken by a mark', () => {
    expect(new Set(CHOICES)).toEqual(new Set(INTENTS));
    const letters = [...Object.values(INTENT_KEYS), SPAM_KEY, OFFENSIVE_KEY];
    expect(new Set(letters).size).toBe(16);
    for (const letter of letters) expect(letter).toMatch(/^[a-z]$/);
  });

  test.each(CHOICES)('the letter of %s chooses it and saves, in either case', (intent) => {
    for (const key of [INTENT_KEYS[intent], INTENT_KEYS[intent].toUpperCase()])
      expect(draftKey(draft, key, products)).toMatchObject({ draft: { intent }, save: true });
  });

  test('marks and numbers wait for a letter or Enter', () => {
    expect(type('xm')).toMatchObject({ draft: { offensive: true, spam: true }, save: false });
    expect(type('xmx')).toMatchObject({ draft: { offensive: false, spam: true }, save: false });
    expect(draftKey(type('x').draft, 'Enter', products)).toMatchObject({ draft: { offensive: true }, save: true });
  });

  test('digits choose a product by its number, 0 none, and can be taken back', () => {
    expect(type('12').draft.productIds).toEqual(['p12']);
    expect(type('0').draft.productIds).toEqual([]);
    expect(type('3').draft.productIds).toEqual(['p3']);
    expect(type('12<').draft).toMatchObject({ number: '1' });
    expect(type('9999').draft.number).toBe('999');
  });

  test('a number that is nobody’s changes nothing and is told', () => {
    expect(type('7').draft.productIds).toEqual(['p3']);
    expect(isUnknownNumber(type('7').draft, products)).toBe(true);
    for (const keys of ['', '0', '3', '12']) expect(isUnknownNumber(type(keys).draft, products)).toBe(false);
  });

  test('advertising is spam, and the mark can be taken off before', () => {
    expect(draftKey(draft, INTENT_KEYS.spam_ad, products)?.draft.spam).toBe(true);
    expect(draftKey({ ...draft, spam: true }, INTENT_KEYS.price, products)?.draft.spam).toBe(true);
  });

  test.each(['Tab', 'F5', 'ArrowDown', 'w', '?', ' '])('%s means nothing here', (key) => {
    expect(draftKey(draft, key, products)).toBeNull();
  });
});
