import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { indexOfSeq, type ListItem } from './folds.ts';
import { ROW_PX } from './comment-row.tsx';

/** Rows drawn beyond the edges, so that a turn of the wheel shows no hole. */
const OVERSCAN = 6;

export interface VirtualList {
  readonly place: React.RefObject<HTMLDivElement | null>;
  readonly first: number;
  readonly last: number;
  readonly heightPx: number;
  readonly scrolled: boolean;
  onScroll(): void;
  /** Scrolls as little as needed to show the item. */
  show(index: number): void;
  toTop(): void;
}

/** Which rows are on screen. What is at the top edge stays there when rows are put in above it. */
export function useVirtualList(items: readonly ListItem[]): VirtualList {
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });
  const anchor = useRef<{ seq: number; offset: number } | null>(null);

  const onScroll = useCallback(() => {
    const element = place.current;
    if (element !== null) setView({ top: element.scrollTop, height: element.clientHeight });
  }, []);

  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(onScroll);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onScroll]);

  useLayoutEffect(() => {
    const element = place.current;
    const kept = anchor.current;
    if (element === null || kept === null) return;
    const index = indexOfSeq(items, kept.seq);
    const wanted = index * ROW_PX + kept.offset;
    if (index < 0 || Math.abs(element.scrollTop - wanted) < 1) return;
    element.scrollTop = wanted;
    onScroll();
  }, [items, onScroll]);

  // After the effect above, which needs the row that was at the edge among the rows before.
  useLayoutEffect(() => {
    const top = place.current?.scrollTop ?? 0;
    const edge = Math.min(items.length - 1, Math.floor(top / ROW_PX));
    const atEdge = items[edge];
    // At the very top the newest is wanted, whatever stood there before.
    const kept = top > ROW_PX / 2 && atEdge !== undefined;
    anchor.current = kept ? { seq: atEdge.seq, offset: top - edge * ROW_PX } : null;
  });
  const scrolled = view.top > ROW_PX / 2;

  return {
    place,
    first: Math.max(0, Math.floor(view.top / ROW_PX) - OVERSCAN),
    last: Math.min(items.length, Math.ceil((view.top + view.height) / ROW_PX) + OVERSCAN),
    heightPx: items.length * ROW_PX,
    scrolled,
    onScroll,
    show(index) {
      const element = place.current;
      if (element === null || index < 0) return;
      if (index * ROW_PX < element.scrollTop) element.scrollTop = index * ROW_PX;
      else if ((index + 1) * ROW_PX > element.scrollTop + element.clientHeight)
        element.scrollTop = (index + 1) * ROW_PX - element.clientHeight;
      onScroll();
    },
    toTop() {
      anchor.current = null;
      if (place.current !== null) place.current.scrollTop = 0;
      onScroll();
    },
  };
}
