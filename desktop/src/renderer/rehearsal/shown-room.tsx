import { Fragment, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { createRehearsalClient } from '../client/rehearsal-client.ts';
import { createLiveStore } from '../live/live-store.ts';
import { PanelProvider, useLive, usePanel, type Panel } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { ModeStrip } from '../parts/mode-strip.tsx';
import { Notice } from '../parts/notice.tsx';
import type { Route } from '../parts/route.ts';

/** The rehearsal that this page looks at, by its own choice; forgotten when the page is loaded again. */
let watched: string | null = null;
const watchers = new Set<() => void>();

export function watchRehearsal(rehearsalId: string | null): void {
  watched = rehearsalId;
  for (const watcher of watchers) watcher();
}

const useWatched = () =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => watched,
  );

/** A way to the rehearsed room; null while the live one is shown. */
function useRehearsedPanel(rehearsalId: string | null): Panel | null {
  const { client: live } = usePanel();
  const [panel, setPanel] = useState<(Panel & { readonly of: string }) | null>(null);
  useEffect(() => {
    if (rehearsalId === null) return setPanel(null);
    const client = createRehearsalClient(live);
    const store = createLiveStore(client, () => performance.now());
    store.start();
    setPanel({ client, store, of: rehearsalId });
    return () => store.stop();
  }, [live, rehearsalId]);
  return panel?.of === rehearsalId ? panel : null;
}

/** Of the rehearsed room there is nothing to show before its first event. */
function Begun({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return useLive().state === null ? <Notice title={t('rehearsal.begins')} text={t('rehearsal.checking')} /> : children;
}

/**
 * The page in the room that it shows: the live one, or the rehearsal where this page chose it, or on a host screen
 * where the operator did. Pages of the set-up are always those of the live agent.
 */
export function ShownRoom({ route, children }: { route: Route; children: ReactNode }) {
  const { state } = useLive();
  const isDesk = useMay()('rehearsal.read');
  const choice = useWatched();
  const rehearsal = state?.rehearsal;
  const chosen = rehearsal !== undefined && choice === rehearsal.rehearsalId;
  const isShown = rehearsal !== undefined && (route === 'host' ? rehearsal.onHosts || chosen : route === 'operator' && chosen); // prettier-ignore
  const panel = useRehearsedPanel(isShown ? rehearsal.rehearsalId : null);
  if (state === null) return null;
  const strip = (
    <ModeStrip
      mode={state.mode}
      rehearsal={rehearsal}
      shown={isShown}
      nowMs={state.nowMs}
      // Where the operator shows it on host screens, this one alone cannot go back.
      onWatch={
        isDesk && (chosen || !isShown) ? (on) => watchRehearsal(on ? (rehearsal?.rehearsalId ?? null) : null) : null
      }
    />
  );
  if (isShown && panel === null) return strip;
  return (
    <>
      {strip}
      {panel === null ? (
        <Fragment key="live">{children}</Fragment>
      ) : (
        <PanelProvider key={rehearsal?.rehearsalId} value={panel}>
          <Begun>{children}</Begun>
        </PanelProvider>
      )}
    </>
  );
}
