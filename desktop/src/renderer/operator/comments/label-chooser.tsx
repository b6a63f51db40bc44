import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentRow, CorrectedLabels, ProductState } from '@livecue/shared/contract';
import { useUnits } from '../../words/units.ts';
import { draftKey, draftOf, isUnknownNumber, withIntent, type LabelDraft } from './label-draft.ts';
import { CHOICES, INTENT_KEYS, OFFENSIVE_KEY, SPAM_KEY } from './label-keys.ts';

function Toggle(props: { pressed: boolean; keyName: string; words: string; onToggle: () => void }) {
  return (
    <button type="button" className="button choice" aria-pressed={props.pressed} onClick={props.onToggle}>
      <kbd>{props.keyName.toUpperCase()}</kbd> {props.words}
    </button>
  );
}

function ProductChoice(props: {
  draft: LabelDraft;
  products: readonly ProductState[];
  onChange: (draft: LabelDraft) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { draft, products } = props;
  const listed = products.filter((product) => draft.productIds.includes(product.productId));
  const several = draft.productIds.length > 1 ? draft.productIds.join(' ') : null;
  return (
    <div className="choice-product">
      <label>
        {t('chooser.product')}{' '}
        <select
          value={several ?? draft.productIds[0] ?? ''}
          onChange={({ target }) =>
            props.onChange({ ...draft, number: '', productIds: target.value === '' ? [] : [target.value] })
          }
        >
          <option value="">{t('chooser.noProduct')}</option>
          {several === null ? null : (
            <option value={several}>{listed.map(({ name }) => units.words(name)).join(' · ')}</option>
          )}
          {products.map((product) => (
            <option key={product.productId} value={product.productId}>
              {product.linkNumber ?? '–'} {units.words(product.name)}
            </option>
          ))}
        </select>
      </label>
      <span className={isUnknownNumber(draft, products) ? 'wrong-text' : 'dim'} role="status">
        {draft.number === '' ? t('chooser.typeNumber') : isUnknownNumber(draft, products) ? t('chooser.unknownNumber', { n: draft.number }) : t('chooser.number', { n: draft.number })}
      </span>
    </div>
  ); // prettier-ignore
}

/** One key says what a comment is. Letters save at once; marks and numbers come before. */
export function LabelChooser(props: {
  row: CommentRow;
  products: readonly ProductState[];
  onSave: (labels: CorrectedLabels) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState(() => draftOf(props.row));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // Not on the first button, which would take Enter for itself.
    heading.current?.focus();
  }, []);

  const save = ({ intent, offensive, spam, productIds, ...rest }: LabelDraft) => {
    if (isUnknownNumber({ intent, offensive, spam, productIds, ...rest }, props.products)) return;
    props.onSave({ intent, offensive, spam, productIds });
    dialog.current?.close();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    // A button under the focus takes Enter and Space itself.
    if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return;
    const step = draftKey(draft, event.key, props.products);
    if (step === null) return;
    event.preventDefault();
    setDraft(step.draft);
    if (step.save) save(step.draft);
  };
  return (
    <dialog
      className="dialog chooser"
      ref={dialog}
      onClose={props.onClose}
      onKeyDown={onKey}
      aria-label={t('chooser.title')}
    >
      <h2 tabIndex={-1} ref={heading}>
        {t('chooser.title')}
      </h2>
      <p className="chooser-text">
        <bdi>{props.row.text}</bdi>
      </p>
      <div className="choice-grid" role="group" aria-label={t('chooser.intent')}>
        {CHOICES.map((intent) => (
          <button
            type="button"
            key={intent}
            className="button choice"
            aria-pressed={draft.intent === intent}
            onClick={() => save(withIntent(draft, intent))}
          >
            <kbd>{INTENT_KEYS[intent].toUpperCase()}</kbd> {t(`intent.${intent}`)}
          </button>
        ))}
      </div>
      <div className="choice-marks">
        <Toggle
          pressed={draft.offensive}
          keyName={OFFENSIVE_KEY}
          words={t('comments.mark.offensive')}
          onToggle={() => setDraft({ ...draft, offensive: !draft.offensive })}
        />
        <Toggle
          pressed={draft.spam}
          keyName={SPAM_KEY}
          words={t('comments.mark.spam')}
          onToggle={() => setDraft({ ...draft, spam: !draft.spam })}
        />
        <ProductChoice draft={draft} products={props.products} onChange={setDraft} />
      </div>
      <p className="dim small">{t('chooser.stays')}</p>
      <div className="row-line">
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          <kbd>Esc</kbd> {t('chooser.cancel')}
        </button>
        <button type="button" className="button main row-end" onClick={() => save(draft)}>
          <kbd>Enter</kbd> {t('chooser.save')}
        </button>
      </div>
    </dialog>
  );
}
