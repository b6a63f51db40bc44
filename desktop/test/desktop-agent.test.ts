/**
 * The built main process, with a double in the place of Electron, and a real agent in a process of its own: started,
 * followed over ZeroMQ with CURVE, killed, started again, ended in order.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PanelState } from '@livecue/shared/contract';
import { writePlain } from '../packaging/plain-javascript.mjs';
import { agentAnswers } from '../src/main/agent-finder.ts';
import { readLink } from '../src/main/link-file.ts';
import { buildShell } from './build-shell.ts';
import { quit } from './running-desktop.ts';
import { createShellDouble, type ShellDouble, type WindowDouble } from './shell-double.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A machine that is busy with other tests takes its time to start an agent. */
const PATIENCE = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'livecue-own-agent-'));
const data = join(folder, 'data');
const shell: ShellDouble = createShellDouble(join(folder, 'user'));

/** Electron's module as `electron-shell.ts` takes it apart. */
function electronModule({ port, app }: ShellDouble) {
  return {
    app: Object.assign(app, { isPackaged: true }),
    BrowserWindow: function (options: Electron.BrowserWindowConstructorOptions) { return port.openWindow(options); },
    globalShortcut: port.shortcuts,
    ipcMain: port.ipc,
    Menu: { setApplicationMenu: () => {}, buildFromTemplate: (template: unknown) => template },
    nativeImage: { createFromDataURL: (url: string) => url },
    protocol: port.protocol,
    safeStorage: port.keystore,
    screen: port.screen,
    session: { get defaultSession() { return port.session(); } },
    Tray: function (icon: string) { const tray = port.openTray(icon); return Object.assign(tray, { setContextMenu: tray.setMenu }); },
    utilityProcess: { fork: port.fork },
  };
} // prettier-ignore
vi.mock('electron', () => electronModule(shell));

/** What an installer lays out beside the archive, by links where nothing is changed. */
function layOut(resources: string): void {
  const agent = join(resources, 'agent');
  writePlain(ROOT, agent, ['edge-agent/src', 'cloud/src', 'shared/src']);
  for (const name of ['models', 'node_modules', 'desktop', 'package.json']) symlinkSync(join(ROOT, name), join(agent, name));
  mkdirSync(join(resources, 'node'));
  // Notes who is started on it.
  writeFileSync(join(resources, 'node/node'), `#!/bin/sh\necho "$@" >> '${join(resources, 'children')}'\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
} // prettier-ignore

const desk = () => shell.windows[0] as WindowDouble;
const messages = () => desk().webContents.sent.flatMap(({ args }) => args as { type: string; message?: string; state?: PanelState }[]); // prettier-ignore
const lastState = () => messages().findLast(({ type }) => type === 'state')?.state;
const alive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

const inherited = { data: process.env.LIVECUE_DATA, link: process.env.LIVECUE_PANEL_LINK };
beforeAll(async () => {
  buildShell();
  layOut(folder);
  mkdirSync(data, { recursive: true });
  const config = { agentId: 'own', ingest: { httpPort: 0, zmq: { endpoint: 'tcp://127.0.0.1:*' } }, panel: { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 }, uplink: { embeddedBrokerPort: 0 } }; // prettier-ignore
  writeFileSync(join(data, 'config.json'), JSON.stringify(config));
  process.env.LIVECUE_DATA = data;
  delete process.env.LIVECUE_PANEL_LINK;
  Object.assign(process, { resourcesPath: folder });
  Object.assign(shell.keystore, { available: true, backend: 'gnome_libsecret' });
  await import('../dist/main/main.mjs' as string);
}, 120_000);
afterAll(async () => {
  if (!shell.app.done.includes('quit')) await quit(shell);
  if (inherited.data === undefined) delete process.env.LIVECUE_DATA;
  else process.env.LIVECUE_DATA = inherited.data;
  if (inherited.link !== undefined) process.env.LIVECUE_PANEL_LINK = inherited.link;
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('no agent answers, so the desktop runs one, and its states reach the page', async () => {
  await expect.poll(() => lastState()?.agentId, PATIENCE).toBe('own');
  expect(messages().some(({ message }) => message === 'The agent is starting.')).toBe(true);
  expect(statSync(join(data, 'panel-link.json')).mode & 0o077).toBe(0);
}, 90_000);

test('a verb of the page is answered by the agent', async () => {
  expect(await shell.invoke('panel:series.read', desk(), {})).toMatchObject({ type: 'result', result: { points: expect.any(Array) } }); // prettier-ignore
  expect(await shell.invoke('panel:cues.control', desk(), { hold: true })).toMatchObject({ type: 'result' });
  await expect.poll(() => lastState()?.stage.quiet, PATIENCE).toBe('do-not-disturb');
});

test.skipIf(process.platform === 'win32')("the agent's own children run on the Node that came along, since the desktop's binary is none", async () => {
  // The embedded broker and receiver are such a child.
  const started = () => (existsSync(join(folder, 'children')) ? readFileSync(join(folder, 'children'), 'utf8') : '');
  await expect.poll(started, PATIENCE).toContain(join(folder, 'agent/cloud/src/main.js embedded'));
}, 90_000); // prettier-ignore

const CANARY = 'canary-直播-token';
test("a secret is sealed by the desktop's keystore and lies nowhere in the open", async () => {
  const secret = { name: 'shop', field: 'admin_token', secret: CANARY };
  expect(await shell.invoke('panel:settings.secret', desk(), secret)).toMatchObject({ type: 'result' });
  const kept = { keystore: 'GNOME Keyring', secrets: expect.arrayContaining([expect.objectContaining({ name: 'shop', field: 'admin_token', sinceMs: expect.any(Number) })]) }; // prettier-ignore
  expect(await shell.invoke('panel:settings.secrets', desk(), {})).toMatchObject({ type: 'result', result: kept });
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const open = files.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(CANARY));
  expect(open.map(({ name }) => name)).toEqual([]);
  expect(files.some((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').includes('GNOME Keyring'))).toBe(true); // prettier-ignore
});

test('closing the window ends nothing, and a new one shows the room again', async () => {
  const [pid] = shell.children.map((child) => child.pid);
  desk().close();
  shell.app.emit('window-all-closed');
  shell.app.emit('activate', {}, false);
  await expect.poll(() => lastState()?.agentId, PATIENCE).toBe('own');
  expect([shell.children.length, alive(pid)]).toEqual([1, true]);
}, 90_000);

test('a page that crashes stands again where it stood, with the state of the room', async () => {
  const page = desk().webContents;
  page.go('shows');
  page.sent.length = 0;
  page.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
  await expect.poll(() => page.loaded.length, PATIENCE).toBe(3);
  expect(page.loaded.at(-1)).toBe('livecue://panel/index.html#/shows');
  await expect.poll(() => lastState()?.agentId, PATIENCE).toBe('own');
});

test('an agent that is killed is started again and followed to its new ports', async () => {
  const before = lastState()?.startedMs ?? 0;
  const link = readFileSync(join(data, 'panel-link.json'), 'utf8');
  process.kill(shell.children[0]?.pid ?? 0, 'SIGKILL');
  await expect.poll(() => shell.children.length, PATIENCE).toBe(2);
  await expect.poll(() => lastState()?.startedMs ?? 0, PATIENCE).toBeGreaterThan(before);
  expect(readFileSync(join(data, 'panel-link.json'), 'utf8')).not.toBe(link);
  // It has opened its secrets again; a keystore that does not open them would have ended it.
  expect(await shell.invoke('panel:settings.secrets', desk(), {})).toMatchObject({ type: 'result', result: { keystore: 'GNOME Keyring' } }); // prettier-ignore
  expect(readFileSync(join(folder, 'user/logs/agent.log'), 'utf8')).toContain('it is started again in 1000 ms');
}, 120_000);

test('quitting ends the agent in order, and leaves nobody behind', async () => {
  const found = await readLink(join(data, 'panel-link.json'), process.platform);
  if (!found.ok) throw new Error(found.problem);
  expect(await agentAnswers(found.link)).toBe(true);
  const pid = shell.children.at(-1)?.pid;
  await quit(shell);
  expect(shell.app.done).toEqual(['ready', 'quit later', 'quit']);
  expect(alive(pid)).toBe(false);
  const log = readFileSync(join(folder, 'user/logs/agent.log'), 'utf8');
  expect(log.trimEnd()).toMatch(/stopped; everything accepted is on disk$/);
  expect(log).not.toMatch(/Pairing code +\d/);
  expect(log).not.toContain(CANARY);
  expect(await agentAnswers(found.link, 500)).toBe(false);
  expect(existsSync(join(folder, 'user/logs/desktop.log'))).toBe(true);
}, 60_000);
