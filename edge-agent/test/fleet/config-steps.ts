/**
 * `config-steps.ts FOLDER KILL_AT`: takes a remote configuration through its life, says each state that it was told
 * is on disk, and is killed (SIGKILL, by itself) at the given one of its operations on files; in the middle of it
 * where it writes.
 */
import path from 'node:path';
import { killingAt } from './killing-files.ts';

const [folder = '', killAt = '0'] = process.argv.slice(2);
const kill = killingAt(Number(killAt));

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
kill.arm();
for (const step of steps) {
  state = step(state);
  await file.write(state);
  kill.say(JSON.stringify(state));
}
kill.say(`operations ${kill.operations}`);
