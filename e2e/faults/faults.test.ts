import { expect, test } from 'vitest';
import { reportLines } from './report.ts';
import { runBacklog } from './schedules/backlog.ts';
import { runPeers } from './schedules/peers.ts';
import { runSchedules } from './schedules/run.ts';

/** One that is always the same, and one of the day, so that each day tries others; both are printed. */
const SEED = Number(process.env.LIVECUE_SEED ?? 1);
const SEED_OF_TODAY = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const MINUTES = Number(process.env.LIVECUE_FAULT_MINUTES ?? 3);
const log = (line: string) => void process.stderr.write(`${line}\n`);

for (const [name, seed, share] of [['the seed of every run', SEED, 0.6], ['the seed of today', SEED_OF_TODAY, 0.4]] as const) {
  test(`whatever happens to agent, broker, receiver, database and network, the rows equal what was accepted (${name})`, async ({ skip }) => {
    const report = await runSchedules({ seed, budgetMs: MINUTES * 60_000 * share, lanes: 2, log });
    skip(report === null, 'skipped: Mosquitto and PostgreSQL are not both installed');
    log(reportLines(report!).join('\n'));
    expect(report!.findings).toEqual([]);
    expect(report!.figures['schedules']).toBeGreaterThan(1);
  }, MINUTES * 60_000 + 240_000);
} // prettier-ignore

test('a peer that answers with any reason code of MQTT 5 stops neither uplink nor receiver', async () => {
  const report = await runPeers({ seed: SEED, log });
  expect(report.findings).toEqual([]);
}, 240_000);

test('six hours without a broker cost no memory, and what waited comes newest first', async () => {
  const report = await runBacklog({ seed: SEED, log });
  log(reportLines(report).join('\n'));
  expect(report.findings).toEqual([]);
}, 240_000);
