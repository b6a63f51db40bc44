/** A real panel server with a scripted show behind it, and a real Chromium in front. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { curveKeyPair } from 'zeromq';
import { memoryTokens } from '../../edge-agent/src/panel/panel-fixture.ts';
import type { AuditSink } from '../../edge-agent/src/ports.ts';
import { openAuditLog } from '../../edge-agent/src/store/audit-log.ts';
import { createPanelServer, panelLink, type PanelServer } from '../../edge-agent/src/panel/panel-server.ts';
import type { PanelLink, PanelRole } from '@livecue/shared/contract';
import { buildPage } from './build-page.ts';
import { createScriptedShow, type ScriptedShow } from './scripted-show.ts';

/** Chromium without windows of its own: the same pages in two thirds of the time. */
const HEADLESS = '/usr/bin/chromium-headless-shell';
const WHOLE = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A Chromium of this machine, or null. With LIVECUE_REQUIRE=1 a missing one is an error. `whole`: the browser that users
 * have, for what is measured in it.
 */
export function findChromium({ whole = false } = {}): string | null {
  const candidates = [process.env.LIVECUE_CHROMIUM, ...(whole ? [] : [HEADLESS]), ...WHOLE];
  const found = candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
  if (found === null && process.env.LIVECUE_REQUIRE === '1')
    throw new Error('No Chromium: install it, or set LIVECUE_CHROMIUM to its path.');
  return found;
}

export interface Stage {
  readonly show: ScriptedShow;
  readonly server: PanelServer;
  readonly browser: Browser;
  /** Text that any page wrote as error or threw: there must be none. */
  readonly pageErrors: string[];
  /** A device that is paired or not, with its own cookies and memory. */
  device(options?: {
    paired?: boolean;
    role?: PanelRole;
    width?: number;
    height?: number;
    locale?: string;
    touch?: boolean;
  }): Promise<{ page: Page; context: BrowserContext }>;
  /** Ends the room; the browser goes on. */
  end(): Promise<void>;
  /** Ends the room, and the browser where it is its own. */
  close(): Promise<void>;
}

export interface Served {
  readonly show: ScriptedShow;
  readonly server: PanelServer;
  readonly link: PanelLink;
  close(): Promise<void>;
}

/** Ports of 0 take free ones; a test that restarts the agent names them. */
export async function serveShow(
  pageFolder: string,
  ports = { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 },
  keys = { server: curveKeyPair(), client: curveKeyPair() },
  tokens = memoryTokens(),
): Promise<Served> {
  const show = createScriptedShow(Date.now);
  const nothing = () => {};
  const logger = { debug: nothing, info: nothing, warn: nothing, error: (text: string) => console.error(text) };
  const audit = await openAuditLog(show.settings.folder);
  let closed = false;
  // A call that is on its way while the room ends is nobody's any more.
  const record: AuditSink['record'] = (call) => (closed ? Promise.resolve(0) : audit.record(call));
  const curve = {
    serverPublicKey: keys.server.publicKey,
    serverSecretKey: keys.server.secretKey,
    clientPublicKey: keys.client.publicKey,
  };
  const server = createPanelServer(
    {
      backend: show,
      nowMs: Date.now,
      randomBytes,
      tokens,
      logger,
      pageFolder,
      overlay: show.actions.overlay,
      audit: { record },
    },
    { host: '127.0.0.1', ...ports, curve },
  );
  await server.start(new AbortController().signal);
  async function close(): Promise<void> {
    await server.stop();
    closed = true;
    await audit.close();
  }
  return {
    show,
    server,
    link: panelLink(server.address(), curve, keys.client.secretKey),
    close,
  };
}

/** `shared` is a browser that other tests use as well; it is theirs to close. */
export async function openStage(executablePath: string, shared?: Browser, flags: string[] = []): Promise<Stage> {
  const served = await serveShow(buildPage());
  const { show, server } = served;
  const browser = shared ?? (await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...flags] }));
  const pageErrors: string[] = [];
  const { url } = server.address();
  return {
    show,
    server,
    browser,
    pageErrors,
    async device({ paired = true, role = 'admin', width = 1440, height = 900, locale = 'zh-CN', touch = false } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        locale,
        hasTouch: touch,
        isMobile: touch,
      });
      if (paired) {
        // The request shares the cookies of the context, as the page's own would.
        const response = await context.request.post(`${url}pair`, { data: { code: server.createCode(role).code } });
        if (!response.ok()) throw new Error(`pairing answered ${response.status()}`);
      }
      // Less than a test may take, so that it fails with the name of what it waited for.
      context.setDefaultTimeout(25_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => pageErrors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') pageErrors.push(message.text());
      });
      return { page, context };
    },
    end: served.close,
    async close() {
      if (shared === undefined) await browser.close();
      await served.close();
    },
  };
}
