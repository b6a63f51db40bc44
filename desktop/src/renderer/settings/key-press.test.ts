import { expect, test } from 'vitest';
import { keyLabels, platformOf, pressedAccelerator, type KeyPress } from './key-press.ts';

const press = (key: string, code: string, ...held: ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]): KeyPress => ({
  key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...Object.fromEntries(held.map((one) => [one, true])),
}); // prettier-ignore

test.each([
  [press('F13', 'F13'), 'linux', 'F13'],
  [press('h', 'KeyH', 'ctrlKey', 'altKey'), 'win32', 'CommandOrControl+Alt+H'],
  [press('˙', 'KeyH', 'metaKey', 'altKey'), 'darwin', 'CommandOrControl+Alt+H'],
  [press('h', 'KeyH', 'ctrlKey'), 'darwin', 'Control+H'],
  [press('k', 'KeyK', 'metaKey'), 'win32', 'Super+K'],
  // A French keyboard: the key that is labelled A.
  [press('a', 'KeyQ', 'ctrlKey', 'shiftKey'), 'linux', 'CommandOrControl+Shift+A'],
  [press('!', 'Digit1', 'ctrlKey', 'shiftKey'), 'linux', 'CommandOrControl+Shift+1'],
  [press('7', 'Numpad7'), 'linux', 'num7'],
  [press('+', 'NumpadAdd'), 'linux', 'numadd'],
  [press('ArrowUp', 'ArrowUp', 'altKey'), 'linux', 'Alt+Up'],
  [press('MediaTrackNext', 'MediaTrackNext'), 'linux', 'MediaNextTrack'],
  [press('Control', 'ControlLeft', 'ctrlKey'), 'linux', null],
  [press('Shift', 'ShiftLeft', 'shiftKey'), 'darwin', null],
] as const)('keys that are held make one accelerator: %j on %s', (held, platform, expected) => {
  expect(pressedAccelerator(held, platform)).toBe(expected);
});

test('keys are called as they are labelled', () => {
  expect(keyLabels('CommandOrControl+Alt+Shift+O', 'win32')).toEqual(['Ctrl', 'Alt', 'Shift', 'O']);
  expect(keyLabels('CommandOrControl+Alt+Shift+O', 'darwin')).toEqual(['⌘', '⌥', '⇧', 'O']);
  expect(keyLabels('Hyper+O', 'linux')).toEqual(['Hyper+O']);
});

test('the system is known by its browser', () => {
  expect(platformOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64)')).toBe('win32');
  expect(platformOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)')).toBe('darwin');
  expect(platformOf('Mozilla/5.0 (X11; Linux x86_64)')).toBe('linux');
});
