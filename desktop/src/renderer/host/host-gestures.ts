import { useEffect, useRef, type PointerEvent } from 'react';

export type HostVerb = 'prompt.done' | 'prompt.snooze' | 'prompt.mute' | 'prompt.veto';

/** A card this young was not what the hand was on its way to. */
export const SETTLE_MS = 400;
const LONG_PRESS_MS = 600;
/** Fingers tremble; more than this is a swipe. */
const MOVE_PX = 20;

const KEYS: Readonly<Record<string, HostVerb>> = {
  Enter: 'prompt.done',
  ' ': 'prompt.done',
  n: 'prompt.snooze',
  m: 'prompt.mute',
  x: 'prompt.veto',
};

/** Keys, tap and long press for the active card. Returns the pointer handlers of the stage. */
export function useHostGestures(promptId: string | null, act: (verb: HostVerb, promptId: string) => void) {
  const shown = useRef<{ promptId: string | null; sinceMs: number }>({ promptId: null, sinceMs: 0 });
  if (shown.current.promptId !== promptId) shown.current = { promptId, sinceMs: performance.now() };
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null);

  const settled = () => promptId !== null && performance.now() - shown.current.sinceMs >= SETTLE_MS;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('button, input, select, a, dialog') !== null) return;
      const verb = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (verb === undefined || promptId === null) return;
      event.preventDefault();
      if (settled()) act(verb, promptId);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  const cancel = () => {
    if (press.current !== null) clearTimeout(press.current.timer);
    press.current = null;
  };
  useEffect(() => cancel, []);

  return {
    onPointerDown: (event: PointerEvent) => {
      cancel();
      if (promptId === null || event.button !== 0 || !settled()) return;
      const later = () => {
        press.current = null;
        act('prompt.snooze', promptId);
      };
      press.current = { timer: setTimeout(later, LONG_PRESS_MS), x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent) => {
      const from = press.current;
      if (from !== null && Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVE_PX) cancel();
    },
    onPointerUp: () => {
      if (press.current === null || promptId === null) return;
      cancel();
      act('prompt.done', promptId);
    },
    onPointerCancel: cancel,
    onPointerLeave: cancel,
  };
}
