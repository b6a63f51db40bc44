import { useEffect, useRef, useState } from 'react';
import type { PanelState } from '@livecue/shared/contract';
import type { HostPrompt } from '@livecue/shared/prompt';
import type { PanelClient } from '../client/panel-client.ts';
import { usePanel } from '../live/use-live.tsx';
import { createMetCards, tonesOf, type EarOutput, type MetCards } from './ear-cue.ts';
import { browserPorts, createEarSound, type EarSound, type EarState } from './ear-sound.ts';

/** Of each room that this page shows: outlives the screen, which goes when the desk is looked at. */
const metCards = new WeakMap<PanelClient, MetCards>();

function metIn(client: PanelClient): MetCards {
  const met = metCards.get(client) ?? createMetCards();
  metCards.set(client, met);
  return met;
}

export interface Ear {
  readonly state: EarState;
  /** For a click alone: lets sounds through where the browser held them back. */
  wake(): void;
  /** For a click alone: the tone of an ordinary card. */
  playOnce(): void;
}

/** @param active the card that the host sees. Plays for each that was not there before, never for the first look. */
export function useEarCue(output: EarOutput | null, state: PanelState | null, active: HostPrompt | null): Ear {
  const { client } = usePanel();
  const [earState, tell] = useState<EarState>('off');
  const sound = useRef<EarSound | null>(null);
  const id = output?.id ?? null;
  useEffect(() => {
    if (id === null) return undefined;
    const made = createEarSound(id, tell, browserPorts());
    sound.current = made;
    made.start();
    return () => {
      made.stop();
      sound.current = null;
      tell('off');
    };
  }, [id]);

  const hasLooked = useRef(false);
  const isKnown = state !== null;
  const standing = state?.stage.active?.promptId;
  useEffect(() => {
    if (!isKnown) return;
    // What stands there when the screen opens is seen, also while a pause hides it.
    if (!hasLooked.current && standing !== undefined) metIn(client).meet(standing);
    hasLooked.current = true;
    if (active !== null && metIn(client).meet(active.promptId)) void sound.current?.play(tonesOf(active.priority));
    // A card plays as it comes; later changes of it are none of the ear's.
  }, [client, isKnown, active?.promptId]);

  const wake = () => sound.current?.wake() ?? Promise.resolve();
  return {
    state: earState,
    wake: () => void wake(),
    playOnce: () => void wake().then(() => sound.current?.play(tonesOf('advice'))),
  };
}
