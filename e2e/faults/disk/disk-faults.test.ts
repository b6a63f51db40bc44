import { expect, test } from 'vitest';
import { reportLines } from '../report.ts';
import { runDiskFaults } from './run.ts';

const SEED = Number(process.env.LIVECUE_SEED ?? 20261122);
const BUDGET_MS = 45_000;

test('after power loss, torn writes, a failing disk and kills the store holds all that it had confirmed, once', async ({
  skip,
}) => {
  const report = await runDiskFaults({ seed: SEED, budgetMs: BUDGET_MS, log: () => undefined });
  const reason = report.figures['skipped'];
  skip(reason !== undefined, `skipped: ${reason}`);
  console.log(reportLines(report).join('\n'));
  expect(report.findings).toEqual([]);
  expect(report.figures['states after a power loss, distinct']).toBeGreaterThan(500);
  expect(report.figures['SIGKILLs']).toBeGreaterThan(5);
}, 180_000);
