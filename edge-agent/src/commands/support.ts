import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Catalogue } from '@livecue/shared/contract';
import { VERSION } from '../assembly/agent.ts';
import { openCatalogueBook } from '../assembly/catalogue-book.ts';
import { dataFolder } from '../assembly/data-folder.ts';
import { supportFile } from '../assembly/support-desk.ts';
import { InputError } from '../runtime/agent-error.ts';
import { openAgentCall } from './agent-call.ts';
import type { Io } from './command.ts';
import { lookAround } from './doctor.ts';
import { fileCommand, type Parsed } from './file-command.ts';

const HELP = `livecue support [--out FILE] [--data DIR] [--demo] [--config FILE]

One JSON file for somebody who helps: version, machine, settings without your own words, what was changed and when;
of an agent that runs also its sources, health, figures and newest log lines. Viewers' words and names, products,
passwords, tokens, rooms, accounts, addresses and names of devices are not in it. Read it before you pass it on.

  --out FILE     "-" is stdout (default livecue-support-<date>.json here)
  --data DIR     data folder of the agent (default ~/.livecue)
  --demo         the data folder of livecue start --demo
  --config FILE  of an agent that does not run (default config.json in the data folder)

Exit codes: 0 done, 1 it could not be made, 2 the call was wrong.

Example: livecue support --out support.json
`;

interface Call {
  readonly out: string | null;
  readonly folder: string;
  readonly config: string;
}

/** A support file from the agent that runs on the data folder, or else from the folder alone. */
export const support = fileCommand('support', HELP, parseCall, async (call: Call, io) => {
  const { name, text } = (await fromAgent(call.folder, io)) ?? (await fromFiles(call));
  const out = call.out ?? name;
  if (out === '-') io.stdout.write(text);
  else writeFileSync(out, text, { mode: 0o600 });
  if (out !== '-') io.stderr.write(`${out}: ${Buffer.byteLength(text)} bytes. Read it before you pass it on.\n`);
  return 0;
});

/** Null: none answers on this data folder. */
async function fromAgent(folder: string, io: Io): Promise<{ name: string; text: string } | null> {
  const link = path.join(folder, 'panel-link.json');
  if (!existsSync(link)) return null;
  try {
    const agent = openAgentCall(link);
    try {
      return await agent.call('support.make', {});
    } finally {
      agent.close();
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.stderr.write(`${error.message} Made from the files of ${folder} alone, without a log.\n`);
    return null;
  }
}

async function fromFiles({ folder, config: file }: Call): Promise<{ name: string; text: string }> {
  if (!existsSync(folder))
    throw new InputError(`Reading the data folder ${folder}: there is none. Name it with --data.`);
  const nowMs = () => Date.now();
  const { config, findings } = await lookAround(folder, file);
  const book = openCatalogueBook({ nowMs }, { file: path.join(folder, 'catalogue.json'), folder }, Catalogue.parse({ products: [] })); // prettier-ignore
  return supportFile({ config, catalogue: await book.present(), secrets: null, running: null, findings, folder, madeMs: nowMs(), program: VERSION }); // prettier-ignore
}

function parseCall(args: string[], io: Io): Parsed<Call> {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ args, options: { out: text, data: text, config: text, demo: flag, help: { ...flag, short: 'h' } } }); // prettier-ignore
    if (values.help) return 'help';
    const folder = dataFolder(values.data, io.env, values.demo);
    return { out: values.out ?? null, folder, config: values.config ?? path.join(folder, 'config.json') };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
