import { useCallback, useEffect, useState } from 'react';
import { FIRST_RUN_STEPS, type FirstRunStep } from '@livecue/shared/contract';
import { useLive, usePanel } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { go, namesRoute } from '../parts/route.ts';
import { wordsOf } from '../parts/error-words.ts';

/** Where it stands is asked again when that failed. */
const AGAIN_MS = 2_000;

/** Opens the first run by itself on an agent where nothing is set up, once a visit, for whoever may set it up. */
export function useFirstRunOpens(): void {
  const { client } = usePanel();
  const may = useMay()('firstrun.save');
  const open = useLive().connection.kind === 'open';
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!may || !open || asked) return;
    setAsked(true);
    if (namesRoute()) return;
    client.call('firstrun.read', {}).then(
      ({ needed }) => (needed && !namesRoute() ? go('first-run') : undefined),
      // An agent that does not answer shows its desk as ever; the list of pages still has the first run.
      () => undefined,
    );
  }, [client, may, open, asked]);
}

/**
 * Where the first run stands: kept by the agent, so that it goes on there on any device. Who may not set anything up
 * looks at the steps, and moves nobody's place.
 */
export function useStep() {
  const { client } = usePanel();
  const may = useMay()('firstrun.save');
  const open = useLive().connection.kind === 'open';
  const [step, setStep] = useState<FirstRunStep | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const fail = useCallback((error: unknown) => setProblem(wordsOf(error)), []);
  const isKnown = step !== null;
  useEffect(() => {
    if (!open || isKnown) return undefined;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      client.call('firstrun.read', {}).then(
        (told) => {
          if (gone) return;
          setProblem(null);
          setStep(told.done ? FIRST_RUN_STEPS[0] : told.step);
        },
        (error: unknown) => {
          if (gone) return;
          fail(error);
          timer = setTimeout(() => void ask(), AGAIN_MS);
        },
      );
    void ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, open, isKnown, fail]);
  const save = useCallback(
    async (next: FirstRunStep, done: boolean) => {
      setStep(next);
      if (may) await client.call('firstrun.save', { step: next, done }).then(() => setProblem(null), fail);
    },
    [client, may, fail],
  );
  return { step, problem, save };
}
