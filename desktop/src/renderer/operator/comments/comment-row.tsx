import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentRow } from '@livecue/shared/contract';
import { ChevronRight, Frown, MessageCircleWarning, OctagonX, PencilLine, Smile } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import { shownLabels, type ListItem } from './folds.ts';

/** Height of every row of the list, px: what makes 100,000 of them cost no more than those on screen. */
export const ROW_PX = 32;

/** How a product is called in a chip: its link number, else its id. */
export type ProductName = (productId: string) => string;

function Marks({ row }: { row: CommentRow }) {
  const { t } = useTranslation();
  const { offensive, spam } = shownLabels(row);
  const { sentiment } = row.given;
  return (
    <>
      {offensive === true ? (
        <span className="chip mark-wrong">
          <MessageCircleWarning size={12} aria-hidden="true" /> {t('comments.mark.offensive')}
        </span>
      ) : null}
      {spam === true ? (
        <span className="chip mark-wrong">
          <OctagonX size={12} aria-hidden="true" /> {t('comments.mark.spam')}
        </span>
      ) : null}
      {sentiment === 'negative' ? (
        <span className="chip quiet">
          <Frown size={12} aria-hidden="true" /> {t('comments.mark.negative')}
        </span>
      ) : null}
      {sentiment === 'positive' ? (
        <span className="chip quiet">
          <Smile size={12} aria-hidden="true" /> {t('comments.mark.positive')}
        </span>
      ) : null}
    </>
  );
}

export function Chips({ row, nameOf }: { row: CommentRow; nameOf: ProductName }) {
  const { t } = useTranslation();
  const { intent, productIds } = shownLabels(row);
  return (
    <span className="chips">
      {intent === null ? (
        <span className="chip quiet">{t('comments.unread')}</span>
      ) : (
        <span className={`chip ${intent === 'chat_other' ? 'quiet' : ''}`}>{t(`intent.${intent}`)}</span>
      )}
      {productIds.slice(0, 2).map((id) => (
        <span className="chip product" key={id}>
          {nameOf(id)}
        </span>
      ))}
      <Marks row={row} />
      {row.corrected === null ? null : (
        <span className="chip corrected">
          <PencilLine size={12} aria-hidden="true" /> {t('comments.mark.corrected')}
        </span>
      )}
    </span>
  );
}

function FoldLine({ item }: { item: ListItem & { kind: 'fold' } }) {
  const { t } = useTranslation();
  const parts = [
    item.spam === 0 ? null : t('comments.foldedSpam', { n: item.spam }),
    item.offensive === 0 ? null : t('comments.foldedOffensive', { n: item.offensive }),
  ].filter((part) => part !== null);
  return (
    <>
      <ChevronRight size={14} aria-hidden="true" />
      <span className="folded-words">{t('comments.folded', { what: parts.join(t('comments.and')) })}</span>
      <kbd aria-hidden="true">F</kbd>
    </>
  );
}

function CommentLine({ row, nameOf }: { row: CommentRow; nameOf: ProductName }) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <>
      <span className="comment-time dim small">{units.clock(row.eventTimeMs)}</span>
      <span className="comment-viewer dim small">{row.viewer}</span>
      {row.removed ? (
        <span className="comment-text dim">{t('comments.removed')}</span>
      ) : (
        // A viewer's words have their own direction and must not turn the line around.
        <bdi className="comment-text">{row.text}</bdi>
      )}
      {row.removed ? null : <Chips row={row} nameOf={nameOf} />}
    </>
  );
}

/** One line of the list, a comment or a fold; drawn again only when it changes. */
export const CommentItem = memo(function CommentItem(props: {
  id: string;
  item: ListItem;
  top: number;
  active: boolean;
  nameOf: ProductName;
  onPick: (item: ListItem) => void;
}) {
  const { item } = props;
  return (
    <div
      id={props.id}
      role="option"
      aria-selected={props.active}
      className={`comment ${item.kind} ${props.active ? 'active' : ''}`}
      style={{ transform: `translateY(${props.top}px)` }}
      data-seq={item.seq}
      onClick={() => props.onPick(item)}
    >
      {item.kind === 'fold' ? <FoldLine item={item} /> : <CommentLine row={item.row} nameOf={props.nameOf} />}
    </div>
  );
});
