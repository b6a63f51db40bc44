import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceleratorOf, alikeHotkeys, checkHotkeys, HOTKEY_NAMES, Hotkeys, pageUse, parseAccelerator, type HotkeyMap, type KeyPlatform } from './hotkeys.ts'; // prettier-ignore

const canonical = (text: string, platform: KeyPlatform = 'linux') => {
  const parsed = parseAccelerator(text, platform);
  return parsed.ok ? parsed.canonical : parsed.problem.en;
};
const problemsOf = (map: HotkeyMap, platform: KeyPlatform = 'linux') =>
  checkHotkeys(map, platform).problems.map(({ action, problem }) => `${action}: ${problem.en}`);

describe('an accelerator', () => {
  test.each([
    ['Ctrl+Alt+D', 'linux', 'Control+Alt+D'],
    ['alt+control+d', 'win32', 'Control+Alt+D'],
    ['CommandOrControl+Shift+F5', 'darwin', 'Command+Shift+F5'],
    ['CmdOrCtrl+Shift+F5', 'win32', 'Control+Shift+F5'],
    ['Meta+Enter', 'linux', 'Super+Return'],
    ['Super+K', 'darwin', 'Command+K'],
    ['Control+Plus', 'linux', 'Control+Plus'],
    ['F13', 'linux', 'F13'],
    ['MediaNextTrack', 'win32', 'MediaNextTrack'],
  ] as const)('%s on %s is %s', (text, platform, expected) => {
    expect(canonical(text, platform)).toBe(expected);
  });

  test.each([
    ['D', /gone from every other program/],
    ['Shift+D', /gone from every other program/],
    ['Hyper+D', /"Hyper" is no modifier/],
    ['Ctrl+Control+D', /stands there twice/],
    ['Command+D', /macOS alone/],
    ['Ctrl+', /"" is no key/],
    ['', /is no key/],
    ['Ctrl+F25', /"F25" is no key/],
    ['Ctrl++', /is no modifier|is no key/],
  ])('"%s" is refused with the reason', (text, words) => {
    expect(canonical(text)).toMatch(words);
  });

  test('no text at all makes it throw, and what it accepts it accepts in its own spelling', () => {
    const word = fc.constantFrom('Ctrl', 'Alt', 'Shift', 'Super', 'CmdOrCtrl', 'D', 'F9', 'Plus', 'Space', '+', ' ', 'ß');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(word, { maxLength: 5 }).map((words) => words.join('+'))), (text) => {
        const parsed = parseAccelerator(text, 'linux');
        if (parsed.ok) expect(canonical(parsed.canonical)).toBe(parsed.canonical);
      }),
    );
  }); // prettier-ignore
});

describe('a map of keys', () => {
  test('as shipped takes two keys that nothing else uses, and none that closes a card', () => {
    for (const platform of ['linux', 'win32', 'darwin'] as const) {
      const { good, problems } = checkHotkeys({}, platform);
      expect(problems).toEqual([]);
      expect(good.map(({ action }) => action)).toEqual(['showOperator', 'clickThrough']);
    }
    expect(HOTKEY_NAMES.filter((name) => acceleratorOf({}, name) === null)).toContain('done');
  });

  test('two that are the same key are told at both, and neither is taken', () => {
    const map: HotkeyMap = { done: 'Ctrl+Alt+D', mute: 'alt+CONTROL+d', hold: 'Ctrl+Alt+H' };
    expect(problemsOf(map)).toEqual(['done: it is the same as for "Mute this kind of cue"', 'mute: it is the same as for "Cue done"']); // prettier-ignore
    expect(checkHotkeys(map, 'linux').good.map(({ action }) => action)).toEqual(['hold', 'showOperator', 'clickThrough']); // prettier-ignore
  });

  test('a clash with a key as shipped is found as well, and a key set to null is none', () => {
    expect(problemsOf({ done: 'Shift+Alt+Ctrl+O' })).toHaveLength(2);
    expect(problemsOf({ done: 'Shift+Alt+Ctrl+O', showOperator: null })).toEqual([]);
  });

  test.each([
    ['Ctrl+C', 'linux', /every program needs it/],
    ['Cmd+C', 'darwin', /every program needs it/],
    ['Alt+F4', 'win32', /belongs to the system/],
    ['Cmd+Tab', 'darwin', /belongs to the system/],
    ['F12', 'win32', /belongs to the system/],
  ] as const)('%s on %s is left to whom it belongs', (accelerator, platform, words) => {
    expect(problemsOf({ done: accelerator }, platform).join()).toMatch(words);
  });

  test('the same letter is free on another system', () => {
    expect(problemsOf({ done: 'Ctrl+C' }, 'darwin')).toEqual([]);
  });

  test('of the settings has the first key of each action, none where it is null, and refuses what is no key anywhere', () => {
    expect(Hotkeys.parse({ done: 'F13', showOperator: null })).toMatchObject({ done: 'F13', mute: null, showOperator: null, clickThrough: 'CommandOrControl+Alt+Shift+T' }); // prettier-ignore
    expect(Hotkeys.safeParse({ done: 'Command+Alt+H' }).success).toBe(true);
    expect(Hotkeys.safeParse({ done: 'Ctrl+Alt+D', explode: 'F9' }).success).toBe(false);
    for (const wrong of ['D', 'Hyper+D', 'Ctrl+constructor', '__proto__+D', 'Ctrl+__proto__']) {
      const { error } = Hotkeys.safeParse({ done: wrong });
      expect(error?.issues[0], wrong).toMatchObject({
        path: ['done'],
        message: expect.stringContaining('cannot be a global key'),
      });
    }
  });

  test('tells two alike whatever the system that it is looked at on', () => {
    expect([...alikeHotkeys({ done: 'CmdOrCtrl+Alt+D', mute: 'alt+control+d', hold: 'Command+Alt+D', showHost: 'x' })]).toEqual([['done', ['mute']], ['mute', ['done']]]); // prettier-ignore
    expect(alikeHotkeys({}).size).toBe(0);
  });
});

test('a key that pages take for numbers is told; with another key beside it, it is free', () => {
  expect([pageUse('num3')?.en, pageUse('Control+num3'), pageUse('F13'), pageUse('numadd')]).toEqual([expect.stringContaining('numbers'), null, null, null]); // prettier-ignore
});
