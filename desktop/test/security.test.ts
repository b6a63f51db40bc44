/**
 * Electron's security checklist (its documentation, "Security"), one test an item. What only the binary can show is
 * looked at again in electron.test.ts, which runs where there is one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BRIDGE_FUNCTIONS, PANEL_VERBS, type PanelVerb } from '@livecue/shared/contract';
import { GOOD_ARGUMENTS } from '../../shared/src/contract/verbs.fixture.ts';
import { answerPage } from '../src/main/page-file.ts';
import { PRELOAD, startDesktop, type RunningDesktop } from './running-desktop.ts';
import { ContentsDouble, preventable, type WindowDouble } from './shell-double.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const yaml = require('js-yaml') as { load(text: string): unknown };
const sources = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|html)$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(ROOT, folder, name), 'utf8') }));
const MAIN = sources('desktop/src/main');
const PAGE = sources('desktop/src/renderer');
const PRELOAD_TEXT = readFileSync(join(ROOT, 'desktop/src/preload/preload.ts'), 'utf8');

let desktop: RunningDesktop;
let desk: WindowDouble;
let host: WindowDouble;
beforeAll(async () => {
  desktop = await startDesktop();
  desktop.shell.menu.find(({ label }) => label?.endsWith('Host screen'))?.click?.(null as never, undefined, null as never);
  [desk, host] = desktop.shell.windows as [WindowDouble, WindowDouble];
}); // prettier-ignore
afterAll(() => desktop.close());

const preferences = () => [desk, host].map(({ options }) => options.webPreferences);
const both = (expected: object) => [expected, expected].map((one) => expect.objectContaining(one) as object);
const REMOTE = ['https://evil.example/', 'http://127.0.0.1:7420/', 'ws://evil.example/', 'ftp://evil.example/', 'file:///etc/passwd', 'livecue://panel.evil.example/', 'livecue://other/index.html', 'javascript:alert(1)', 'blob:https://evil.example/1']; // prettier-ignore

describe("Electron's checklist", () => {
  test('1: only secure content is loaded: the page itself, and no byte from any network', () => {
    for (const url of REMOTE) expect(desktop.shell.session.cancels(url), url).toBe(true);
    for (const url of ['livecue://panel/index.html', 'livecue://panel/assets/a.js', 'data:image/png;base64,AA', 'blob:livecue://panel/1'])
      expect(desktop.shell.session.cancels(url), url).toBe(false);
    expect([desk, host].flatMap(({ webContents }) => webContents.loaded)).toEqual(['livecue://panel/index.html#/operator', 'livecue://panel/index.html#/host']);
  }); // prettier-ignore

  test('2: no Node in the page, its workers and its frames', () => {
    const none = { nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false };
    expect(preferences()).toEqual(both(none));
  });

  test('3: context isolation', () => expect(preferences()).toEqual(both({ contextIsolation: true, preload: PRELOAD })));

  test('4: the sandbox, for every process', () => {
    expect(preferences()).toEqual(both({ sandbox: true }));
    for (const { name, text } of MAIN) expect(text, name).not.toMatch(/no-sandbox|disableSandbox|appendSwitch/);
  });

  test('5: permissions of the machine are refused, also when only asked about', () => {
    const { session } = desktop.shell;
    const asked = (permission: string, requestingUrl: string) => {
      let granted: boolean | null = null;
      session.permissionRequest?.(null as never, permission as never, (answer) => (granted = answer), { requestingUrl } as never); // prettier-ignore
      return granted;
    };
    const page = 'livecue://panel/index.html';
    for (const permission of ['media', 'geolocation', 'notifications', 'midiSysex', 'openExternal', 'display-capture', 'clipboard-read', 'hid', 'serial']) {
      expect(asked(permission, page), permission).toBe(false);
      expect(session.permissionCheck?.(null, permission as never, 'livecue://panel', {} as never), permission).toBe(false);
    }
    // Outputs of the ear cue have names and can be chosen; the microphone and the camera stay refused, and others have nothing.
    const checked = (permission: string, mediaType?: string, origin = 'livecue://panel') =>
      session.permissionCheck?.(null, permission as never, origin, { mediaType } as never);
    expect([checked('media', 'audio'), checked('speaker-selection')]).toEqual([true, true]);
    expect([checked('media', 'video'), checked('media', 'unknown')]).toEqual([false, false]);
    expect(checked('media', 'audio', 'https://evil.example')).toBe(false);
    expect(asked('speaker-selection', page)).toBe(false);
    // The page copies pairing codes and what left for the cloud; nobody else may even do that.
    expect(asked('clipboard-sanitized-write', page)).toBe(true);
    expect(asked('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    expect(session.permissionCheck?.(null, 'clipboard-sanitized-write', 'https://evil.example', {} as never)).toBe(false);
    expect(session.device?.({ deviceType: 'usb' } as never)).toBe(false);
  }); // prettier-ignore

  test('6: web security stays on', () => expect(preferences()).toEqual(both({ webSecurity: true })));

  test('7: every file of the page comes with a policy that allows itself alone', async () => {
    const policy = (await answerPage(join(ROOT, 'desktop/src/renderer'), 'livecue://panel/index.html')).headers.get('content-security-policy') ?? ''; // prettier-ignore
    const rules = Object.fromEntries(policy.split(';').map((rule) => rule.trim().split(/\s+(.*)/, 2))) as Record<string, string>; // prettier-ignore
    expect(rules).toMatchObject({ 'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'base-uri': "'none'", 'form-action': "'none'" }); // prettier-ignore
    expect(policy).not.toMatch(/unsafe|\*|https?:|wss?:/);
    expect(rules['connect-src'] ?? "'none'").toBe("'none'");
  });

  test('8: no insecure content', () => expect(preferences()).toEqual(both({ allowRunningInsecureContent: false })));

  test('9: no experimental features', () => expect(preferences()).toEqual(both({ experimentalFeatures: false })));

  test('10: no Blink features switched on', () => {
    for (const one of preferences()) expect(one).not.toHaveProperty('enableBlinkFeatures');
    for (const { name, text } of MAIN) expect(text, name).not.toContain('enableBlinkFeatures');
  });

  test('11: no webview stands in the page, so none has popups', () => {
    for (const { name, text } of PAGE) expect(text, name).not.toMatch(/<webview|allowpopups/i);
    expect(preferences()).toEqual(both({ webviewTag: false }));
  });

  test('12: a webview is refused before it is made, with whatever options', () => {
    for (const { webContents } of [desk, host]) {
      const event = preventable();
      webContents.emit('will-attach-webview', event, { nodeIntegration: true }, { src: 'livecue://panel/index.html' });
      expect(event.defaultPrevented).toBe(true);
    }
  });

  test.each(['will-navigate', 'will-frame-navigate'])('13: navigation ends at the page (%s)', (name) => {
    const prevented = (url: string) => {
      const event = preventable({ url });
      desk.webContents.emit(name, event);
      return event.defaultPrevented;
    };
    for (const url of REMOTE) expect(prevented(url), url).toBe(true);
    expect(prevented('livecue://panel/index.html#/shows')).toBe(false);
    const redirect = preventable({ url: 'livecue://panel/index.html' });
    desk.webContents.emit('will-redirect', redirect);
    expect(redirect.defaultPrevented).toBe(true);
  });

  test('14: no page opens a window, also one that came to be in a way nobody thought of', () => {
    const stranger = new ContentsDouble();
    desktop.shell.app.emit('web-contents-created', preventable(), stranger);
    for (const contents of [desk.webContents, host.webContents, stranger])
      for (const url of [...REMOTE, 'livecue://panel/index.html', 'about:blank'])
        expect(contents.openHandler?.({ url } as Electron.HandlerDetails)).toEqual({ action: 'deny' });
    expect(desktop.shell.windows).toHaveLength(2);
  });

  test('15: nothing is handed to the system to open', () => {
    for (const { name, text } of [...MAIN, { name: 'preload', text: PRELOAD_TEXT }]) expect(text, name).not.toMatch(/openExternal|openPath|\bshell\b.*from 'electron'/); // prettier-ignore
  });

  test('16: Electron is current: the version installed is the one locked, of a major that gets fixes', () => {
    const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as { version: string; packages: Record<string, { version: string }> }; // prettier-ignore
    const installed = read('node_modules/electron/package.json').version;
    expect(installed).toBe(read('package-lock.json').packages['node_modules/electron']?.version);
    // Electron mends its newest three majors; 45 was the newest on 2026-11-22.
    expect(Number(installed.split('.')[0])).toBeGreaterThanOrEqual(45);
  });

  test('17: every channel checks its sender, and there is a channel for each verb and no other', async () => {
    const verbs = Object.keys(PANEL_VERBS) as PanelVerb[];
    expect([...desktop.shell.handlers.keys()].sort()).toEqual(verbs.map((verb) => `panel:${verb}`).sort());
    const page = { url: 'livecue://panel/index.html', parent: null };
    const strangers: [string, number, Partial<Electron.WebFrameMain> | null][] = [
      ['a window that is not ours', 9_999, page],
      ['another site in our window', desk.webContents.id, { url: 'https://evil.example/', parent: null }],
      ['a frame inside our page', desk.webContents.id, { ...page, parent: {} as Electron.WebFrameMain }],
      ['a frame that is gone', desk.webContents.id, null],
    ];
    const before = desktop.served.show.calls.length;
    for (const verb of verbs)
      for (const [who, id, frame] of strangers) {
        const event = { sender: { id }, senderFrame: frame } as unknown as Electron.IpcMainInvokeEvent;
        const answer = await desktop.shell.handlers.get(`panel:${verb}`)?.(event, GOOD_ARGUMENTS[verb]);
        expect(answer, `${verb} by ${who}`).toMatchObject({ type: 'error', code: 'not-paired' });
      }
    expect(desktop.served.show.calls.length).toBe(before);
  });

  test('18: a scheme of our own with an origin, and file:// nowhere', () => {
    expect(desktop.shell.schemes).toEqual([{ scheme: 'livecue', privileges: { standard: true, secure: true } }]);
    for (const { name, text } of MAIN) expect(text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, ''), name).not.toMatch(/file:\/\/|loadFile/); // prettier-ignore
  });

  test('19: the fuses that close what the application does not use', () => {
    const config = yaml.load(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as Record<string, unknown>;
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
    expect(config.asar).toBe(true);
    expect(config).not.toHaveProperty('disableAsarIntegrity');
  });

  test('20: the page gets verbs, and nothing of Electron', () => {
    expect(PRELOAD_TEXT.match(/exposeInMainWorld/g)).toHaveLength(1);
    expect(PRELOAD_TEXT).not.toMatch(/exposeInMainWorld\([^)]*ipcRenderer/);
    // The functions are those of the contract; a listener gets the message and not the event, which has the sender.
    const offered = [...PRELOAD_TEXT.matchAll(/^ {2}(\w+): call\('([\w.-]+)'\)/gm)].map(([, name, verb]) => [verb, name]);
    expect(Object.fromEntries(offered)).toEqual(BRIDGE_FUNCTIONS);
    expect(PRELOAD_TEXT).toContain('const hear = (_event: unknown, message: unknown) => listener(message);');
  }); // prettier-ignore
});
