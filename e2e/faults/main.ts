/** `npm run test:faults`: what kills, torn writes, bad networks and odd peers do to agent, broker, receiver and database. */
import { parseArgs } from 'node:util';
import { reportLines, type FaultReport } from './report.ts';
import { runSchedules } from './schedules/run.ts';

const HELP = `npm run test:faults [-- --minutes N] [--seed S] [--only schedules] [--schedule K] [--lanes N]

  --minutes N   how long in all, default 10
  --seed S      the same faults again, default 20261122
  --only PART   schedules
  --schedule K  this one alone, as a finding names it
  --lanes N     worlds beside each other, default 2

Exit codes: 0 nothing found, 1 something found (each line says how to see it again), 2 the call was wrong.
`;

const log = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '20261122' }, schedule: { type: 'string' }, only: { type: 'string' }, lanes: { type: 'string', default: '2' }, help: { type: 'boolean' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = Number(values.seed);
  const one = values.schedule === undefined ? {} : { first: Number(values.schedule), count: 1 };
  const reports: (FaultReport | null)[] = [await runSchedules({ seed, budgetMs: Number(values.minutes) * 60_000, lanes: Number(values.lanes), log, ...one })]; // prettier-ignore
  const done = reports.filter((report) => report !== null);
  for (const report of done) log(reportLines(report).join('\n'));
  return done.every(({ findings }) => findings.length === 0) ? 0 : 1;
}

process.exitCode = await main();
