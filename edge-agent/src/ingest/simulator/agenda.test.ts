import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAgenda } from './agenda.ts';

it('runs what was planned in order of time, equal times in order of planning', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }),
      fc.integer({ min: 0, max: 45 }),
      (times, untilMs) => {
        const agenda = createAgenda(0);
        const ran: [number, number][] = [];
        times.forEach((timeMs, index) => agenda.at(timeMs, () => void ran.push([agenda.nowMs, index])));
        agenda.runUntil(untilMs);
        const all = times.map((timeMs, index): [number, number] => [timeMs, index]).sort((a, b) => a[0] - b[0]);
        expect(ran).toEqual(all.filter(([timeMs]) => timeMs < untilMs));
        agenda.runUntil(100);
        expect(ran).toEqual(all);
      },
    ),
  );
});

it('runs what an action plans, a past time at once, and nothing after it is cleared', () => {
  const agenda = createAgenda(10);
  const ran: string[] = [];
  agenda.at(20, () => {
    agenda.at(5, () => ran.push(`late plan at ${agenda.nowMs}`));
    agenda.at(21, () => agenda.clear());
    agenda.at(22, () => ran.push('forgotten'));
  });
  agenda.runUntil(30);
  expect(ran).toEqual(['late plan at 20']);
});
