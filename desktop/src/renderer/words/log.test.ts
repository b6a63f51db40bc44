import { expect, test } from 'vitest';
import { PANEL_VERBS, READING_VERBS, type PanelVerb } from '@livecue/shared/contract';
import { logEn } from './log-en.ts';
import { logZh } from './log-zh.ts';

test('every verb that stands in the log has words in both languages', () => {
  const written = (Object.keys(PANEL_VERBS) as PanelVerb[]).filter((verb) => !READING_VERBS.has(verb));
  const keys = [...written, 'device.pair'].map((verb) => verb.replaceAll('.', '_')).sort();
  expect(Object.keys(logEn.log.verb).sort()).toEqual(keys);
  expect(Object.keys(logZh.log.verb).sort()).toEqual(keys);
});
