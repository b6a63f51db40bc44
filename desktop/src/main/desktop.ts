import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IpcMainInvokeEvent } from 'electron';
import { PANEL_VERBS, PanelMessage, type PanelState, type PanelVerb } from '@livecue/shared/contract';
import { createAgentKeeper, type AgentPlace } from './agent-keeper.ts';
import { openBoundedLog } from './bounded-log.ts';
import { confineContents, confineSession, registerPageScheme } from './confine.ts';
import { openMemory } from './desktop-memory.ts';
import { createHotkeyBoard } from './hotkey-board.ts';
import { createHotkeyCarry } from './hotkey-carry.ts';
import { answerPage } from './page-file.ts';
import type { ShellPort } from './shell-port.ts';
import { TRAY_ICON, trayMenu } from './tray.ts';
import { createUpdates, onAir, parseFeed, updateRule, type UpdateFeed } from './updates.ts';
import { channelOf, PAGE_SCHEME, passVerb, STATE_CHANNEL, type Sender } from './verb-gate.ts';
import { createPanelWindows, type PanelWindows } from './windows.ts';

export interface DesktopPlace {
  readonly preload: string;
  /** Folder of the built page. */
  readonly page: string;
  readonly agent: AgentPlace;
}

const LOG_BYTES = 2 * 1024 * 1024;
/** How often the tray says anew what has changed. */
const TRAY_MS = 2_000;

/** Windows and macOS can keep a window out of captures; elsewhere the call does nothing and answers as if it had. */
const CAN_HIDE: ReadonlySet<NodeJS.Platform> = new Set(['win32', 'darwin']);

function senderOf(event: IpcMainInvokeEvent, windows: PanelWindows, platform: NodeJS.Platform): Sender {
  const frame = event.senderFrame;
  const ours = windows.open().find(({ window }) => window.webContents.id === event.sender.id);
  return {
    url: frame?.url ?? '',
    topFrameOfOurs: ours !== undefined && frame !== null && frame.parent === null,
    hiddenFromCapture: ours !== undefined && CAN_HIDE.has(platform) && ours.window.isContentProtected(),
  };
}

async function readFeed(resources: string): Promise<UpdateFeed | null> {
  try {
    return parseFeed(await readFile(join(resources, 'app-update.yml'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** What the desktop is made of, joined and not yet begun. */
async function makeParts(shell: ShellPort, place: DesktopPlace, nowMs: () => number, end: () => Promise<void>) {
  const folder = shell.app.getPath('userData');
  const ownLog = openBoundedLog(join(folder, 'logs', 'desktop.log'), LOG_BYTES);
  const agentLog = openBoundedLog(join(folder, 'logs', 'agent.log'), LOG_BYTES);
  const log = (line: string) => ownLog.write(`${new Date(nowMs()).toISOString()} ${line}\n`);
  const memory = openMemory(join(folder, 'desktop.json'), log);
  if (memory.problem !== null) log(memory.problem);
  const windows = createPanelWindows({ shell, memory, preload: place.preload, nowMs, log });
  const agent = createAgentKeeper({ shell, nowMs, log, logAgent: agentLog.write, onMessage: hear }, place.agent);
  const clickThrough = () => windows.setClickThrough(!memory.value.hostClickThrough);
  const { nextPage, showOperator, showHost } = windows;
  const { call } = agent.link;
  const ownKeys = () => (Object.keys(memory.value.hotkeys).length === 0 ? null : memory.value.hotkeys);
  const keys = createHotkeyBoard({ shell, call, nowMs, log, ownKeys, window: { nextPage, showOperator, showHost, clickThrough } }); // prettier-ignore
  const carryKeys = createHotkeyCarry({ call, nowMs, log, own: ownKeys, forget: () => memory.change({ hotkeys: {} }) }); // prettier-ignore
  let heard: { state: PanelState; atMs: number } | null = null;

  function hear(message: unknown): void {
    for (const { window } of windows.open()) window.webContents.send(STATE_CHANNEL, message);
    const parsed = PanelMessage.safeParse(message);
    if (!parsed.success || parsed.data.type !== 'state') return;
    heard = { state: parsed.data.state, atMs: nowMs() };
    keys.hear(parsed.data.state);
    carryKeys(parsed.data.state);
  }

  // An agent of ours that keeps ending serves no show, and an update may be what it needs.
  const airNow = () => agent.own?.kind !== 'waiting' && onAir(heard, nowMs());
  const feed = shell.packaged ? await readFeed(shell.resources) : null;
  const rule = updateRule({ packaged: shell.packaged, platform: shell.platform, feed, wanted: memory.value.updates });
  log(`updates: ${rule.kind === 'off' ? `off, ${rule.why.en}` : rule.kind}`);
  const updates = createUpdates({ load: shell.loadUpdater, onAir: airNow, log, stopAll: end }, rule);
  return { log, memory, windows, agent, keys, updates, airNow };
}
type Parts = Awaited<ReturnType<typeof makeParts>>;

function offerVerbs({ ipc, platform }: ShellPort, { agent, windows }: Parts): void {
  for (const verb of Object.keys(PANEL_VERBS) as PanelVerb[]) {
    ipc.handle(channelOf(verb), (event, args: unknown) =>
      passVerb(agent.link, verb, senderOf(event, windows, platform), args),
    );
  }
}

/** Draws the tray and keeps it true; returns the way out. */
function keepTray(shell: ShellPort, { memory, windows, keys, updates, agent, airNow, log }: Parts): () => void {
  const tray = shell.openTray(TRAY_ICON);
  tray.setToolTip('LiveCue');
  tray.on('click', () => windows.showOperator());
  const install = () => void updates.install().catch((error: unknown) => log(`installing an update: ${(error as Error).message}`)); // prettier-ignore
  const quit = () => shell.app.quit();
  let drawn = '';
  function draw(): void {
    const { hostOnTop, hostClickThrough: clickThrough, hostDisplay } = memory.value;
    const template = trayMenu({ windows, hostOnTop, clickThrough, anyDisplay: hostDisplay === null, keyProblems: keys.problems, update: updates.status, onAir: airNow(), agent: agent.own, install, quit }); // prettier-ignore
    // A menu that is replaced closes under the hand.
    const text = JSON.stringify(template);
    if (text !== drawn) tray.setMenu(template);
    drawn = text;
  }
  draw();
  const redraw = setInterval(draw, TRAY_MS);
  return () => {
    clearInterval(redraw);
    tray.destroy();
  };
}

/** The whole desktop on a port: windows, tray, keys, agent, updates. Returns false where another one runs already. */
export async function runDesktop(shell: ShellPort, place: DesktopPlace, nowMs: () => number): Promise<boolean> {
  const { app } = shell;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  let parts: Parts | null = null;
  registerPageScheme(shell.protocol);
  app.on('web-contents-created', (_event, contents) => confineContents(contents, () => parts?.windows.showHost()));
  await app.whenReady();
  confineSession(shell.session());
  shell.removeMenu();
  shell.protocol.handle(PAGE_SCHEME, (request) => answerPage(place.page, request.url));

  let closeTray = () => {};
  let ending: Promise<void> | null = null;
  let ended = false;
  async function end(): Promise<void> {
    parts?.keys.release();
    parts?.updates.stop();
    parts?.memory.flush();
    await parts?.agent.stop();
    closeTray();
    ended = true;
  }
  const endOnce = () => (ending ??= end());
  parts = await makeParts(shell, place, nowMs, endOnce);
  const { agent, keys, updates, windows } = parts;
  offerVerbs(shell, parts);
  keys.take();
  closeTray = keepTray(shell, parts);
  app.on('before-quit', (event) => {
    if (ended) return;
    // What the agent has accepted is on disk before this process goes.
    event.preventDefault();
    void endOnce().then(() => app.quit());
  });
  app.on('second-instance', () => windows.showOperator());
  app.on('activate', () => windows.showOperator());
  app.on('window-all-closed', () => {
    // The tray keeps the application, and with it the agent; "Quit" there ends both.
  });
  windows.showOperator();
  await agent.start();
  updates.start();
  return true;
}
