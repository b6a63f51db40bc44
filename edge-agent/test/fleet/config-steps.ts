/**
 * `config-steps.ts FOLDER KILL_AT`: takes a remote configuration through its life, says each state that it was told
 * is on disk, and is killed (SIGKILL, by itself) at the given one of its operations on files; in the middle of it
 * where it writes.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const [folder = '', killAt = '0'] = process.argv.slice(2);
let operations = 0;
let armed = false;
const due = () => armed && ++operations === Number(killAt);
const kill = () => process.kill(process.pid, 'SIGKILL');
const real = { ...fs };
const patched = fs as unknown as Record<string, unknown>;
for (const name of ['openSync', 'fsyncSync', 'renameSync'] as const) {
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

const { DurableJsonFile } = await import('../../src/store/json-file.ts');
const states = await import('../../src/fleet/config-state.ts');

const file = new DurableJsonFile(path.join(folder, 'remote-config.json'), 0o600);
const overlay = (version: number) => ({ version, settings: { advise: { cardsPer10Min: version } }, note: 'x'.repeat(3_000), when: 'now' as const }); // prettier-ignore
let state = states.emptyState('key');
const steps: ((before: typeof state) => typeof state)[] = [
  (s) => states.stage(s, overlay(1)),
  (s) => states.begin(s, null),
  (s) => states.starting(s, 1),
  (s) => states.confirm(s, [], 2),
  (s) => states.stage(s, overlay(2)),
  (s) => states.begin(s, null),
  (s) => states.starting(s, 3),
  (s) => states.rollBack(s, 'not well', 4),
];
armed = true;
for (const step of steps) {
  state = step(state);
  await file.write(state);
  real.writeSync(1, `${JSON.stringify(state)}\n`);
}
real.writeSync(1, `operations ${operations}\n`);
