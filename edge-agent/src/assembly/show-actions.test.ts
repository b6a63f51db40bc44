import type { PanelVerb } from '@livecue/shared/contract';
import { describe, expect, it } from 'vitest';
import type { HostPrompt } from '@livecue/shared/prompt';
import { recordingActions, type ActionPorts } from './show-actions.ts';

const card = (promptId: string, productId: string | null) => ({ promptId, productId }) as HostPrompt;

async function noted(verb: PanelVerb, args: unknown, result: unknown) {
  const notes: Parameters<ActionPorts['note']>[0][] = [];
  const closed: string[] = [];
  const backend = {
    state: () => {
      throw new Error('no state is asked for');
    },
    call: async (_verb: PanelVerb, _args: unknown) => {
      closed.push('called');
      return result;
    },
  };
  const recorded = recordingActions(backend, {
    stage: () => ({ active: card('a', 'p1'), next: [card('b', null)], queued: [card('c', 'p3')] }),
    // After the call the row is gone.
    answers: () => (closed.length > 0 ? [] : [{ answerId: 'answer/p2/f1', productId: 'p2', intent: 'price' }]),
    note: (action) => notes.push(action),
  });
  expect(await recorded.call(verb, args)).toBe(result);
  return notes;
}

describe('what host and operator do', () => {
  it('is noted with the product of the card, wherever the card waits', async () => {
    for (const [promptId, productId] of [['a', 'p1'], ['b', null], ['c', 'p3']] as const) {
      expect(await noted('prompt.done', { promptId }, { closed: true })).toEqual([
        { verb: 'prompt.done', promptId, productId, intent: null, values: {} },
      ]);
    }
  }); // prettier-ignore

  it('is noted of an answer with product and topic, looked up before the row is gone', async () => {
    expect(await noted('answers.close', { answerId: 'answer/p2/f1' }, { closed: true })).toEqual([
      { verb: 'answers.close', promptId: null, productId: 'p2', intent: 'price', values: {} },
    ]);
  });

  it('is noted of switches with their position, and of messages without their words', async () => {
    expect(await noted('cues.control', { hold: true }, {})).toEqual([
      { verb: 'cues.control', promptId: null, productId: null, intent: null, values: { hold: true } },
    ]);
    const said = await noted('message.send', { text: 'CANARY', priority: 'act-now' }, { promptId: 'm' });
    expect(said).toHaveLength(1);
    expect(JSON.stringify(said)).not.toContain('CANARY');
  });

  it('is not noted when it came to nothing, nor what a panel only reads', async () => {
    expect(await noted('prompt.done', { promptId: 'gone' }, { closed: false })).toEqual([]);
    expect(await noted('prompt.show', { promptId: 'a' }, { shown: false, reason: 'rate-limit' })).toEqual([]);
    expect(await noted('message.clear', {}, { cleared: 0 })).toEqual([]);
    expect(await noted('offer.propose', { productId: 'p1', price: '1.00', quantity: 2 }, { promptId: null, refusals: ['sold-out'] })).toEqual([]); // prettier-ignore
    expect(await noted('series.read', {}, { points: [] })).toEqual([]);
    expect(await noted('offer.propose', { productId: 'p1', price: '1.00', quantity: 2 }, { promptId: 'o', refusals: [] })).toEqual([
      { verb: 'offer.propose', promptId: null, productId: 'p1', intent: null, values: { quantity: 2 } },
    ]); // prettier-ignore
  });
});
