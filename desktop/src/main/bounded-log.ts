import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A text file that never grows beyond `maxBytes`: when it is full it becomes `FILE.old`, and the one before is gone. */
export interface BoundedLog {
  /** Never throws: a full disk must not take the desktop along. What was lost is told by the next line that fits. */
  write(text: string): void;
}

export function openBoundedLog(file: string, maxBytes: number): BoundedLog {
  let bytes: number | null = null;
  let lost: { count: number; why: string } = { count: 0, why: '' };

  function append(data: Buffer): void {
    if (bytes === null) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    }
    if (bytes > 0 && bytes + data.length > maxBytes) {
      renameSync(file, `${file}.old`);
      bytes = 0;
    }
    // Synchronous: what a dying agent said last must be there.
    appendFileSync(file, data, { mode: 0o600 });
    bytes += data.length;
  }

  return {
    write(text) {
      const gap = lost.count === 0 ? '' : `(${lost.count} lines could not be written: ${lost.why})\n`;
      try {
        append(Buffer.from(gap + text).subarray(-maxBytes));
        lost = { count: 0, why: '' };
      } catch (error) {
        lost = { count: lost.count + 1, why: (error as NodeJS.ErrnoException).code ?? String(error) };
      }
    },
  };
}
