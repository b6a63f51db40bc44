import type { Intent } from '@livecue/shared/insight';

/** The key of each intent in the chooser, the same in both languages; M and X are spam and offensive. */
export const INTENT_KEYS = {
  size_spec: 'z', price: 'p', stock: 't', product_question: 'q', discount_gift: 'd', shipping: 's', return_warranty: 'r',
  order_payment: 'o', complaint: 'c', host_request: 'h', purchase_signal: 'b', praise: 'l', spam_ad: 'a', chat_other: 'e',
} as const satisfies Record<Intent, string>; // prettier-ignore

export const SPAM_KEY = 'm';
export const OFFENSIVE_KEY = 'x';

/** In the order in which the chooser shows them. */
export const CHOICES = Object.keys(INTENT_KEYS) as Intent[];

export function intentOfKey(key: string): Intent | null {
  return CHOICES.find((intent) => INTENT_KEYS[intent] === key.toLowerCase()) ?? null;
}
