import { ControlVerb } from '@livecue/shared/contract';
import type { Press } from './control-desk.ts';

const VALUE_MAX = 128;

/** What a transport has of a press, before anybody looked at it. */
export interface RawPress {
  readonly verb?: unknown;
  readonly value?: unknown;
  readonly card?: unknown;
}

/** Numbers and switches come as text, number or truth, as the sender's program likes. */
export function parsePress({ verb, value, card }: RawPress): Press | { readonly code: 'unknown-verb' | 'bad-value'; readonly words: string } {
  const known = ControlVerb.safeParse(verb);
  if (!known.success) {
    const named = typeof verb === 'string' ? ` ${JSON.stringify(verb.slice(0, 40))}` : '';
    return { code: 'unknown-verb', words: `There is no verb${named}. There are ${ControlVerb.options.join(', ')} and state.` };
  }
  const text = textOf(value);
  const cardId = textOf(card);
  if (text === undefined) return { code: 'bad-value', words: `The value of ${known.data} must be a text, a number or a switch.` };
  if (cardId === undefined) return { code: 'bad-value', words: 'The card must be the id of a card, as the state tells it.' };
  return { verb: known.data, value: text, card: cardId };
} // prettier-ignore

function textOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'string' && value.length <= VALUE_MAX ? value : undefined;
}
