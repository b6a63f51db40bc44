import { describe, expect, test } from 'vitest';
import { PANEL_VERBS, type PanelVerb } from '@livecue/shared/contract';
import { GOOD_ARGUMENTS } from '../../../shared/src/contract/verbs.fixture.ts';
import { PAGE_ORIGIN, passVerb } from './verb-gate.ts';

const page = { url: `${PAGE_ORIGIN}/index.html#/host`, topFrameOfOurs: true, hiddenFromCapture: false };
const good = GOOD_ARGUMENTS;
const verbs = Object.keys(PANEL_VERBS) as PanelVerb[];

function agent() {
  const calls: unknown[] = [];
  return {
    calls,
    call: async (verb: PanelVerb, args: unknown) => {
      calls.push([verb, args]);
      return { type: 'result' as const, id: 1, result: null };
    },
  };
}

describe('the gate of the main process', () => {
  test.each(verbs)('%s with good arguments from the page reaches the agent', async (verb) => {
    const link = agent();
    expect(await passVerb(link, verb, page, good[verb])).toMatchObject({ type: 'result' });
    const told = verb === 'screen.report' ? { ...(good[verb] as object), hidden: false } : good[verb];
    expect(link.calls).toEqual([[verb, told]]);
  });

  test.each(verbs)('%s with bad arguments stops here', async (verb) => {
    const link = agent();
    for (const args of [null, 'text', { ...(good[verb] as object), more: 1 }, []]) {
      expect(await passVerb(link, verb, page, args)).toMatchObject({ type: 'error', code: 'bad-request' });
    }
    expect(link.calls).toEqual([]);
  });

  test.each([
    ['another site', { ...page, url: 'https://evil.example/' }],
    ['a name that begins like ours', { ...page, url: 'livecue://panel.evil.example/' }],
    ['a file', { ...page, url: 'file:///index.html' }],
    ['a frame inside our page', { ...page, topFrameOfOurs: false }],
    ['a frame that is gone', { ...page, url: '' }],
  ])('a call of %s is refused', async (_who, sender) => {
    const link = agent();
    for (const verb of verbs)
      expect(await passVerb(link, verb, sender, good[verb])).toMatchObject({ type: 'error', code: 'not-paired' });
    expect(link.calls).toEqual([]);
  });

  test('whether a screen can be captured is said by its window, whatever its page believes', async () => {
    for (const [hidden, claimed] of [
      [true, false],
      [false, true],
    ] as const) {
      const link = agent();
      const report = { screenId: 's', distanceM: 2, calibrated: true, hidden: claimed };
      await passVerb(link, 'screen.report', { ...page, hiddenFromCapture: hidden }, report);
      expect(link.calls).toEqual([['screen.report', { ...report, hidden }]]);
    }
  });
});
