import type { ShellContents } from './shell-port.ts';

/** A page that hangs so long is ended, so that it can be loaded again. */
const HANGS_MS = 10_000;
/** Crashes within this count together. */
const TOGETHER_MS = 60_000;
/** How long the next load waits, by crashes before it: a page that cannot live must not keep the machine busy. */
const WAITS_MS = [0, 1_000, 4_000, 15_000] as const;

export interface PageWatchPorts {
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
  /** What is being waited for ends with the window. */
  readonly signal: AbortSignal;
}

/**
 * A page that crashes or hangs is loaded again at the address where it stood. All it shows comes from the agent with
 * the next state; what is chosen by hand lies in the page's own storage.
 */
export function watchPage(
  contents: Pick<ShellContents, 'on' | 'loadURL' | 'forcefullyCrashRenderer'>,
  firstUrl: string,
  { nowMs, log, signal }: PageWatchPorts,
): void {
  let url = firstUrl;
  let crashes: number[] = [];
  let hanging: NodeJS.Timeout | null = null;
  let reloading: NodeJS.Timeout | null = null;

  const load = () => {
    reloading = null;
    contents.loadURL(url).catch((error: unknown) => log(`loading ${url}: ${(error as Error).message}`));
  };
  const calm = () => {
    if (hanging !== null) clearTimeout(hanging);
    hanging = null;
  };
  signal.addEventListener('abort', () => {
    calm();
    if (reloading !== null) clearTimeout(reloading);
  });

  contents.on('did-navigate', (_event, at) => void (url = at));
  contents.on('did-navigate-in-page', (_event, at, isMainFrame) => {
    if (isMainFrame) url = at;
  });
  contents.on('render-process-gone', (_event, details) => {
    calm();
    if (details.reason === 'clean-exit' || signal.aborted) return;
    const now = nowMs();
    crashes = [...crashes.filter((at) => now - at < TOGETHER_MS), now];
    const waitMs = WAITS_MS[Math.min(crashes.length, WAITS_MS.length) - 1] ?? 0;
    log(`the page ended (${details.reason}, exit code ${details.exitCode}); it is loaded again in ${waitMs} ms`);
    reloading ??= setTimeout(load, waitMs);
  });
  contents.on('unresponsive', () => {
    hanging ??= setTimeout(() => {
      hanging = null;
      log(`the page did not answer for ${HANGS_MS / 1000} s and is ended`);
      contents.forcefullyCrashRenderer();
    }, HANGS_MS);
  });
  contents.on('responsive', calm);
  load();
}
