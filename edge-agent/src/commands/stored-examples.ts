import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '../assembly/data-folder.ts';
import type { Examples } from '../ports.ts';
import { InputError } from '../runtime/agent-error.ts';
import { createLogger } from '../runtime/logger.ts';
import { openStore, type OpenedStoreParts } from '../store/open-store.ts';
import { FolderInUseError } from '../store/store-trouble.ts';
import { openAgentCall, type AgentCall } from './agent-call.ts';
import type { Command, Io } from './command.ts';

/** One kind of what operators said, and where it is read. */
export interface StoredKind<T> {
  /** The command's name, and the plural of what it writes. */
  readonly name: string;
  readonly plural: string;
  readonly help: string;
  readonly stored: (parts: OpenedStoreParts) => Examples<T>;
  readonly ask: (agent: AgentCall, after: number, limit: number) => Promise<readonly Stored<T>[]>;
}

interface Stored<T> {
  readonly id: number;
  readonly example: T;
}

const AT_ONCE = 500;

interface Call {
  readonly out: string;
  readonly folder: string;
  readonly forget: boolean;
}

/** Reads the examples after the `after`th; empty when there are no more. */
type ReadExamples<T> = (after: number) => Promise<readonly Stored<T>[]>;

/**
 * A command that writes what operators said, from a running agent or from the data folder of one that is
 * stopped. Exit code 0 written, 1 there is nothing to read or no way to write, 2 the call was wrong.
 */
export function storedExamples<T>(kind: StoredKind<T>): Command {
  return async (args, io) => {
    const call = parseCall(args, io);
    if (call === 'help') {
      io.stdout.write(kind.help);
      return 0;
    }
    if ('wrong' in call) {
      io.stderr.write(`livecue ${kind.name}: ${call.wrong}\n\n${kind.help}`);
      return 2;
    }
    if (!existsSync(path.join(call.folder, 'livecue.db'))) {
      throw new InputError(`Reading ${kind.plural}: ${call.folder} holds no data of an agent. Name its folder with --data.`); // prettier-ignore
    }
    const count = await readFolder(kind, call, io).catch((error: unknown) => {
      if (!(error instanceof FolderInUseError)) throw error;
      return askAgent(kind, call, io);
    });
    io.stderr.write(`${count} ${kind.plural} written${call.out === '-' ? '' : ` to ${call.out}`}\n`);
    return 0;
  };
}

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
async function readFolder<T>(kind: StoredKind<T>, call: Call, io: Io): Promise<number> {
  const nowMs = () => Date.now();
  const logger = createLogger({ write: (line) => io.stderr.write(line), nowMs }, 'warn');
  const opened = await openStore({ folder: call.folder, agentId: null, nowMs, logger });
  try {
    const examples = kind.stored(opened);
    const count = await writeExamples(call, io, (after) => examples.read(after, AT_ONCE));
    if (call.forget) {
      io.stderr.write(`${await examples.removeAll()} ${kind.plural} removed from ${call.folder}\n`);
    }
    return count;
  } finally {
    await opened.stop();
  }
}

async function askAgent<T>(kind: StoredKind<T>, call: Call, io: Io): Promise<number> {
  if (call.forget) {
    throw new InputError(`Removing ${kind.plural}: an agent is running with ${call.folder}. Stop it first, or leave --forget out.`); // prettier-ignore
  }
  const agent = openAgentCall(path.join(call.folder, 'panel-link.json'));
  try {
    return await writeExamples(call, io, (after) => kind.ask(agent, after, AT_ONCE));
  } finally {
    agent.close();
  }
}

/** A file is there whole and on disk, or not at all. */
async function writeExamples<T>(call: Call, io: Io, read: ReadExamples<T>): Promise<number> {
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
    // Viewers' words and numbers of orders: for the owner alone.
    return { file: openSync(draft, 'w', 0o600), path: draft };
  } catch (error) {
    throw new InputError(`Writing ${out}: ${(error as Error).message}. Give --out a path that can be written.`, { cause: error }); // prettier-ignore
  }
}
