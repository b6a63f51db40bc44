import { useCallback, useEffect, useState } from 'react';
import type { ModelsState } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { wordsOf } from '../parts/error-words.ts';

const READ_MS = 2_000;

/** Models that were delivered, read again every 2 s; null before the first answer, and where the agent tells none. */
export function useModels(): { models: ModelsState | null; failed: string | null; rollBack: () => void } {
  const { client } = usePanel();
  const [models, setModels] = useState<ModelsState | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    const read = () =>
      client.call('models.read', {}).then(
        setModels,
        // A host's screen may not ask, and an older agent does not know: there is nothing to show.
        () => setModels(null),
      );
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [client]);
  const rollBack = useCallback(() => {
    client.call('models.rollback', {}).then(
      (now) => {
        setFailed(null);
        setModels(now);
      },
      (error: unknown) => setFailed(wordsOf(error)),
    );
  }, [client]);
  return { models, failed, rollBack };
}
