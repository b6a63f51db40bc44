/**
 * What the desktop asks of Electron, in Electron's own types: `electron-shell.ts` hands over the real thing, tests a
 * double, and nothing else here knows where it runs.
 */
import type * as Electron from 'electron';

export type ShellContents = Pick<
  Electron.WebContents,
  'id' | 'send' | 'on' | 'getURL' | 'loadURL' | 'setWindowOpenHandler' | 'forcefullyCrashRenderer'
>;

export type ShellWindow = Pick<
  Electron.BrowserWindow,
  | 'on'
  | 'show'
  | 'focus'
  | 'close'
  | 'getNormalBounds'
  | 'setBounds'
  | 'isMaximized'
  | 'maximize'
  | 'setFullScreen'
  | 'setAlwaysOnTop'
  | 'setIgnoreMouseEvents'
  | 'setContentProtection'
  | 'isContentProtected'
> & { readonly webContents: ShellContents };

export type ShellSession = Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
> & { readonly webRequest: Pick<Electron.WebRequest, 'onBeforeRequest'> };

export type ShellApp = Pick<
  Electron.App,
  'on' | 'quit' | 'exit' | 'whenReady' | 'requestSingleInstanceLock' | 'getPath' | 'getVersion'
>;

export type ShellChild = Pick<Electron.UtilityProcess, 'on' | 'postMessage' | 'kill' | 'pid' | 'stdout' | 'stderr'>;

export type ShellTray = Pick<Electron.Tray, 'setToolTip' | 'on' | 'destroy'> & {
  /** Replaces the whole menu. */
  setMenu(template: Electron.MenuItemConstructorOptions[]): void;
};

export interface ShellPort {
  readonly platform: NodeJS.Platform;
  readonly app: ShellApp;
  readonly ipc: Pick<Electron.IpcMain, 'handle'>;
  readonly protocol: Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>;
  readonly screen: Pick<Electron.Screen, 'on' | 'getAllDisplays' | 'getPrimaryDisplay'>;
  readonly shortcuts: Pick<Electron.GlobalShortcut, 'register' | 'unregisterAll'>;
  readonly keystore: Pick<
    Electron.SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
  >;
  /** Of all windows; there is one. To be asked after the application is ready. */
  session(): ShellSession;
  openWindow(options: Electron.BrowserWindowConstructorOptions): ShellWindow;
  openTray(icon: string): ShellTray;
  fork(modulePath: string, args: string[], options: Electron.ForkOptions): ShellChild;
  /** No menu: its "reload" and "developer tools" are none of a show's. */
  removeMenu(): void;
  /** Folder of what the package holds beside its archive. */
  readonly resources: string;
  readonly packaged: boolean;
  /** The library that fetches and installs updates; loaded when a feed is configured. */
  loadUpdater(): Promise<ShellUpdater>;
}

/** The part of `electron-updater` that is used. */
export interface ShellUpdater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  allowDowngrade: boolean;
  disableWebInstaller: boolean;
  checkForUpdates(): Promise<{ readonly isUpdateAvailable: boolean; readonly updateInfo: { readonly version: string } } | null>;
  downloadUpdate(): Promise<unknown>;
  quitAndInstall(isSilent?: boolean, isForceRunAfter?: boolean): void;
} // prettier-ignore
