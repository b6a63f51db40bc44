import { useLayoutEffect, useState } from 'react';
import type { HostLayout } from '@livecue/shared/contract';
import { chooseLanguage } from '../words/i18n.ts';
import { recall, remember } from './memory.ts';

/** Writes what the studio has set where the host screen remembers its own choices; false: it was taken already, or sets nothing. */
function take(layout: HostLayout, text: string): boolean {
  if (recall('layout-taken', [text], '') === text) return false;
  remember('layout-taken', text);
  const { distanceM, calm, language } = layout;
  if (distanceM !== null) remember('distance', distanceM);
  if (calm !== null) remember('calm', calm);
  if (language !== null) chooseLanguage(language);
  return distanceM !== null || calm !== null;
}

/**
 * A host screen takes the studio's layout once, when it has changed; what is chosen at the screen afterwards stays.
 * Returns a key: with a new one the screen reads its choices again.
 */
export function useSetLayout(layout: HostLayout | undefined, isHost: boolean): number {
  const [round, setRound] = useState(0);
  const text = isHost && layout !== undefined ? JSON.stringify(layout) : null;
  useLayoutEffect(() => {
    if (text !== null && take(JSON.parse(text) as HostLayout, text)) setRound((n) => n + 1);
  }, [text]);
  return round;
}
