import { beforeEach, expect, test } from 'vitest';
import type { HotkeyMap, PanelState, PanelVerb } from '@livecue/shared/contract';
import { createHotkeyCarry } from './hotkey-carry.ts';

const STATE = { studio: { hotkeys: {} } } as PanelState;
let own: HotkeyMap | null;
let nowMs: number;
let settings: Record<string, unknown>;
let showRuns: boolean;
let trial: { number: number; untilMs: null } | null;
let applied: unknown[];
let lines: string[];
let refusal: string | null;
let hear: (state: PanelState) => void;

async function call(verb: PanelVerb, args: unknown) {
  const facts = { settings, basis: 'b', versions: [], over: [], trial, waiting: null, last: null, showRuns, nowMs };
  if (verb === 'settings.read') return { type: 'result', id: 1, result: facts } as const;
  applied.push(args);
  return { type: 'result', id: 1, result: { version: null, waits: false, reason: refusal, problems: [] } } as const;
}
/** A state, and what follows of it. */
async function tell(atMs: number): Promise<void> {
  nowMs = atMs;
  hear(STATE);
  for (let n = 0; n < 5; n += 1) await Promise.resolve();
}

beforeEach(() => {
  [own, nowMs, settings, showRuns, trial] = [{ done: 'F13', mute: 'Hyper+1', hold: null }, 0, { agentId: 'a' }, false, null];
  [applied, lines, refusal] = [[], [], null];
  hear = createHotkeyCarry({ call, nowMs: () => nowMs, log: (line) => lines.push(line), own: () => own, forget: () => (own = null) });
}); // prettier-ignore

test('keys of an older file become a version of the settings, and leave the file when that has proved itself', async () => {
  await tell(0);
  expect(applied).toEqual([{ settings: { agentId: 'a', hotkeys: { done: 'F13', hold: null } }, basis: 'b', when: 'now', note: 'desktop.json' }]); // prettier-ignore
  [settings, trial] = [{ hotkeys: { done: 'F13', hold: null } }, { number: 2, untilMs: null }];
  await tell(60_000);
  expect(own).not.toBeNull();
  trial = null;
  await tell(120_000);
  expect([own, applied.length]).toEqual([null, 1]);
});

test('never while a show runs, and once for each start of the desktop however it ends', async () => {
  showRuns = true;
  await tell(0);
  await tell(30_000);
  expect(applied).toEqual([]);
  [showRuns, refusal] = [false, 'problems'];
  await tell(60_000);
  await tell(120_000);
  expect(applied).toHaveLength(1);
  expect(lines.join()).toContain('could not be taken into the settings (problems)');
  expect(own).not.toBeNull();
});

test('keys that the settings have already count', async () => {
  settings = { hotkeys: {} };
  await tell(0);
  expect([own, applied]).toEqual([null, []]);
});
