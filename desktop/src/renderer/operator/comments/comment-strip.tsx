import { useTranslation } from 'react-i18next';
import type { CommentRow } from '@livecue/shared/contract';
import { PencilLine, Undo2 } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import type { ProductName } from './comment-row.tsx';

export type Said = { readonly text: string; readonly wrong: boolean };

/** What the models said, beside what the operator says. */
function Origin({ row, nameOf }: { row: CommentRow; nameOf: ProductName }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { intent, intentScore, productIds } = row.given;
  const score = intentScore === null ? '' : ` ${units.percent(intentScore)}`;
  const models = intent === null ? t('comments.unread') : `${t(`intent.${intent}`)}${score}`;
  return (
    <span className="dim">
      {row.viewer === '' ? null : `${row.viewer} · `}
      {t('comments.models')} {models} {productIds.map(nameOf).join(' ')}
      {row.corrected === null ? null : ` → ${t('comments.you')} ${t(`intent.${row.corrected.intent}`)}`}
    </span>
  );
}

/** The chosen comment in full, and what was done last; always of the same height. */
export function CommentStrip(props: {
  row: CommentRow | null;
  said: Said | null;
  undoable: boolean;
  examples: number;
  nameOf: ProductName;
  onCorrect: (row: CommentRow) => void;
  onUndo: () => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { row, said } = props;
  const more =
    row === null || row.moreCharacters === 0 ? '' : t('comments.more', { n: units.count(row.moreCharacters) });
  return (
    <div className="comment-strip">
      <div className="strip-words">
        {row === null ? (
          <span className="dim">{t('comments.keys')}</span>
        ) : (
          <>
            <bdi className="strip-text">{row.removed ? t('comments.removed') : `${row.text}${more}`}</bdi>
            <Origin row={row} nameOf={props.nameOf} />
          </>
        )}
      </div>
      <div className="strip-side">
        <span className={said?.wrong === true ? 'wrong-text' : 'dim'} role="status">
          {said?.text ?? (props.examples === 0 ? '' : t('comments.examples', { n: units.count(props.examples) }))}
        </span>
        <span className="actions">
          {row === null || row.removed ? null : (
            <button type="button" className="button small" onClick={() => props.onCorrect(row)}>
              <PencilLine size={12} aria-hidden="true" /> {t('comments.correct')} <kbd>C</kbd>
            </button>
          )}
          {props.undoable ? (
            <button type="button" className="button small" onClick={props.onUndo}>
              <Undo2 size={12} aria-hidden="true" /> {t('comments.undo')} <kbd>U</kbd>
            </button>
          ) : null}
        </span>
      </div>
    </div>
  );
}
