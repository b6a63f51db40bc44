import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { AgentConfig } from '@livecue/shared/contract';
import { InputError } from '../runtime/agent-error.ts';
import { readCatalogue } from './catalogue-file.ts';
import { fileCommand } from './file-command.ts';
import { runReplay, type ReplaySink } from '../assembly/replay-run.ts';

const HELP = `livecue replay FILE… [--speed N|max] [--catalogue FILE] [--room ID] [--out DIR]

Runs recorded canonical events (one JSON a line, .gz as it is) through the whole pipeline and writes
prompts.jsonl, windows.jsonl, show-log.jsonl (the record that livecue report reads), drops.json and
summary.json to DIR. The same input gives the same bytes each
time; only "timing" in summary.json (wall time, events a second) tells of the run itself.

  --speed N|max     1 to 50 times the recorded speed, or as fast as it goes (default max)
  --catalogue FILE  products of the show, as JSON
  --room ID         name of the room in the results (default main)
  --out DIR         where to write (default livecue-replay)

Example: livecue replay show.jsonl.gz --speed max --out out/show
`;

export const replay = fileCommand('replay', HELP, parseCall, async (options: Call, io) => {
  for (const file of options.files) {
    if (!existsSync(file)) throw new InputError(`Replaying ${file}: there is no such file. Check the path.`);
  }
  mkdirSync(options.out, { recursive: true });
  const catalogue = readCatalogue(options.catalogue);
  const startedMs = performance.now();
  const sink = openSink(options.out);
  const progress = io.stderr.isTTY ? (line: string) => io.stderr.write(`\r${line.padEnd(78)}`) : () => undefined;
  const result = await runReplay(
    {
      files: options.files,
      catalogue,
      config: AgentConfig.parse({ room: { id: options.room } }),
      speed: options.speed,
    },
    { sink, progress, signal: io.signal },
  );
  await sink.close();
  const wallMs = Math.round(performance.now() - startedMs);
  writeJson(path.join(options.out, 'drops.json'), result.drops);
  const eventsPerSecond = Math.round((result.summary.events * 1000) / Math.max(1, wallMs));
  writeJson(path.join(options.out, 'summary.json'), { ...result.summary, timing: { wallMs, eventsPerSecond } });
  if (io.stderr.isTTY) io.stderr.write('\n');
  io.stderr.write(
    `${result.summary.events} events, ${result.summary.windows} windows, ${result.summary.prompts.raised} cards in ${(wallMs / 1000).toFixed(1)} s (${eventsPerSecond} events/s) → ${options.out}\n`,
  );
  const bad = result.drops.byReason.malformed ?? 0;
  if (bad > 0)
    io.stderr.write(`${bad} lines could not be read; drops.json names the first ${result.drops.lines.length}\n`);
  return 0;
});

interface Call {
  readonly files: readonly string[];
  readonly speed: number | 'max';
  readonly catalogue: string | null;
  readonly room: string;
  readonly out: string;
}

function parseCall(args: string[]): Call | { wrong: string } | 'help' {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        speed: { type: 'string', default: 'max' },
        catalogue: { type: 'string' },
        room: { type: 'string', default: 'main' },
        out: { type: 'string', default: 'livecue-replay' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (parsed.values.help) return 'help';
  if (parsed.positionals.length === 0) return { wrong: 'name at least one file of canonical events' };
  const speed = parsed.values.speed === 'max' ? 'max' : Number(parsed.values.speed);
  if (speed !== 'max' && !(speed >= 1 && speed <= 50)) {
    return { wrong: `--speed ${parsed.values.speed}: give a number from 1 to 50, or max` };
  }
  return {
    files: parsed.positionals,
    speed,
    catalogue: parsed.values.catalogue ?? null,
    room: parsed.values.room,
    out: parsed.values.out,
  };
}

/** Streams of JSON Lines; waits for the disk so that memory stays flat on long recordings. */
function openSink(folder: string): ReplaySink & { close(): Promise<void> } {
  const files = {
    windows: createWriteStream(path.join(folder, 'windows.jsonl')),
    prompts: createWriteStream(path.join(folder, 'prompts.jsonl')),
    'show-log': createWriteStream(path.join(folder, 'show-log.jsonl')),
  };
  return {
    write(name, lines) {
      files[name].write(lines);
    },
    async drained() {
      for (const file of Object.values(files)) if (file.writableNeedDrain) await once(file, 'drain');
    },
    async close() {
      for (const file of Object.values(files)) {
        file.end();
        await once(file, 'finish');
      }
    },
  };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
