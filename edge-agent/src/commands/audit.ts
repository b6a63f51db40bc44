import { parseArgs } from 'node:util';
import { dataFolder } from '../assembly/data-folder.ts';
import { AUDIT_FILE, verifyAuditLog } from '../store/audit-log.ts';
import type { Io } from './command.ts';
import { fileCommand, type Parsed } from './file-command.ts';

const HELP = `livecue audit verify [--data DIR] [--demo]

Checks the audit log of the data folder (${AUDIT_FILE}): each line holds the SHA-256 of the one before, so that a
line that was changed, removed, moved or put in is found and named. On stdout: how many entries, the hash of the
last one (keep it elsewhere to prove later that nothing up to it was changed), and what is wrong.

  --data DIR   data folder of the agent (default ~/.livecue)
  --demo       the data folder of livecue start --demo

Exit codes: 0 whole, 1 something is wrong with it, 2 the call was wrong.

Example: livecue audit verify
`;

/** Says whether the audit log is as it was written. */
export const audit = fileCommand('audit', HELP, parseCall, async ({ folder }: { folder: string }, io) => {
  const check = await verifyAuditLog(folder);
  io.stdout.write(`${JSON.stringify(check)}\n`);
  const { entries, problem } = check;
  const words = problem === null ? `${entries} entries, whole.` : `Line ${problem.line} ${problem.words}. ${entries} entries before it are whole.`; // prettier-ignore
  io.stderr.write(`${folder}: ${words}\n`);
  return problem === null ? 0 : 1;
});

function parseCall(args: string[], io: Io): Parsed<{ folder: string }> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    if (positionals.length !== 1 || positionals[0] !== 'verify') return { wrong: 'say verify' };
    return { folder: dataFolder(values.data, io.env, values.demo) };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
