import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

/**
 * Space set aside, so that what was accepted can still be written when the disk is full. Filled with
 * random bytes: file systems that compress or skip zeros would set nothing aside.
 */
export interface ReserveFile {
  readonly held: boolean;
  /** Writes the file; false when there is no room for it. Throws on any other trouble. */
  acquire(): boolean;
  /** Frees the space; true when there was any to free. */
  release(): boolean;
}

export function createReserveFile(path: string, bytes: number): ReserveFile {
  let held = false;
  const acquire = (): boolean => {
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes) return true;
    const file = openSync(path, 'w', 0o600);
    try {
      const chunk = randomFillSync(new Uint8Array(Math.min(bytes, 1024 * 1024)));
      for (let left = bytes; left > 0;) left -= writeSync(file, chunk, 0, Math.min(left, chunk.length));
      fsyncSync(file);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
      rmSync(path, { force: true });
      return false;
    } finally {
      closeSync(file);
    }
  };
  return {
    get held() {
      return held;
    },
    acquire: () => (held = acquire()),
    release() {
      const freed = held;
      rmSync(path, { force: true });
      held = false;
      return freed;
    },
  };
}
