import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { TrainingExample } from '@livecue/shared/contract';
import { dataFolder } from '../assembly/data-folder.ts';
import { InputError } from '../runtime/agent-error.ts';
import { createLogger } from '../runtime/logger.ts';
import { openStore } from '../store/open-store.ts';
import { FolderInUseError } from '../store/store-trouble.ts';
import { openAgentCall } from './agent-call.ts';
import type { Command, Io } from './command.ts';

const HELP = `livecue corrections --out FILE [--data DIR] [--forget]

Writes the training examples that operators made by correcting comments, one JSON a line, in the order in
which they were first made: text, intent, offensive, spam, productIds, what the models had said (given),
modelVersion, correctedMs, catalogueId. The trainers read text and intent as they are. The examples hold
viewers' words: they stay on this box unless you carry the file away.

A running agent is asked for them; of one that is stopped the data folder is read.

  --out FILE   JSON Lines ("-" is stdout)
  --data DIR   data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  --demo       the data folder of livecue start --demo
  --forget     removes them from the data folder once they are written; the agent must be stopped
  -h, --help   this text

Example: livecue corrections --out corrections.jsonl
`;

const AT_ONCE = 500;

interface Call {
  readonly out: string;
  readonly folder: string;
  readonly forget: boolean;
}

/** Reads the examples after the `after`th; empty when there are no more. */
type ReadExamples = (after: number) => Promise<readonly { readonly id: number; readonly example: TrainingExample }[]>;

/** Exit code 0 written, 1 there is nothing to read or no way to write, 2 the call was wrong. */
export const corrections: Command = async (args, io) => {
  const call = parseCall(args, io);
  if (call === 'help') {
    io.stdout.write(HELP);
    return 0;
  }
  if ('wrong' in call) {
    io.stderr.write(`livecue corrections: ${call.wrong}\n\n${HELP}`);
    return 2;
  }
  if (!existsSync(path.join(call.folder, 'livecue.db'))) {
    throw new InputError(`Reading corrections: ${call.folder} holds no data of an agent. Name its folder with --data.`);
  }
  const count = await readFolder(call, io).catch((error: unknown) => {
    if (!(error instanceof FolderInUseError)) throw error;
    return askAgent(call, io);
  });
  io.stderr.write(`${count} examples written${call.out === '-' ? '' : ` to ${call.out}`}\n`);
  return 0;
};

function parseCall(args: string[], io: Io): Call | { wrong: string } | 'help' {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        out: { type: 'string' },
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        forget: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help) return 'help';
  if (values.out === undefined) return { wrong: 'give --out' };
  if (values.forget && values.out === '-') return { wrong: '--forget needs a file: what stdout loses is lost' };
  return { out: values.out, folder: dataFolder(values.data, io.env, values.demo), forget: values.forget };
}

/** Opens the folder as an agent does, so that what a killed one left is there too. */
async function readFolder(call: Call, io: Io): Promise<number> {
  const nowMs = () => Date.now();
  const logger = createLogger({ write: (line) => io.stderr.write(line), nowMs }, 'warn');
  const store = await openStore({ folder: call.folder, agentId: 'corrections', nowMs, logger });
  try {
    const count = await writeExamples(call, io, (after) => store.corrections.read(after, AT_ONCE));
    if (call.forget) io.stderr.write(`${await store.corrections.removeAll()} examples removed from ${call.folder}\n`);
    return count;
  } finally {
    await store.stop();
  }
}

async function askAgent(call: Call, io: Io): Promise<number> {
  if (call.forget) {
    throw new InputError(`Removing corrections: an agent is running with ${call.folder}. Stop it first, or leave --forget out.`); // prettier-ignore
  }
  const agent = openAgentCall(path.join(call.folder, 'panel-link.json'));
  try {
    return await writeExamples(call, io, async (after) => (await agent.call('corrections.read', { after, limit: AT_ONCE })).examples); // prettier-ignore
  } finally {
    agent.close();
  }
}

/** A file is there whole and on disk, or not at all. */
async function writeExamples(call: Call, io: Io, read: ReadExamples): Promise<number> {
  const draft = call.out === '-' ? null : openDraft(call.out);
  let count = 0;
  for (let after = 0; ;) {
    const rows = await read(after);
    if (rows.length === 0) break;
    const lines = rows.map(({ example }) => `${JSON.stringify(example)}\n`).join('');
    if (draft === null) io.stdout.write(lines);
    else writeSync(draft.file, lines);
    count += rows.length;
    after = rows.at(-1)!.id;
  }
  if (draft !== null) {
    fsyncSync(draft.file);
    closeSync(draft.file);
    renameSync(draft.path, call.out);
  }
  return count;
}

function openDraft(out: string): { file: number; path: string } {
  const draft = `${out}.part`;
  try {
    // Viewers' words: for the owner alone.
    return { file: openSync(draft, 'w', 0o600), path: draft };
  } catch (error) {
    throw new InputError(`Writing ${out}: ${(error as Error).message}. Give --out a path that can be written.`, { cause: error }); // prettier-ignore
  }
}
