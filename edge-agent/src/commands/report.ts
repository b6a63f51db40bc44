import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ShowLogEntry } from '@livecue/shared/contract';
import { dataFolder } from '../assembly/data-folder.ts';
import { createReportMaker, type ReportMaker, writeReport, zoneAt } from '../assembly/show-report.ts';
import type { RecordedShow, ShowLogStore } from '../ports.ts';
import { InputError } from '../runtime/agent-error.ts';
import { createLogger } from '../runtime/logger.ts';
import { openStore } from '../store/open-store.ts';
import { FolderInUseError } from '../store/store-trouble.ts';
import { openAgentCall } from './agent-call.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';
import { readLines } from './line-files.ts';

const HELP = `livecue report --show FILE|DIR|ID|last --out DIR [--data DIR]
livecue report --list [--data DIR]

The report of a show, from its record: report.zh.html and report.en.html (plots, no script, printable),
timeline.csv, rules.csv, products.csv, prompts.csv, questions.csv, forecasts.csv and summary.json.

  --show WHAT    show-log.jsonl of a replay or its folder; or a show of the agent: its id, or "last"
  --id ID        which show, where a file holds several (default the last)
  --list         shows whose records are kept, as JSON lines: showId, firstMs, lastMs, entries, ended
  --out DIR      where to write
  --data DIR     data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  --demo         the data folder of livecue start --demo
  --zone MIN     minutes that the clock of the pages is ahead of UTC (default that of this machine)
  -h, --help     this text

Example: livecue report --show last --out report
`;

interface Call {
  readonly show: string | null;
  readonly id: string | null;
  readonly out: string;
  readonly folder: string;
  readonly zone: number | null;
}

/** Exit code 0 written or listed, 1 there is no such record or no way to read it, 2 the call was wrong. */
export const report = fileCommand('report', HELP, parseCall, async (call: Call, io) => {
  if (call.show === null) {
    await withRecords(call.folder, io, async (log) => {
      for (const show of await log.shows()) io.stdout.write(`${JSON.stringify(show)}\n`);
    });
    return 0;
  }
  const maker = existsSync(call.show) ? await fromFile(call, io) : await fromAgent(call, io);
  const made = maker.finish();
  writeReport(made, call.out, call.zone ?? zoneAt(made.startedMs));
  const cards = Object.values(made.cues.raised).reduce((sum, count) => sum + count, 0);
  io.stderr.write(`${made.showId}: ${made.minutes.length} minutes, ${cards} cards, coverage ${(100 * made.coverage).toFixed(1)} % → ${call.out}\n`); // prettier-ignore
  return 0;
});

function parseCall(args: string[], io: Io): Call | { wrong: string } | 'help' {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        show: { type: 'string' },
        id: { type: 'string' },
        list: { type: 'boolean', default: false },
        out: { type: 'string' },
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        zone: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help) return 'help';
  if (values.list === (values.show !== undefined)) return { wrong: 'give either --show or --list' };
  if (!values.list && values.out === undefined) return { wrong: 'give --out' };
  const zone = values.zone === undefined ? null : Number(values.zone);
  if (zone !== null && !(Number.isInteger(zone) && Math.abs(zone) <= 14 * 60)) {
    return { wrong: `--zone ${values.zone}: give whole minutes from -840 to 840, such as 480 for UTC+8` };
  }
  const folder = dataFolder(values.data, io.env, values.demo);
  return { show: values.show ?? null, id: values.id ?? null, out: values.out ?? '', folder, zone };
}

/** A file may hold several shows one after the other: corrections of a show come at most after its successor's begin. */
async function fromFile({ show, id }: Call, io: Io): Promise<ReportMaker> {
  const file = statSync(show!).isDirectory() ? path.join(show!, 'show-log.jsonl') : show!;
  if (!existsSync(file)) throw new InputError(`Reading ${show}: the folder holds no show-log.jsonl. Give the --out folder of livecue replay.`); // prettier-ignore
  const makers = new Map<string, ReportMaker>();
  let bad = 0;
  for await (const { text, number } of readLines(file)) {
    const entry = parseEntry(text);
    if (entry === null) {
      if (bad++ < 10) io.stderr.write(`${file}:${number}: not an entry of a show's record\n`);
      continue;
    }
    if (id !== null && entry.showId !== id) continue;
    let maker = makers.get(entry.showId);
    if (maker === undefined) {
      if (entry.kind !== 'started') continue;
      makers.set(entry.showId, (maker = createReportMaker()));
      if (makers.size > 2) makers.delete(makers.keys().next().value!);
    }
    maker.add(entry);
  }
  if (bad > 0) io.stderr.write(`${bad} lines of ${file} could not be read\n`);
  const last = [...makers.values()].at(-1);
  if (last === undefined) throw new InputError(`Reading ${file}: it holds no beginning of a show${id === null ? '' : ` ${id}`}. Give the show-log.jsonl of livecue replay.`); // prettier-ignore
  return last;
}

function parseEntry(text: string): ShowLogEntry | null {
  try {
    const parsed = ShowLogEntry.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    // A line that is no JSON is counted and named by the caller.
    return null;
  }
}

async function fromAgent({ show, folder }: Call, io: Io): Promise<ReportMaker> {
  const maker = createReportMaker();
  await withRecords(folder, io, async (log) => {
    const shows: readonly RecordedShow[] = await log.shows();
    const found = show === 'last' ? shows.at(-1) : shows.find(({ showId }) => showId === show);
    if (found === undefined) {
      const known = shows.length === 0 ? `${folder} holds no record of a show yet.` : `Kept are ${shows.map(({ showId }) => showId).join(', ')}.`; // prettier-ignore
      throw new InputError(`Reading the record of ${show}: there is no such show, and no such file. ${known}`);
    }
    for (let afterId = 0; ;) {
      const rows = await log.read(found.showId, afterId);
      if (rows.length === 0) return;
      for (const { id, entry } of rows) {
        afterId = id;
        maker.add(entry);
      }
    }
  });
  return maker;
}

/** The records of a stopped agent's folder, or of the agent that runs with it. */
async function withRecords(folder: string, io: Io, work: (log: ShowLogStore) => Promise<void>): Promise<void> {
  if (!existsSync(path.join(folder, 'livecue.db'))) {
    throw new InputError(`Reading the records of shows: ${folder} holds no data of an agent. Name its folder with --data, or a file with --show.`); // prettier-ignore
  }
  const nowMs = () => Date.now();
  const logger = createLogger({ write: (line) => io.stderr.write(line), nowMs }, 'warn');
  let opened;
  try {
    opened = await openStore({ folder, agentId: null, nowMs, logger });
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    return askAgent(folder, work);
  }
  try {
    await work(opened.showLog);
  } finally {
    await opened.stop();
  }
}

async function askAgent(folder: string, work: (log: ShowLogStore) => Promise<void>): Promise<void> {
  const agent = openAgentCall(path.join(folder, 'panel-link.json'));
  try {
    await work({
      shows: async () => (await agent.call('shows.list', {})).shows,
      read: async (showId, afterId) => (await agent.call('shows.read', { showId, after: afterId })).rows,
    });
  } finally {
    agent.close();
  }
}
