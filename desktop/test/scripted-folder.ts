import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

let root: string | null = null;

/** A folder of one scripted room; all of them go with this process. */
export function scriptedFolder(): string {
  if (root === null) {
    const made = mkdtempSync(path.join(tmpdir(), 'livecue-scripted-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    root = made;
  }
  return mkdtempSync(path.join(root, 'room-'));
}
