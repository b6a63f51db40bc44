import path from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '../assembly/data-folder.ts';
import { openAgentCall } from './agent-call.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';

const HELP = `livecue models [rollback] [--data DIR | --demo]

What reads comments in the running agent: the models that serve, and how far deliveries from the cloud side are.
stdout has one JSON document.

  rollback     ends a delivery that is on its way; else the models before the newest one serve again, at once
  --data DIR   data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  -h, --help   this text

Example: livecue models rollback
`;

interface Call {
  readonly isRollback: boolean;
  readonly folder: string;
}

/** Exit code 0 told or done, 1 the agent does not answer, 2 the call was wrong. */
export const models = fileCommand('models', HELP, parseCall, async ({ isRollback, folder }: Call, io) => {
  const agent = openAgentCall(path.join(folder, 'panel-link.json'));
  try {
    const state = await agent.call(isRollback ? 'models.rollback' : 'models.read', {});
    io.stdout.write(`${JSON.stringify(state, null, 2)}\n`);
    return 0;
  } finally {
    agent.close();
  }
});

function parseCall(args: string[], io: Io): Call | { wrong: string } | 'help' {
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
    const [verb] = positionals;
    if (positionals.length > 1 || (verb !== undefined && verb !== 'rollback'))
      return { wrong: `there is no "${positionals.join(' ')}" of models` };
    return { isRollback: verb === 'rollback', folder: dataFolder(values.data, io.env, values.demo) };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
