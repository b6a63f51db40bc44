import { useEffect, type KeyboardEvent } from 'react';
import { indexOfSeq, type ListItem } from './folds.ts';

export interface ListActions {
  move(index: number): void;
  pageRows(): number;
  open(item: ListItem): void;
  fold(item: ListItem): void;
  pause(): void;
  undo(): void;
  leave(): void;
}

const isPlain = (event: Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey'>) =>
  !event.ctrlKey && !event.metaKey && !event.altKey;

/** The item a key leads to; null when the key does not move. */
function moved(key: string, at: number, items: readonly ListItem[], page: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    j: at + 1,
    ArrowUp: at - 1,
    k: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: items.length - 1,
  };
  const to = steps[key.length === 1 ? key.toLowerCase() : key];
  return to === undefined ? null : Math.max(0, Math.min(items.length - 1, to));
}

/** Keys of the list while it has the focus. */
export function listKeyHandler(items: readonly ListItem[], activeSeq: number | null, actions: ListActions) {
  return (event: KeyboardEvent) => {
    if (!isPlain(event)) return;
    const at = activeSeq === null ? -1 : indexOfSeq(items, activeSeq);
    const item = items[at];
    const to = items.length === 0 ? null : moved(event.key, at, items, actions.pageRows());
    const key = event.key.toLowerCase();
    if (to !== null) actions.move(to);
    else if (key === 'escape') actions.leave();
    else if (item !== undefined && (key === 'enter' || key === 'c')) actions.open(item);
    else if (item !== undefined && key === 'f') actions.fold(item);
    else if (key === 'p' || key === ' ') actions.pause();
    else if (key === 'u') actions.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** Keys that work anywhere on the operator's screen but where somebody types or a dialog is open. */
export function useDeskKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog') !== null) return;
      const act = keys[event.key.toLowerCase()];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [keys]);
}
