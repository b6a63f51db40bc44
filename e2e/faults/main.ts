/** `npm run test:faults`: what kills, torn writes, bad networks and odd peers do to agent, broker, receiver and database. */
import { parseArgs } from 'node:util';
import { runDiskFaults, runKillsAlone } from './disk/run.ts';
import { reportLines, type FaultReport } from './report.ts';
import { runBacklog } from './schedules/backlog.ts';
import { runPeers } from './schedules/peers.ts';
import { runSchedules } from './schedules/run.ts';

const HELP = `npm run test:faults [-- --minutes N] [--seed S] [--only PART] [--schedule K] [--lanes N]

  --minutes N   how long in all, default 10: a third for the disk, the rest for schedules
  --seed S      the same faults again, default ${seedOfToday()}
  --only PART   disk, schedules, peers, backlog, or kills (of the disk's part, alone)
  --schedule K  this one alone, as a finding names it
  --lanes N     schedules, or kills alone, beside each other, default 2

Exit codes: 0 nothing found, 1 something found (each line says how to see it again), 2 the call was wrong.
`;

const PARTS = ['peers', 'backlog', 'disk', 'schedules'] as const;
const CHOICES = [...PARTS, 'kills'] as const;
type Part = (typeof CHOICES)[number];

interface Call {
  readonly minutes: number;
  readonly seed: number;
  readonly lanes: number;
  readonly schedule: number | null;
  readonly parts: readonly Part[];
}

const log = (line: string) => void process.stdout.write(`${line}\n`);

/** YYYYMMDD: a run without a seed tries others each day, and says which. */
function seedOfToday(): number {
  return Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));
}

function parseCall(): Call | { wrong: string } | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { minutes: text, seed: text, schedule: text, only: text, lanes: text, help: { type: 'boolean' } } }); // prettier-ignore
  if (values.help) return 'help';
  const only = CHOICES.find((part) => part === values.only);
  if (values.only !== undefined && only === undefined) return { wrong: `--only ${values.only}: give ${CHOICES.join(', ')}` }; // prettier-ignore
  const numbers = { minutes: values.minutes ?? '10', seed: values.seed ?? String(seedOfToday()), lanes: values.lanes ?? '2', schedule: values.schedule ?? '0' }; // prettier-ignore
  for (const [name, value] of Object.entries(numbers))
    if (!/^\d{1,9}(\.\d+)?$/.test(value)) return { wrong: `--${name} ${value}: give a number` };
  const [minutes, seed, lanes] = [Number(numbers.minutes), Number(numbers.seed), Math.max(1, Number(numbers.lanes))];
  const one = values.schedule === undefined ? null : Number(numbers.schedule);
  const parts = one !== null ? (['schedules'] as const) : only === undefined ? PARTS : [only];
  return { minutes, seed, lanes, schedule: one, parts };
}

function runPart(part: Part, { minutes, seed, lanes, schedule, parts }: Call): Promise<FaultReport | null> {
  const budgetMs = minutes * 60_000;
  const alone = parts.length === 1;
  switch (part) {
    case 'disk':
      return runDiskFaults({ seed, budgetMs: alone ? budgetMs : budgetMs / 3, log });
    case 'kills':
      return runKillsAlone({ seed, budgetMs, lanes, log });
    case 'peers':
      return runPeers({ seed, log });
    case 'backlog':
      return runBacklog({ seed, log });
    case 'schedules':
      return runSchedules({ seed, budgetMs: alone ? budgetMs : (budgetMs * 2) / 3, lanes, log, ...(schedule === null ? {} : { first: schedule, count: 1 }) }); // prettier-ignore
  }
}

async function main(): Promise<number> {
  const call = parseCall();
  if (call === 'help' || 'wrong' in call) {
    process.stdout.write(call === 'help' ? HELP : `${call.wrong}\n\n${HELP}`);
    return call === 'help' ? 0 : 2;
  }
  const reports: FaultReport[] = [];
  for (const part of call.parts) {
    log(`${part}, seed ${call.seed}`);
    const report = await runPart(part, call);
    if (report !== null) reports.push(report);
  }
  for (const report of reports) log(`\n${reportLines(report).join('\n')}`);
  return reports.every(({ findings }) => findings.length === 0) ? 0 : 1;
}

// What was started ends with us (`undoneAtExit`).
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
