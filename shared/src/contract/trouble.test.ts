import { describe, expect, it, test } from 'vitest';
import { TROUBLES, troubleWords, type TroubleCode } from './trouble.ts';

const CODES = Object.keys(TROUBLES) as TroubleCode[];
const HAN = /\p{Script=Han}/u;

describe('the words of a trouble', () => {
  it.each(CODES)(
    '%s says in both languages what is wrong and what to do, with and without what it is about',
    (code) => {
      for (const about of ['', 'zqx-401']) {
        const { text, remedy } = troubleWords({ code, about, retryS: null }, 'the sentence');
        for (const words of [text, remedy!]) {
          expect(words.zh).toMatch(HAN);
          expect(words.en).not.toMatch(HAN);
          expect(words.en.length).toBeGreaterThan(8);
          expect(words.zh + words.en).not.toMatch(/[{}]|undefined|\(\)|（）/);
        }
        const named = TROUBLES[code].text.en.includes('{about}');
        expect([text.zh.includes('zqx-401'), text.en.includes('zqx-401')]).toEqual(
          Array(2).fill(named && about !== ''),
        );
        // Behind the text its remedy begins a sentence of its own.
        expect(text.zh + text.en).not.toMatch(/[.。]$/);
      }
    },
  );

  test('what is named keeps its own brackets and signs', () => {
    const { text } = troubleWords({ code: 'cut', about: '1006: a $& (b) {about}', retryS: null }, '');
    expect(text.en).toBe('The connection was cut (1006: a $& (b) {about})');
  });

  test('the time to the next try is told', () => {
    const { text } = troubleWords({ code: 'ended', about: '', retryS: 7 }, '');
    expect(text).toEqual({
      zh: '平台结束了会话；7 秒后再试',
      en: 'The platform ended the session; tried again in 7 s',
    });
  });

  test('a code that is not known here, or none, leaves the sentence', () => {
    const sentence = { text: { zh: 'as it came', en: 'as it came' }, remedy: null };
    expect(troubleWords({ code: 'of-a-newer-agent', about: '', retryS: 3 }, 'as it came')).toEqual(sentence);
    expect(troubleWords({ code: 'toString', about: '', retryS: null }, 'as it came')).toEqual(sentence);
    expect(troubleWords(undefined, 'as it came')).toEqual(sentence);
  });
});
