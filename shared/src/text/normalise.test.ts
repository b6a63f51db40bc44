import { expect, test } from 'vitest';
import { normalise } from './normalise.ts';
import { createChance, oddString } from './odd-strings.fixture.ts';

/** What the text says, without the way around it. */
const inFull = (text: string) =>
  text
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Cc}]/gu, (c) => (c === '\n' || c === '\t' || c === '\r' ? ' ' : ''))
    .replace(/\s+/gu, ' ')
    .trim();

test('what counts as spelt right already is just that: every Chinese character, letter and digit', () => {
  for (let unit = 0x4e00; unit <= 0x9fff; unit++) {
    const character = String.fromCharCode(unit);
    expect(normalise(character)).toBe(inFull(character));
  }
  expect(normalise('abcxyz 0189 三号')).toBe(inFull('abcxyz 0189 三号'));
});

test('any string is spelt as it says, whichever way it goes', () => {
  const chance = createChance(11);
  for (const text of ['', ' ', 'a b', ' a b', 'a  b', 'a b ', 'A', 'ａ', '③号', 'a\u200bb', 'a\nb', '三\u3000号', '\ud800', '豈', 'ﬁ', '가', '한']) {
    expect([text, normalise(text)]).toEqual([text, inFull(text)]);
  }
  const letters = [...'三号多少钱ab19  '];
  for (let i = 0; i < 20_000; i++) {
    const plain = Array.from({ length: chance(9) }, () => letters[chance(letters.length)]).join('');
    const text = i % 2 === 0 ? plain : oddString(chance);
    expect(normalise(text)).toBe(inFull(text));
  }
}); // prettier-ignore
