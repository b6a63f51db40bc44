import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeliveredFile } from '@livecue/shared/contract';

/**
 * A file that comes in chunks, in any order, and outlives the process. What is there is what hashes as promised:
 * no list of progress is kept that could disagree with the bytes after a power loss.
 */
export interface PartFile {
  readonly file: DeliveredFile;
  /** Ascending. */
  missing(): number[];
  /** Writes a chunk; `wrong`: it is not what was promised and nothing was written. Throws the disk's error. */
  put(index: number, bytes: Uint8Array): 'kept' | 'known' | 'wrong';
  /** Forces it to disk. True when the whole has the promised SHA-256; else nothing of it is known any more. */
  finish(): Promise<boolean>;
  /** Safe twice. */
  close(): void;
}

/** Hashed before others get a turn: about a millisecond. */
const HASHED_AT_ONCE = 1024 * 1024;

/** Opens what an earlier run left at `folder/<name>`, or begins. Throws the disk's error. */
export async function openPartFile(folder: string, file: DeliveredFile, chunkBytes: number): Promise<PartFile> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const handle = openSync(path.join(folder, file.name), 'a+', 0o600);
  closeSync(handle);
  // Opened for appending a file would take writes only at its end.
  const own = openSync(path.join(folder, file.name), 'r+');
  let isOpen = true;
  const have = new Set<number>();
  const lengthOf = (index: number) => Math.min(chunkBytes, file.bytes - index * chunkBytes);
  const buffer = Buffer.alloc(chunkBytes);
  const read = (index: number): Uint8Array => {
    const length = readSync(own, buffer, 0, lengthOf(index), index * chunkBytes);
    return buffer.subarray(0, length);
  };
  const eachChunk = async (look: (index: number) => void) => {
    let hashed = 0;
    for (const index of file.chunks.keys()) {
      look(index);
      hashed += chunkBytes;
      if (hashed < HASHED_AT_ONCE) continue;
      hashed = 0;
      await nextTurn();
    }
  };
  if (fstatSync(own).size > 0) {
    await eachChunk((index) => {
      if (hashOf(read(index)) === file.chunks[index]) have.add(index);
    });
  }
  return {
    file,
    missing: () => [...file.chunks.keys()].filter((index) => !have.has(index)),
    put(index, bytes) {
      if (have.has(index)) return 'known';
      if (bytes.length !== lengthOf(index) || hashOf(bytes) !== file.chunks[index]) return 'wrong';
      for (let at = 0; at < bytes.length;) at += writeSync(own, bytes, at, bytes.length - at, index * chunkBytes + at);
      have.add(index);
      return 'kept';
    },
    async finish() {
      // An older delivery may have left a longer file.
      ftruncateSync(own, file.bytes);
      fsyncSync(own);
      const whole = createHash('sha256');
      await eachChunk((index) => void whole.update(read(index)));
      if (whole.digest('hex') === file.sha256) return true;
      have.clear();
      return false;
    },
    close() {
      if (isOpen) closeSync(own);
      isOpen = false;
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
