/**
 * `settings-steps.ts FOLDER KILL_AT`: takes settings through changes, a proof and a way back, says what must be in
 * force after each, and is killed (SIGKILL, by itself) at the given one of its operations on files; in the middle of
 * it where it writes.
 */
import path from 'node:path';
import { killingAt } from './killing-files.ts';
import { schemaAlone } from './schema-alone.ts';

const [folder = '', killAt = '0'] = process.argv.slice(2);
const kill = killingAt(Number(killAt), ['renameSync', 'rmSync']);
const { openSettingsBook } = await import('../../src/assembly/settings-book.ts');
const quiet = () => undefined;
const book = await openSettingsBook(
  { nowMs: () => 1_777_593_600_000, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet }, check: schemaAlone },
  { file: path.join(folder, 'config.json'), folder },
  {},
); // prettier-ignore
const apply = (cardsPer10Min: number) => () =>
  book.apply({ advise: { cardsPer10Min }, room: { name: 'x'.repeat(200) } }, null, { by: 'a', note: 'n'.repeat(200) }, (change) => change(null)); // prettier-ignore
const steps: (() => Promise<unknown>)[] = [
  () => book.starting(),
  apply(3),
  () => book.starting(),
  () => book.confirm(),
  apply(2),
  () => book.starting(),
  () => book.rollBack('not well'),
  () => book.starting(),
];
kill.arm();
for (const step of steps) {
  await step();
  kill.say(JSON.stringify({ cards: ((await book.present())['advise'] as { cardsPer10Min?: number } | undefined)?.cardsPer10Min ?? 4 })); // prettier-ignore
}
kill.say(`operations ${kill.operations}`);
