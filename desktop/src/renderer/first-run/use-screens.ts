import { useEffect, useState } from 'react';
import type { OpenScreen } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';

const READ_MS = 1_000;

/** Host screens that are open, asked every second. */
export function useScreens(): readonly OpenScreen[] {
  const { client } = usePanel();
  const [screens, setScreens] = useState<readonly OpenScreen[]>([]);
  useEffect(() => {
    // While the agent starts again, what was told last stands.
    const read = () => void client.call('screens.read', {}).then((answer) => setScreens(answer.screens), () => undefined); // prettier-ignore
    read();
    const timer = setInterval(read, READ_MS);
    return () => clearInterval(timer);
  }, [client]);
  return screens;
}
