import { describe, expect, test } from 'vitest';
import { PANEL_VERBS, type PanelVerb } from '@livecue/shared/contract';
import { GOOD_ARGUMENTS } from '../../../shared/src/contract/verbs.fixture.ts';
import { PAGE_ORIGIN, passVerb } from './verb-gate.ts';

const page = { url: `${PAGE_ORIGIN}/index.html#/host`, topFrameOfOurs: true };
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
    expect(link.calls).toEqual([[verb, good[verb]]]);
  });

  test.each(verbs)('%s with bad arguments stops here', async (verb) => {
    const link = agent();
    for (const args of [null, 'text', { ...(good[verb] as object), more: 1 }, []]) {
      expect(await passVerb(link, verb, page, args)).toMatchObject({ type: 'error', code: 'bad-request' });
    }
    expect(link.calls).toEqual([]);
  });

  test.each([
    ['another site', { url: 'https://evil.example/', topFrameOfOurs: true }],
    ['a name that begins like ours', { url: 'livecue://panel.evil.example/', topFrameOfOurs: true }],
    ['a file', { url: 'file:///index.html', topFrameOfOurs: true }],
    ['a frame inside our page', { ...page, topFrameOfOurs: false }],
    ['a frame that is gone', { url: '', topFrameOfOurs: true }],
  ])('a call of %s is refused', async (_who, sender) => {
    const link = agent();
    for (const verb of verbs)
      expect(await passVerb(link, verb, sender, good[verb])).toMatchObject({ type: 'error', code: 'not-paired' });
    expect(link.calls).toEqual([]);
  });
});
