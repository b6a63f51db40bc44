/** Electron as the desktop asks for it, without Electron: records what was done, and plays what a person or the system does. */
import { fork as forkNode, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type * as Electron from 'electron';
import type { ShellChild, ShellContents, ShellPort, ShellSession, ShellUpdater, ShellWindow } from '../src/main/shell-port.ts'; // prettier-ignore
import type { Area } from '../src/main/window-place.ts';

// The overloads of Electron's `on` cannot be written for an emitter: the types of what is handed on are the port's.
/* eslint-disable @typescript-eslint/no-explicit-any */
class Emitter {
  readonly emitter = new EventEmitter();
  on(event: string, listener: (...args: any[]) => void): any {
    this.emitter.on(event, listener);
    return this;
  }
  emit(event: string, ...args: unknown[]): void {
    this.emitter.emit(event, ...args);
  }
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** An event that can be prevented. */
export function preventable(more: object = {}): { defaultPrevented: boolean; preventDefault(): void } {
  const event = { ...more, defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) };
  return event;
}

let ids = 0;
export class ContentsDouble extends Emitter implements ShellContents {
  readonly id = (ids += 1);
  readonly loaded: string[] = [];
  readonly sent: { channel: string; args: unknown[] }[] = [];
  crashed = 0;
  openHandler: ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) | null = null;
  send(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args });
  }
  getURL(): string {
    return this.loaded.at(-1) ?? '';
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    this.emit('did-navigate', preventable(), url);
  }
  setWindowOpenHandler(handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse): void {
    this.openHandler = handler;
  }
  forcefullyCrashRenderer(): void {
    this.crashed += 1;
    this.emit('render-process-gone', preventable(), { reason: 'killed', exitCode: 9 });
  }
  /** The page follows a link of its own. */
  go(hash: string): void {
    this.loaded.push(`livecue://panel/index.html#/${hash}`);
    this.emit('did-navigate-in-page', preventable(), this.getURL(), true);
  }
}

export class WindowDouble extends Emitter implements ShellWindow {
  readonly webContents = new ContentsDouble();
  readonly options: Electron.BrowserWindowConstructorOptions;
  bounds: Area;
  fullscreen: boolean;
  maximized = false;
  onTop: { flag: boolean; level: string | undefined } | null = null;
  ignoresMouse: { ignore: boolean; forward: boolean | undefined } | null = null;
  protectedContent = false;
  shown = 0;
  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    const { x = 100, y = 80, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
    this.fullscreen = options.fullscreen ?? false;
  }
  show(): void {
    this.shown += 1;
  }
  focus(): void {}
  close(): void {
    this.emit('closed');
  }
  getNormalBounds(): Electron.Rectangle {
    return this.bounds;
  }
  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.bounds = { ...this.bounds, ...bounds };
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  maximize(): void {
    this.maximized = true;
  }
  setFullScreen(flag: boolean): void {
    this.fullscreen = flag;
  }
  setAlwaysOnTop(flag: boolean, level?: string): void {
    this.onTop = { flag, level };
  }
  setIgnoreMouseEvents(ignore: boolean, options?: Electron.IgnoreMouseEventsOptions): void {
    this.ignoresMouse = { ignore, forward: options?.forward };
  }
  setContentProtection(enable: boolean): void {
    this.protectedContent = enable;
  }
  isContentProtected(): boolean {
    return this.protectedContent;
  }
  /** A person moves it. */
  drag(bounds: Partial<Area>): void {
    this.setBounds(bounds);
    this.emit('move');
  }
}

/** A child in a process of Node, with the channel that an Electron utility process has. */
class ChildDouble extends Emitter implements ShellChild {
  readonly #child: ChildProcess;
  constructor(modulePath: string, args: string[], options: Electron.ForkOptions) {
    super();
    const channel = fileURLToPath(new URL('parent-port.mjs', import.meta.url));
    const env = Object.fromEntries(Object.entries(options.env ?? {}).filter(([, value]) => value !== undefined));
    this.#child = forkNode(modulePath, args, { env, execArgv: [...(options.execArgv ?? []), '--import', channel], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }); // prettier-ignore
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => this.emit('exit', code ?? 1));
  }
  get pid(): number | undefined {
    return this.#child.exitCode === null ? this.#child.pid : undefined;
  }
  get stdout() {
    return this.#child.stdout;
  }
  get stderr() {
    return this.#child.stderr;
  }
  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object);
  }
  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }
}

export class SessionDouble {
  permissionRequest: Parameters<ShellSession['setPermissionRequestHandler']>[0] = null;
  permissionCheck: Parameters<ShellSession['setPermissionCheckHandler']>[0] = null;
  device: Parameters<ShellSession['setDevicePermissionHandler']>[0] = null;
  beforeRequest: ((details: Electron.OnBeforeRequestListenerDetails, callback: (response: Electron.CallbackResponse) => void) => void) | null = null; // prettier-ignore
  readonly port: ShellSession = {
    setPermissionRequestHandler: (handler) => void (this.permissionRequest = handler),
    setPermissionCheckHandler: (handler) => void (this.permissionCheck = handler),
    setDevicePermissionHandler: (handler) => void (this.device = handler),
    webRequest: { onBeforeRequest: (listener: unknown) => void (this.beforeRequest = listener as typeof this.beforeRequest) }, // prettier-ignore
  };
  /** What becomes of a request of the page. */
  cancels(url: string): boolean | undefined {
    let cancelled: boolean | undefined;
    this.beforeRequest?.({ url } as Electron.OnBeforeRequestListenerDetails, ({ cancel }) => (cancelled = cancel));
    return cancelled;
  }
}

export const display = (id: number, bounds: Area, label = `Screen ${id}`): Electron.Display =>
  ({ id, label, bounds, workArea: { ...bounds, y: bounds.y + 24, height: bounds.height - 24 } }) as Electron.Display;

class AppDouble extends Emitter {
  readonly done: string[] = [];
  userData = '';
  /** Another one of us runs. */
  second = false;
  readonly whenReady = async (): Promise<void> => {
    this.done.push('ready');
  };
  readonly requestSingleInstanceLock = (): boolean => !this.second;
  readonly getPath = (): string => this.userData;
  readonly getVersion = (): string => '0.1.0';
  readonly exit = (code?: number): void => void this.done.push(`exit ${code}`);
  readonly quit = (): void => {
    const event = preventable();
    this.emit('before-quit', event);
    this.done.push(event.defaultPrevented ? 'quit later' : 'quit');
  };
}

/** The whole of Electron. `fork` starts real processes of Node. */
export function createShellDouble(userData: string, platform: NodeJS.Platform = 'linux') {
  const app = new AppDouble();
  app.userData = userData;
  const screen = new Emitter();
  const double = {
    app,
    windows: [] as WindowDouble[],
    children: [] as ChildDouble[],
    displays: [display(1, { x: 0, y: 0, width: 1920, height: 1080 })],
    screen,
    session: new SessionDouble(),
    handlers: new Map<string, (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown>(),
    schemes: [] as Electron.CustomScheme[],
    pages: new Map<string, (request: Request) => Response | Promise<Response>>(),
    keys: new Map<string, () => void>(),
    /** Accelerators that another program has. */
    takenKeys: new Set<string>(),
    menu: [] as Electron.MenuItemConstructorOptions[],
    keystore: { available: false, backend: 'basic_text' as ReturnType<Electron.SafeStorage['getSelectedStorageBackend']> },
    updater: null as ShellUpdater | null,
    /** The system tells of other displays. */
    plug(displays: Electron.Display[], event: string): void {
      double.displays = displays;
      screen.emit(event, preventable(), displays[0]);
    },
    /** A call of a page. */
    invoke(channel: string, window: WindowDouble, args: unknown, frame: Partial<Electron.WebFrameMain> | null = { url: window.webContents.getURL(), parent: null }): Promise<unknown> {
      const event = { sender: { id: window.webContents.id }, senderFrame: frame } as unknown as Electron.IpcMainInvokeEvent;
      return Promise.resolve(double.handlers.get(channel)?.(event, args));
    },
    port: null as unknown as ShellPort,
  }; // prettier-ignore
  double.port = {
    platform,
    app,
    ipc: { handle: (channel, listener) => void double.handlers.set(channel, listener) },
    protocol: {
      registerSchemesAsPrivileged: (schemes) => void double.schemes.push(...schemes),
      handle: (scheme, handler) => void double.pages.set(scheme, handler as (request: Request) => Response),
    },
    screen: Object.assign(screen, {
      getAllDisplays: () => double.displays,
      getPrimaryDisplay: () => double.displays[0] as Electron.Display,
    }),
    shortcuts: {
      register: (accelerator, callback) => {
        if (double.takenKeys.has(accelerator)) return false;
        double.keys.set(accelerator, callback);
        return true;
      },
      unregisterAll: () => double.keys.clear(),
    },
    keystore: {
      isAsyncEncryptionAvailable: async () => double.keystore.available,
      getSelectedStorageBackend: () => double.keystore.backend,
      encryptStringAsync: async (text) => Buffer.from(`sealed:${text}`).reverse(),
      decryptStringAsync: async (sealed) => {
        const text = Buffer.from(sealed).reverse().toString();
        if (!text.startsWith('sealed:')) throw new Error('it was not sealed here');
        return { shouldReEncrypt: false, result: text.slice('sealed:'.length) };
      },
    },
    session: () => double.session.port,
    openWindow(options) {
      const window = new WindowDouble(options);
      double.windows.push(window);
      window.on('closed', () => (double.windows = double.windows.filter((other) => other !== window)));
      app.emit('web-contents-created', preventable(), window.webContents);
      return window;
    },
    openTray: () =>
      Object.assign(new Emitter(), {
        setToolTip: () => {},
        destroy: () => {},
        setMenu: (template: Electron.MenuItemConstructorOptions[]) => void (double.menu = template),
      }),
    fork(modulePath, args, options) {
      const child = new ChildDouble(modulePath, args, options);
      double.children.push(child);
      return child;
    },
    removeMenu: () => {},
    resources: userData,
    packaged: false,
    loadUpdater: async () => {
      if (double.updater === null) throw new Error('there is no updater');
      return double.updater;
    },
  };
  return double;
}
export type ShellDouble = ReturnType<typeof createShellDouble>;
