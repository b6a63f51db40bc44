// The desktop window's binary: found where it is, fetched once where there is a network and somebody would see it.
// Plain JavaScript on Node >= 20, no packages.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Electron's own installer may take so long; after that the browser does as well, and the next start tries again. */
const FETCH_MS = 120_000;

/** Path of the binary that the installed package names, or null. */
export function electronBinary(root) {
  const folder = path.join(root, 'node_modules/electron');
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return null;
  const binary = path.join(folder, 'dist', readFileSync(named, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

/** Why no window is wanted here, or null. */
export function noWindowReason({ env, platform }) {
  if (env.LIVECUE_NO_WINDOW !== undefined) return 'LIVECUE_NO_WINDOW is set';
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD === '1') return 'ELECTRON_SKIP_BINARY_DOWNLOAD is set';
  if (env.CI !== undefined && env.CI !== '') return 'this is a build machine';
  const display = platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY;
  return display ? null : 'there is no display';
}

/** Runs Electron's own install script; resolves with what went wrong, or null. */
function install(root, node, limitMs) {
  const script = path.join(root, 'node_modules/electron/install.js');
  if (!existsSync(script)) return Promise.resolve('the package electron is not installed');
  return new Promise((resolve) => {
    const child = spawn(node, [script], { cwd: path.dirname(script), stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (data) => (words += data));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    const settle = (problem) => {
      clearTimeout(timer);
      resolve(problem);
    };
    child.on('error', (error) => settle(error.message));
    child.on('close', (code) => {
      if (late) settle(`it was not there within ${limitMs / 1000} s`);
      else settle(code === 0 ? null : words.trim().split('\n')[0] || `its install script ended with exit code ${code}`);
    });
  });
}

/**
 * The binary, fetched first where it is missing and a window could be seen; null: the panel opens in the browser.
 * Says what it does; never ends the program.
 */
export async function ensureElectron({ root, node = process.execPath, env, platform, say, limitMs = FETCH_MS }) {
  const found = electronBinary(root);
  if (found !== null || noWindowReason({ env, platform }) !== null) return found;
  say(
    `Fetching the desktop window (Electron, once, at most ${Math.round(limitMs / 1000)} s; LIVECUE_NO_WINDOW=1 skips it) …`,
  );
  const problem = await install(root, node, limitMs);
  const binary = problem === null ? electronBinary(root) : null;
  if (binary === null)
    say(
      `No desktop window: ${problem ?? 'the binary is still missing'}. The panel opens in the browser; the next start tries again.`,
    );
  return binary;
}
