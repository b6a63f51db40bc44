import { describe, expect, test } from 'vitest';
import { PANEL_VERBS, type PanelVerb } from '@livecue/shared/contract';
import { PAGE_ORIGIN, passVerb } from './verb-gate.ts';

const page = { url: `${PAGE_ORIGIN}/index.html#/host`, topFrameOfOurs: true };
const good: Record<PanelVerb, unknown> = {
  'air.check': {},
  'screen.report': { screenId: 'a', distanceM: 2, calibrated: true, hidden: false },
  'fleet.read': {},
  'fleet.apply': {},
  'fleet.back': {},
  'models.read': {},
  'models.rollback': {},
  'actions.read': {},
  'action.do': { action: 'pin', productId: 'p3', text: null, answerId: null },
  'action.permit': { askId: 'live/overlay/pin', allowed: true },
  'action.undo': { entryId: 1 },
  'actions.forget': {},
  'overlay.clear': {},
  'shows.list': {},
  'shows.read': { showId: '20260501T120000Z-main', after: 0 },
  'catalogue.read': {},
  'catalogue.products': { from: 0, limit: 200 },
  'catalogue.upload': {
    uploadId: '0123456789abcdef0123456789abcdef',
    name: 'a.csv',
    totalBytes: 3,
    offset: 0,
    chunk: 'YWJj',
  },
  'catalogue.preview': {
    uploadId: '0123456789abcdef0123456789abcdef',
    options: { mapping: ['productId', null], currency: 'CNY', sheet: null },
  },
  'catalogue.apply': {
    uploadId: '0123456789abcdef0123456789abcdef',
    options: { mapping: null, currency: 'CNY', sheet: null },
    basis: 'x',
    takeGood: false,
    removeGone: false,
    note: '',
  },
  'catalogue.restore': { number: 1 },
  'catalogue.export': { format: 'csv' },
  'prompt.done': { promptId: 'p' },
  'prompt.snooze': { promptId: 'p' },
  'prompt.mute': { promptId: 'p' },
  'prompt.veto': { promptId: 'p' },
  'cues.control': { hold: true },
  'series.read': {},
  'uplink.sent': { limit: 1 },
  'pairing.create': { role: 'host' },
  'comments.after': {
    after: 0,
    revision: 0,
    limit: 5,
    filter: { intent: null, productId: null, mark: null, text: '' },
  },
  'comments.before': { before: 9, limit: 5, filter: { intent: 'price', productId: 'p1', mark: 'spam', text: '码' } },
  'comments.correct': { session: 1, seq: 2, labels: null },
  'corrections.read': { after: 0, limit: 3 },
  'answers.read': {},
  'answers.close': { answerId: 'offer/p3/f1', given: false },
  'product.read': { productId: 'p3' },
  'orders.read': { limit: 3 },
  'orders.label': { orderId: '0123456789abcdef', verdict: 'confirmed' },
  'labels.read': { after: 0, limit: 3 },
  'message.presets': {},
  'message.send': { text: '讲讲尺码', priority: 'advice' },
  'message.clear': {},
  'prompt.show': { promptId: 'p' },
  'offers.read': {},
  'offer.propose': { productId: 'p3', price: '79.00', quantity: 20 },
};
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
