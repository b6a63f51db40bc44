import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startMosquitto } from '../../../cloud/test/mosquitto.ts';
import { startPostgres } from '../../../cloud/test/postgres.ts';
import { freePort, undoneAtExit } from '../../../cloud/test/processes.ts';
import { randomFrom, type FaultReport } from '../report.ts';
import { Lane } from './lane.ts';
import { planOf, planText } from './plan.ts';
import { canMount, runSchedule, type Outcome } from './run-schedule.ts';

export interface ScheduleOptions {
  readonly seed: number;
  /** No schedule begins after so long; null: until `count`. */
  readonly budgetMs: number | null;
  /** The first one, and how many at most. */
  readonly first?: number;
  readonly count?: number;
  /** Worlds beside each other; they wait most of the time. */
  readonly lanes?: number;
  readonly log: (line: string) => void;
}

/** Null, with the reason printed, where Mosquitto or PostgreSQL is not installed. */
export async function runSchedules(options: ScheduleOptions): Promise<FaultReport | null> {
  const trial = await startMosquitto(await freePort());
  if (trial === null) return null;
  await trial.end();
  const postgres = await startPostgres();
  if (postgres === null) return null;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-faults-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const removed = undoneAtExit(remove);
  try {
    return await onLanes(options, postgres.url, folder);
  } finally {
    await postgres.end();
    removed();
    remove();
  }
}

async function onLanes(options: ScheduleOptions, postgresUrl: string, folder: string): Promise<FaultReport> {
  const { seed, log, first = 0, count = Number.MAX_SAFE_INTEGER, lanes = 2 } = options;
  const untilMs = options.budgetMs === null ? Number.POSITIVE_INFINITY : performance.now() + options.budgetMs;
  const can = { smallDisk: canMount(folder) };
  if (!can.smallDisk) log('no small disk could be mounted (needs root): plans leave out the full disk');
  const tally = new Tally();
  let next = first;
  const work = async (n: number) => {
    const name = `faults_${n}`;
    let lane = await Lane.open(name, postgresUrl, path.join(folder, name), randomFrom(seed + n));
    try {
      while (next < first + count && performance.now() < untilMs) {
        const plan = planOf(seed, next++, can);
        const outcome = await runSchedule(lane, plan).catch((error: unknown): Outcome => failed(error));
        tally.add(plan.whole, plan.flip !== null, outcome);
        for (const wrong of outcome.wrong) {
          const finding = `--seed ${seed} --schedule ${plan.schedule}: ${wrong}`;
          tally.findings.push(finding);
          log(`FOUND ${finding}\n      plan: ${planText(plan)}`);
        }
        if (tally.schedules % 10 === 0) log(tally.line());
        if (outcome.wrong.length > 0) {
          // What went wrong may have left the lane in any state.
          await lane.close();
          lane = await Lane.open(`${name}_${plan.schedule}`, postgresUrl, path.join(folder, `${name}-${plan.schedule}`), randomFrom(seed + n)); // prettier-ignore
        }
      }
    } finally {
      await lane.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, n) => work(n)));
  return tally.report(seed);
}

const failed = (error: unknown): Outcome => ({ wrong: [`the schedule could not be played: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`], faults: {}, events: 0, records: 0, retries: 0, wallMs: 0, flipTold: [] }); // prettier-ignore

class Tally {
  schedules = 0;
  readonly findings: string[] = [];
  #whole = 0;
  #flips = { tried: 0, told: 0 };
  #events = 0;
  #records = 0;
  #retries = 0;
  readonly #faults: Record<string, number> = {};
  readonly #beganMs = performance.now();

  add(whole: boolean, flip: boolean, outcome: Outcome): void {
    this.schedules++;
    if (whole) this.#whole++;
    if (flip) this.#flips.tried++;
    if (outcome.flipTold.length > 0) this.#flips.told++;
    this.#events += outcome.events;
    this.#records += outcome.records;
    this.#retries += outcome.retries;
    for (const [kind, count] of Object.entries(outcome.faults)) this.#faults[kind] = (this.#faults[kind] ?? 0) + count;
  }

  line(): string {
    const seconds = Math.round((performance.now() - this.#beganMs) / 1000);
    return `${this.schedules} schedules in ${seconds} s, ${this.#events} events accepted, ${this.findings.length} findings`;
  }

  report(seed: number): FaultReport {
    const faults = Object.values(this.#faults).reduce((sum, count) => sum + count, 0);
    return {
      name: 'schedules',
      seed,
      figures: {
        schedules: this.schedules,
        'whole programs': this.#whole,
        faults,
        ...Object.fromEntries(Object.entries(this.#faults).sort().map(([kind, count]) => [`  ${kind}`, count])),
        'events accepted': this.#events,
        'records in the database': this.#records,
        'batches sent again': this.#retries,
        'bits flipped': this.#flips.tried,
        'of them told': this.#flips.told,
        'seconds': Math.round((performance.now() - this.#beganMs) / 1000),
      },
      findings: this.findings,
    };
  } // prettier-ignore
}
