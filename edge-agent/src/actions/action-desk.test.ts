import type { ActionEntry, Product, RunningOffer, StudioCommand, StudioStep } from '@livecue/shared/contract';
import { ACTION_VERBS } from '@livecue/shared/contract';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Studio, StudioResult } from '../ports.ts';
import { type ActionCall, type ActionDesk, createActionDesk } from './action-desk.ts';
import type { ActionPort, RoomFacts } from './action-port.ts';
import { createClickTarget } from './click-words.ts';
import { createOverlayBoard, type OverlayBoard } from './overlay-board.ts';
import { createOverlayTarget, createStudioTarget } from './own-targets.ts';
import { createPermissions } from './permissions.ts';
import type { Moment } from './step-words.ts';

const SHIRT: Product = { productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, price: '129.00', priceCurrency: 'CNY', stock: 17, skus: [], aliases: [], facts: {} }; // prettier-ignore
const OFFER: RunningOffer = { offerId: 'p3/flash/1', productId: 'p3', kind: 'flash', price: '99.00', priceCurrency: 'CNY', startedMs: 0, endsMs: 60_000, quantity: 50, unitsPaid: 12 }; // prettier-ignore
const QUESTION = { answerId: 'answer/p3/size', question: '@小明 165 穿什么码', facts: [{ factId: 'f', words: { zh: '选 M', en: 'M' }, score: 1 }] }; // prettier-ignore

let nowMs: number;
let offers: RunningOffer[];
let board: OverlayBoard;
let values: Map<string, string>;
let noted: ActionEntry[];
let commands: { command: StudioCommand; byHand: boolean }[];
let obsAnswer: StudioResult;
let closePage: () => void;

const facts: RoomFacts = {
  product: (id) => (id === 'p3' ? SHIRT : null),
  offers: () => offers,
  answers: () => [QUESTION as never],
};

function studioOf(steps: StudioStep[]): Studio {
  return {
    steps,
    setOverlayUrl: () => undefined,
    status: () => ({}) as never,
    async run(command, byHand) {
      commands.push({ command, byHand });
      return obsAnswer;
    },
  };
}

function open(mode: 'live' | 'simulated' | 'replay' = 'live', steps: StudioStep[] = [], more: ActionPort[] = []): ActionDesk {
  board = createOverlayBoard({ nowMs: () => nowMs, stock: () => 17 }, { language: 'zh', simulated: mode !== 'live' });
  closePage = board.open(() => undefined);
  const studio = studioOf(steps);
  const memory = { get: (key: string) => values.get(key), set: (key: string, value: string | undefined) => void (value === undefined ? values.delete(key) : values.set(key, value)) };
  return createActionDesk(
    {
      targets: [createOverlayTarget(board), createStudioTarget('obs', studio, 'zh'), createClickTarget('dy', 'douyin-live'), createClickTarget('shop', 'shopify'), ...more],
      studios: [{ target: 'obs', studio }],
      facts,
      permissions: createPermissions(memory),
      note: (entry) => noted.push(entry),
      nowMs: () => nowMs,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    },
    { mode, language: 'zh' },
  );
} // prettier-ignore

beforeEach(() => {
  nowMs = 1_000;
  offers = [OFFER];
  values = new Map();
  noted = [];
  commands = [];
  obsAnswer = { outcome: 'done', undo: null };
});

const call = (part: Partial<ActionCall> & Pick<ActionCall, 'action'>): ActionCall => ({ productId: null, text: null, answerId: null, ...part }); // prettier-ignore
const PIN = call({ action: 'pin', productId: 'p3', targets: ['overlay'] });

/** Does it, answering the question before the first time with yes. */
async function allow(desk: ActionDesk, wanted: ActionCall) {
  const [first] = await desk.perform(wanted);
  if (first?.result.outcome !== 'asked') return first?.result;
  return (await desk.permit(first.result.askId, true))[0]?.result;
}

describe('actions', () => {
  test('the first time is asked for, and then done at once; the answer is remembered over a restart', async () => {
    const desk = open();
    expect(await desk.perform(PIN)).toEqual([{ target: 'overlay', result: { outcome: 'asked', askId: 'live/overlay/pin' } }]);
    expect(board.state().product).toBeNull();
    expect(desk.read().asks).toEqual([{ askId: 'live/overlay/pin', target: 'overlay', kind: 'pin', simulated: false, sinceMs: 1_000 }]);
    expect(await desk.permit('live/overlay/pin', true)).toMatchObject([{ target: 'overlay', result: { outcome: 'done', undoable: true } }]);
    expect(board.state().product).toMatchObject({ linkNumber: 3, explaining: false });
    expect(desk.read().asks).toEqual([]);
    expect(await open().perform(PIN)).toMatchObject([{ result: { outcome: 'done' } }]);
  });

  test('what is denied is refused from then on, until all answers are forgotten', async () => {
    const desk = open();
    await desk.perform(PIN);
    expect(await desk.permit('live/overlay/pin', false)).toEqual([]);
    expect(await desk.perform(PIN)).toEqual([{ target: 'overlay', result: { outcome: 'refused', reason: 'denied' } }]);
    expect(board.state().product).toBeNull();
  });

  test.for(['', '{', '{}', '[1,["live/overlay/pin"],["live/overlay/pin","yes"]]'])('answers that cannot be read (%j) allow nothing', async (text) => {
    values.set('permissions', text);
    expect(await open().perform(PIN)).toMatchObject([{ result: { outcome: 'asked' } }]);
  });

  test('a question that waited longer than a minute allows, and does nothing', async () => {
    const desk = open();
    await desk.perform(PIN);
    nowMs += 61_000;
    expect(await desk.permit('live/overlay/pin', true)).toEqual([]);
    expect(board.state().product).toBeNull();
    expect(await desk.perform(PIN)).toMatchObject([{ result: { outcome: 'done' } }]);
    expect(await desk.permit('nobody asked', true)).toEqual([]);
  });

  test('a recording does nothing, whatever was allowed, and asks nothing', async () => {
    await allow(open(), PIN);
    const desk = open('replay', [{ at: 'cue', run: { kind: 'clip' } }]);
    for (const action of ['pin', 'explain', 'offer'] as const)
      expect((await desk.perform(call({ action, productId: 'p3' }))).every(({ result }) => result.outcome === 'refused' && result.reason === 'replay')).toBe(true);
    await desk.moment(moment('cue'));
    expect(commands).toEqual([]);
    expect(board.state().product).toBeNull();
    expect(desk.read()).toMatchObject({ asks: [], log: [] });
  });

  test('a simulated room asks for itself, and what was allowed there is not allowed on the air', async () => {
    const rehearsal = open('simulated');
    expect(await rehearsal.perform(PIN)).toMatchObject([{ result: { askId: 'simulated/overlay/pin' } }]);
    expect(rehearsal.read().asks).toMatchObject([{ simulated: true }]);
    await rehearsal.permit('simulated/overlay/pin', true);
    expect(board.state()).toMatchObject({ simulated: true, product: { linkNumber: 3 } });
    expect(await open('live').perform(PIN)).toMatchObject([{ result: { outcome: 'asked' } }]);
  });

  test('platforms without an interface say what to click, in both languages, without being asked for first', async () => {
    const desk = open();
    for (const action of ['pin', 'explain', 'offer'] as const) {
      const results = await desk.perform(call({ action, productId: 'p3', targets: ['dy'] }));
      expect(results).toMatchObject([{ target: 'dy', result: { outcome: 'not-able', click: { zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringMatching(/^[\x20-\x7e]+$/) } } }]);
    }
    // Nothing is pinned in a shop; its offers are made there.
    expect((await desk.perform(call({ action: 'pin', productId: 'p3' }))).map(({ target }) => target)).toEqual(['overlay', 'dy']);
    expect((await desk.perform(call({ action: 'offer', productId: 'p3' }))).map(({ target }) => target)).toEqual(['overlay', 'dy', 'shop']);
  });

  test('an undo takes the card away, once, and not the card of somebody else', async () => {
    const desk = open();
    const first = (await allow(desk, PIN)) as { entryId: number };
    const second = (await allow(desk, PIN)) as { entryId: number };
    expect(await desk.undo(first.entryId)).toMatchObject({ undone: false, message: expect.stringContaining('no longer on the overlay') });
    expect(board.state().product).not.toBeNull();
    expect(await desk.undo(second.entryId)).toEqual({ undone: true, message: null });
    expect(board.state().product).toBeNull();
    expect(await desk.undo(second.entryId)).toEqual({ undone: false, message: null });
    expect(desk.read().log[0]).toMatchObject({ entryId: second.entryId, undoneMs: 1_000, result: { undoable: false } });
    expect(noted.map(({ undoneMs }) => undoneMs)).toEqual([null, null, 1_000]);
  });

  test('nothing counts as shown while no page is open', async () => {
    const desk = open();
    await allow(desk, PIN);
    board.clear();
    closePage();
    expect(await desk.perform(PIN)).toMatchObject([{ result: { outcome: 'failed', problem: 'no-overlay' } }]);
    expect(board.state().product).toBeNull();
  });

  test('what there is nothing to say about is refused with its reason', async () => {
    const desk = open();
    const reasonOf = async (wanted: ActionCall) => (await desk.perform({ ...wanted, targets: ['overlay'] }))[0]?.result;
    expect(await reasonOf(call({ action: 'pin', productId: 'unknown' }))).toEqual({ outcome: 'refused', reason: 'unknown-product' });
    expect(await reasonOf(call({ action: 'pin' }))).toEqual({ outcome: 'refused', reason: 'unknown-product' });
    expect(await reasonOf(call({ action: 'message', text: '  ' }))).toEqual({ outcome: 'refused', reason: 'no-text' });
    expect(await reasonOf(call({ action: 'message', answerId: 'gone' }))).toEqual({ outcome: 'refused', reason: 'no-text' });
    offers = [];
    expect(await reasonOf(call({ action: 'offer', productId: 'p3' }))).toEqual({ outcome: 'refused', reason: 'no-offer' });
  });

  test('an answered question goes on the overlay without the names in it', async () => {
    const desk = open();
    await allow(desk, call({ action: 'message', answerId: QUESTION.answerId, targets: ['overlay'] }));
    expect(board.state().answer).toEqual({ question: '165 穿什么码', answer: { zh: '选 M', en: 'M' } });
  });

  test('what is explained is marked in the recording, and OBS that cannot says what to click', async () => {
    const desk = open();
    expect(await allow(desk, call({ action: 'explain', productId: 'p3', targets: ['obs'] }))).toMatchObject({ outcome: 'done', undoable: false });
    expect(commands).toEqual([{ command: { kind: 'chapter', name: '3号 亚麻衬衫' }, byHand: true }]);
    obsAnswer = { outcome: 'failed', problem: 'no-chapters', message: '' };
    expect(await allow(desk, call({ action: 'explain', productId: 'p3', targets: ['obs'] }))).toMatchObject({ outcome: 'not-able', click: { en: expect.stringContaining('Hybrid MP4') } });
    obsAnswer = { outcome: 'failed', problem: 'not-running', message: 'start it' };
    expect(await allow(desk, call({ action: 'clip', targets: ['obs'] }))).toEqual({ outcome: 'failed', problem: 'not-running', message: 'start it' });
  });

  test('a platform that can do it is asked for, done and undone as the port says', async () => {
    const done: string[] = [];
    const able: ActionPort = {
      target: 'able', connector: 'able', kinds: ['pin'], able: ['pin'],
      run: async () => (done.push('pin'), { outcome: 'done', undo: async () => (done.push('unpin'), { outcome: 'done', undo: null }) }),
    };
    const desk = open('live', [], [able]);
    const result = (await allow(desk, call({ action: 'pin', productId: 'p3', targets: ['able'] }))) as { entryId: number };
    expect(await desk.undo(result.entryId)).toEqual({ undone: true, message: null });
    expect(done).toEqual(['pin', 'unpin']);
  });

  test('the log keeps the newest fifty, and older ones cannot be undone', async () => {
    const desk = open();
    const first = (await allow(desk, PIN)) as { entryId: number };
    for (let n = 0; n < 60; n++) await desk.perform(PIN);
    expect(desk.read().log).toHaveLength(50);
    expect(await desk.undo(first.entryId)).toEqual({ undone: false, message: null });
  });

  test('whatever is called, what is read is of the contract, and nothing is done that nobody allowed', async () => {
    const part = ACTION_VERBS['actions.read'].result.pick({ targets: true, asks: true, log: true });
    const Action = fc.record({ action: fc.constantFrom('pin', 'explain', 'offer', 'message', 'clip'), productId: fc.constantFrom('p3', 'x', null), text: fc.constantFrom('好', '', null), answerId: fc.constantFrom(QUESTION.answerId, null) });
    await fc.assert(fc.asyncProperty(fc.array(Action, { maxLength: 12 }), async (calls) => {
      values = new Map();
      const desk = open();
      for (const one of calls) for (const { result } of await desk.perform(one as ActionCall)) expect(result.outcome).not.toBe('done');
      expect(part.safeParse(desk.read()).error).toBeUndefined();
      expect(board.state()).toMatchObject({ product: null, offer: null, answer: null });
    }), { numRuns: 50 });
    expect(commands).toEqual([]);
  });
}); // prettier-ignore

const moment = (at: Moment['at'], part: Partial<Moment> = {}): Moment => ({ at, rule: null, product: SHIRT, price: null, stock: 17, headline: null, ...part }); // prettier-ignore

describe('steps in OBS', () => {
  const price: StudioStep = { at: 'offer-started', run: { kind: 'text', input: 'Price', text: '{link}号 {product} {price} 仅剩 {stock} 件' } }; // prettier-ignore
  const show: StudioStep = { at: 'offer-started', run: { kind: 'show', scene: 'Live', source: 'Price', visible: true } };

  async function permitted(steps: StudioStep[]): Promise<ActionDesk> {
    const desk = open('live', steps);
    for (const { at, run } of steps) {
      await desk.moment(moment(at, { headline: { zh: '换品', en: 'Next' } }));
      await desk.permit(`live/obs/${run.kind}`, true);
    }
    commands.length = 0;
    return desk;
  }

  test('are asked for kind by kind before the first time, and the moment that asked is gone', async () => {
    const desk = open('live', [price, show]);
    await desk.moment(moment('offer-started'));
    await desk.moment(moment('offer-started'));
    expect(commands).toEqual([]);
    expect(desk.read().asks.map(({ askId }) => askId)).toEqual(['live/obs/text', 'live/obs/show']);
    expect(await desk.permit('live/obs/text', true)).toEqual([]);
    expect(commands).toEqual([]);
    await desk.moment(moment('offer-started', { price: { value: '99.00', currency: 'CNY' } }));
    expect(commands).toEqual([{ command: { kind: 'text', input: 'Price', text: '3号 亚麻衬衫 ¥99.00 仅剩 17 件' }, byHand: false }]);
    expect(desk.read().log).toMatchObject([{ target: 'obs', kind: 'text', byStep: true, productId: 'p3' }]);
  });

  test('run in their order: the words first, then the card', async () => {
    const desk = await permitted([price, show]);
    await desk.moment(moment('offer-started'));
    expect(commands.map(({ command }) => command.kind)).toEqual(['text', 'show']);
  });

  test('say nothing rather than half a sentence', async () => {
    const desk = await permitted([price]);
    await desk.moment(moment('offer-started', { stock: null }));
    await desk.moment(moment('offer-started', { product: null }));
    expect(commands).toEqual([]);
  });

  test('of a cue run for their rules alone', async () => {
    const desk = await permitted([{ at: 'cue', run: { kind: 'chapter', name: '{headline}' } }, { at: 'cue', rules: ['stock-out'], run: { kind: 'clip' } }]);
    await desk.permit('live/obs/clip', true);
    commands.length = 0;
    await desk.moment(moment('cue', { rule: 'past-peak', headline: { zh: '换品', en: 'Next' } }));
    expect(commands.map(({ command }) => command)).toEqual([{ kind: 'chapter', name: '换品' }]);
    await desk.moment(moment('cue-over', { rule: 'stock-out' }));
    expect(commands).toHaveLength(1);
  });

  test('what a step did is undone by hand', async () => {
    const desk = await permitted([show]);
    obsAnswer = { outcome: 'done', undo: { kind: 'show', scene: 'Live', source: 'Price', visible: false } };
    await desk.moment(moment('offer-started'));
    const [entry] = desk.read().log;
    expect(await desk.undo(entry!.entryId)).toEqual({ undone: true, message: null });
    expect(commands.at(-1)).toEqual({ command: { kind: 'show', scene: 'Live', source: 'Price', visible: false }, byHand: true });
  });
}); // prettier-ignore

describe('the overlay', () => {
  test('counts to the end that the shop told, follows it, and is gone when it is over', async () => {
    const desk = open();
    await allow(desk, call({ action: 'offer', productId: 'p3', targets: ['overlay'] }));
    expect(board.state().offer).toEqual({ linkNumber: 3, name: SHIRT.name, price: '99.00', priceCurrency: 'CNY', listPrice: '129.00', endsMs: 60_000, left: 17 });
    offers = [{ ...OFFER, endsMs: 90_000, unitsPaid: 48 }];
    board.second(offers);
    expect(board.state().offer).toMatchObject({ endsMs: 90_000, left: 2 });
    nowMs = 90_000;
    board.second(offers);
    expect(board.state().offer).toBeNull();
  });

  test('an offer that the shop ends early leaves at once, and an answer after twenty seconds', async () => {
    const desk = open();
    await allow(desk, call({ action: 'offer', productId: 'p3', targets: ['overlay'] }));
    await allow(desk, call({ action: 'message', text: '包邮', targets: ['overlay'] }));
    board.second([]);
    expect(board.state()).toMatchObject({ offer: null, answer: { question: null, answer: { zh: '包邮', en: '包邮' } } });
    nowMs += 20_000;
    board.second([]);
    expect(board.state().answer).toBeNull();
  });

  test('a price that is no higher, or of another currency, is not crossed out', () => {
    open();
    board.showOffer(SHIRT, { ...OFFER, price: '129.00' });
    expect(board.state().offer!.listPrice).toBeNull();
    board.showOffer(SHIRT, { ...OFFER, priceCurrency: 'USD' });
    expect(board.state().offer!.listPrice).toBeNull();
  });

  test('a page hears of every change until it closes', () => {
    open();
    let heard = 0;
    const close = board.open(() => heard++);
    expect(board.pages).toBe(2);
    board.showProduct(SHIRT, true);
    board.second([]);
    expect(heard).toBe(1);
    close();
    board.clear();
    expect(heard).toBe(1);
    expect(board.pages).toBe(1);
  });
}); // prettier-ignore
