import { BrowserWindow, screen, type WebPreferences } from 'electron';
import { PAGE_ORIGIN } from './verb-gate.ts';

export interface PanelWindows {
  showOperator(): void;
  showHost(): void;
  /** Keeps the host window above others, or no longer. */
  toggleHostOnTop(): boolean;
  /** All open windows of the panel. */
  all(): BrowserWindow[];
}

/** The page decides nothing: it stays where it is, opens nothing, and gets no permission of the machine. */
function confine(window: BrowserWindow): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${PAGE_ORIGIN}/`)) event.preventDefault();
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  // The "what left" page copies its payload; nothing else is granted.
  webContents.session.setPermissionRequestHandler((_contents, permission, done) =>
    done(permission === 'clipboard-sanitized-write'),
  );
}

export function createPanelWindows(preload: string): PanelWindows {
  let operator: BrowserWindow | null = null;
  let host: BrowserWindow | null = null;
  const webPreferences: WebPreferences = {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    backgroundThrottling: false,
  };
  const common = { backgroundColor: '#0B0E14', autoHideMenuBar: true, title: 'LiveCue', webPreferences };

  function open(route: 'operator' | 'host', place: Electron.BrowserWindowConstructorOptions): BrowserWindow {
    const window = new BrowserWindow({ ...common, ...place });
    confine(window);
    void window.loadURL(`${PAGE_ORIGIN}/index.html#/${route}`);
    return window;
  }

  return {
    showOperator() {
      if (operator !== null) return operator.show();
      operator = open('operator', { width: 1440, height: 900, minWidth: 900, minHeight: 600 });
      operator.on('closed', () => (operator = null));
    },
    showHost() {
      if (host !== null) return host.show();
      const primary = screen.getPrimaryDisplay().id;
      const second = screen.getAllDisplays().find((display) => display.id !== primary);
      host =
        second === undefined
          ? open('host', { width: 1280, height: 720 })
          : open('host', { ...second.bounds, fullscreen: true });
      // Content protection keeps the cue out of screen captures where the system can (Windows, macOS).
      host.setContentProtection(true);
      host.on('closed', () => (host = null));
    },
    toggleHostOnTop() {
      if (host === null) return false;
      const onTop = !host.isAlwaysOnTop();
      host.setAlwaysOnTop(onTop, 'screen-saver');
      return onTop;
    },
    all: () => [operator, host].filter((window) => window !== null),
  };
}
