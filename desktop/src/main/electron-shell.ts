import { app, BrowserWindow, globalShortcut, ipcMain, Menu, nativeImage, protocol, safeStorage, screen, session, Tray, utilityProcess } from 'electron'; // prettier-ignore
import type { ShellPort } from './shell-port.ts';

/** The port on the real Electron; without decisions, since no test on Node runs it against the binary. */
export function electronShell(): ShellPort {
  return {
    platform: process.platform,
    app,
    ipc: ipcMain,
    protocol,
    screen,
    shortcuts: globalShortcut,
    keystore: safeStorage,
    session: () => session.defaultSession,
    openWindow: (options) => new BrowserWindow(options),
    openTray(icon) {
      const tray = new Tray(nativeImage.createFromDataURL(icon));
      return Object.assign(tray, {
        setMenu: (template: Electron.MenuItemConstructorOptions[]) =>
          tray.setContextMenu(Menu.buildFromTemplate(template)),
      });
    },
    fork: (modulePath, args, options) => utilityProcess.fork(modulePath, args, options),
    removeMenu: () => Menu.setApplicationMenu(null),
    resources: process.resourcesPath,
    packaged: app.isPackaged,
    loadUpdater: async () => (await import('electron-updater')).default.autoUpdater,
  };
}
