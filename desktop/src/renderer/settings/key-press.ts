import { parseAccelerator, type KeyPlatform } from '@livecue/shared/contract';

/** The part of a key event that says which keys are down. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const MODIFIER_KEYS: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'OS', 'Fn', 'Dead', 'Process', 'Unidentified']); // prettier-ignore
/** By `code`, where the accelerator's name is another one. */
const CODES: ReadonlyMap<string, string> = new Map(Object.entries({
  ArrowUp: 'Up', ArrowDown: 'Down', ArrowLeft: 'Left', ArrowRight: 'Right', Enter: 'Return', NumpadEnter: 'Return',
  NumpadAdd: 'numadd', NumpadSubtract: 'numsub', NumpadMultiply: 'nummult', NumpadDivide: 'numdiv', NumpadDecimal: 'numdec',
  MediaTrackNext: 'MediaNextTrack', MediaTrackPrevious: 'MediaPreviousTrack', AudioVolumeUp: 'VolumeUp', AudioVolumeDown: 'VolumeDown', AudioVolumeMute: 'VolumeMute',
  Minus: '-', Equal: '=', BracketLeft: '[', BracketRight: ']', Semicolon: ';', Quote: "'", Comma: ',', Period: '.', Slash: '/', Backslash: '\\', Backquote: '`',
})); // prettier-ignore

/** What people call this computer's system, by what its browser says. */
export function platformOf(userAgent: string): KeyPlatform {
  if (/Macintosh|Mac OS X|iPhone|iPad/.test(userAgent)) return 'darwin';
  return userAgent.includes('Windows') ? 'win32' : 'linux';
}

function keyName({ key, code }: KeyPress): string {
  // By what stands on it, so that it is the key that people see; Shift and Option make other characters of it.
  if (/^[a-z0-9]$/i.test(key) && !code.startsWith('Numpad')) return key.toUpperCase();
  const [, plain] = /^(?:Key|Digit)([A-Z0-9])$/.exec(code) ?? [];
  const [, digit] = /^Numpad(\d)$/.exec(code) ?? [];
  return plain ?? (digit === undefined ? (CODES.get(code) ?? (code === '' ? key : code)) : `num${digit}`);
}

/** Keys that are held, as an accelerator that means the same on another system; null while only modifiers are. */
export function pressedAccelerator(press: KeyPress, platform: KeyPlatform): string | null {
  if (MODIFIER_KEYS.has(press.key)) return null;
  const { ctrlKey, metaKey, altKey, shiftKey } = press;
  const mac = platform === 'darwin';
  const parts = [
    (mac ? metaKey : ctrlKey) ? 'CommandOrControl' : null,
    mac && ctrlKey ? 'Control' : null,
    altKey ? 'Alt' : null,
    shiftKey ? 'Shift' : null,
    !mac && metaKey ? 'Super' : null,
  ];
  return [...parts.filter((part) => part !== null), keyName(press)].join('+');
}

const MAC: Readonly<Record<string, string>> = { Command: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧' };
const OTHER: Readonly<Record<string, string>> = { Control: 'Ctrl', Super: 'Win' };

/** An accelerator as its keys are labelled on that system; one that cannot be read stays as it is. */
export function keyLabels(accelerator: string, platform: KeyPlatform): readonly string[] {
  const parsed = parseAccelerator(accelerator, platform);
  if (!parsed.ok) return [accelerator];
  const names = platform === 'darwin' ? MAC : OTHER;
  return [...parsed.modifiers.map((modifier) => names[modifier] ?? modifier), parsed.key];
}
