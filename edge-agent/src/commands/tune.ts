import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type AgentConfig, type Catalogue, parseAgentConfig } from '@livecue/shared/contract';
import type { PromptEvent } from '@livecue/shared/prompt';
import { type ReplayResult, runReplay } from '../assembly/replay-run.ts';
import { InputError } from '../runtime/agent-error.ts';
import { compareCards } from '../tune/alignment.ts';
import { tunePage } from '../tune/page.ts';
import { changed, configurationOf } from '../tune/settings.ts';
import { readCatalogue } from './catalogue-file.ts';
import { fileCommand } from './file-command.ts';

const HELP = `livecue tune --in FILE… --set key=value … [--catalogue FILE] [--config FILE] [--room ID] [--out DIR]

Replays a recorded show twice as fast as it goes, with the configuration as it is and with the change, and puts the
cards side by side: kept, moved, gone, new, and for each rule why cards did not come. Nothing is applied: the
change to make afterwards is printed. Writes tune.json, tune.zh.html and tune.en.html to DIR.

  --in FILE…        recorded canonical events, one JSON a line, .gz as it is (more files may follow)
  --set key=value   a setting, as often as wanted; a key that is not known lists them all with range and unit
  --catalogue FILE  products of the show, as JSON
  --config FILE     the configuration to compare with, as config.json holds it (default: the defaults)
  --room ID         name of the room in the results (default: that of the configuration)
  --out DIR         where to write (default livecue-tune)

Example: livecue tune --in show.jsonl.gz --set counted-questions.questionsPerMinute=5 --out out/tune
`;

export const tune = fileCommand('tune', HELP, parseCall, async (call: Call, io) => {
  for (const file of call.files) {
    if (!existsSync(file)) throw new InputError(`Replaying ${file}: there is no such file. Check the path.`);
  }
  const config = readConfig(call.config, call.room);
  const tried = changed(config, call.sets);
  if ('wrong' in tried) {
    io.stderr.write(`livecue tune: ${tried.wrong}\n`);
    return 2;
  }
  const catalogue = readCatalogue(call.catalogue);
  const replays: { prompts: PromptEvent[]; result: ReplayResult }[] = [];
  for (const [name, one] of [
    ['as it is', config],
    ['as tried', tried.config],
  ] as const) {
    const progress = io.stderr.isTTY ? (line: string) => io.stderr.write(`\r${name}: ${line}`.padEnd(78)) : () => undefined; // prettier-ignore
    replays.push(await replayed({ files: call.files, catalogue, config: one }, progress, io.signal));
  }
  const [before, after] = replays as [(typeof replays)[0], (typeof replays)[0]];
  const comparison = compareCards(before.prompts, after.prompts);
  const apply = JSON.stringify(configurationOf(tried.changes), null, 2);
  const { firstEventMs, lastEventMs, events } = before.result.summary;
  const span = { fromMs: firstEventMs ?? 0, toMs: lastEventMs ?? 0 };
  const page = { files: call.files.map((file) => path.basename(file)), changes: tried.changes, apply, comparison, span }; // prettier-ignore
  mkdirSync(call.out, { recursive: true });
  writeFileSync(path.join(call.out, 'tune.json'), `${JSON.stringify({ ...page, apply: configurationOf(tried.changes), events }, null, 2)}\n`); // prettier-ignore
  writeFileSync(path.join(call.out, 'tune.zh.html'), tunePage(page, 'zh', 'tune.en.html'));
  writeFileSync(path.join(call.out, 'tune.en.html'), tunePage(page, 'en', 'tune.zh.html'));
  const { kept, moved, gone, new: fresh } = comparison.counts;
  const change = tried.changes.map(({ key, from, to }) => `  ${key}: ${String(from)} → ${String(to)}`).join('\n');
  io.stderr.write(`${io.stderr.isTTY ? '\n' : ''}${events} events; cards: ${kept} kept, ${moved} moved, ${gone} gone, ${fresh} new → ${call.out}\n`); // prettier-ignore
  io.stderr.write(`Nothing was applied. To adopt the change, merge this into config.json and start the agent again:\n${change}\n${apply}\n`); // prettier-ignore
  return 0;
});

interface Call {
  readonly files: readonly string[];
  readonly sets: readonly string[];
  readonly catalogue: string | null;
  readonly config: string | null;
  readonly room: string | null;
  readonly out: string;
}

function parseCall(args: string[]): Call | { wrong: string } | 'help' {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        in: { type: 'string', multiple: true, default: [] },
        set: { type: 'string', multiple: true, default: [] },
        catalogue: { type: 'string' },
        config: { type: 'string' },
        room: { type: 'string' },
        out: { type: 'string', default: 'livecue-tune' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const files = [...values.in, ...positionals];
  if (files.length === 0) return { wrong: 'name at least one file of canonical events with --in' };
  if (values.set.length === 0) return { wrong: 'say what to change with --set key=value' };
  return {
    files,
    sets: values.set,
    catalogue: values.catalogue ?? null,
    config: values.config ?? null,
    room: values.room ?? null,
    out: values.out,
  };
}

function readConfig(file: string | null, room: string | null): AgentConfig {
  let value: unknown = {};
  try {
    if (file !== null) value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`Reading the configuration ${String(file)}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = parseAgentConfig(value);
  if (!parsed.ok) throw new InputError(`Configuration ${String(file)}: ${parsed.problems.join('; ')}`);
  return room === null ? parsed.config : { ...parsed.config, room: { ...parsed.config.room, id: room } };
}

async function replayed(
  input: { files: readonly string[]; catalogue: Catalogue; config: AgentConfig },
  progress: (line: string) => void,
  signal: AbortSignal,
) {
  const prompts: PromptEvent[] = [];
  const sink = {
    write: (file: string, lines: string) => {
      if (file !== 'prompts') return;
      for (const line of lines.split('\n')) if (line !== '') prompts.push(JSON.parse(line) as PromptEvent);
    },
    drained: () => Promise.resolve(),
  };
  return { result: await runReplay({ ...input, speed: 'max' }, { sink, progress, signal }), prompts };
}
