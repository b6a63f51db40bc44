import type { ControlNothing, ControlState, ControlVerb, PanelArgs, PanelMessage, PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import type { Words } from '@livecue/shared/prompt';
import { controlState, type ControlCatalogue, type ControlFacts } from './control-state.ts';
import type { Presser } from './gate.ts';

/** A press as its transport read it. */
export interface Press {
  readonly verb: ControlVerb;
  /** What the verb needs: `on`, a number, an id. */
  readonly value: string | null;
  /** The card that is meant; null: whichever is active. */
  readonly card: string | null;
}

export type Answer =
  | { readonly ok: true; readonly verb: ControlVerb; readonly did: boolean; readonly reason: ControlNothing | null; readonly words: Words }
  | { readonly ok: false; readonly code: 'bad-value' | 'not-found' | 'forbidden' | 'internal'; readonly words: string }; // prettier-ignore

export interface ControlPorts {
  readonly facts: () => ControlFacts;
  readonly catalogue: ControlCatalogue;
  /** As a panel of the presser's role, written down under its name. */
  readonly call: (who: Presser, verb: PanelVerb, args: unknown) => Promise<PanelMessage>;
  readonly nowMs: () => number;
}

export interface ControlDesk {
  press(who: Presser, press: Press): Promise<Answer>;
  state(): ControlState;
}

/** A card this young was not what the finger was on its way to; the same as for keys. */
export const SETTLE_MS = 400;
/** Contacts bounce for a few milliseconds, packets come twice at once; no finger presses the same again so soon. */
export const REPEAT_MS = 150;
/** So long what was told counts, though the room does not know it yet. */
const TOLD_MS = 3_000;
const ON_CARDS = { done: 'prompt.done', 'not-now': 'prompt.snooze', mute: 'prompt.mute' } as const;

class Refused extends Error {
  readonly answer: Answer;
  constructor(code: Exclude<Answer, { ok: true }>['code'], words: string) {
    super(words);
    this.answer = { ok: false, code, words };
  }
}

/** What buttons ask, in the panel's verbs. */
export function createControlDesk(ports: ControlPorts): ControlDesk {
  const { catalogue, nowMs } = ports;
  const numbered = catalogue.products.filter(({ linkNumber }) => linkNumber !== null).sort((a, b) => a.linkNumber! - b.linkNumber!); // prettier-ignore
  /** In the order of their link numbers; a catalogue without any has its own order. */
  const order = numbered.length > 0 ? numbered : catalogue.products;
  let active: { id: string | null; sinceMs: number } = { id: null, sinceMs: nowMs() };
  let told: { productId: string | null; atMs: number } | null = null;
  const pressed = new Map<string, number>();

  const state = (): ControlState => {
    const now = controlState(ports.facts(), catalogue);
    const id = now.card?.id ?? null;
    if (id !== active.id) active = { id, sinceMs: nowMs() };
    return now;
  };

  async function call<V extends PanelVerb>(
    who: Presser,
    verb: V,
    args: PanelArgs<V>,
  ): Promise<Record<string, unknown>> {
    const message = await ports.call(who, verb, args);
    if (message.type === 'result') return message.result as Record<string, unknown>;
    if (message.type !== 'error') throw new Error(`${verb} was answered with a ${message.type}`);
    if (message.code === 'forbidden') throw new Refused('forbidden', 'This token is a host’s: it may say done, not now and mute. Make one for an operator on the page Control.'); // prettier-ignore
    if (message.code === 'not-found') throw new Refused('not-found', message.message);
    throw new Refused(message.code === 'internal' ? 'internal' : 'bad-value', message.message);
  }

  /** The card that is meant, or why none is. */
  function cardOf({ card }: Press): NonNullable<ControlState['card']> | ControlNothing {
    const now = state().card;
    if (now === null) return 'no-card';
    if (card !== null) return now.id === card ? now : 'gone';
    const ageMs = nowMs() - active.sinceMs;
    return ageMs >= 0 && ageMs < SETTLE_MS ? 'just-came' : now;
  }

  const tell = async (who: Presser, productId: string | null): Promise<null> => {
    await call(who, 'explain.tell', { productId });
    told = { productId, atMs: nowMs() };
    return null;
  };
  const explained = (): string | null => {
    const ageMs = told === null ? Infinity : nowMs() - told.atMs;
    return told !== null && ageMs >= 0 && ageMs < TOLD_MS ? told.productId : ports.facts().explaining;
  };
  const productOf = (value: string): string => {
    const found = catalogue.products.find(({ linkNumber }) => String(linkNumber) === value);
    if (found === undefined) throw new Refused('not-found', `No product has the link number ${JSON.stringify(value)}. The page Catalogue lists them.`); // prettier-ignore
    return found.productId;
  };

  /** Null: it did what was asked. */
  const acts: Readonly<Record<ControlVerb, (who: Presser, press: Press) => Promise<ControlNothing | null>>> = {
    done: (who, press) => onCard(who, press, ON_CARDS.done),
    'not-now': (who, press) => onCard(who, press, ON_CARDS['not-now']),
    mute: (who, press) => onCard(who, press, ON_CARDS.mute),
    async hold(who, { value }) {
      const wanted = value === null || value === 'toggle' ? !state().hold : switched('hold', value);
      await call(who, 'cues.control', { hold: wanted });
      return null;
    },
    async kill(who, { value }) {
      await call(who, 'cues.control', { off: switched('kill', value) });
      return null;
    },
    async preset(who, { value }) {
      const preset = catalogue.presets.find(({ id }, i) => id === value || String(i + 1) === value);
      if (preset === undefined) throw new Refused(value === null ? 'bad-value' : 'not-found', `preset needs a number from 1 to ${catalogue.presets.length}, or one of ${catalogue.presets.map(({ id }) => id).join(', ')}.`); // prettier-ignore
      await call(who, 'message.send', { presetId: preset.id });
      return null;
    },
    clear: async (who) => ((await call(who, 'message.clear', {}))['cleared'] === 0 ? 'no-message' : null),
    async explain(who, { value }) {
      if (value === null) throw new Refused('bad-value', 'explain needs the link number of a product, or none.');
      return tell(who, value === 'none' ? null : productOf(value));
    },
    next: (who) => step(who, 1),
    previous: (who) => step(who, -1),
    async pin(who, press) {
      if (press.value !== null) return tell(who, productOf(press.value));
      const card = cardOf(press);
      if (typeof card === 'string') return card;
      const productId = ports.facts().stage.active?.productId ?? null;
      return productId === null ? 'no-product' : tell(who, productId);
    },
  };

  async function onCard(who: Presser, press: Press, verb: (typeof ON_CARDS)[keyof typeof ON_CARDS]) {
    const card = cardOf(press);
    if (typeof card === 'string') return card;
    return (await call(who, verb, { promptId: card.id }))['closed'] === true ? null : 'gone';
  }

  async function step(who: Presser, by: 1 | -1): Promise<ControlNothing | null> {
    const at = order.findIndex(({ productId }) => productId === explained());
    const to = order[at === -1 ? (by === 1 ? 0 : order.length - 1) : at + by];
    return to === undefined ? 'no-product' : tell(who, to.productId);
  }

  return {
    state,
    async press(who, press) {
      const key = JSON.stringify([who.tokenId, press]);
      const sinceMs = nowMs() - (pressed.get(key) ?? -Infinity);
      if (sinceMs >= 0 && sinceMs < REPEAT_MS) return { ok: true, verb: press.verb, did: false, reason: 'repeated', words: NOTHING.repeated }; // prettier-ignore
      for (const [one, atMs] of pressed) if (nowMs() - atMs >= REPEAT_MS) pressed.delete(one);
      pressed.set(key, nowMs());
      try {
        const reason = await acts[press.verb](who, press);
        const words = reason === null ? DID[press.verb] : NOTHING[reason];
        return { ok: true, verb: press.verb, did: reason === null, reason, words };
      } catch (error) {
        if (error instanceof Refused) return error.answer;
        throw error;
      }
    },
  };
}

function switched(verb: ControlVerb, value: string | null): boolean {
  if (value === 'on' || value === '1' || value === 'true') return true;
  if (value === 'off' || value === '0' || value === 'false') return false;
  throw new Refused('bad-value', `${verb} needs on or off${verb === 'hold' ? ', or toggle' : ''}.`);
}

const DID: Readonly<Record<ControlVerb, Words>> = {
  done: { zh: '已完成', en: 'Done' },
  'not-now': { zh: '稍后再说', en: 'Not now' },
  mute: { zh: '已静音', en: 'Muted' },
  hold: { zh: '已切换勿扰', en: 'Do not disturb set' },
  kill: { zh: '已切换提示开关', en: 'Kill switch set' },
  preset: { zh: '已发给主播', en: 'Sent to the host' },
  clear: { zh: '已撤下消息', en: 'Message taken away' },
  explain: { zh: '已记下正在讲解的商品', en: 'Told what is explained' },
  next: { zh: '下一个商品', en: 'Next product' },
  previous: { zh: '上一个商品', en: 'Previous product' },
  pin: { zh: '已记下置顶', en: 'Told that it is pinned' },
};
const NOTHING: Readonly<Record<ControlNothing, Words>> = {
  'no-card': { zh: '主播屏上没有提示', en: 'No card is on the host’s screen' },
  'just-came': { zh: '提示刚刚出现，请再按一次', en: 'The card has only just come: press again' },
  gone: { zh: '这条提示已经不在了', en: 'That card is gone' },
  repeated: { zh: '重复的按键，只算一次', en: 'The same press twice counts once' },
  'no-product': { zh: '没有这样的商品', en: 'There is no such product' },
  'no-message': { zh: '没有可撤下的消息', en: 'There is no message to take away' },
};
