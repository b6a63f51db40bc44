import { beforeEach, describe, expect, test } from 'vitest';
import type { HotkeyMap, PanelState, PanelVerb } from '@livecue/shared/contract';
import { createShellDouble, type ShellDouble } from '../../test/shell-double.ts';
import { createHotkeyBoard, type HotkeyBoard } from './hotkey-board.ts';

let shell: ShellDouble;
let board: HotkeyBoard;
let nowMs: number;
let calls: [PanelVerb, unknown][];
let pressed: string[];
let lines: string[];
let own: HotkeyMap | null;
const take = (map: HotkeyMap) => {
  own = map;
  board.take();
};

const state = (promptId: string | null, quiet?: string) =>
  ({ stage: { active: promptId === null ? null : { promptId }, ...(quiet === undefined ? {} : { quiet }) } }) as PanelState; // prettier-ignore
const press = (accelerator: string) => shell.keys.get(accelerator)?.();

beforeEach(() => {
  shell = createShellDouble('/nowhere');
  [nowMs, calls, pressed, lines, own] = [0, [], [], [], null];
  const window = Object.fromEntries(
    (['nextPage', 'showOperator', 'showHost', 'clickThrough'] as const).map((name) => [name, () => void pressed.push(name)]),
  ) as Record<'nextPage' | 'showOperator' | 'showHost' | 'clickThrough', () => void>; // prettier-ignore
  board = createHotkeyBoard({
    shell: shell.port,
    call: async (verb, args) => (calls.push([verb, args]), { type: 'error', id: 1, code: 'not-found', message: 'This cue is already closed.' }),
    nowMs: () => nowMs,
    log: (line) => lines.push(line),
    ownKeys: () => own,
    window,
  }); // prettier-ignore
});

describe('global keys', () => {
  test('close, put off and mute the card that the host sees', () => {
    take({ done: 'F13', notNow: 'F14', mute: 'F15' });
    board.hear(state('c1'));
    nowMs = 1_000;
    for (const key of ['F13', 'F14', 'F15']) press(key);
    expect(calls).toEqual([['prompt.done', { promptId: 'c1' }], ['prompt.snooze', { promptId: 'c1' }], ['prompt.mute', { promptId: 'c1' }]]); // prettier-ignore
  });

  test('leave a card alone that has only just come, none at all, and one that may be gone by now', () => {
    take({ done: 'F13' });
    press('F13');
    board.hear(state('c1'));
    nowMs = 399;
    press('F13');
    board.hear(state('c2'));
    nowMs = 700;
    press('F13');
    board.hear(state(null));
    nowMs = 2_000;
    press('F13');
    board.hear(state('c3'));
    nowMs = 8_000;
    press('F13');
    expect(calls).toEqual([]);
    board.hear(state('c3'));
    press('F13');
    expect(calls).toHaveLength(1);
  });

  test('turn do-not-disturb to the other side, and nothing while the agent is silent', () => {
    take({ hold: 'F13' });
    press('F13');
    expect(calls).toEqual([]);
    board.hear(state(null));
    press('F13');
    board.hear(state(null, 'do-not-disturb'));
    press('F13');
    expect(calls).toEqual([['cues.control', { hold: true }], ['cues.control', { hold: false }]]); // prettier-ignore
  });

  test('move windows, and a new map takes the place of the old', () => {
    take({ nextPage: 'F13', showHost: 'F14' });
    for (const key of ['F13', 'F14', 'CommandOrControl+Alt+Shift+O', 'CommandOrControl+Alt+Shift+T']) press(key);
    expect(pressed).toEqual(['nextPage', 'showHost', 'showOperator', 'clickThrough']);
    take({ showOperator: null, clickThrough: null });
    expect(shell.keys.size).toBe(0);
  });

  test('that another program has are told in words, beside those of the map itself', () => {
    shell.takenKeys.add('F13');
    take({ done: 'F13', mute: 'Ctrl+C' });
    expect(board.problems.map(({ action, problem }) => [action, problem.en])).toEqual([
      ['mute', 'every program needs it (copy, save and the like)'],
      ['done', 'another program has it'],
    ]);
    expect(lines.join()).toContain('the key F13 for "Cue done" does not work: another program has it');
    expect(shell.keys.has('CommandOrControl+Alt+Shift+O')).toBe(true);
  });

  test('a refusal of the agent is logged', async () => {
    take({ done: 'F13' });
    board.hear(state('c1'));
    nowMs = 1_000;
    press('F13');
    await Promise.resolve();
    await Promise.resolve();
    expect(lines).toEqual(['the global keys asked for prompt.done: This cue is already closed.']);
  });

  test('of the settings are taken as states bring them, once for each change; those of an older file go first', () => {
    const set = (hotkeys: HotkeyMap) => ({ ...state(null), studio: { hotkeys } }) as PanelState;
    board.take();
    expect([...shell.keys.keys()]).toEqual(['CommandOrControl+Alt+Shift+O', 'CommandOrControl+Alt+Shift+T']);
    board.hear(set({ done: 'F13', showOperator: null, clickThrough: null }));
    expect([...shell.keys.keys()]).toEqual(['F13']);
    // Taken once: another program's key of this moment is not lost by the next state.
    shell.takenKeys.add('F13');
    board.hear(set({ done: 'F13', showOperator: null, clickThrough: null }));
    expect(board.problems).toEqual([]);
    own = { done: 'F20', showOperator: null, clickThrough: null };
    board.hear(set({ done: 'F14', showOperator: null, clickThrough: null }));
    expect([...shell.keys.keys()]).toEqual(['F20']);
    own = null;
    board.hear(set({ done: 'F14', showOperator: null, clickThrough: null }));
    expect([...shell.keys.keys()]).toEqual(['F14']);
  });

  test('tell the agent what another program has: at once, every 10 s, and not one that keeps no keys', () => {
    const set = (done: string) => ({ ...state(null), studio: { hotkeys: { done } } }) as PanelState;
    const reports = () => calls.filter(([verb]) => verb === 'hotkeys.report').map(([, args]) => args);
    shell.takenKeys.add('F13');
    board.hear(state(null));
    expect(calls).toEqual([]);
    for (nowMs of [0, 5_000, 9_900, 10_000, 12_000]) board.hear(set('F13'));
    const told = { platform: 'linux', refused: [{ action: 'done', accelerator: 'F13' }] };
    expect(reports()).toEqual([told, told]);
    board.hear(set('F14'));
    expect(reports().at(-1)).toEqual({ platform: 'linux', refused: [] });
    expect(reports()).toHaveLength(3);
  });
});
