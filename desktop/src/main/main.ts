import { join } from 'node:path';
import { app, ipcMain, protocol, type IpcMainInvokeEvent } from 'electron';
import { PANEL_VERBS, type PanelMessage, type PanelVerb } from '@livecue/shared/contract';
import { createAgentLink, type AgentLink } from './agent-link.ts';
import { LINK_VARIABLE, readLink } from './link-file.ts';
import { answerPage } from './page-file.ts';
import { createTray } from './tray.ts';
import { PAGE_SCHEME, STATE_CHANNEL, channelOf, passVerb, type Sender } from './verb-gate.ts';
import { createPanelWindows, type PanelWindows } from './windows.ts';

/** How often a missing agent is looked for again; it may be started after the desktop. */
const LOOK_AGAIN_MS = 2_000;

protocol.registerSchemesAsPrivileged([{ scheme: PAGE_SCHEME, privileges: { standard: true, secure: true } }]);

function senderOf(event: IpcMainInvokeEvent, windows: PanelWindows): Sender {
  const frame = event.senderFrame;
  const ours = windows.all().some((window) => window.webContents.id === event.sender.id);
  return { url: frame?.url ?? '', topFrameOfOurs: ours && frame !== null && frame.parent === null };
}

function offerVerbs(windows: PanelWindows, agent: () => Pick<AgentLink, 'call'>): void {
  for (const verb of Object.keys(PANEL_VERBS) as PanelVerb[]) {
    ipcMain.handle(channelOf(verb), (event, args: unknown) => passVerb(agent(), verb, senderOf(event, windows), args));
  }
}

/** Waits for a usable link file, telling the windows what is missing meanwhile. */
async function findAgent(tell: (message: unknown) => void, signal: AbortSignal): Promise<AgentLink | null> {
  while (!signal.aborted) {
    const found = await readLink(process.env[LINK_VARIABLE], process.platform);
    if (found.ok) return createAgentLink(found.link);
    const message: PanelMessage = { type: 'error', id: null, code: 'internal', message: found.problem };
    tell(message);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return null;
}

async function run(): Promise<void> {
  await app.whenReady();
  const here = import.meta.dirname;
  protocol.handle(PAGE_SCHEME, (request) => answerPage(join(here, '..', 'renderer'), request.url));
  const windows = createPanelWindows(join(here, '..', 'preload', 'preload.cjs'));
  const tell = (message: unknown) => {
    for (const window of windows.all()) window.webContents.send(STATE_CHANNEL, message);
  };
  let link: AgentLink | null = null;
  const nobody: Pick<AgentLink, 'call'> = {
    call: async () => ({ type: 'error', id: null, code: 'internal', message: 'No agent is connected.' }),
  };
  offerVerbs(windows, () => link ?? nobody);
  windows.showOperator();
  // Held for as long as the application runs: a collected tray leaves the task bar.
  const tray = createTray(windows, () => app.quit());
  const over = new AbortController();
  app.on('activate', () => windows.showOperator());
  app.on('window-all-closed', () => {
    // The tray keeps the application; "Quit" there ends it.
  });
  app.on('will-quit', () => {
    over.abort();
    link?.stop();
    tray.destroy();
  });
  link = await findAgent(tell, over.signal);
  link?.onState(tell);
  link?.start();
}

if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    console.error('The desktop could not start:', error);
    app.exit(1);
  });
} else {
  app.quit();
}
