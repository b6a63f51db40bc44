import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentFilter, CommentRow, ProductState } from '@livecue/shared/contract';
import { Section } from '../section.tsx';
import { ROWS_FOLLOWED } from './comment-feed.ts';
import { CommentFilters, isFiltered } from './comment-filters.tsx';
import { ROW_PX, type ProductName } from './comment-row.tsx';
import { CommentRows } from './comment-rows.tsx';
import { CommentStrip } from './comment-strip.tsx';
import { foldRows, indexOfSeq, openRun, type ListItem } from './folds.ts';
import { KeyHelp } from './key-help.tsx';
import { LabelChooser } from './label-chooser.tsx';
import { HeadButtons } from './list-head.tsx';
import { useComments } from './use-comments.ts';
import { useCorrections } from './use-corrections.ts';
import { listKeyHandler, useDeskKeys } from './use-list-keys.ts';
import { useVirtualList } from './virtual-list.ts';

/** Older rows are asked for when the reader is this close to the end. */
const READ_AHEAD_ROWS = 30;

/** Marked comments that somebody has unfolded; only those still in the window are remembered. */
function useFolds(rows: readonly CommentRow[], folding: boolean) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const items = useMemo(() => foldRows(rows, open, folding), [rows, open, folding]);
  const toggle = (item: ListItem) =>
    setOpen((old) => {
      const kept = rows.filter(({ seq }) => old.has(seq)).map(({ seq }) => seq);
      if (item.kind === 'fold') return new Set([...kept, ...item.seqs]);
      const closed = new Set(openRun(rows, item.seq, old));
      return new Set(kept.filter((seq) => !closed.has(seq)));
    });
  return { items, toggle };
}

/** 3号 or No. 3; the same function until the catalogue changes, so that rows are not drawn again. */
function useProductNames(products: readonly ProductState[]): ProductName {
  const { t } = useTranslation();
  const key = JSON.stringify(products.map(({ productId, linkNumber }) => [productId, linkNumber]));
  return useMemo(() => {
    const numbers = new Map(JSON.parse(key) as [string, number | null][]);
    return (productId) => {
      const number = numbers.get(productId) ?? null;
      return number === null ? productId : t('comments.productNumber', { n: number });
    };
  }, [key, t]);
}

/** The list takes the keys; it is as high as all its rows, and must not jump to its top for that. */
function focusList(place: HTMLElement | null): void {
  place?.querySelector<HTMLElement>('[role=listbox]')?.focus({ preventScroll: true });
}

/** The room's comments as the operator reads, filters and corrects them. */
export function CommentList(props: {
  filter: CommentFilter;
  products: readonly ProductState[];
  onFilter: (filter: CommentFilter) => void;
}) {
  const { t } = useTranslation();
  const { filter, products } = props;
  const { feed, view } = useComments(filter);
  const { items, toggle } = useFolds(view.rows, filter.mark !== 'spam' && filter.mark !== 'offensive');
  const list = useVirtualList(items);
  const nameOf = useProductNames(products);
  const { said, correct, undo } = useCorrections(feed, nameOf);
  const [activeSeq, setActive] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const [focused, setFocused] = useState(false);
  const [paused, setPaused] = useState(false);
  const [chosen, setChosen] = useState<CommentRow | null>(null);
  const [help, setHelp] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const id = useId();

  const activeIndex = activeSeq === null ? -1 : indexOfSeq(items, activeSeq);
  const held = over || paused || list.scrolled || chosen !== null || (focused && activeIndex >= 0);
  useEffect(() => feed.hold(held), [feed, held]);
  const nearEnd = list.last >= items.length - READ_AHEAD_ROWS;
  useEffect(() => {
    if (nearEnd && !view.complete && (list.scrolled || view.rows.length < ROWS_FOLLOWED)) void feed.older();
  }, [feed, nearEnd, view.complete, view.rows, list.scrolled]);

  const active = items[activeIndex];
  const activeRow = active?.kind === 'comment' ? active.row : null;
  const choose = (row: CommentRow) => (row.removed ? undefined : setChosen(row));
  const resume = () => {
    setPaused(false);
    setActive(null);
    list.toTop();
    feed.resume();
  };
  const pause = () => (paused ? resume() : setPaused(true));
  const onKeyDown = listKeyHandler(items, activeSeq, {
    move: (index) => {
      setActive(items[index]?.seq ?? null);
      list.show(index);
    },
    pageRows: () => Math.max(1, Math.floor((list.place.current?.clientHeight ?? 0) / ROW_PX) - 1),
    open: (item) => (item.kind === 'fold' ? toggle(item) : choose(item.row)),
    fold: toggle,
    pause,
    undo,
    leave: () => setActive(null),
  });
  const toggleNow = useRef(toggle);
  toggleNow.current = toggle;
  const pick = useCallback((item: ListItem) => {
    setActive(item.seq);
    if (item.kind === 'fold') toggleNow.current(item);
  }, []);
  useDeskKeys(
    useMemo(
      () => ({
        '/': () => search.current?.focus(),
        '?': () => setHelp(true),
        l: () => focusList(list.place.current),
      }),
      [list.place],
    ),
  );

  return (
    <Section
      name="comments"
      title={t('comments.title')}
      aside={<HeadButtons view={view} paused={paused} held={held} onPause={pause} onResume={resume} onHelp={() => setHelp(true)} />} // prettier-ignore
    >
      <CommentFilters filter={filter} products={products} search={search} onFilter={props.onFilter} />
      <div
        className="comment-list"
        ref={list.place}
        onScroll={list.onScroll}
        onPointerEnter={({ pointerType }) => setOver(pointerType === 'mouse')}
        onPointerLeave={() => setOver(false)}
      >
        <CommentRows
          id={id}
          items={items}
          list={list}
          activeSeq={activeSeq}
          view={view}
          nameOf={nameOf}
          filtered={isFiltered(filter)}
          onPick={pick}
          onKeyDown={onKeyDown}
          onFocus={() => {
            setFocused(true);
            if (activeIndex < 0 && items[0] !== undefined) setActive(items[0].seq);
          }}
          onBlur={() => setFocused(false)}
        />
      </div>
      <CommentStrip
        row={activeRow}
        said={said}
        undoable={view.undoable !== null}
        examples={view.extent?.examples ?? 0}
        nameOf={nameOf}
        onCorrect={choose}
        onUndo={undo}
      />
      {chosen === null ? null : (
        <LabelChooser
          row={chosen}
          products={products}
          onSave={(labels) => correct(chosen, labels)}
          onClose={() => {
            setChosen(null);
            focusList(list.place.current);
          }}
        />
      )}
      {help ? <KeyHelp onClose={() => setHelp(false)} /> : null}
    </Section>
  ); // prettier-ignore
}
