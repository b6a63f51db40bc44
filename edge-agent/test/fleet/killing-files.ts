import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const ALL = ['openSync', 'fsyncSync', 'renameSync', 'rmSync'] as const;

/** Counts this process's writes and other `operations` on files from `arm` on, and kills it at the given one; 0: at none. */
export function killingAt(killAt: number, others: readonly (typeof ALL)[number][] = ALL) {
  let operations = 0;
  let armed = false;
  const due = () => armed && ++operations === killAt;
  const kill = () => process.kill(process.pid, 'SIGKILL');
  const real = { ...fs };
  const patched = fs as unknown as Record<string, unknown>;
  for (const name of others) {
    patched[name] = (...args: unknown[]) => {
      if (due()) kill();
      return (real[name] as (...own: unknown[]) => unknown)(...args);
    };
  }
  patched['writeSync'] = (fd: number, data: string | Uint8Array, ...rest: unknown[]) => {
    if (fd > 2 && due()) {
      const bytes = Buffer.from(data as string);
      real.writeSync(fd, bytes.subarray(0, bytes.length / 2));
      kill();
    }
    return (real.writeSync as (...own: unknown[]) => number)(fd, data, ...rest);
  };
  syncBuiltinESMExports();
  return {
    arm: () => void (armed = true),
    get operations() {
      return operations;
    },
    say: (line: string) => void real.writeSync(1, `${line}\n`),
  };
}
