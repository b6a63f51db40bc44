import { useCallback, useEffect, useState } from 'react';
import type { PanelResult } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { wordsOf } from '../parts/error-words.ts';

export type Devices = PanelResult<'fleet.read'>;

const READ_MS = 2_000;
/** The devices, read again every 2 s, and the two things that an operator may do with the configuration. */
export function useDevices() {
  const { client } = usePanel();
  const [devices, setDevices] = useState<Devices | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [begun, setBegun] = useState<boolean | null>(null);
  useEffect(() => {
    const read = () =>
      client.call('fleet.read', {}).then(
        (answer) => {
          setProblem(null);
          setDevices(answer);
        },
        (error: unknown) => setProblem(wordsOf(error)),
      );
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [client]);
  const act = useCallback(
    (verb: 'fleet.apply' | 'fleet.back') =>
      void client.call(verb, {}).then(
        (answer) => setBegun(answer.begun),
        (error: unknown) => setProblem(wordsOf(error)),
      ),
    [client],
  );
  return { devices, problem, begun, act };
}
