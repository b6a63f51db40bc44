import type { CommentRow, CorrectedLabels } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import { shownLabels } from './folds.ts';
import { intentOfKey, OFFENSIVE_KEY, SPAM_KEY } from './label-keys.ts';

/** What stands in the chooser before it is saved. */
export interface LabelDraft extends CorrectedLabels {
  /** Digits typed so far; a link number, 0 for no product. */
  readonly number: string;
}

export interface NumberedProduct {
  readonly productId: string;
  readonly linkNumber: number | null;
}

export type DraftStep = { readonly draft: LabelDraft; readonly save: boolean };

export function draftOf(row: CommentRow): LabelDraft {
  const { intent, offensive, spam, productIds } = shownLabels(row);
  return { intent: intent ?? 'chat_other', offensive: offensive === true, spam: spam === true, productIds, number: '' };
}

/** An advertisement is spam by its meaning; the mark can be taken off again before saving. */
export function withIntent(draft: LabelDraft, intent: Intent): LabelDraft {
  return { ...draft, intent, spam: draft.spam || intent === 'spam_ad' };
}

/** The product that the typed digits mean: null none known, '' none wanted. */
export function numbered(number: string, products: readonly NumberedProduct[]): string | null {
  if (Number(number) === 0) return '';
  return products.find(({ linkNumber }) => linkNumber === Number(number))?.productId ?? null;
}

function withNumber(draft: LabelDraft, number: string, products: readonly NumberedProduct[]): LabelDraft {
  const meant = number === '' ? null : numbered(number, products);
  return { ...draft, number, productIds: meant === null ? draft.productIds : meant === '' ? [] : [meant] };
}

/** One key of the chooser; null when it means nothing here. */
export function draftKey(draft: LabelDraft, key: string, products: readonly NumberedProduct[]): DraftStep | null {
  const kept = (next: LabelDraft): DraftStep => ({ draft: next, save: false });
  const intent = intentOfKey(key);
  if (intent !== null) return { draft: withIntent(draft, intent), save: true };
  if (key === 'Enter') return { draft, save: true };
  if (/^\d$/.test(key)) return kept(withNumber(draft, `${draft.number}${key}`.slice(-3), products));
  if (key === 'Backspace') return kept(withNumber(draft, draft.number.slice(0, -1), products));
  if (key.toLowerCase() === SPAM_KEY) return kept({ ...draft, spam: !draft.spam });
  if (key.toLowerCase() === OFFENSIVE_KEY) return kept({ ...draft, offensive: !draft.offensive });
  return null;
}

/** True while digits stand there that mean no product: nothing is saved then. */
export const isUnknownNumber = (draft: LabelDraft, products: readonly NumberedProduct[]): boolean =>
  draft.number !== '' && numbered(draft.number, products) === null;
