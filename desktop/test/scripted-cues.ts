/** Answers, offers, patrons and messages of the scripted room. */
import { DEFAULT_PRESETS, PANEL_VERBS, type AnswerRow, type CueState, type PanelState } from '@livecue/shared/contract';
import { messageWords } from '@livecue/shared/contract';
import type { HostPrompt } from '@livecue/shared/prompt';

const row = (nowMs: number, id: string, agoMs: number, part: Partial<AnswerRow> & Pick<AnswerRow, 'decision' | 'intent' | 'question'>): AnswerRow => ({
  answerId: id, reason: null, productId: 'p3', viewers: 1, confidence: 0.5, facts: [], firstMs: nowMs - agoMs - 9_000, lastMs: nowMs - agoMs, ...part,
}); // prettier-ignore

export const answerRows = (nowMs: number): AnswerRow[] => [
  row(nowMs, 'answer/p3/size', 4_000, {
    decision: 'answer', intent: 'size_spec', question: '165 穿什么码', viewers: 12, confidence: 0.97,
    facts: [{ factId: 'p3/size', words: { zh: '155–160 选 S，160–165 选 M，165–170 选 L，宽松版', en: '155–160 cm S, 160–165 M, 165–170 L, loose fit' }, score: 0.93 }],
  }),
  row(nowMs, 'human//complaint', 11_000, { decision: 'human', reason: 'complaint', intent: 'shipping', productId: null, question: '怎么还没发货，都5天了', viewers: 3, confidence: 0.2 }),
  row(nowMs, 'offer/p3/shrink', 19_000, {
    decision: 'offer', intent: 'product_question', question: 'does the linen shirt shrink when I wash it warm, and is it see-through in white?', viewers: 2, confidence: 0.71,
    facts: [
      { factId: 'p3/shrink', words: { zh: '30 度轻柔洗，缩水不到 2 %', en: 'Wash gently at 30 °C, it shrinks less than 2 %' }, score: 0.72 },
      { factId: 'p3/sheer', words: { zh: '白色建议搭浅色内搭', en: 'Under white wear something light' }, score: 0.41 },
    ],
  }),
  row(nowMs, 'offer//freight', 31_000, {
    decision: 'offer', intent: 'shipping', productId: null, question: '新疆能到吗', viewers: 4, confidence: 0.66,
    facts: [{ factId: 'freight', words: { zh: '全国包邮，新疆西藏 5–7 天', en: 'Free shipping all over China, Xinjiang and Tibet in 5–7 days' }, score: 0.7 }],
  }),
  row(nowMs, 'human/p2/live', 48_000, { decision: 'human', reason: 'no-live-value', intent: 'price', productId: 'p2', question: '', viewers: 1, confidence: 0.5 }),
]; // prettier-ignore

export const cueState = (nowMs: number): CueState => ({
  offers: {
    running: [
      { offerId: 'p5/flash/1', productId: 'p5', kind: 'flash', price: '59.00', priceCurrency: 'CNY', startedMs: nowMs - 80_000, endsMs: nowMs + 42_000, quantity: 50, unitsPaid: 12 },
      { offerId: 'p1/coupon/1', productId: 'p1', kind: 'coupon', price: '29.90', priceCurrency: 'CNY', startedMs: nowMs - 300_000, endsMs: null, quantity: null, unitsPaid: 7 },
    ],
    budget: { started: 3, limit: 10, currency: 'CNY', discount: '1240.00', discountLimit: '5000.00', closed: null },
  },
  patrons: [
    { patronRef: 'a1b2c3d4e5f6', kind: 'returning', orders: 3, productId: 'p3', intent: 'size_spec', askedMs: nowMs - 22_000 },
    { patronRef: '0123456789ab', kind: 'paid-comment', orders: 0, productId: 'p5', intent: 'price', askedMs: nowMs - 95_000 },
  ],
}); // prettier-ignore

export interface ScriptedCues {
  rows: AnswerRow[];
  /** Of cards that are refused when they are sent to the host. */
  refused: HostPrompt['promptId'] | null;
  /** A result, or undefined when the verb is another's. Changes the state as the agent would. */
  call(verb: string, args: unknown, state: PanelState, own: (words: HostPrompt['headline'], priority: 'act-now' | 'advice') => HostPrompt): { result: unknown; state: PanelState } | undefined;
} // prettier-ignore

export function createScriptedCues(nowMs: () => number): ScriptedCues {
  const without = (stage: PanelState['stage'], gone: (prompt: HostPrompt) => boolean) => ({
    ...stage,
    active: stage.active !== null && gone(stage.active) ? null : stage.active,
    next: stage.next.filter((prompt) => !gone(prompt)),
    queued: stage.queued.filter((prompt) => !gone(prompt)),
  });
  const cues: ScriptedCues = {
    rows: answerRows(nowMs()),
    refused: null,
    call(verb, args, state, own) {
      const { stage } = state;
      if (verb === 'answers.read') return { result: { rows: cues.rows }, state };
      if (verb === 'answers.close') {
        const { answerId } = PANEL_VERBS[verb].args.parse(args);
        const closed = cues.rows.some((answer) => answer.answerId === answerId);
        cues.rows = cues.rows.filter((answer) => answer.answerId !== answerId);
        return { result: { closed }, state };
      }
      if (verb === 'cues.control') {
        const { hold, off } = PANEL_VERBS[verb].args.parse(args);
        const { quiet, hold: was, ...rest } = stage;
        const isOff = off ?? quiet === 'switched-off';
        const isHeld = hold ?? was ?? false;
        const now = isOff ? ({ quiet: 'switched-off' } as const) : isHeld ? ({ quiet: 'do-not-disturb' } as const) : {};
        return { result: {}, state: { ...state, stage: { ...rest, ...now, ...(isHeld ? { hold: true } : {}) } } };
      }
      if (verb === 'message.presets') return { result: { presets: DEFAULT_PRESETS }, state };
      if (verb === 'message.send') {
        const { text, presetId, priority } = PANEL_VERBS[verb].args.parse(args);
        const words = messageWords(text === undefined ? DEFAULT_PRESETS.find(({ id }) => id === presetId)! : { text });
        const active = own(words, priority);
        return { result: { promptId: active.promptId }, state: { ...state, stage: { ...stage, active } } };
      }
      if (verb === 'message.clear') {
        const cleared = without(stage, ({ rule }) => rule === 'operator-message');
        return { result: { cleared: 1 }, state: { ...state, stage: cleared } };
      }
      if (verb === 'prompt.show') {
        const { promptId } = PANEL_VERBS[verb].args.parse(args);
        if (promptId === cues.refused) return { result: { shown: false, reason: 'do-not-disturb' }, state };
        const shown = stage.queued.find((prompt) => prompt.promptId === promptId) ?? null;
        const rest = without(stage, (prompt) => prompt.promptId === promptId);
        return { result: { shown: true, reason: null }, state: { ...state, stage: { ...rest, active: shown } } };
      }
      return undefined;
    },
  };
  return cues;
}
