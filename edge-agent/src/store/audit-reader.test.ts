import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { LogFilter } from '@livecue/shared/contract';
import type { AuditCall } from '../ports.ts';
import { AUDIT_FILE, NOTHING, openAuditLog, sha256, verifyAuditLog } from './audit-log.ts';
import { openAuditReader } from './audit-reader.ts';

const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'livecue-log-')));
  return folders.at(-1)!;
};
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true })));

const ALL = LogFilter.parse({});
const VERBS = ['message.send', 'catalogue.apply', 'action.do', 'orders.label', 'device.pair'];
const call = (n: number, part: Partial<AuditCall> = {}): AuditCall => ({ atMs: 1000 + n, device: `d${n % 3}`, role: 'operator', verb: VERBS[n % VERBS.length]!, allowed: n % 7 !== 0, args: { text: `第 ${n} 条` }, ...part }); // prettier-ignore
async function written(path: string, calls: readonly AuditCall[]): Promise<void> {
  const log = await openAuditLog(path);
  for (const one of calls) await log.record(one);
  await log.close();
}
const seqs = (lines: readonly { entry: { seq: number } }[]) => lines.map(({ entry }) => entry.seq);

describe('reading the audit log', () => {
  test('an empty folder has no entries and is whole', async () => {
    const reader = openAuditReader(folder());
    expect(await reader.newest(null, 10, ALL)).toEqual({ lines: [], more: false });
    expect(await reader.check()).toEqual({ entries: 0, head: '0'.repeat(64), sinceMs: null, problem: null });
  });

  test('pages join to the whole, newest first; what is written meanwhile is on the next first page', async () => {
    const path = folder();
    await written(
      path,
      Array.from({ length: 25 }, (_, n) => call(n + 1)),
    );
    const reader = openAuditReader(path);
    const [first, second] = [await reader.newest(null, 10, ALL), await reader.newest(16, 10, ALL)];
    expect([seqs(first.lines)[0], seqs(first.lines).at(-1), first.more]).toEqual([25, 16, true]);
    expect([seqs(second.lines)[0], seqs(second.lines).at(-1)]).toEqual([15, 6]);
    expect(await reader.newest(6, 10, ALL)).toMatchObject({ more: false });
    await written(path, [call(26)]);
    const [newest] = (await reader.newest(null, 1, ALL)).lines;
    expect(newest?.entry).toMatchObject({ seq: 26, args: { text: '第 26 条' } });
    expect(await reader.check()).toEqual({ ...(await verifyAuditLog(path)), sinceMs: 1001 });
    expect(reader.devices().map(({ device }) => device)).toEqual(['d2', 'd1', 'd0']);
  });

  test('an entry that is written while a long log is read is not taken for one that was removed', async () => {
    const path = folder();
    let before = NOTHING;
    const lines = Array.from({ length: 3_000 }, (_, n) => {
      const line = JSON.stringify({ seq: n + 1, ...call(n + 1), before });
      before = sha256(line);
      return line;
    });
    writeFileSync(join(path, AUDIT_FILE), `${lines.join('\n')}\n`);
    writeFileSync(join(path, 'audit-head.json'), JSON.stringify({ seq: lines.length, hash: before }));
    const log = await openAuditLog(path);
    const reader = openAuditReader(path);
    for (const read of [reader.check, reader.checkAll]) {
      const reading = read();
      await log.record(call(9));
      expect(await reading).toMatchObject({ problem: null });
    }
    await log.close();
    expect(await reader.check()).toMatchObject({ entries: 3_002, problem: null });
  });

  test('filters give those entries alone that a filter over all of them gives', async () => {
    const path = folder();
    const calls = Array.from({ length: 60 }, (_, n) => call(n + 1));
    await written(path, calls);
    const reader = openAuditReader(path);
    const kinds = { 'message.send': 'cues', 'catalogue.apply': 'catalogue', 'action.do': 'actions', 'orders.label': 'orders', 'device.pair': 'devices' }; // prettier-ignore
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(null, ...Object.values(kinds)), fc.constantFrom(null, 'd0', 'd1', 'd9'), fc.boolean(),
        async (kind, device, trouble) => {
          const fit = calls.flatMap((one, n) =>
            (kind === null || kinds[one.verb as keyof typeof kinds] === kind) && (device === null || one.device === device) && (!trouble || !one.allowed) ? [n + 1] : []);
          const filter = LogFilter.parse({ kind, device, trouble });
          expect(seqs((await reader.newest(null, 200, filter)).lines)).toEqual(fit.toReversed());
          expect(seqs((await reader.oldest(0, 1e9, filter)).lines)).toEqual(fit);
        },
      ),
      { numRuns: 40 },
    );
  }); // prettier-ignore

  test('a call that failed says so, and what says it is no row of its own', async () => {
    const path = folder();
    await written(path, [call(1), call(2), call(2, { failed: { of: 2, code: 'not-found' } }), call(3)]);
    const { lines } = await openAuditReader(path).newest(null, 10, ALL);
    expect(lines.map(({ entry, failed }) => [entry.seq, failed])).toEqual([[4, null], [2, 'not-found'], [1, null]]); // prettier-ignore
    const trouble = LogFilter.parse({ trouble: true });
    expect(seqs((await openAuditReader(path).newest(null, 10, trouble)).lines)).toEqual([2]);
  });

  test('pieces for export are the lines of the file, in order, byte for byte', async () => {
    const path = folder();
    await written(
      path,
      Array.from({ length: 40 }, (_, n) => call(n + 1)),
    );
    const reader = openAuditReader(path);
    let text = '';
    for (let after = 0, more = true; more;) {
      const piece = await reader.oldest(after, 1_000, ALL);
      text += piece.lines.map((line) => `${line.text}\n`).join('');
      after = piece.lines.at(-1)!.entry.seq;
      ({ more } = piece);
    }
    expect(text).toBe(readFileSync(join(path, AUDIT_FILE), 'utf8'));
  });

  test('a changed line is named, as by the command; a line that a crash cut off hides none after it', async () => {
    const path = folder();
    const file = join(path, AUDIT_FILE);
    await written(
      path,
      Array.from({ length: 9 }, (_, n) => call(n + 1)),
    );
    const whole = readFileSync(file, 'utf8');
    const reader = openAuditReader(path);
    expect((await reader.check()).problem).toBeNull();
    writeFileSync(file, whole.replace('第 4 条', '第 5 条'));
    expect((await reader.checkAll()).problem).toEqual((await verifyAuditLog(path)).problem);
    expect((await reader.check()).problem?.line).toBe(5);
    writeFileSync(file, whole);
    expect((await reader.checkAll()).problem).toBeNull();
    appendFileSync(file, '{"seq":10,"atMs":1');
    await written(path, [call(11)]);
    expect((await reader.check()).problem?.line).toBe(10);
    expect(seqs((await reader.newest(null, 2, ALL)).lines)).toEqual([11, 9]);
  });

  test('entries removed from the end are told by the head', async () => {
    const path = folder();
    await written(
      path,
      Array.from({ length: 5 }, (_, n) => call(n + 1)),
    );
    const reader = openAuditReader(path);
    await reader.check();
    const file = join(path, AUDIT_FILE);
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, 3).join('\n') + '\n');
    expect((await reader.check()).problem).toEqual((await verifyAuditLog(path)).problem);
    expect((await reader.check()).problem).toMatchObject({ line: 4 });
  });
});
