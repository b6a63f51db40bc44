import { useEffect } from 'react';
import type { ScreenReport } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import type { HostChoices } from './host-settings.tsx';
import { NOMINAL_MM_PER_PX } from './optics.ts';

const EVERY_MS = 10_000;
/** Of this page alone: two screens of one device are two. */
const SCREEN_ID = Math.random().toString(36).slice(2, 12);

/** What the page "before air" is told of this screen; the desktop's window hides from captures where its system can. */
export function screenReport({ distanceM, mmPerPx }: HostChoices, kind: 'desktop' | 'browser', agent: string, showing: string | null): ScreenReport {
  const hidden = kind === 'desktop' && /Windows|Macintosh/.test(agent);
  return { screenId: SCREEN_ID, distanceM, calibrated: mmPerPx !== NOMINAL_MM_PER_PX, hidden, showing };
} // prettier-ignore

/** `may`: this device is a screen; others look on. */
export function useScreenReport(choices: HostChoices, showing: string | null, may: boolean): void {
  const { client } = usePanel();
  useEffect(() => {
    if (!may) return undefined;
    // The host has nothing to do about a refusal; the page before air then misses this screen.
    const tell = () => void client.call('screen.report', screenReport(choices, client.kind, navigator.userAgent, showing)).catch(() => undefined); // prettier-ignore
    tell();
    const timer = setInterval(tell, EVERY_MS);
    return () => clearInterval(timer);
  }, [client, choices, showing, may]);
}
