import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AUDIT_FILE, openAuditLog, verifyAuditLog } from './audit-log.ts';
import { temporaryFolder } from './testing/kit.ts';

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));
async function filled(count: number) {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  const log = await openAuditLog(made.path);
  const call = (n: number) => ({ atMs: n, device: 'abcd1234', role: 'operator', verb: 'message.send', allowed: true, args: { text: `第 ${n} 条` } }); // prettier-ignore
  // At once, as panels call: they are written in the order in which they came.
  await Promise.all(Array.from({ length: count }, (_, i) => log.record(call(i + 1))));
  await log.close();
  const file = join(made.path, AUDIT_FILE);
  return { folder: made.path, file, text: readFileSync(file, 'utf8'), verify: () => verifyAuditLog(made.path) };
}

describe('the audit log', () => {
  it('is whole when nobody touched it, over several openings, and readable by its owner alone', async () => {
    const { folder, verify, file } = await filled(3);
    const again = await openAuditLog(folder);
    await again.record({
      atMs: 9,
      device: 'desktop',
      role: 'operator',
      verb: 'cues.control',
      allowed: false,
      args: {},
    });
    await again.close();
    expect(await verify()).toMatchObject({ entries: 4, problem: null });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { seq: number; atMs: number }); // prettier-ignore
    expect(lines.map(({ seq, atMs }) => [seq, atMs])).toEqual([[1, 1], [2, 2], [3, 3], [4, 9]]); // prettier-ignore
  });

  it('a write that a full disk refused, at any point of it, takes nothing of the entries after it', async () => {
    const { folder, file, verify } = await filled(1);
    const call = (n: number) => ({ atMs: n, device: 'desktop', role: 'operator', verb: 'cues.control', allowed: true, args: {} }); // prettier-ignore
    const probe = await open(file, 'r');
    const handles = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const log = await openAuditLog(folder);

    vi.spyOn(handles, 'datasync').mockRejectedValueOnce(full);
    await expect(log.record(call(2))).rejects.toThrow('no space left');
    expect(await log.record(call(3))).toBe(3);
    expect(await verify()).toMatchObject({ entries: 3, problem: null });

    const whole = handles.appendFile;
    vi.spyOn(handles, 'appendFile').mockImplementationOnce(async function (this: FileHandle, line) {
      await whole.call(this, String(line).slice(0, 20));
      throw full;
    });
    await expect(log.record(call(4))).rejects.toThrow('no space left');
    expect(await log.record(call(5))).toBe(5);
    await log.close();
    vi.restoreAllMocks();
    expect(JSON.parse(readFileSync(file, 'utf8').trim().split('\n')[4]!)).toMatchObject({ seq: 5, atMs: 5 });
    expect((await verify()).problem).toMatchObject({ line: 4, words: expect.stringContaining('is no JSON') });
  });

  it('any one byte that is flipped is found, and the line with it or the one after is named', async () => {
    const { file, text, verify } = await filled(6);
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= flip;
        writeFileSync(file, changed);
        const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
        const { problem } = await verify();
        expect(problem).not.toBeNull();
        expect([line, line + 1]).toContain(problem!.line);
      }),
      { numRuns: 200 },
    );
  });

  it('a line removed, put in or moved is named, at the end too', async () => {
    const { file, text, verify } = await filled(6);
    const lines = text.trim().split('\n');
    const write = (some: readonly string[]) => writeFileSync(file, `${some.join('\n')}\n`);
    for (let gone = 1; gone <= 6; gone++) {
      write(lines.filter((_, i) => i !== gone - 1));
      const { problem } = await verify();
      expect(problem!.line).toBe(gone);
      expect(problem!.words).toContain('removed');
    }
    write([...lines.slice(0, 3), lines[0]!, ...lines.slice(3)]);
    expect((await verify()).problem).toMatchObject({ line: 4, words: expect.stringContaining('put in') });
    write([lines[1]!, lines[0]!, ...lines.slice(2)]);
    expect((await verify()).problem!.line).toBe(1);
    write([]);
    expect((await verify()).problem).toMatchObject({ line: 1, words: expect.stringContaining('up to 6') });
  });

  it('a line that a crash has cut off is named, and the log goes on behind it', async () => {
    const { folder, file, text, verify } = await filled(3);
    writeFileSync(file, text.slice(0, -20));
    const log = await openAuditLog(folder);
    await log.record({ atMs: 4, device: 'd', role: 'host', verb: 'prompt.done', allowed: true, args: {} });
    await log.close();
    expect((await verify()).problem).toMatchObject({ line: 3, words: expect.stringContaining('cut') });
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(4);
  });

  it('secrets never stand in it, long texts are cut', async () => {
    const { folder } = await filled(0);
    const log = await openAuditLog(folder);
    const args = { settings: { connectors: ['CANARY'] }, part: { shop: 'mine', apiToken: 'CANARY-1' }, code: 'CANARY-2', list: [{ password: 'CANARY-3' }], chunk: 'CANARY-4', note: 'x'.repeat(500) }; // prettier-ignore
    await log.record({ atMs: 1, device: 'd', role: 'operator', verb: 'x', allowed: true, args });
    await log.close();
    const text = readFileSync(join(folder, AUDIT_FILE), 'utf8');
    expect(text).not.toContain('CANARY');
    expect(text).toContain('mine');
    expect(text.length).toBeLessThan(600);
  });
});
