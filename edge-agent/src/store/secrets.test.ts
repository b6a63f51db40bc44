import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecrets } from './secrets.ts';
import { recordingLogger, temporaryFolder } from './testing/kit.ts';

let made: ReturnType<typeof temporaryFolder>;
let logger: ReturnType<typeof recordingLogger>;
beforeEach(() => {
  made = temporaryFolder();
  logger = recordingLogger();
});
afterEach(() => made.remove());

const open = () => openSecrets({ folder: made.path, logger });
const file = () => join(made.path, 'secrets.json');
const inFile = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;
const byHand = (change: (text: string) => string) => writeFileSync(file(), change(readFileSync(file(), 'utf8')));
const [DESK, SCREEN, OLD] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const desk = { role: 'admin', name: 'Desk', sinceMs: 1, seenMs: 2 } as const;

it('are made once, for their owner alone, and read back with the devices that were paired', async () => {
  const first = await open();
  await first.panelTokens.put(DESK, desk);
  await first.panelTokens.put(SCREEN, { ...desk, role: 'host' });
  await first.panelTokens.put(DESK, { ...desk, seenMs: 3 });
  expect(await first.panelTokens.remove(SCREEN)).toBe(true);
  const second = await open();
  expect({ ...second, panelTokens: null }).toEqual({ ...first, panelTokens: null });
  expect(second.panelTokens.all()).toEqual([[DESK, { ...desk, seenMs: 3 }]]);
  expect([second.panelTokens.get(SCREEN), await second.panelTokens.remove(SCREEN)]).toEqual([null, false]);
  if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
  const keys = [first.ingestToken, first.signingKey, first.panelCurve.serverSecretKey, first.ingestCurve.serverSecretKey, first.panelClientSecretKey]; // prettier-ignore
  expect(new Set(keys).size).toBe(5);
  expect(logger.lines).toEqual([]);
});

it('of older versions are taken as they are: hosts stay hosts, all others are operators', async () => {
  await open();
  const { signingKey: _none, ...older } = inFile();
  writeFileSync(file(), JSON.stringify({ ...older, panelTokens: [SCREEN, OLD], panelHosts: [SCREEN] }));
  const { panelTokens, signingKey } = await open();
  expect(panelTokens.all().map(([, { role }]) => role)).toEqual(['host', 'operator']);
  await panelTokens.put(DESK, desk);
  expect((await open()).panelTokens.all().map(([hash, { role }]) => [hash, role])).toEqual([[SCREEN, 'host'], [OLD, 'operator'], [DESK, 'admin']]); // prettier-ignore
  expect((await open()).signingKey).toBe(signingKey);
});

it('what somebody writes into the file while the agent runs stays there when a device is seen', async () => {
  const { panelTokens } = await open();
  const broker = { username: 'fleet', password: 'by-hand' };
  writeFileSync(file(), JSON.stringify({ ...inFile(), broker }));
  await panelTokens.put(DESK, desk);
  expect((await open()).broker).toEqual(broker);
  // In the middle of it: nothing is written over what somebody is about to mend.
  byHand((text) => text.slice(0, 100));
  await expect(panelTokens.put(SCREEN, desk)).rejects.toMatchObject({ code: 'configuration' });
  expect(readFileSync(file(), 'utf8')).toHaveLength(100);
});

it.skipIf(process.platform === 'win32')('have their mode repaired, and say so without showing one', async () => {
  const { ingestToken } = await open();
  chmodSync(file(), 0o644);
  await open();
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(logger.lines.join()).toContain('644');
  expect(logger.lines.join()).not.toContain(ingestToken);
});

it('name the wrong key without its value', async () => {
  await open();
  byHand((text) => text.replace(/"ingestToken": "[^"]*"/, '"ingestToken": "hunter2"'));
  const error = (await open().catch((thrown: unknown) => thrown)) as Error;
  expect(error.message).toContain('ingestToken');
  expect(error.message).not.toContain('hunter2');
  expect(inFile()['ingestToken']).toBe('hunter2');
});
