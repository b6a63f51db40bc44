/** What the preloaded shim (disk-shim.c) wrote down, and how to get it compiled. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NODE_ENVIRONMENT } from '../../../edge-agent/bin/node-binary.mjs';
import { randomFrom } from '../report.ts';

export type DiskOp =
  | { readonly kind: 'open'; readonly path: string; readonly fd: number; readonly truncates: boolean }
  | { readonly kind: 'write'; readonly fd: number; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly fd: number; readonly size: number }
  | { readonly kind: 'sync'; readonly fd: number }
  /** An fsync that was made to fail. */
  | { readonly kind: 'sync-failed'; readonly fd: number }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'mkdir'; readonly path: string }
  | { readonly kind: 'close'; readonly fd: number }
  | { readonly kind: 'mark'; readonly text: string };

const HEAD_BYTES = 20;

export function parseDiskLog(log: Buffer): DiskOp[] {
  const ops: DiskOp[] = [];
  for (let at = 0; at + HEAD_BYTES <= log.length;) {
    const [pathAt, dataAt] = [at + HEAD_BYTES, at + HEAD_BYTES + log.readUInt16LE(at + 2)];
    const end = dataAt + log.readUInt32LE(at + 16);
    const op = opOf(
      String.fromCharCode(log[at]!),
      { flags: log[at + 1]!, fd: log.readInt32LE(at + 4), number: Number(log.readBigUInt64LE(at + 8)) },
      log.toString('utf8', pathAt, dataAt),
      log.subarray(dataAt, end),
    );
    if (op !== null) ops.push(op);
    at = end;
  }
  return ops;
}

function opOf(
  letter: string,
  { flags, fd, number }: { flags: number; fd: number; number: number },
  path: string,
  data: Buffer,
): DiskOp | null {
  switch (letter) {
    case 'o':
      return { kind: 'open', path, fd, truncates: flags === 1 };
    case 'w':
      return { kind: 'write', fd, offset: number, data };
    case 't':
      return { kind: 'truncate', fd, size: number };
    case 's':
      return { kind: 'sync', fd };
    case 'r':
      return { kind: 'rename', path, to: data.toString() };
    case 'u':
      return { kind: 'unlink', path };
    case 'd':
      return { kind: 'mkdir', path };
    case 'c':
      return { kind: 'close', fd };
    case 'm':
      return { kind: 'mark', text: data.toString() };
    case 'f':
      return String.fromCharCode(flags) === 's' ? { kind: 'sync-failed', fd } : null;
    default:
      throw new Error(`the log of the disk has an unknown record ${letter}: disk-shim.c and disk-log.ts differ`);
  }
}

/** Compiles the shim into `file`; null when done, otherwise why it cannot be. */
export function compileShim(file: string): string | null {
  if (process.platform !== 'linux') return 'the shim that records writes is for Linux';
  const source = fileURLToPath(new URL('./disk-shim.c', import.meta.url));
  const { error, status, stderr } = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', file, source, '-ldl', '-lpthread'], { encoding: 'utf8' }); // prettier-ignore
  if (error !== undefined) return `no C compiler (${error.message}); on Debian: apt-get install gcc libc6-dev`;
  return status === 0 ? null : `cc ended with exit code ${status}: ${stderr.slice(0, 300)}`;
}

/** With a log all below `root` is written down; with a rule (disk-shim.c) a call fails or kills. */
export function shimEnvironment(shim: string, root: string, also: { log?: string; rule?: string }): NodeJS.ProcessEnv {
  const asked = { LIVECUE_DISK_LOG: also.log, LIVECUE_DISK_RULE: also.rule };
  return { ...process.env, ...NODE_ENVIRONMENT, ...asked, LD_PRELOAD: shim, LIVECUE_DISK_ROOT: root };
}

/** 0 to below − 1, the same for the same seed. */
export type Dice = (below: number) => number;

export function diceOf(seed: number): Dice {
  const random = randomFrom(seed);
  return (below) => Math.floor(random() * below);
}
