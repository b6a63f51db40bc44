import { describe, expect, it } from 'vitest';
import { diceOf, type DiskOp } from './disk-log.ts';
import { ModelDisk, type DiskRules } from './model-disk.ts';

const NAME = '/r/a';
const open = (path: string, fd: number): DiskOp => ({ kind: 'open', path, fd, truncates: false });
const write = (text: string, offset = 0): DiskOp => ({ kind: 'write', fd: 3, offset, data: Buffer.from(text) });
const sync = (fd: number): DiskOp => ({ kind: 'sync', fd });

/** All contents of a file that 400 power losses leave; `-` when it is not there. */
function left(ops: readonly DiskOp[], rules: DiskRules, path = NAME): string[] {
  const found = new Set<string>();
  for (let seed = 1; seed <= 400; seed++) {
    const disk = new ModelDisk(new Map([['/r/', Buffer.alloc(0)]]), rules, diceOf(seed));
    for (const op of ops) disk.apply(op);
    const bytes = disk.afterLoss(diceOf(seed * 7)).get(path);
    found.add(bytes === undefined ? '-' : bytes.toString('latin1').replaceAll('\0', '.').replaceAll('\xa5', '?'));
  }
  return [...found].sort();
}

const onDisk = [open(NAME, 3), write('old'), sync(3), open('/r', 4), sync(4)];

describe('what a power loss leaves', () => {
  it('is the old or the new content of a sector, until an fsync', () => {
    expect(left([...onDisk, write('new')], 'ordered')).toEqual(['new', 'old']);
    expect(left([...onDisk, write('new'), sync(3)], 'harsh')).toEqual(['new']);
  });

  it('is any mixture of the sectors of one write, and of writes in another order', () => {
    const two = [...onDisk, write('A'.repeat(1024)), sync(3), write('B'.repeat(1024))];
    const found = left(two, 'ordered').map((text) => text[0]! + text[512]!);
    expect([...new Set(found)].sort()).toEqual(['AA', 'AB', 'BA', 'BB']);
    const later = [...onDisk, write('-'.repeat(1024)), sync(3), write('1'.repeat(512)), write('2'.repeat(512), 512)];
    expect(left(later, 'ordered')).toContain('-'.repeat(512) + '2'.repeat(512));
  });

  it('is a name that is missing until its folder was forced, if the file system is harsh', () => {
    expect(left([open(NAME, 3), write('new'), sync(3)], 'harsh')).toEqual(['-', 'new']);
    expect(left([open(NAME, 3), write('new'), sync(3)], 'ordered')).toEqual(['new']);
  });

  it('is the old or the new file behind a name that was renamed over, never none', () => {
    const ops = [...onDisk, open('/r/b', 5), { ...write('fresh'), fd: 5 } as DiskOp, sync(5), { kind: 'rename', path: '/r/b', to: NAME } as const]; // prettier-ignore
    expect(left(ops, 'harsh')).toEqual(['fresh', 'old']);
  });

  it('is not what an fsync failed to bring there, whatever later fsyncs say, until it is written again', () => {
    const failed = [...onDisk, write('new'), { kind: 'sync-failed', fd: 3 } as const, sync(3)];
    expect(left(failed, 'harsh')).toEqual(['new', 'old']);
    expect(left([...failed, write('new'), sync(3)], 'harsh')).toEqual(['new']);
  });

  it('shows zeros or stale bytes where a file grew and its data did not come, on a harsh file system only', () => {
    const ops = [...onDisk, write('x'.repeat(600), 512)];
    expect(left(ops, 'harsh').some((text) => text.includes('?'))).toBe(true);
    expect(left(ops, 'ordered').some((text) => text.includes('?'))).toBe(false);
  });
});
