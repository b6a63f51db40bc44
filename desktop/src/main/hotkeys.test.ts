import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceleratorOf, checkHotkeys, HOTKEY_NAMES, HotkeyMap, parseAccelerator } from './hotkeys.ts';

const canonical = (text: string, platform: NodeJS.Platform = 'linux') => {
  const parsed = parseAccelerator(text, platform);
  return parsed.ok ? parsed.canonical : parsed.problem.en;
};
const problemsOf = (map: HotkeyMap, platform: NodeJS.Platform = 'linux') =>
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

  test('of a file is refused when it names an action that there is not', () => {
    expect(HotkeyMap.safeParse({ done: 'Ctrl+Alt+D', explode: 'F9' }).success).toBe(false);
  });
});
