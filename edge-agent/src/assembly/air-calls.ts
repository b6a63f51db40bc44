import {
  DESKTOP_GONE_MS,
  SCREEN_GONE_MS,
  type Catalogue,
  type HealthItem,
  type HotkeyReport,
  type PanelState,
  type ScreenReport,
} from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import { beforeAir } from './before-air.ts';

/** Screens are forgotten long before: a page that reloads for ever must not fill memory. */
const MOST_SCREENS = 64;

/** Of all sources the clock furthest from ours, ms; null before the first event. */
export function furthestClock(sources: readonly { readonly skewMs: number }[]): number | null {
  return sources.reduce<number | null>((most, { skewMs }) => (Math.abs(skewMs) > Math.abs(most ?? 0) || most === null ? skewMs : most), null); // prettier-ignore
}

/** The backend, with the page "before air", and what host screens and the desktop's keys tell of themselves. */
export function answeringAir<B extends PanelBackend>(
  backend: B,
  facts: {
    readonly state: () => PanelState;
    readonly catalogue: Catalogue;
    readonly skewMs: () => number | null;
    readonly doors: () => readonly HealthItem[];
    readonly nowMs: () => number;
  },
): B {
  const screens = new Map<string, { readonly report: ScreenReport; readonly atMs: number }>();
  let keys: { readonly report: HotkeyReport; readonly atMs: number } | null = null;
  const open = (nowMs: number): (ScreenReport & { readonly atMs: number })[] => {
    for (const [id, { atMs }] of screens) if (nowMs - atMs > SCREEN_GONE_MS) screens.delete(id);
    return [...screens.values()].map(({ report, atMs }) => ({ ...report, atMs }));
  };
  return {
    ...backend,
    async call(verb, args, caller) {
      const nowMs = facts.nowMs();
      if (verb === 'air.check') return { checks: beforeAir({ nowMs, state: facts.state(), catalogue: facts.catalogue, skewMs: facts.skewMs(), doors: facts.doors(), screens: open(nowMs) }) }; // prettier-ignore
      if (verb === 'screens.read') return { screens: open(nowMs).sort((a, b) => b.atMs - a.atMs), nowMs };
      if (verb === 'hotkeys.read')
        return { desktop: keys !== null && nowMs - keys.atMs <= DESKTOP_GONE_MS ? keys.report : null };
      if (verb === 'hotkeys.report') {
        keys = { report: args as HotkeyReport, atMs: nowMs };
        return {};
      }
      if (verb !== 'screen.report') return backend.call(verb, args, caller);
      const report = args as ScreenReport;
      if (screens.has(report.screenId) || open(nowMs).length < MOST_SCREENS) screens.set(report.screenId, { report, atMs: nowMs }); // prettier-ignore
      return {};
    },
  };
}
