import { expect, test } from 'vitest';
import { control } from './control.ts';
import { runCommand } from './testing/run-command.ts';

test('says its help, and what is wrong with a call', async () => {
  expect(await runCommand(control, ['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('token add NAME') }); // prettier-ignore
  for (const [args, words] of [
    [[], 'say token add'],
    [['token', 'make'], 'say token add'],
    [['token', 'add'], 'needs a name'],
    [['token', 'add', 'x', '--role', 'admin'], 'give operator or host'],
    [['token', 'add', 'x', '--days', '0'], 'from 1 to 3650'],
    [['token', 'remove', 'Stream Deck'], 'of 8 characters'],
    [['token', 'list', 'x'], 'say token add'],
    [['--token'], 'Unknown option'],
  ] as const)
    expect(await runCommand(control, [...args]), args.join(' ')).toMatchObject({ code: 2, stderr: expect.stringContaining(words) }); // prettier-ignore
});

test('without a running agent says that it is missing', async () => {
  await expect(runCommand(control, ['token', 'list', '--data', '/nowhere/at/all'])).rejects.toThrow('running without a panel'); // prettier-ignore
});
