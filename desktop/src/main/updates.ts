import type { PanelState } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';
import type { ShellUpdater } from './shell-port.ts';

/** What `app-update.yml` of the package says; the packager writes it when a feed is given, and only then. */
export interface UpdateFeed {
  readonly provider: string;
  readonly url: string;
  /** Whose signature Windows asks of the installer. */
  readonly publishers: readonly string[];
}

/** The lines of the packager's own file that matter here; null: it is none. */
export function parseFeed(text: string): UpdateFeed | null {
  const value = (key: string) => new RegExp(`^${key}:[ \\t]*['"]?([^'"\\r\\n]*)['"]?[ \\t]*$`, 'm').exec(text)?.[1] ?? '';
  const [provider, url] = [value('provider'), value('url')];
  if (provider === '' || url === '') return null;
  const block = /^publisherName:[ \t]*\r?\n((?:[ \t]*-[^\r\n]*\r?\n?)+)/m.exec(text)?.[1] ?? '';
  const listed = block.split('\n').map((line) => line.replace(/^\s*-\s*/, '').replace(/['"\r]/g, '').trim());
  return { provider, url, publishers: [value('publisherName'), ...listed].filter((name) => name !== '') };
} // prettier-ignore

export interface UpdateFacts {
  readonly packaged: boolean;
  readonly platform: NodeJS.Platform;
  readonly feed: UpdateFeed | null;
  /** The choice on this machine. */
  readonly wanted: boolean;
}
export type UpdateRule =
  | { readonly kind: 'off'; readonly why: Words }
  /** Nothing on this system checks a signature: a new version is named, and people install it. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'install' };

export function updateRule({ packaged, platform, feed, wanted }: UpdateFacts): UpdateRule {
  const off = (zh: string, en: string): UpdateRule => ({ kind: 'off', why: { zh, en } });
  if (!packaged) return off('从源码运行，不自动更新', 'it runs from its sources');
  if (feed === null) return off('此安装包没有写明更新地址', 'this package names no update feed');
  if (!wanted) return off('已在本机关闭', 'it is switched off on this machine');
  if (feed.provider !== 'generic' || !feed.url.startsWith('https://')) return off('更新地址不是 https', 'the update feed is not an https address'); // prettier-ignore
  if (platform === 'win32' && feed.publishers.length === 0) return off('安装包没有签名者，无法核对更新', 'the package names no publisher, so no update could be proved'); // prettier-ignore
  // macOS compares the signature of an update with the running application's by itself.
  return platform === 'win32' || platform === 'darwin' ? { kind: 'install' } : { kind: 'tell' };
}

/** Silence in a show may be long, and a lost feed is no end of it. */
const SHOW_ENDED_MS = 30 * 60_000;
const STATE_FRESH_MS = 10_000;

/** True where a restart could cost the host a cue. Without a fresh state nothing is known, so it counts as on air. */
export function onAir(heard: { state: PanelState; atMs: number } | null, nowMs: number): boolean {
  if (heard === null || nowMs - heard.atMs > STATE_FRESH_MS) return true;
  const { mode, feed } = heard.state;
  return mode === 'live' && feed.lastEventMs !== null && heard.state.nowMs - feed.lastEventMs < SHOW_ENDED_MS;
}

export type UpdateStatus =
  | { readonly kind: 'none' }
  | { readonly kind: 'told'; readonly version: string }
  | { readonly kind: 'ready'; readonly version: string };

export interface UpdatePorts {
  readonly load: () => Promise<ShellUpdater>;
  readonly onAir: () => boolean;
  readonly log: (line: string) => void;
  /** Before the new version takes over: the agent writes what it has. */
  readonly stopAll: () => Promise<void>;
}

const FIRST_LOOK_MS = 60_000;
const LOOK_MS = 6 * 60 * 60_000;
/** On air it is asked again so often whether the show is over. */
const WAIT_MS = 5 * 60_000;

export interface Updates {
  readonly status: UpdateStatus;
  start(): void;
  stop(): void;
  /** Installs what is ready and starts again. False, and nothing happens, while on air or when nothing is ready. */
  install(): Promise<boolean>;
}

export function createUpdates(ports: UpdatePorts, rule: UpdateRule): Updates {
  let status: UpdateStatus = { kind: 'none' };
  let timer: NodeJS.Timeout | null = null;
  let updater: ShellUpdater | null = null;

  async function loaded(): Promise<ShellUpdater> {
    updater ??= Object.assign(await ports.load(), {
      // Nothing comes or happens by itself.
      autoDownload: false,
      autoInstallOnAppQuit: false,
      allowDowngrade: false,
      disableWebInstaller: true,
    });
    return updater;
  }

  /** The time until the next look, ms. */
  async function look(): Promise<number> {
    if (ports.onAir()) return WAIT_MS;
    const library = await loaded();
    const found = await library.checkForUpdates();
    if (found === null || !found.isUpdateAvailable) return LOOK_MS;
    const { version } = found.updateInfo;
    if (rule.kind === 'install') {
      // The question took a while, and a show may have begun.
      if (ports.onAir()) return WAIT_MS;
      await library.downloadUpdate();
    }
    status = { kind: rule.kind === 'install' ? 'ready' : 'told', version };
    return LOOK_MS;
  }

  function later(ms: number): void {
    timer = setTimeout(() => {
      look().then(later, (error: unknown) => {
        ports.log(`looking for an update: ${(error as Error).message}; tried again later`);
        later(LOOK_MS);
      });
    }, ms);
    timer.unref();
  }

  return {
    get status() {
      return status;
    },
    start() {
      if (rule.kind !== 'off' && timer === null) later(FIRST_LOOK_MS);
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
    async install() {
      if (status.kind !== 'ready' || ports.onAir()) return false;
      await ports.stopAll();
      (await loaded()).quitAndInstall(false, true);
      return true;
    },
  };
}
