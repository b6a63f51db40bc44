import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { electronBinary, ensureElectron, noWindowReason } from '../../scripts/electron-binary.mjs';

let root: string;
let said: string[];
const env = { DISPLAY: ':0' };

/** A package `electron` whose install script does what is given. */
function packageWith(script: string): void {
  const folder = join(root, 'node_modules/electron');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'install.js'), script);
}
const BRINGS_IT = `const { mkdirSync, writeFileSync } = require('node:fs');
  mkdirSync('dist'); writeFileSync('dist/electron', ''); writeFileSync('path.txt', 'electron');`;
const ensure = (over: object = {}) => ensureElectron({ root, env, platform: 'linux', say: (words) => void said.push(words), limitMs: 20_000, ...over }); // prettier-ignore

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'livecue-binary-'));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the binary of the desktop window', () => {
  test('is fetched once, and said so', async () => {
    packageWith(BRINGS_IT);
    expect(await ensure()).toBe(join(root, 'node_modules/electron/dist/electron'));
    expect(said).toEqual([expect.stringContaining('Fetching the desktop window')]);
    expect(await ensure()).toBe(electronBinary(root));
    expect(said).toHaveLength(1);
  });

  test.each([
    ['without a network', "console.error('Error: getaddrinfo ENOTFOUND'); process.exit(1)", {}, /No desktop window: Error: getaddrinfo ENOTFOUND\. The panel opens in the browser/],
    ['that hangs', 'setInterval(() => {}, 1000)', { limitMs: 300 }, /not there within 0\.3 s/],
    ['that says it did and did not', '', {}, /the binary is still missing/],
  ])('%s gives way to the browser with the reason', async (_what, script, over, words) => {
    packageWith(script);
    expect(await ensure(over)).toBe(null);
    expect(said.at(-1)).toMatch(words);
  }); // prettier-ignore

  test('is an optional package: without it the browser does', async () => {
    expect(await ensure()).toBe(null);
    expect(said.at(-1)).toContain('the package electron is not installed');
  });

  test.each([
    ['no display', { env: {}, platform: 'linux' }, 'there is no display'],
    ['no window wanted', { env: { ...env, LIVECUE_NO_WINDOW: '1' }, platform: 'linux' }, 'LIVECUE_NO_WINDOW is set'],
    ['no download wanted', { env: { ...env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' }, platform: 'linux' }, 'ELECTRON_SKIP_BINARY_DOWNLOAD is set'],
    ['a build machine', { env: { ...env, CI: 'true' }, platform: 'linux' }, 'this is a build machine'],
    ['Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' }, platform: 'linux' }, null],
    ['Windows', { env: {}, platform: 'win32' }, null],
  ] as const)('with %s: %s', async (_what, facts, reason) => {
    expect(noWindowReason(facts)).toBe(reason);
    packageWith(BRINGS_IT);
    expect((await ensure(facts)) === null).toBe(reason !== null);
    expect(said.length).toBe(reason === null ? 1 : 0);
  }); // prettier-ignore
});
