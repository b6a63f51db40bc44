import { useCallback, useEffect, useState } from 'react';
import type { ActionAsk, PanelArgs, PanelResult } from '@livecue/shared/contract';
import { PanelRefusedError } from '../../client/panel-client.ts';
import { usePanel } from '../../live/use-live.tsx';
import { wordsOf } from '../../parts/error-words.ts';

type Read = PanelResult<'actions.read'>;
export type Results = PanelResult<'action.do'>['results'];

/** Asked once a second: what OBS does changes slowly, and an action reads at once. */
const POLL_MS = 1_000;

export interface Actions {
  readonly data: Read | null;
  readonly problem: { readonly forbidden: boolean; readonly why: string } | null;
  /** Of the last action, target by target. */
  readonly results: Results;
  readonly notice: string | null;
  /** The question that stands in the way of what was just asked for, or that was chosen from the list. */
  readonly asking: ActionAsk | null;
  choose(ask: ActionAsk | null): void;
  act(args: PanelArgs<'action.do'>): void;
  permit(ask: ActionAsk, allowed: boolean): void;
  undo(entryId: number, words: { failed: (why: string | null) => string }): void;
  clear(): void;
  forget(words: (n: number) => string): void;
}

const denied = (target: string): Results => [{ target, result: { outcome: 'refused', reason: 'denied' } }];

/** Actions as the agent has them. */
export function useActions(): Actions {
  const { client } = usePanel();
  const [data, setData] = useState<Read | null>(null);
  const [problem, setProblem] = useState<Actions['problem']>(null);
  const [results, setResults] = useState<Results>([]);
  const [notice, setNotice] = useState<string | null>(null);
  const [asking, setAsking] = useState<ActionAsk | null>(null);
  const forbidden = problem?.forbidden === true;

  const failed = useCallback((error: unknown) => {
    const isForbidden = error instanceof PanelRefusedError && error.code === 'forbidden';
    setProblem({ forbidden: isForbidden, why: wordsOf(error) });
  }, []);
  const read = useCallback(async () => {
    try {
      const next = await client.call('actions.read', {});
      setData(next);
      setProblem(null);
      return next;
    } catch (error) {
      failed(error);
      return null;
    }
  }, [client, failed]);
  useEffect(() => {
    if (forbidden) return;
    let isAsking = false;
    const ask = () => {
      if (isAsking || document.visibilityState !== 'visible') return;
      isAsking = true;
      void read().finally(() => (isAsking = false));
    };
    ask();
    const timer = setInterval(ask, POLL_MS);
    return () => clearInterval(timer);
  }, [read, forbidden]);

  /** Shows what came of it, and the first question that it met. */
  const show = useCallback(
    async (told: { results: Results }) => {
      setResults((old) => [...old.filter(({ target }) => !told.results.some((one) => one.target === target)), ...told.results]); // prettier-ignore
      const next = await read();
      const asked = told.results.find(({ result }) => result.outcome === 'asked')?.result;
      setAsking(asked?.outcome === 'asked' ? (next?.asks.find(({ askId }) => askId === asked.askId) ?? null) : null);
    },
    [read],
  );
  const run = useCallback(
    <T>(calling: Promise<T>, then: (answer: T) => unknown) => {
      setNotice(null);
      calling.then(then).catch(failed);
    },
    [failed],
  );
  return {
    data, problem, results, notice, asking,
    choose: setAsking,
    act: (args) => {
      setResults([]);
      run(client.call('action.do', args), show);
    },
    permit: (ask, allowed) => run(client.call('action.permit', { askId: ask.askId, allowed }), async (told) => {
      await show(allowed ? told : { results: denied(ask.target) });
      // The next question that the same action met.
      const next = await read();
      const left = results.flatMap(({ result }) => (result.outcome === 'asked' && result.askId !== ask.askId ? [result.askId] : []));
      setAsking(next?.asks.find(({ askId }) => left.includes(askId)) ?? null);
    }),
    undo: (entryId, { failed: say }) => run(client.call('action.undo', { entryId }), async ({ undone, message }) => {
      if (!undone) setNotice(say(message));
      await read();
    }),
    clear: () => run(client.call('overlay.clear', {}), read),
    forget: (words) => run(client.call('actions.forget', {}), ({ forgotten }) => setNotice(words(forgotten))),
  };
} // prettier-ignore
