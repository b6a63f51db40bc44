import type { WebPreferences } from 'electron';
import type { ShellContents, ShellPort, ShellSession } from './shell-port.ts';
import { isPageUrl, PAGE_ORIGIN, PAGE_SCHEME } from './verb-gate.ts';

/** The only permission that the page gets by asking: it copies what left for the cloud, and pairing codes. */
const PERMITTED = 'clipboard-sanitized-write';

/** What every window of ours runs with. Most of it is Electron's default, and stands here so that it stays. */
export const pagePreferences = (preload: string): WebPreferences => ({
  preload,
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  plugins: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  // The ear cue of a host screen that nobody touches.
  autoplayPolicy: 'no-user-gesture-required',
  // A covered host screen counts down all the same.
  backgroundThrottling: false,
});

/** Before the application is ready: a scheme of our own instead of `file://`, with a real origin and no more. */
export function registerPageScheme(protocol: Pick<ShellPort['protocol'], 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme: PAGE_SCHEME, privileges: { standard: true, secure: true } }]);
}

/** What the page may load: itself, and what it has made itself (pictures, files to save). */
function mayLoad(url: string): boolean {
  if (url.startsWith('data:') || url.startsWith(`blob:${PAGE_ORIGIN}/`) || url.startsWith('devtools:')) return true;
  return isPageUrl(url);
}

/**
 * The page decides nothing: it stays where it is and opens nothing. For every contents that ever come to be. Where the
 * page would open the host screen in a window beside itself, `showHost` shows the one that is meant for it.
 */
export function confineContents(
  contents: Pick<ShellContents, 'on' | 'setWindowOpenHandler'>,
  showHost: () => void,
): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isPageUrl(url) && new URL(url).hash === '#/host') showHost();
    return { action: 'deny' };
  });
  contents.on('will-navigate', (details) => {
    if (!isPageUrl(details.url)) details.preventDefault();
  });
  contents.on('will-frame-navigate', (details) => {
    if (!isPageUrl(details.url)) details.preventDefault();
  });
  contents.on('will-redirect', (details) => details.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/**
 * Whether it counts as permitted without anybody being asked: outputs for the ear cue have names and can be chosen only
 * where sound is. The microphone itself is a request, and refused.
 */
function isKnownPermitted(permission: string, mediaType: string | undefined): boolean {
  if (permission === 'media') return mediaType === 'audio';
  return permission === PERMITTED || permission === 'speaker-selection';
}

/** No permission of the machine, no device, and no byte from any network. */
export function confineSession(session: ShellSession): void {
  session.setPermissionRequestHandler((_contents, permission, done, details) =>
    done(permission === PERMITTED && isPageUrl(details.requestingUrl)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin, { mediaType }) =>
      isKnownPermitted(permission, mediaType) && isPageUrl(`${origin}/`),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, done) => done({ cancel: !mayLoad(details.url) }));
}
