import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { LogFilter, logKindOf, PANEL_VERBS, READING_VERBS, type PanelVerb } from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import { openAuditLog } from '../store/audit-log.ts';
import { answeringLog } from './log-desk.ts';

const DESK = { device: 'desktop', role: 'admin', name: '' } as const;
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true })));

async function desk() {
  const folder = mkdtempSync(join(tmpdir(), 'livecue-log-'));
  folders.push(folder);
  const log = await openAuditLog(folder);
  const backend = answeringLog<PanelBackend>({ state: () => ({}) as never, call: async (verb) => verb }, folder);
  const filter = LogFilter.parse({});
  return { log, backend, filter };
}

test('rows say who, what and what became of it, in the words of the contract', async () => {
  const { log, backend, filter } = await desk();
  await log.record({
    atMs: 5,
    device: 'aa',
    role: 'host',
    name: '平板',
    verb: 'cues.control',
    allowed: false,
    args: {},
  });
  await log.record({ atMs: 6, device: 'bb', role: 'admin', verb: 'message.send', allowed: true, args: { text: '慢一点', token: 'canary', list: [1, 2] } }); // prettier-ignore
  const read = PANEL_VERBS['log.read'].result.parse(await backend.call('log.read', { before: null, limit: 10, filter }, DESK)); // prettier-ignore
  expect(read.rows).toEqual([
    { seq: 2, atMs: 6, device: 'bb', name: '', role: 'admin', verb: 'message.send', kind: 'cues', outcome: 'done', code: null, args: 'text 慢一点, token …, list [1,2]' },
    { seq: 1, atMs: 5, device: 'aa', name: '平板', role: 'host', verb: 'cues.control', kind: 'cues', outcome: 'refused', code: null, args: '' },
  ]); // prettier-ignore
  expect(read.chain).toMatchObject({ entries: 2, sinceMs: 5, problem: null });
  expect(await backend.call('series.read', {}, DESK)).toBe('series.read');
  await log.close();
});

test('a spreadsheet runs nothing of what somebody typed', async () => {
  const { log, backend, filter } = await desk();
  await log.record({ atMs: 0, device: 'aa', role: 'host', name: '=HYPERLINK("x")', verb: 'message.send', allowed: true, args: {} }); // prettier-ignore
  await log.record({ atMs: 0, device: 'aa', role: 'host', verb: 'message.send', allowed: true, args: {}, failed: { of: 1, code: 'internal' } }); // prettier-ignore
  const told = (await backend.call('log.export', { format: 'csv', after: 0, filter }, DESK)) as { text: string; last: number };
  expect(told.text.split('\r\n')).toEqual([
    '\ufeffentry,at,device,name,role,verb,outcome,code,arguments',
    `1,1970-01-01T00:00:00.000Z,aa,"'=HYPERLINK(""x"")",host,message.send,failed,internal,`,
    '',
  ]);
  expect(told.last).toBe(2);
  expect(await backend.call('log.export', { format: 'csv', after: 2, filter }, DESK)).toEqual({ text: '', last: 2, more: false });
  await log.close();
}); // prettier-ignore

test('what is written down of settings is about settings: every other verb has a kind of its own', () => {
  const written = (Object.keys(PANEL_VERBS) as PanelVerb[]).filter((verb) => !READING_VERBS.has(verb));
  const ofSettings = written.filter((verb) => logKindOf(verb) === 'settings').map((verb) => verb.split('.')[0]);
  expect([...new Set(ofSettings)].sort()).toEqual([
    'firstrun',
    'fleet',
    'models',
    'settings',
    'setup',
    'support',
    'templates',
  ]);
});
