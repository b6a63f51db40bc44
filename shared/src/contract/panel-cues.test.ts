import { expect, test } from 'vitest';
import { DEFAULT_PRESETS, MessagePreset, messageLength, messageProblem } from './panel-cues.ts';

test('a message is measured in characters where it has Chinese, else in words', () => {
  expect(messageLength('3号 讲讲 尺码')).toEqual({ used: 6, limit: 14, unit: 'characters' });
  expect(messageLength('  show the size chart ')).toEqual({ used: 4, limit: 8, unit: 'words' });
  expect(messageLength(' ')).toMatchObject({ used: 0 });
});

test.for([
  ['声音大一点', null],
  ['一二三四五六七八九十一二三四', null],
  ['一二三四五六七八九十一二三四五', 'the message has 15 characters: at most 14 are read at a glance'],
  ['one two three four five six seven eight', null],
  ['a b c d e f g h i', 'the message has 9 words: at most 8 are read at a glance'],
  ['x'.repeat(61), 'the message has 61 characters: at most 60 fit on a card'],
  ['', 'the message is empty: expected a few words'],
  ['two\nlines', 'the message has line breaks or control characters: expected one line'],
])('%j: %s', ([text, problem]) => expect(messageProblem(text ?? '')).toBe(problem));

test('presets are as short as what an operator may write', () => {
  for (const preset of DEFAULT_PRESETS) MessagePreset.parse(preset);
});
