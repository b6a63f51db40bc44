import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openPartFile, type PartFile } from './part-file.ts';
import { chunksOf, describedFile } from './testing/signed-delivery.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'livecue-part-'));
  folders.push(folder);
  return folder;
};

/** What may happen to a file on its way. */
const Happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('chunk' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tampered' as const), at: fc.nat(), bit: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut chunk' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('killed' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk lost its end' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk lost a byte' as const), at: fc.nat() }) },
);

test('chunks in any order, doubled, tampered, cut, with kills and torn disks between, make the file and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 700 }), fc.array(Happening, { maxLength: 40 }), async (bytes, happenings) => {
      const folder = newFolder();
      const file = describedFile('model.onnx', bytes, 64);
      const chunks = chunksOf(bytes, 64);
      const have = new Set<number>();
      let part: PartFile = await openPartFile(folder, file, 64);
      const again = async () => {
        part.close();
        part = await openPartFile(folder, file, 64);
        // The oracle looks at the disk itself: a chunk is there when its bytes are those of the file.
        const now = readFileSync(join(folder, 'model.onnx'));
        have.clear();
        for (const [i, chunk] of chunks.entries()) if (now.subarray(i * 64, i * 64 + chunk.length).equals(chunk)) have.add(i);
      };
      for (const one of happenings) {
        const index = 'at' in one ? one.at % chunks.length : 0;
        const chunk = chunks[index]!;
        if (one.kind === 'chunk') {
          expect(part.put(index, chunk)).toBe(have.has(index) ? 'known' : 'kept');
          have.add(index);
        } else if (one.kind === 'tampered') {
          const other = Uint8Array.from(chunk);
          other[one.bit % chunk.length]! ^= 1 << one.bit % 8;
          expect(part.put(index, other)).toBe(have.has(index) ? 'known' : 'wrong');
        } else if (one.kind === 'cut chunk') expect(part.put(index, chunk.subarray(1))).toBe(have.has(index) ? 'known' : 'wrong');
        else if (one.kind === 'killed') await again();
        else {
          const path = join(folder, 'model.onnx');
          const onDisk = readFileSync(path);
          const at = onDisk.length === 0 ? 0 : one.at % onDisk.length;
          if (one.kind === 'disk lost its end') truncateSync(path, at);
          else if (onDisk.length > 0) {
            onDisk[at]! ^= 0xff;
            writeFileSync(path, onDisk);
          }
          await again();
        }
        expect(part.missing()).toEqual(chunks.keys().filter((i) => !have.has(i)).toArray());
      }
      for (const index of part.missing()) expect(part.put(index, chunks[index]!)).toBe('kept');
      expect(await part.finish()).toBe(true);
      part.close();
      expect(Buffer.compare(readFileSync(join(folder, 'model.onnx')), bytes)).toBe(0);
    }),
    { numRuns: 150 },
  );
}, 30_000); // prettier-ignore

test('a longer file that was there before is cut to size', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'a.bin'), Buffer.alloc(500, 7));
  const bytes = Buffer.alloc(100, 1);
  const part = await openPartFile(folder, describedFile('a.bin', bytes, 64), 64);
  chunksOf(bytes, 64).forEach((chunk, i) => part.put(i, chunk));
  expect(await part.finish()).toBe(true);
  part.close();
  expect(statSync(join(folder, 'a.bin')).size).toBe(100);
});

test('chunks that were signed but do not make the signed file are noticed, and all is fetched anew', async () => {
  const bytes = Buffer.from('what was promised as a whole');
  const file = { ...describedFile('a.bin', bytes, 64), sha256: 'f'.repeat(64) };
  const part = await openPartFile(newFolder(), file, 64);
  part.put(0, bytes);
  expect(await part.finish()).toBe(false);
  expect(part.missing()).toEqual([0]);
  part.close();
});
