import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readLines } from './line-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'livecue-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function linesOf(name: string, content: string | Uint8Array): Promise<string[]> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const lines: string[] = [];
  for await (const { text } of readLines(file)) lines.push(text);
  return lines;
}

test('lines end at LF or CRLF, not at U+2028, and a byte order mark is none of the first', async () => {
  expect(await linesOf('a', '\ufeffa\r\nb\u2028c\n\nd')).toEqual(['a', 'b\u2028c', '', 'd']);
  expect(await linesOf('a.gz', gzipSync('a\nb\n'))).toEqual(['a', 'b']);
});

test('a packed file that unpacks to one line without end is given up at 64 MB, with the line named', async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from('a\nb\n'), Buffer.alloc(66 * 1024 * 1024, 0x20)]));
  expect(bomb.length).toBeLessThan(200_000);
  await expect(linesOf('bomb.gz', bomb)).rejects.toMatchObject({ code: 'input', message: expect.stringMatching(/after line 2: a line is longer than 67108864 bytes/) }); // prettier-ignore
});

test('a file that is cut short, and one that is not there, are named', async () => {
  await expect(linesOf('cut.gz', gzipSync('a\n'.repeat(10_000)).subarray(0, 40))).rejects.toMatchObject({ code: 'input', message: expect.stringContaining('cut.gz') }); // prettier-ignore
  await expect(async () => { for await (const _ of readLines(path.join(folder, 'nowhere'))); }).rejects.toMatchObject({ code: 'input' }); // prettier-ignore
});
