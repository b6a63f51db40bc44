/** The built page and the built preload in a real Chromium, under the policy of the desktop, with its main process behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BRIDGE_FUNCTIONS } from '@livecue/shared/contract';
import { answerPage } from '../src/main/page-file.ts';
import { buildShell } from './build-shell.ts';
import { startDesktop, type RunningDesktop } from './running-desktop.ts';
import { prompt } from './scripted-show.ts';
import type { WindowDouble } from './shell-double.ts';
import { CHROMIUM_FLAGS, findChromium } from './stage.ts';

const executablePath = findChromium();
if (executablePath === null) console.warn('skipped: the page of the desktop, there is no Chromium');
const ORIGIN = 'https://panel.desktop';
const PATIENCE = { timeout: 30_000 };

/** Stands for Electron's two worlds: the preload runs as it was built, with the two modules that it asks for. */
const worlds = (preload: string) => `{
  const hearers = new Map();
  window.__tell = (channel, message) => hearers.get(channel)?.forEach((hear) => hear({}, message));
  const electron = {
    contextBridge: { exposeInMainWorld: (name, value) => Object.defineProperty(window, name, { value }) },
    ipcRenderer: {
      invoke: (channel, args) => window.__invoke(channel, args),
      on: (channel, hear) => hearers.set(channel, [...(hearers.get(channel) ?? []), hear]),
      removeListener: (channel, hear) => hearers.set(channel, hearers.get(channel).filter((one) => one !== hear)),
    },
  };
  ((require, module, exports) => { ${preload} })(() => electron, {}, {});
}`;

describe.skipIf(executablePath === null)('the page of the desktop', () => {
  let browser: Browser;
  let desktop: RunningDesktop;
  const problems: string[] = [];

  async function open(window: WindowDouble): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })).newPage();
    const built = buildShell();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.exposeFunction('__invoke', (channel: string, args: unknown) => desktop.shell.invoke(channel, window, args));
    await page.addInitScript(worlds(readFileSync(join(built, 'preload/preload.cjs'), 'utf8')));
    await page.route(`${ORIGIN}/**`, async (route) => {
      const response = await answerPage(join(built, 'renderer'), `livecue://panel${new URL(route.request().url()).pathname}`);
      await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) });
    });
    const contents = window.webContents;
    const send = contents.send.bind(contents);
    contents.send = (channel, ...args) => {
      send(channel, ...args);
      // The page may be loading or gone; the next state comes in a moment.
      page.evaluate(`window.__tell?.(${JSON.stringify(channel)}, ${JSON.stringify(args[0])})`).catch(() => undefined);
    };
    await page.goto(`${ORIGIN}/index.html${new URL(contents.loaded[0] ?? '').hash}`);
    return page;
  } // prettier-ignore

  beforeAll(async () => {
    desktop = await startDesktop();
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_FLAGS });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await desktop?.close();
  }, 60_000);

  test('shows the room at the desk, and nothing of it breaks the policy', async () => {
    const page = await open(desktop.shell.windows[0] as WindowDouble);
    await page.getByText('夏日家居专场').first().waitFor(PATIENCE);
    const offered = (await page.evaluate('Object.keys(window.livecue).sort()')) as string[];
    expect(offered).toEqual([...Object.values(BRIDGE_FUNCTIONS), 'onState'].sort());
    expect(problems).toEqual([]);
    expect(await page.evaluate("fetch('https://example.org/').then(() => 'reached', () => 'refused')")).toBe('refused');
    problems.length = 0;
    await page.context().close();
  }, 60_000);

  test('every page of the desk is drawn under it', async () => {
    const route = readFileSync(new URL('../src/renderer/parts/route.ts', import.meta.url), 'utf8');
    const routes = /MORE_ROUTES = \[([^\]]*)\]/.exec(route)?.[1]?.match(/[\w-]+/g) ?? [];
    expect(routes.length).toBeGreaterThan(4);
    const page = await open(desktop.shell.windows[0] as WindowDouble);
    for (const name of routes) {
      await page.evaluate(`location.hash = '#/${name}'`);
      await page.locator('h1, h2').first().waitFor(PATIENCE);
      // Two frames later what it asked for at once has been asked for.
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    }
    expect(problems).toEqual([]);
    await page.context().close();
  }, 90_000);

  test('a key on the host screen closes the card at the agent', async () => {
    desktop.shell.menu.find(({ label }) => label?.endsWith('Host screen'))?.click?.(null as never, undefined, null as never); // prettier-ignore
    const page = await open(desktop.shell.windows[1] as WindowDouble);
    desktop.served.show.change({ stage: { active: prompt({ promptId: 'card-1' }, Date.now()), next: [], queued: [] } });
    await expect
      .poll(async () => {
        await page.keyboard.press('Enter');
        return desktop.served.show.calls.map(({ verb, args }) => ({ verb, args }));
      }, PATIENCE)
      .toContainEqual({ verb: 'prompt.done', args: { promptId: 'card-1' } });
    expect(problems).toEqual([]);
    await page.context().close();
  }, 60_000);
});
