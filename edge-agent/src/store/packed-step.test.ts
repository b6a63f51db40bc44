import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packStep, unpackStep } from './packed-step.ts';
import type { StepWrite } from './store-protocol.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const rest = { offer: 'run-1', journalPosition: 7, del: ['gone'], seen: [], showLog: [], keepShows: { shows: 30, days: 90 }, nowMs: 5 }; // prettier-ignore

test('a step is the same after it has crossed, whatever its texts are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), fc.array(text), (put, outbox) => {
      const step: StepWrite = { ...rest, put, outbox };
      expect(unpackStep(structuredClone(packStep(step)))).toEqual(step);
    }),
  );
});
