import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ShowLogEntry } from '@livecue/shared/contract';
import { choosePolicy, policyItems } from '../assembly/policy-choice.ts';
import { clumped, syntheticLog, type Truth } from '../learn/testing/synthetic-log.ts';
import type { Step } from '../ports.ts';
import { openStore } from '../store/open-store.ts';
import { policy } from './policy.ts';
import { runCommand } from './testing/run-command.ts';

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const cleanups: (() => unknown)[] = [];
afterEach(() => void cleanups.splice(0).forEach((cleanup) => cleanup()));
const temporary = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-policy-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const truth: Truth = {
  decisions: 3_000,
  shows: 6,
  holdBackShare: 0.1,
  rules: [{ rule: 'past-peak', eligible: ['move-on', 'nothing'] }],
  effect: (arm) => (arm === 'move-on' ? 0.6 : 1),
  draw: clumped,
};

test('the record of files says what cues cost, that they may be kept back, and what was learned', async () => {
  const file = path.join(temporary(), 'show-log.jsonl');
  writeFileSync(file, syntheticLog(truth, 1).map((entry) => `${JSON.stringify(entry)}\n`).join('')); // prettier-ignore
  const { code, stdout, stderr } = await runCommand(policy, ['--show', file]);
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as { uplift: { uplift: { hi: number } | null }[]; verdict: { passes: boolean }; beliefs: { cell: string; mean: number }[] }; // prettier-ignore
  expect(told.uplift[0]!.uplift!.hi).toBeLessThan(0);
  expect(told.verdict.passes).toBe(true);
  expect(told.beliefs.find(({ cell }) => cell === 'move-on/on')!.mean).toBeCloseTo(0.6, 1);
  expect(stderr).toContain('The learned policy may choose: what was recorded proves it better.');
  expect(stderr).toMatch(/past-peak, orders a cue: shown 2\d\d\d, held back \d+: -\d/);
});

test('the record of a data folder is read in the same way, and is what an agent asks at its start', async () => {
  const data = temporary();
  const opened = await openStore({
    folder: data,
    agentId: 'studio-1',
    nowMs: () => 0,
    logger,
    reserveBytes: 64 * 1024,
  });
  const entries: ShowLogEntry[] = syntheticLog(truth, 1);
  const step: Step = { journalPosition: 0, state: { put: [], del: [] }, seenIds: [], outbox: [], showLog: entries, nowMs: 0 }; // prettier-ignore
  await opened.store.commitStep(step);
  const [asked, rules] = [await choosePolicy(opened.showLog, 'learned'), await choosePolicy(opened.showLog, 'rules')];
  await opened.stop();
  expect(asked).toMatchObject({ policy: 'learned', verdict: { passes: true, reason: 'better' } });
  expect(rules).toEqual({ policy: 'rules', verdict: null });
  expect(policyItems(rules)).toEqual([]);
  expect(policyItems(asked)).toMatchObject([{ name: 'policy', level: 'ok' }]);
  const refused = policyItems({ policy: 'rules', verdict: { ...asked.verdict!, passes: false, reason: 'no-overlap' } });
  expect(refused).toMatchObject([
    { level: 'warn', text: { en: 'still by the rules: much of what it would choose was never tried' } },
  ]);
  const { code, stdout } = await runCommand(policy, ['--data', data]);
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { verdict: unknown }).verdict).toEqual(JSON.parse(JSON.stringify(asked.verdict)));
}, 15_000);

test('without a record it says so, and a wrong call or file is named', async () => {
  const file = path.join(temporary(), 'bad.jsonl');
  writeFileSync(file, '\n');
  const empty = await runCommand(policy, ['--show', file]);
  expect(empty).toMatchObject({ code: 0, stderr: expect.stringContaining('No decision with its window over') });
  expect(empty.stderr).toContain('may not choose: too few choices are recorded');
  writeFileSync(file, '{"kind":"decision"}\n');
  await expect(runCommand(policy, ['--show', file])).rejects.toThrow(/line 1: it is no entry/);
  await expect(runCommand(policy, ['--data', temporary()])).rejects.toThrow(/holds no data of an agent/);
  expect(await runCommand(policy, ['--sho', file])).toMatchObject({ code: 2, stdout: '' });
  expect((await runCommand(policy, ['--help'])).stdout).toContain('Example: livecue replay');
});
