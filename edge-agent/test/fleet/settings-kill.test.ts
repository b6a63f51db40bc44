import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSettingsBook } from '../../src/assembly/settings-book.ts';
import { schemaAlone } from './schema-alone.ts';

const STEPS = fileURLToPath(new URL('./settings-steps.ts', import.meta.url));
const AT_ONCE = 3;
/** Of the eight steps, what is in force after each. */
const IN_FORCE = [4, 3, 3, 3, 2, 2, 3, 3];
const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** What the process told before its death, and what the next one starts with and has kept. */
async function run(killAt: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-settings-kill-'));
  try {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', STEPS, folder, String(killAt)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
    let words = '';
    child.stdout.on('data', (data: Buffer) => (words += data.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    const lines = words.split('\n').filter((line) => line !== '');
    const told = lines.filter((line) => line.startsWith('{')).map((line) => (JSON.parse(line) as { cards: number }).cards); // prettier-ignore
    const last = /^operations (\d+)$/.exec(lines.at(-1) ?? '');
    const book = await openSettingsBook({ nowMs: () => 9, logger, check: schemaAlone }, { file: path.join(folder, 'config.json'), folder }, {}); // prettier-ignore
    const started = (await book.starting()).advise.cardsPer10Min;
    const versions = await book.versions();
    const whole = await Promise.all(versions.map(({ number }) => book.readVersion(number)));
    return { told, started, versions, whole, trial: book.state.trial, operations: last === null ? null : Number(last[1]) }; // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('killed in or before any write or rename of its files, the next start has the settings before or after the step, and every version is whole', async () => {
  const all = await run(0);
  expect(all.told).toEqual(IN_FORCE);
  expect(all.operations).toBeGreaterThan(30);
  const seen = new Set<number>();
  const check = async (killAt: number) => {
    const { told, started, versions, whole, trial, operations } = await run(killAt);
    expect(operations, `killed at ${killAt}`).toBeNull();
    expect(told).toEqual(IN_FORCE.slice(0, told.length));
    expect([told.at(-1) ?? 4, IN_FORCE[told.length]], `killed at ${killAt}`).toContain(started);
    // Begun and not proved is on trial; proved or taken back is not.
    if (started === 2 || (started === 3 && told.length < 3)) expect(trial, `killed at ${killAt}`).not.toBeNull();
    if (told.length >= 7) expect(trial, `killed at ${killAt}`).toBeNull();
    for (const settings of whole) expect(typeof settings).toBe('object');
    if (started !== 4) expect(versions.some(({ inForce }) => inForce)).toBe(true);
    seen.add(started);
  };
  const points = Array.from({ length: all.operations! }, (_, n) => n + 1);
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let point = points.shift(); point !== undefined; point = points.shift()) await check(point);
  })); // prettier-ignore
  expect([...seen].sort()).toEqual([2, 3, 4]);
}, 90_000);
