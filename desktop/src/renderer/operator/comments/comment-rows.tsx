import type { FocusEventHandler, KeyboardEventHandler } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnits } from '../../words/units.ts';
import type { CommentView } from './comment-feed.ts';
import { CommentItem, ROW_PX, type ProductName } from './comment-row.tsx';
import { indexOfSeq, type ListItem } from './folds.ts';
import type { VirtualList } from './virtual-list.ts';

/** Why there is nothing to see, and what to do about it. */
export function Empty({ view, filtered }: { view: CommentView; filtered: boolean }) {
  const { t } = useTranslation();
  if (view.problem !== null) {
    const words = view.problem.code === 'forbidden' ? t('comments.forbidden') : t('comments.failed', { why: view.problem.message }); // prettier-ignore
    return (
      <p className="empty" role="alert">
        {words}
      </p>
    );
  }
  if (view.extent === null || view.rows.length > 0) return null;
  return <p className="empty">{t(filtered ? 'comments.noMatch' : 'comments.empty')}</p>;
}

/** How far back the list goes: said where it ends. */
function Beginning({ view }: { view: CommentView }) {
  const { t } = useTranslation();
  const units = useUnits();
  if (!view.complete || view.extent === null || view.rows.length === 0) return null;
  const { letGo, newestSeq, oldestSeq } = view.extent;
  const words = letGo === 0 ? t('comments.beginning') : t('comments.letGo', { gone: units.count(letGo), kept: units.count(newestSeq - oldestSeq + 1) }); // prettier-ignore
  return <p className="list-end dim small">{words}</p>;
}

/** The rows on screen, in a space as high as all of them. */
export function CommentRows(props: {
  id: string;
  items: readonly ListItem[];
  list: VirtualList;
  activeSeq: number | null;
  view: CommentView;
  nameOf: ProductName;
  filtered: boolean;
  onPick: (item: ListItem) => void;
  onKeyDown: KeyboardEventHandler;
  onFocus: FocusEventHandler;
  onBlur: FocusEventHandler;
}) {
  const { t } = useTranslation();
  const { items, list, id, activeSeq } = props;
  const active = activeSeq === null ? -1 : indexOfSeq(items, activeSeq);
  const isDrawn = active >= list.first && active < list.last;
  return (
    <>
      <Empty view={props.view} filtered={props.filtered} />
      <div
        className="comment-space"
        style={{ height: list.heightPx }}
        role="listbox"
        tabIndex={0}
        aria-label={t('comments.title')}
        aria-activedescendant={isDrawn ? `${id}-${items[active]?.seq}` : undefined}
        onKeyDown={props.onKeyDown}
        onFocus={props.onFocus}
        onBlur={props.onBlur}
      >
        {items.slice(list.first, list.last).map((item, i) => (
          <CommentItem
            key={`${item.kind}${item.seq}`}
            id={`${id}-${item.seq}`}
            item={item}
            top={(list.first + i) * ROW_PX}
            active={list.first + i === active}
            nameOf={props.nameOf}
            onPick={props.onPick}
          />
        ))}
      </div>
      <Beginning view={props.view} />
    </>
  );
}
