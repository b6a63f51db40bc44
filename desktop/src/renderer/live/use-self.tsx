import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { mayCall, type PanelResult, type PanelVerb } from '@livecue/shared/contract';
import { useLive, usePanel } from './use-live.tsx';

export type Self = PanelResult<'self.read'>;

const AGAIN_MS = 2_000;

const SelfContext = createContext<Self | null>(null);
export const SelfProvider = SelfContext.Provider;

/** What this device is paired as, once the agent has said so; asked again until it does. */
export function useAskedSelf(): Self | null {
  const { client } = usePanel();
  const open = useLive().connection.kind === 'open';
  const [self, setSelf] = useState<Self | null>(null);
  useEffect(() => {
    if (!open) return undefined;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let gone = false;
    const ask = () =>
      client.call('self.read', {}).then(
        (answer) => (gone ? undefined : setSelf(answer)),
        () => (gone ? undefined : (timer = setTimeout(ask, AGAIN_MS))),
      );
    void ask();
    return () => {
      gone = true;
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, open]);
  return self;
}

export function useSelf(): Self {
  const self = useContext(SelfContext);
  if (self === null) throw new Error('useSelf outside of SelfProvider');
  return self;
}

/** Whether this device's role may call a verb; the agent decides again with every call. */
export function useMay(): (verb: PanelVerb) => boolean {
  const { role } = useSelf();
  return (verb) => mayCall(role, verb);
}

/** What is there only for those who may call `verb`. */
export function For({ verb, children, else: other = null }: { verb: PanelVerb; children: ReactNode; else?: ReactNode }) {
  return useMay()(verb) ? children : other;
} // prettier-ignore
