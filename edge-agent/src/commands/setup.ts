import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Catalogue } from '@livecue/shared/contract';
import { VERSION } from '../assembly/agent.ts';
import { openCatalogueBook } from '../assembly/catalogue-book.ts';
import { dataFolder } from '../assembly/data-folder.ts';
import { openSettingsPart, type SettingsPart } from '../assembly/settings-part.ts';
import { readWholeSetup, withoutLackingSources } from '../assembly/setup-calls.ts';
import { InputError } from '../runtime/agent-error.ts';
import { createLogger } from '../runtime/logger.ts';
import { openAgentCall } from './agent-call.ts';
import type { Io } from './command.ts';
import { fileCommand, type Parsed } from './file-command.ts';

const HELP = `livecue setup export FILE
livecue setup import FILE [--dry-run]
livecue setup backups
livecue setup restore NAME [--dry-run]

The whole setup as one file: settings, products, templates; never secrets. On stdout what changes, one JSON line a
value. An import becomes the next version of the settings and of the catalogue; the next agent starts with it, on
trial for a minute. While an agent runs on the data folder its Settings page does the same; this command refuses.

  --dry-run            says what would change and changes nothing
  --no-catalogue       leaves the products as they are
  --note TEXT          kept with the version
  --data DIR           data folder (default ~/.livecue)
  --config FILE        configuration (default config.json in the data folder)
  export FILE          "-" is stdout

Exit codes: 0 done, 1 nothing was changed because of the file, 2 the call was wrong.

Example: livecue setup import studio-2.json --dry-run
`;

interface Call {
  readonly verb: 'export' | 'import' | 'backups' | 'restore';
  readonly operand: string;
  readonly folder: string;
  readonly file: string;
  readonly dryRun: boolean;
  readonly catalogue: boolean;
  readonly note: string;
}

/** The whole setup out of a data folder and in again, without an agent. */
export const setup = fileCommand('setup', HELP, parseCall, async (call: Call, io) => {
  const nowMs = () => Date.now();
  const logger = createLogger({ write: (line) => io.stderr.write(line), nowMs }, 'info');
  const catalogue = openCatalogueBook({ nowMs }, { file: path.join(call.folder, 'catalogue.json'), folder: call.folder }, Catalogue.parse({ products: [] })); // prettier-ignore
  const part = await openSettingsPart({ nowMs, logger, catalogue, seal: null }, { folder: call.folder, file: call.file, without: {}, program: VERSION }); // prettier-ignore
  if (call.verb === 'backups') {
    for (const row of part.keeper.backups()) io.stdout.write(`${JSON.stringify(row)}\n`);
    return 0;
  }
  if (call.verb === 'export') {
    const { text } = await part.keeper.export();
    if (call.operand === '-') io.stdout.write(text);
    else writeFileSync(call.operand, text, { mode: 0o600 });
    return 0;
  }
  const bytes = call.verb === 'restore' ? part.keeper.readBackup(call.operand) : existsSync(call.operand) ? readFileSync(call.operand) : null; // prettier-ignore
  if (bytes === null) throw new InputError(call.verb === 'restore' ? `There is no backup ${call.operand}. livecue setup backups lists those there are.` : `Reading ${call.operand}: there is no such file.`); // prettier-ignore
  return take(call, part, bytes, io);
});

async function take(call: Call, { book, secrets, keeper }: SettingsPart, bytes: Uint8Array, io: Io): Promise<number> {
  const found = readWholeSetup(bytes);
  if ('unreadable' in found) throw new InputError(`${call.operand}: ${found.unreadable}.`);
  const { settings, missing } = withoutLackingSources(found.setup.settings, secrets.of);
  const { problems, changes, warnings } = await book.preview(settings);
  for (const { path: at, message } of problems) io.stderr.write(`${at}: ${message}\n`);
  for (const { name, field } of missing) io.stderr.write(`${name}.${field}: this secret is not set here; the source comes switched off\n`); // prettier-ignore
  for (const warning of warnings) io.stderr.write(`${warning}\n`);
  for (const change of changes) io.stdout.write(`${JSON.stringify(change)}\n`);
  if (problems.length > 0) return 1;
  if (call.dryRun) return 0;
  if (await agentRuns(call.folder)) throw new InputError('An agent runs on this data folder: use its Settings page, or stop it first.'); // prettier-ignore
  await keeper.backUp('import');
  const by = 'livecue setup';
  await keeper.put(call.catalogue ? found.setup : { ...found.setup, catalogue: null }, by, call.note);
  const { version } = await book.apply(settings, null, { by, note: call.note }, (change) => change(null));
  io.stderr.write(version === null ? 'The settings are as they were.\n' : `Version ${version} of the settings is in force from the next start, on trial for a minute.\n`); // prettier-ignore
  return 0;
}

/** Whether an agent answers by the link file that it left in its data folder. */
async function agentRuns(folder: string): Promise<boolean> {
  const link = path.join(folder, 'panel-link.json');
  if (!existsSync(link)) return false;
  const agent = openAgentCall(link);
  try {
    await agent.call('settings.secrets', {});
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  } finally {
    agent.close();
  }
}

function parseCall(args: string[], io: Io): Parsed<Call> {
  const flag = { type: 'boolean', default: false } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { 'dry-run': flag, 'no-catalogue': flag, note: { type: 'string', default: '' }, data: { type: 'string' }, config: { type: 'string' }, help: { ...flag, short: 'h' } }, // prettier-ignore
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const [verb, operand = '', ...more] = positionals;
  if (verb !== 'export' && verb !== 'import' && verb !== 'backups' && verb !== 'restore') return { wrong: 'say export, import, backups or restore' }; // prettier-ignore
  if (more.length > 0 || (operand === '') !== (verb === 'backups')) return { wrong: verb === 'backups' ? 'backups takes nothing more' : `${verb} takes one ${verb === 'restore' ? 'name of a backup' : 'file'}` }; // prettier-ignore
  const folder = dataFolder(values.data, io.env, false);
  return { verb, operand, folder, file: values.config ?? path.join(folder, 'config.json'), dryRun: values['dry-run'], catalogue: !values['no-catalogue'], note: values.note.slice(0, 200) }; // prettier-ignore
}
