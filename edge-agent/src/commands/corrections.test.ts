import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { TrainingExample } from '@livecue/shared/contract';
import { openStore } from '../store/open-store.ts';
import { corrections } from './corrections.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'livecue-corrections-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function run(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const to = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[name] += String(chunk);
        done();
      },
    });
  const io = { stdout: to('stdout'), stderr: to('stderr'), env: {}, signal: new AbortController().signal };
  return { code: await corrections(args, io), ...said };
}

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const example = (n: number): TrainingExample => ({
  version: 1, text: `第 ${n} 条\n"引号"`, intent: 'price', offensive: false, spam: false, productIds: ['p3'],
  given: { intent: 'stock', intentScore: 0.5, offensive: false, spam: null, sentiment: null, productIds: [] },
  modelVersion: 'intent-1', correctedMs: n, catalogueId: '0123456789abcdef',
}); // prettier-ignore

async function filled(data: string, count: number, stop = true) {
  const store = await openStore({ folder: data, agentId: 'studio-1', nowMs: () => 0, logger, reserveBytes: 64 * 1024 });
  for (let n = 1; n <= count; n++) await store.corrections.save(`k${n}`, example(n));
  if (stop) await store.stop();
  else cleanups.push(() => store.stop());
}

describe('livecue corrections', () => {
  test('writes every example of a stopped agent, one JSON a line, for the owner alone', async () => {
    const data = folder();
    await filled(data, 3);
    const out = path.join(folder(), 'out.jsonl');
    expect(await run('--out', out, '--data', data)).toMatchObject({ code: 0, stdout: '', stderr: `3 examples written to ${out}\n` }); // prettier-ignore
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => TrainingExample.parse(JSON.parse(line)))).toEqual([1, 2, 3].map(example));
    if (process.platform !== 'win32') expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  test('writes to stdout, and an empty file where nothing was corrected', async () => {
    const data = folder();
    await filled(data, 0);
    expect(await run('--out', '-', '--data', data)).toMatchObject({ code: 0, stdout: '', stderr: '0 examples written\n' }); // prettier-ignore
  });

  test('--forget removes them after they are written, and not before', async () => {
    const data = folder();
    await filled(data, 2);
    const missing = path.join(data, 'no-such-folder', 'x.jsonl');
    await expect(run('--out', missing, '--data', data, '--forget')).rejects.toThrow(/can be written/);
    const out = path.join(folder(), 'out.jsonl');
    expect(await run('--out', out, '--data', data, '--forget')).toMatchObject({ code: 0, stderr: expect.stringContaining('2 examples removed') }); // prettier-ignore
    expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(3);
    expect((await run('--out', '-', '--data', data)).stderr).toBe('0 examples written\n');
  });

  test('says what is wrong: no folder, an agent without panel, a wrong call', async () => {
    await expect(run('--out', '-', '--data', folder())).rejects.toThrow(/Name its folder with --data/);
    expect(await run('--data', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('give --out') });
    expect((await run('--out', '-', '--forget')).code).toBe(2);
    expect((await run('--help')).stdout).toContain('Example: livecue corrections');
    const data = folder();
    await filled(data, 1, false);
    await expect(run('--out', '-', '--data', data)).rejects.toThrow(/without a panel/);
    await expect(run('--out', path.join(data, 'x'), '--data', data, '--forget')).rejects.toThrow(/Stop it first/);
  });
});
