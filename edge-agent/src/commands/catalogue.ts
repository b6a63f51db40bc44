import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Catalogue, CatalogueField, ImportOptions, type ImportPreview, type ImportProblem } from '@livecue/shared/contract'; // prettier-ignore
import { openCatalogueBook, type CatalogueBook } from '../assembly/catalogue-book.ts';
import { dataFolder } from '../assembly/data-folder.ts';
import { InputError } from '../runtime/agent-error.ts';
import { catalogueCsv } from '../setup/catalogue-import/catalogue-csv.ts';
import { foldHeading } from '../setup/catalogue-import/column-guess.ts';
import { UnreadableFileError } from '../setup/catalogue-import/table.ts';
import type { Io } from './command.ts';
import { fileCommand, type Parsed } from './file-command.ts';

const HELP = `livecue catalogue import FILE [--dry-run] [--map HEADING=FIELD]… [--currency CODE] [--take-good] [--remove-gone]
livecue catalogue export FILE
livecue catalogue versions
livecue catalogue restore N

Products from CSV (UTF-8 or GBK; comma, semicolon or tab), XLSX, a product export of Shopify, or JSON. What a
column means is guessed from its heading, in Chinese or English. Each row that cannot be taken is named with its
column, its value and what would be right. On stdout: what was read and what changes, as JSON. An agent that runs
takes the new catalogue when it starts again; its Catalogue page does the same without a start by hand.

  --dry-run            says what would change and changes nothing
  --map HEADING=FIELD  meaning of a column ("售价=price"), "none" for no meaning; may be repeated. Fields:
                       ${CatalogueField.options.slice(0, 12).join(', ')},
                       ${CatalogueField.options.slice(12).join(', ')}
  --currency CODE      of prices that name none (default CNY)
  --sheet NAME         sheet of a workbook (default the first)
  --take-good          takes the good rows when others have problems
  --remove-gone        removes the products that the file lacks
  --note TEXT          kept with the version
  --lang zh|en         of what is said of rows (default en)
  --catalogue FILE     the catalogue (default catalogue.json in the data folder)
  --data DIR           data folder (default ~/.livecue)
  export FILE          .json holds everything, .csv what fits a table ("-" is stdout, JSON)

Exit codes: 0 done, 1 nothing was changed because of the file, 2 the call was wrong.

Example: livecue catalogue import products.xlsx --dry-run
`;

interface Call {
  readonly verb: 'import' | 'export' | 'versions' | 'restore';
  readonly operand: string;
  readonly file: string;
  readonly folder: string;
  readonly map: readonly (readonly [string, CatalogueField | null])[];
  readonly options: ImportOptions;
  readonly dryRun: boolean;
  readonly takeGood: boolean;
  readonly removeGone: boolean;
  readonly note: string;
  readonly lang: 'zh' | 'en';
}

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  map: { type: 'string', multiple: true },
  currency: { type: 'string', default: 'CNY' },
  sheet: { type: 'string' },
  'take-good': { type: 'boolean', default: false },
  'remove-gone': { type: 'boolean', default: false },
  note: { type: 'string', default: '' },
  lang: { type: 'string', default: 'en' },
  catalogue: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Products from a file into the catalogue, out of it, and back to an earlier version. */
export const catalogue = fileCommand('catalogue', HELP, parseCall, async (call: Call, io) => {
  const without = Catalogue.parse({ products: [] });
  const book = openCatalogueBook({ nowMs: () => Date.now() }, call, without);
  if (call.verb === 'import') return importFile(call, book, io);
  if (call.verb === 'export') return exportFile(call.operand, await book.present(), io);
  if (call.verb === 'versions') {
    for (const version of book.versions()) io.stdout.write(`${JSON.stringify(version)}\n`);
    return 0;
  }
  const { version } = await book.restore(Number(call.operand), 'livecue catalogue');
  if (version !== null) io.stdout.write(`${JSON.stringify(version)}\n`);
  else io.stderr.write(`livecue catalogue: version ${call.operand} is not kept. livecue catalogue versions lists those that are.\n`); // prettier-ignore
  return version === null ? 1 : 0;
});

function parseCall(args: string[], io: Io): Parsed<Call> {
  let parsed;
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const [verb, operand = '', ...more] = positionals;
  if (verb !== 'import' && verb !== 'export' && verb !== 'versions' && verb !== 'restore') return { wrong: 'say import, export, versions or restore' }; // prettier-ignore
  if (more.length > 0 || (operand === '') !== (verb === 'versions')) return { wrong: verb === 'versions' ? 'versions takes no file' : `${verb} takes one ${verb === 'restore' ? 'number' : 'file'}` }; // prettier-ignore
  if (verb === 'restore' && !/^[1-9]\d{0,8}$/.test(operand)) return { wrong: `restore ${operand}: give the number of a version` }; // prettier-ignore
  if (values.lang !== 'zh' && values.lang !== 'en') return { wrong: `--lang ${values.lang}: give zh or en` };
  const options = ImportOptions.safeParse({ currency: values.currency, sheet: values.sheet ?? null });
  if (!options.success) return { wrong: `--currency ${values.currency}: give a code such as CNY or USD` };
  const map = (values.map ?? []).map(mappingOf);
  const wrong = map.find((one) => typeof one === 'string');
  if (wrong !== undefined) return { wrong };
  const folder = dataFolder(values.data, io.env, false);
  const file = values.catalogue ?? path.join(folder, 'catalogue.json');
  return {
    verb, operand, file, folder, lang: values.lang, options: options.data, note: values.note.slice(0, 200),
    map: map as [string, CatalogueField | null][],
    dryRun: values['dry-run'], takeGood: values['take-good'], removeGone: values['remove-gone'],
  }; // prettier-ignore
}

function mappingOf(text: string): [string, CatalogueField | null] | string {
  const at = text.lastIndexOf('=');
  const [heading, field] = [foldHeading(text.slice(0, at)), text.slice(at + 1)];
  const known = field === 'none' ? null : CatalogueField.safeParse(field).data;
  if (at < 1 || heading === '' || known === undefined) return `--map ${text}: give HEADING=FIELD; fields are ${CatalogueField.options.join(', ')}, none`; // prettier-ignore
  return [heading, known];
}

async function importFile(call: Call, book: CatalogueBook, io: Io): Promise<number> {
  if (!existsSync(call.operand)) throw new InputError(`Reading ${call.operand}: there is no such file.`);
  const file = { name: path.basename(call.operand), bytes: readFileSync(call.operand) };
  try {
    const { options, preview } = await previewed(call, book, file);
    io.stdout.write(`${JSON.stringify(preview)}\n`);
    tell(preview, call, io);
    if (call.dryRun) return preview.good > 0 && (preview.badRows === 0 || call.takeGood) ? 0 : 1;
    const { version } = await book.apply(file, options, null, { ...call, by: 'livecue catalogue' });
    if (version !== null)
      io.stderr.write(`Version ${version.number} of ${call.file} is in force. An agent that runs takes it when it starts again.\n`); // prettier-ignore
    else io.stderr.write('Nothing was changed. Correct these rows, or take the good ones with --take-good.\n');
    return version === null ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new InputError(`${call.operand}: ${error.words[call.lang]}`, { cause: error });
  }
}

/** The columns as guessed, with what `--map` says of them. */
async function previewed(call: Call, book: CatalogueBook, file: { name: string; bytes: Uint8Array }) {
  const { preview } = await book.preview(file, call.options);
  if (call.map.length === 0) return { options: call.options, preview };
  const headings = preview.columns.map(({ heading }) => foldHeading(heading));
  const unknown = call.map.find(([heading]) => !headings.includes(heading));
  if (unknown !== undefined) throw new InputError(`--map ${unknown[0]}: the file has no such heading; it has ${preview.columns.map(({ heading }) => heading).join(', ')}.`); // prettier-ignore
  const said = new Map(call.map);
  const chosen = new Set(said.values());
  const mapping = preview.mapping.map((field, i) => said.has(headings[i]!) ? said.get(headings[i]!)! : field !== null && chosen.has(field) ? null : field); // prettier-ignore
  const options = { ...call.options, mapping };
  return { options, preview: (await book.preview(file, options)).preview };
}

function tell(preview: ImportPreview, { lang, removeGone }: Call, io: Io): void {
  const line = ({ row, column, value, words }: ImportProblem) => {
    const place = [row === null ? null : lang === 'zh' ? `第 ${row} 行` : `row ${row}`, column, value === '' ? null : JSON.stringify(value)]; // prettier-ignore
    io.stderr.write(`${[...place.filter((part) => part !== null), words[lang]].join(' · ')}\n`);
  };
  preview.problems.forEach(line);
  preview.notes.forEach(line);
  const left = preview.problemCount - preview.problems.length;
  if (left > 0) io.stderr.write(`… and ${left} more\n`);
  const { added, changed, gone, unchanged } = preview.diff.counts;
  io.stderr.write(`${preview.rows} rows, ${preview.good} products can be taken: ${added} new, ${changed} changed, ${unchanged} as they were; ${gone} that the file lacks ${removeGone ? 'go' : 'are kept'}.\n`); // prettier-ignore
}

function exportFile(to: string, present: Catalogue, io: Io): number {
  const text = to.endsWith('.csv') ? catalogueCsv(present) : `${JSON.stringify(present, null, 2)}\n`;
  if (to === '-') io.stdout.write(text);
  else writeFileSync(to, text);
  return 0;
}
