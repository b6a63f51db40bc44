import { useCallback, useEffect, useState } from 'react';
import type { PanelArgs, PanelResult } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { wordsOf } from '../parts/error-words.ts';

export type Control = PanelResult<'control.read'>;

const READ_MS = 1_000;
/** Tokens, addresses and what buttons see, read again every second; and making and removing tokens. */
export function useControl() {
  const { client } = usePanel();
  const [control, setControl] = useState<Control | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(
    () =>
      client.call('control.read', {}).then(
        (answer) => {
          setProblem(null);
          setControl(answer);
        },
        (error: unknown) => setProblem(wordsOf(error)),
      ),
    [client],
  );
  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [read]);
  const add = useCallback(
    async (asked: PanelArgs<'control.add'>) => {
      try {
        const made = await client.call('control.add', asked);
        await read();
        return made;
      } catch (error) {
        setProblem(wordsOf(error));
        return null;
      }
    },
    [client, read],
  );
  const remove = useCallback(
    (tokenId: string) => void client.call('control.remove', { tokenId }).then(read, (error: unknown) => setProblem(wordsOf(error))),
    [client, read],
  ); // prettier-ignore
  return { control, problem, add, remove };
}
