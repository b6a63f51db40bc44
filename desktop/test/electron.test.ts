/** The real binary, wherever it is: what no double can show. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { electronBinary } from '../../scripts/electron-binary.mjs';
import { buildShell } from './build-shell.ts';
import { serveShow, type Served } from './stage.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const binary = electronBinary(ROOT);
const display = process.platform !== 'linux' || process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined; // prettier-ignore
/** Chromium refuses its sandbox to root; everybody else has it. */
const SANDBOX = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const reason = binary === null ? 'the Electron binary is not installed' : display ? null : 'there is no display';
if (reason !== null) console.warn(`skipped: the desktop on the real Electron, ${reason}`);

describe.skipIf(reason !== null)('the desktop on the real Electron', () => {
  const folder = mkdtempSync(join(tmpdir(), 'livecue-electron-'));
  const errors: string[] = [];
  let served: Served;
  let app: ElectronApplication;
  let page: Page;
  beforeAll(async () => {
    buildShell();
    served = await serveShow('/nowhere');
    const linkFile = join(folder, 'link.json');
    writeFileSync(linkFile, JSON.stringify(served.link), { mode: 0o600 });
    const env = { ...process.env, LIVECUE_PANEL_LINK: linkFile } as Record<string, string>;
    const args = [...SANDBOX, `--user-data-dir=${join(folder, 'user')}`, join(ROOT, 'desktop')]; // prettier-ignore
    app = await _electron.launch({ executablePath: binary ?? '', args, env, timeout: 60_000 });
    page = await app.firstWindow();
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  }, 180_000);
  afterAll(async () => {
    await app?.close();
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('opens the operator page with the room of the agent, and its verbs are answered', async () => {
    await page.getByText('夏日家居专场').first().waitFor({ timeout: 60_000 });
    expect(page.url()).toBe('livecue://panel/index.html#/operator');
    const answer = await page.evaluate('window.livecue.seriesRead({})');
    expect(answer).toMatchObject({ type: 'result' });
    expect(errors).toEqual([]);
  });

  test('checklist 2, 3, 4, 20: the page has no Node, no Electron and cannot change its bridge', async () => {
    const names = ['require', 'process', 'Buffer', 'ipcRenderer', 'electron'];
    expect(await page.evaluate(`${JSON.stringify(names)}.filter((name) => name in window)`)).toEqual([]);
    const same = '(() => { const b = window.livecue, f = b.promptDone; try { b.promptDone = () => 1; } catch {} return b.promptDone === f; })()';
    expect(await page.evaluate(same)).toBe(true);
  }); // prettier-ignore

  test('checklist 1, 7, 13, 14: the page reaches no network, goes nowhere and opens nothing', async () => {
    const { url } = served.server.address();
    expect(await page.evaluate(`fetch(${JSON.stringify(url)}).then(() => 'reached', () => 'refused')`)).toBe('refused');
    const before = app.windows().length;
    await page.evaluate("window.open('https://example.org/')");
    await page.evaluate("document.body.append(Object.assign(document.createElement('a'), { href: 'https://example.org/', id: 'away' })); document.getElementById('away').click()"); // prettier-ignore
    expect(await page.evaluate('location.href')).toBe('livecue://panel/index.html#/operator');
    expect(app.windows().length).toBe(before);
  });

  test('checklist 17: a window that is not ours is refused', async () => {
    const preload = join(ROOT, 'desktop/dist/preload/preload.cjs');
    const answer = await app.evaluate(async ({ BrowserWindow }, file) => {
      const stranger = new BrowserWindow({ show: false, webPreferences: { preload: file, sandbox: true } });
      await stranger.loadURL('livecue://panel/index.html');
      const said = (await stranger.webContents.executeJavaScript('window.livecue.cuesControl({ off: true })')) as unknown;
      stranger.destroy();
      return said;
    }, preload); // prettier-ignore
    expect(answer).toMatchObject({ type: 'error', code: 'not-paired' });
    expect(served.show.calls.map(({ verb }) => verb)).not.toContain('cues.control');
  });

  test('a page whose process dies is there again', async () => {
    const loaded = page.waitForEvent('load', { timeout: 30_000 }).catch(() => null);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
    await loaded;
    await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL()), { timeout: 30_000 }).toBe('livecue://panel/index.html#/operator'); // prettier-ignore
  }, 60_000);
});

/** An installed or unpacked LiveCue. Its fuses keep every debugger out, Playwright too: it is seen by what it asks for. */
const installed = process.env.LIVECUE_DESKTOP_BINARY;
const noPackage =
  installed === undefined ? 'LIVECUE_DESKTOP_BINARY names none' : display ? null : 'there is no display';
if (noPackage !== null) console.warn(`skipped: the installed desktop, ${noPackage}`);

describe.skipIf(noPackage !== null)('the installed desktop', () => {
  test('checklist 19: has its fuses blown', async () => {
    const { getCurrentFuseWire } = createRequire(join(ROOT, 'desktop/packaging/package.json'))('@electron/fuses') as { getCurrentFuseWire(file: string): Promise<Record<string, number | string>> }; // prettier-ignore
    const { version, ...wire } = await getCurrentFuseWire(installed ?? '');
    const values = Object.values(wire).map((value) => String.fromCharCode(Number(value)));
    expect([version, values.join('').slice(0, 8)]).toEqual(['1', '01001100']);
  });

  test('opens its page, finds the agent by its link file and reads the past of the room', async () => {
    const served = await serveShow('/nowhere');
    const folder = mkdtempSync(join(tmpdir(), 'livecue-installed-'));
    const linkFile = join(folder, 'link.json');
    writeFileSync(linkFile, JSON.stringify(served.link), { mode: 0o600 });
    const child = spawn(installed ?? '', [...SANDBOX, `--user-data-dir=${folder}`], { env: { ...process.env, LIVECUE_PANEL_LINK: linkFile }, stdio: 'ignore' }); // prettier-ignore
    try {
      await expect.poll(() => served.show.calls.map(({ verb }) => verb), { timeout: 60_000 }).toContain('series.read');
    } finally {
      child.kill();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 90_000);
});
