import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ShowLogEntry } from '@livecue/shared/contract';
import { dataFolder } from '../assembly/data-folder.ts';
import { isEvidence, recordedDecisions, VERDICT_WORDS } from '../assembly/policy-choice.ts';
import type { Estimate } from '../learn/interval.ts';
import {
  choiceCases,
  GATE_EFFECTIVE_SAMPLE,
  judgePolicy,
  learnFrom,
  type PolicyVerdict,
} from '../learn/policy-gate.ts';
import { type UpliftRow, upliftTable } from '../learn/uplift.ts';
import { InputError } from '../runtime/agent-error.ts';
import { createLogger } from '../runtime/logger.ts';
import { openStore } from '../store/open-store.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';
import { readLines } from './line-files.ts';

const HELP = `livecue policy [--show FILE]… [--data DIR | --demo]

Whether cues help, and whether the learned policy may choose among them. Reads the record of shows: of files
(show-log.jsonl of livecue replay, also .gz), else of the data folder of an agent that is stopped.

stdout has one JSON document: uplift (a row for each rule, and for each of its products: shown against held back,
with the 95 % interval and the decisions still needed), verdict (value of the learned policy and of the rules by
IPS, SNIPS and DR, effective samples, gain, and whether it passes), beliefs (what was learned of each arm).
stderr has the same in words. The agent asks the same verdict at its start when advise.policy is "learned".

  --show FILE  record of one or more shows; may be given more than once
  --data DIR   data folder of the agent (default ~/.livecue, with --demo ~/.livecue/demo)
  -h, --help   this text

Example: livecue replay show.jsonl --speed max --out out && livecue policy --show out/show-log.jsonl
`;

/** What the record says of cues and of the learned policy. Exit code 0 told, 1 nothing to read, 2 the call was wrong. */
export const policy = fileCommand('policy', HELP, parseCall, async (call: Call, io) => {
  const entries = call.files.length > 0 ? await readFiles(call.files) : await readFolder(call.folder, io);
  const cases = choiceCases(entries);
  const [uplift, verdict] = [upliftTable(entries), judgePolicy(cases)];
  io.stdout.write(`${JSON.stringify({ uplift, verdict, beliefs: learnFrom(cases).beliefs() }, null, 2)}\n`);
  io.stderr.write([...upliftWords(uplift), ...verdictWords(verdict), ''].join('\n'));
  return 0;
});

interface Call {
  readonly files: readonly string[];
  readonly folder: string;
}

function parseCall(args: string[], io: Io): Call | { wrong: string } | 'help' {
  try {
    const { values } = parseArgs({
      args,
      options: {
        show: { type: 'string', multiple: true, default: [] },
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    return { files: values.show, folder: dataFolder(values.data, io.env, values.demo) };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}

async function readFiles(files: readonly string[]): Promise<ShowLogEntry[]> {
  const entries: ShowLogEntry[] = [];
  for (const file of files) {
    for await (const { number, text } of readLines(file)) {
      if (text === '') continue;
      const entry = entryOf(text);
      if (entry === null) throw new InputError(`Reading ${file}, line ${number}: it is no entry of a show's record. Give show-log.jsonl as livecue replay writes it.`); // prettier-ignore
      if (isEvidence(entry)) entries.push(entry);
    }
  }
  return entries;
}

function entryOf(text: string): ShowLogEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return ShowLogEntry.safeParse(value).data ?? null;
}

async function readFolder(folder: string, io: Io): Promise<ShowLogEntry[]> {
  if (!existsSync(path.join(folder, 'livecue.db'))) {
    throw new InputError(`Reading the record of shows: ${folder} holds no data of an agent. Name its folder with --data, or files with --show.`); // prettier-ignore
  }
  const nowMs = () => Date.now();
  const logger = createLogger({ write: (line) => io.stderr.write(line), nowMs }, 'warn');
  const opened = await openStore({ folder, agentId: null, nowMs, logger });
  try {
    return await recordedDecisions(opened.showLog);
  } finally {
    await opened.stop();
  }
}

const shown = (value: number) => value.toFixed(2);
const interval = ({ value, lo, hi }: Estimate) => `${shown(value)} (${shown(lo)} to ${shown(hi)})`;

function upliftWords(rows: readonly UpliftRow[]): string[] {
  const whole = rows.filter(({ productId }) => productId === null);
  if (whole.length === 0) return ['No decision with its window over is recorded.'];
  return whole.map(({ rule, outcome, shown: came, held, uplift, stillNeeded }) => {
    const head = `${rule}, ${outcome} a cue: shown ${came.decisions}, held back ${held.decisions}: `;
    if (uplift === null) return `${head}too few for an interval`;
    const needed = stillNeeded === null ? '' : `, ${stillNeeded} more decisions needed to see a fifth`;
    return `${head}${interval(uplift)} more with it${needed}`;
  });
}

function verdictWords({ passes, reason, learned, rules, gain }: PolicyVerdict): string[] {
  const value = ({ dr, effectiveSample }: PolicyVerdict['rules']) =>
    `${dr === null ? 'not known' : interval(dr)}, effective sample ${effectiveSample.toFixed(0)}`;
  return [
    `Orders a choice: rules ${value(rules)}; learned ${value(learned)} (at least ${GATE_EFFECTIVE_SAMPLE})`,
    ...(gain === null ? [] : [`Gain: ${interval(gain)}`]),
    `The learned policy ${passes ? 'may' : 'may not'} choose: ${VERDICT_WORDS[reason].en}.`,
  ];
}
