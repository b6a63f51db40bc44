import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildPage } from './build-page.ts';
import { serveShow } from './stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The binary of the installed package; its install script, which brings it, may not have run. */
function findElectron(): string | null {
  const folder = join(root, 'node_modules', 'electron');
  const name = join(folder, 'path.txt');
  if (!existsSync(name)) return null;
  const path = join(folder, 'dist', readFileSync(name, 'utf8').trim());
  return existsSync(path) ? path : null;
}

const electron = findElectron();
const display =
  process.platform !== 'linux' || process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
const reason = electron === null ? 'the Electron binary is not installed' : display ? null : 'there is no display';
if (reason !== null) console.warn(`skipped: desktop window test, ${reason}`);

describe.skipIf(reason !== null)('the desktop application', () => {
  test('opens its window, finds the agent by its link file and reads the past of the room', async () => {
    const served = await serveShow(buildPage());
    const folder = mkdtempSync(join(tmpdir(), 'livecue-electron-'));
    const path = join(folder, 'link.json');
    writeFileSync(path, JSON.stringify(served.link));
    chmodSync(path, 0o600);
    execFileSync(
      process.execPath,
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'vite.electron.config.ts', '--mode', 'main'],
      { cwd: join(root, 'desktop') },
    );
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/vite/bin/vite.js'),
        'build',
        '--config',
        'vite.electron.config.ts',
        '--mode',
        'preload',
      ],
      { cwd: join(root, 'desktop') },
    );
    const child = spawn(electron ?? '', ['--no-sandbox', join(root, 'desktop')], {
      env: { ...process.env, LIVECUE_PANEL_LINK: path },
      stdio: 'ignore',
    });
    try {
      await expect.poll(() => served.show.calls.map((call) => call.verb), { timeout: 15_000 }).toContain('series.read');
    } finally {
      child.kill();
      await served.close();
      rmSync(folder, { recursive: true });
    }
  });
});
