import path from 'node:path';
import { parseArgs } from 'node:util';
import { ControlName } from '@livecue/shared/contract';
import { dataFolder } from '../assembly/data-folder.ts';
import { openAgentCall, type AgentCall } from './agent-call.ts';
import type { Io } from './command.ts';
import { fileCommand, type Parsed } from './file-command.ts';

const HELP = `livecue control token add NAME [--role host|operator] [--days N] [--data DIR | --demo]
livecue control token list | remove ID

Tokens of control surfaces (Companion, Stream Deck, pedals, OSC: docs/control.md) in the running agent. stdout has
one JSON document; the token itself is told by add alone, and never again.

  --role       operator (default): all of a running show; host: done, not now, mute
  --days N     expires after so many days (1 to 3650); without it, never
  --data DIR   data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  -h, --help   this text

Example: livecue control token add "Stream Deck" --days 365
`;

interface Call {
  readonly folder: string;
  readonly act: (agent: AgentCall) => Promise<{ readonly told: unknown; readonly code: number }>;
}

/** Exit code 0 told or done, 1 no such token or the agent does not answer, 2 the call was wrong. */
export const control = fileCommand('control', HELP, parseCall, async ({ folder, act }: Call, io) => {
  const agent = openAgentCall(path.join(folder, 'panel-link.json'));
  try {
    const { told, code } = await act(agent);
    io.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    return code;
  } finally {
    agent.close();
  }
});

function parseCall(args: string[], io: Io): Parsed<Call> {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        role: { type: 'string', default: 'operator' },
        days: { type: 'string' },
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const act = actOf(positionals, values);
  return 'wrong' in act ? act : { folder: dataFolder(values.data, io.env, values.demo), act: act.act };
}

function actOf(
  [what, verb, name, ...rest]: readonly string[],
  { role, days }: { readonly role: string; readonly days?: string },
): { act: Call['act'] } | { wrong: string } {
  if (what !== 'token' || rest.length > 0) return { wrong: 'say token add NAME, token list or token remove ID' };
  if (verb === 'list' && name === undefined) return { act: async (agent) => ({ told: (await agent.call('control.read', {})).tokens, code: 0 }) }; // prettier-ignore
  if (verb === 'remove' && name !== undefined && /^[0-9a-f]{8}$/.test(name)) {
    return {
      act: async (agent) => {
        const told = await agent.call('control.remove', { tokenId: name });
        return { told, code: told.removed ? 0 : 1 };
      },
    };
  }
  if (verb === 'remove') return { wrong: 'remove needs the tokenId that list tells, of 8 characters' };
  if (verb !== 'add') return { wrong: 'say token add NAME, token list or token remove ID' };
  if (!ControlName.safeParse(name).success) return { wrong: 'add needs a name of 1 to 40 characters' };
  if (role !== 'operator' && role !== 'host') return { wrong: `--role ${role}: give operator or host` };
  const lasts = days === undefined ? null : /^\d{1,4}$/.test(days) ? Number(days) : 0;
  if (lasts !== null && (lasts < 1 || lasts > 3650)) return { wrong: `--days ${days}: give a number from 1 to 3650` };
  return {
    act: async (agent) => ({ told: await agent.call('control.add', { name: name!, role, days: lasts }), code: 0 }),
  };
}
