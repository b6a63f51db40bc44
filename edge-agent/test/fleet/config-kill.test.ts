import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ConfigFile, starting } from '../../src/fleet/config-state.ts';

const STEPS = fileURLToPath(new URL('./config-steps.ts', import.meta.url));
const AT_ONCE = 3;

/** The states that the process was told are on disk, and what lies there after its death. */
async function run(killAt: number): Promise<{ told: unknown[]; onDisk: unknown; operations: number | null }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-config-kill-'));
  try {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', STEPS, folder, String(killAt)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
    let words = '';
    child.stdout.on('data', (data: Buffer) => (words += data.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    const lines = words.split('\n').filter((line) => line !== '');
    const last = /^operations (\d+)$/.exec(lines.at(-1) ?? '');
    const file = path.join(folder, 'remote-config.json');
    return {
      told: lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as unknown),
      onDisk: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null,
      operations: last === null ? null : Number(last[1]),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('killed at any operation on its file, what lies there is the state before or the one after, whole', async () => {
  const whole = await run(0);
  expect(whole.told.length).toBe(8);
  expect(whole.operations).toBeGreaterThanOrEqual(8 * 6);
  const seen = new Set<string>();
  const check = async (killAt: number) => {
    const { told, onDisk, operations } = await run(killAt);
    expect(operations, `killed at ${killAt}`).toBeNull();
    expect(told).toEqual(whole.told.slice(0, told.length));
    const may = [told.at(-1) ?? null, whole.told[told.length]];
    expect(
      may.some((one) => JSON.stringify(one) === JSON.stringify(onDisk)),
      `killed at ${killAt}`,
    ).toBe(true);
    seen.add(JSON.stringify(onDisk));
    // And an agent starts from it, with one of the two versions whole or none.
    const { inForce } = starting(onDisk === null ? ConfigFile.parse(whole.told[0]) : ConfigFile.parse(onDisk), 9);
    expect([undefined, 1, 2]).toContain(inForce?.settings === undefined ? undefined : inForce.version);
  };
  const points = Array.from({ length: whole.operations! }, (_, n) => n + 1);
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let point = points.shift(); point !== undefined; point = points.shift()) await check(point);
  })); // prettier-ignore
  // Kills that all fell before the first write would prove nothing.
  expect(seen.size).toBe(9);
}, 90_000);
