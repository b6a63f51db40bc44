import type { BrowserWindowConstructorOptions } from 'electron';
import { pagePreferences } from './confine.ts';
import type { MemoryFile } from './desktop-memory.ts';
import { watchPage } from './page-watch.ts';
import type { ShellPort, ShellWindow } from './shell-port.ts';
import { PAGE_ORIGIN } from './verb-gate.ts';
import { arrangement, findDisplay, hostDisplay, remembered, visiblePlace, type DisplayFacts } from './window-place.ts';

export type WindowKind = 'operator' | 'host';

/** Pages of the desk that a show needs, in the order of the key "next page". */
export const DESK_PAGES = ['operator', 'air', 'catalogue', 'shows', 'devices', 'sent'] as const;

export interface PanelWindows {
  showOperator(): void;
  showHost(): void;
  /** The operator's window at the page after the one that it shows. */
  nextPage(): void;
  /** Above all others, or no longer; remembered. */
  setHostOnTop(onTop: boolean): void;
  /** The mouse goes through the host's window to what lies below; remembered. */
  setClickThrough(through: boolean): void;
  /** Null: whichever is not the desk's; remembered. */
  chooseHostDisplay(id: number | null): void;
  displays(): readonly { readonly id: number; readonly label: string; readonly chosen: boolean }[];
  open(): readonly { readonly kind: WindowKind; readonly window: ShellWindow }[];
}

interface WindowPorts {
  readonly shell: Pick<ShellPort, 'screen' | 'openWindow' | 'platform'>;
  readonly memory: MemoryFile;
  readonly preload: string;
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
}

const FIRST_SIZE = { operator: { width: 1440, height: 900 }, host: { width: 1280, height: 720 } } as const;
const LEAST_SIZE = { operator: { minWidth: 900, minHeight: 600 }, host: { minWidth: 320, minHeight: 240 } } as const;

export function createPanelWindows({ shell, memory, preload, nowMs, log }: WindowPorts): PanelWindows {
  const windows = new Map<WindowKind, ShellWindow>();
  const displays = (): DisplayFacts[] => shell.screen.getAllDisplays();
  const stage = () => hostDisplay(memory.value.hostDisplay, displays(), shell.screen.getPrimaryDisplay().id);

  /** Where it stood with these displays, when that can still be seen. */
  function placeOf(kind: WindowKind): BrowserWindowConstructorOptions {
    const place = memory.value.places[arrangement(displays())]?.[kind];
    return (place === undefined ? null : visiblePlace(place.bounds, displays())) ?? FIRST_SIZE[kind];
  }

  function open(kind: WindowKind): ShellWindow {
    const full = kind === 'host' ? stage() : null;
    const window = shell.openWindow({
      ...LEAST_SIZE[kind],
      ...(full === null ? placeOf(kind) : full.bounds),
      fullscreen: full !== null,
      backgroundColor: '#0B0E14',
      autoHideMenuBar: true,
      title: 'LiveCue',
      webPreferences: pagePreferences(preload),
    });
    windows.set(kind, window);
    const keep = () => {
      if (kind === 'host' && stage() !== null) return;
      memory.place(arrangement(displays()), kind, {
        bounds: window.getNormalBounds(),
        maximized: window.isMaximized(),
      });
    };
    window.on('resize', keep);
    window.on('move', keep);
    const closed = new AbortController();
    window.on('closed', () => {
      closed.abort();
      windows.delete(kind);
    });
    if (full === null && memory.value.places[arrangement(displays())]?.[kind]?.maximized === true) window.maximize();
    watchPage(window.webContents, `${PAGE_ORIGIN}/index.html#/${kind}`, { nowMs, log, signal: closed.signal });
    return window;
  }

  function dressHost(window: ShellWindow): void {
    // Keeps the cues out of captures where the system can: Windows and macOS. Linux has nothing of the kind.
    window.setContentProtection(true);
    window.setAlwaysOnTop(memory.value.hostOnTop, 'screen-saver');
    window.setIgnoreMouseEvents(memory.value.hostClickThrough, { forward: true });
  }

  function placeHost(): void {
    const window = windows.get('host');
    if (window === undefined) return;
    const full = stage();
    // A window that is full on a display that is gone must come down before it can move.
    window.setFullScreen(false);
    const { x, y, width, height } = full?.bounds ?? {
      ...shell.screen.getPrimaryDisplay().workArea,
      ...placeOf('host'),
    };
    window.setBounds({ x: x ?? 0, y: y ?? 0, width: width ?? FIRST_SIZE.host.width, height: height ?? FIRST_SIZE.host.height }); // prettier-ignore
    if (full !== null) window.setFullScreen(true);
  }

  function displaysChanged(): void {
    placeHost();
    const desk = windows.get('operator');
    if (desk !== undefined && visiblePlace(desk.getNormalBounds(), displays()) === null) {
      const { x, y } = shell.screen.getPrimaryDisplay().workArea;
      desk.setBounds({ x, y, ...FIRST_SIZE.operator });
    }
  }
  shell.screen.on('display-added', displaysChanged);
  shell.screen.on('display-removed', displaysChanged);
  shell.screen.on('display-metrics-changed', displaysChanged);

  function show(kind: WindowKind): ShellWindow {
    const window = windows.get(kind) ?? open(kind);
    window.show();
    return window;
  }

  return {
    showOperator: () => show('operator').focus(),
    showHost() {
      const before = windows.has('host');
      const window = show('host');
      if (!before) dressHost(window);
    },
    nextPage() {
      const before = windows.has('operator');
      const { webContents } = show('operator');
      if (!before) return;
      const now = new URL(webContents.getURL()).hash.replace(/^#\/?/, '').split(/[?/]/, 1)[0];
      const at = DESK_PAGES.findIndex((page) => page === now);
      const next = DESK_PAGES[(at + 1) % DESK_PAGES.length] ?? 'operator';
      webContents.loadURL(`${PAGE_ORIGIN}/index.html#/${next}`).catch((error: unknown) => log(`opening the page ${next}: ${(error as Error).message}`)); // prettier-ignore
    },
    setHostOnTop(hostOnTop) {
      memory.change({ hostOnTop });
      windows.get('host')?.setAlwaysOnTop(hostOnTop, 'screen-saver');
    },
    setClickThrough(hostClickThrough) {
      memory.change({ hostClickThrough });
      windows.get('host')?.setIgnoreMouseEvents(hostClickThrough, { forward: true });
    },
    chooseHostDisplay(id) {
      const chosen = displays().find((display) => display.id === id);
      memory.change({ hostDisplay: chosen === undefined ? null : remembered(chosen) });
      placeHost();
    },
    displays() {
      const wanted = memory.value.hostDisplay;
      const chosen = wanted === null ? null : findDisplay(wanted, displays());
      return displays().map((display, n) => ({
        id: display.id,
        label: `${display.label === '' ? n + 1 : display.label} (${display.bounds.width} × ${display.bounds.height})`,
        chosen: display.id === chosen?.id,
      }));
    },
    open: () => [...windows].map(([kind, window]) => ({ kind, window })),
  };
}
