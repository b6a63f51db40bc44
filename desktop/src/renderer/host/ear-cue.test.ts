import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMetCards, outputsAmong, tonesOf } from './ear-cue.ts';

test('what must be done now is two tones, everything else one; never longer than a quarter of a second', () => {
  expect([tonesOf('act-now').length, tonesOf('advice').length, tonesOf('info').length]).toEqual([2, 1, 1]);
  for (const priority of ['act-now', 'advice'] as const) {
    let endedS = 0;
    for (const { fromS, lengthS } of tonesOf(priority)) {
      expect(fromS).toBeGreaterThanOrEqual(endedS);
      endedS = fromS + lengthS;
    }
    expect(endedS).toBeLessThanOrEqual(0.2501);
  }
});

test('a card is new once, however often it comes back among a hundred', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 400 }), (order) => {
      const met = createMetCards();
      const seen = new Set<number>();
      for (const card of order) {
        expect(met.meet(`c${card}`)).toBe(!seen.has(card));
        seen.add(card);
      }
    }),
  );
});

test('cards of hours ago are forgotten, those of the last ones are not', () => {
  const met = createMetCards();
  for (let i = 0; i < 1_000; i++) expect(met.meet(`c${i}`)).toBe(true);
  expect(met.meet('c900')).toBe(false);
  expect(met.meet('c0')).toBe(true);
});

const speaker = (deviceId: string, label = '') => ({ kind: 'audiooutput', deviceId, label });

test('only outputs that stay what they are can be chosen: not the default, which moves to the loudspeakers', () => {
  const devices = [
    { kind: 'audioinput', deviceId: 'm1', label: 'Microphone' },
    speaker('default', 'Default'),
    speaker('communications', 'Communications'),
    speaker('h1', 'Headphones'),
  ];
  expect(outputsAmong(devices)).toEqual({ known: true, list: [{ id: 'h1', label: 'Headphones' }] });
  expect(outputsAmong(devices.slice(0, 3))).toEqual({ known: false, why: 'none' });
});

test('devices without ids are unnamed, no device is none', () => {
  expect(outputsAmong([speaker('')])).toEqual({ known: false, why: 'unnamed' });
  expect(outputsAmong([{ kind: 'audioinput', deviceId: '', label: '' }])).toEqual({ known: false, why: 'unnamed' });
  expect(outputsAmong([])).toEqual({ known: false, why: 'none' });
});
