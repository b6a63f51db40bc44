import { useCallback } from 'react';
import type { PanelArgs, PanelResult, PanelVerb } from '@livecue/shared/contract';
import { usePanel } from '../../live/use-live.tsx';
import { wordsOf } from '../../parts/error-words.ts';

/** Calls a verb and says what went wrong; null: nothing did. Resolves with null when it was refused. */
export function useVerb(onProblem: (why: string | null) => void) {
  const { client } = usePanel();
  return useCallback(
    async <V extends PanelVerb>(verb: V, args: PanelArgs<V>): Promise<PanelResult<V> | null> => {
      try {
        const result = await client.call(verb, args);
        onProblem(null);
        return result;
      } catch (error) {
        onProblem(wordsOf(error));
        return null;
      }
    },
    [client, onProblem],
  );
}
