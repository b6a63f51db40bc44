/** Global keys of the desktop: which there are, what is wrong with a map, which keys are one and the same. Pure. */
import * as z from 'zod';
import type { Words } from '../prompt/host-prompt.ts';

/** What a global key may do. The first four are for the card that the host sees. */
export const HOTKEY_ACTIONS = {
  done: { words: { zh: '完成当前提示', en: 'Cue done' }, first: null },
  notNow: { words: { zh: '当前提示稍后再说', en: 'Cue: not now' }, first: null },
  mute: { words: { zh: '本场不再提示此类', en: 'Mute this kind of cue' }, first: null },
  hold: { words: { zh: '勿扰开关', en: 'Do not disturb on or off' }, first: null },
  nextPage: { words: { zh: '场控翻到下一页', en: "Next page at the operator's desk" }, first: null },
  showOperator: { words: { zh: '显示场控窗口', en: "Show the operator's window" }, first: 'CommandOrControl+Alt+Shift+O' },
  showHost: { words: { zh: '显示主播屏', en: 'Show the host screen' }, first: null },
  /** The way back from a window that no mouse reaches. */
  clickThrough: { words: { zh: '鼠标穿透主播屏开关', en: 'Mouse goes through the host screen, on or off' }, first: 'CommandOrControl+Alt+Shift+T' },
} as const satisfies Record<string, { words: Words; first: string | null }>; // prettier-ignore
export type HotkeyAction = keyof typeof HOTKEY_ACTIONS;
export const HOTKEY_NAMES = Object.keys(HOTKEY_ACTIONS) as HotkeyAction[];

const spelled = (text: string) => [parseAccelerator(text, 'linux'), parseAccelerator(text, 'darwin')] as const;

/** A key in Electron's spelling that some system has: `CommandOrControl+Alt+H`, `F13`. */
const Accelerator = z.string().max(64).superRefine((text, context) => {
  const [linux, mac] = spelled(text);
  if (!linux.ok && !mac.ok) context.addIssue(`${JSON.stringify(text)} cannot be a global key: ${linux.problem.en}`);
}); // prettier-ignore

/** Keys of the settings, each with the one that its action has at first; null: none. */
export const Hotkeys = z.strictObject(
  Object.fromEntries(HOTKEY_NAMES.map((name) => [name, Accelerator.nullable().default(HOTKEY_ACTIONS[name].first).describe(HOTKEY_ACTIONS[name].words.en)])) as Record<HotkeyAction, z.ZodDefault<z.ZodNullable<typeof Accelerator>>>,
); // prettier-ignore
export type Hotkeys = z.infer<typeof Hotkeys>;

/** What a map holds of each action: an accelerator, null for none; absent: the first one of the action, which most have not. */
export type HotkeyMap = { readonly [A in HotkeyAction]?: string | null };

export const acceleratorOf = (map: HotkeyMap, action: HotkeyAction): string | null =>
  map[action] === undefined ? HOTKEY_ACTIONS[action].first : map[action];

/** Systems with keys of their own; all others are taken for Linux. */
export type KeyPlatform = 'darwin' | 'win32' | 'linux';

export type Modifier = 'Control' | 'Command' | 'Alt' | 'Shift' | 'Super' | 'AltGr';
/** Electron's names, in lower case. Command exists on macOS alone; Super is the Windows key. */
const MODIFIERS: ReadonlyMap<string, Modifier | 'CommandOrControl'> = new Map(Object.entries({
  command: 'Command', cmd: 'Command', control: 'Control', ctrl: 'Control', commandorcontrol: 'CommandOrControl',
  cmdorctrl: 'CommandOrControl', alt: 'Alt', option: 'Alt', altgr: 'AltGr', shift: 'Shift', super: 'Super', meta: 'Super',
} as const)); // prettier-ignore
const ORDER: readonly Modifier[] = ['Command', 'Control', 'Alt', 'AltGr', 'Shift', 'Super'];

const NAMED: ReadonlyMap<string, string> = new Map([
  ...['Plus', 'Space', 'Tab', 'Capslock', 'Numlock', 'Scrolllock', 'Backspace', 'Delete', 'Insert', 'Return', 'Up', 'Down',
    'Left', 'Right', 'Home', 'End', 'PageUp', 'PageDown', 'Escape', 'VolumeUp', 'VolumeDown', 'VolumeMute',
    'MediaNextTrack', 'MediaPreviousTrack', 'MediaStop', 'MediaPlayPause', 'PrintScreen', 'numdec', 'numadd', 'numsub',
    'nummult', 'numdiv', ...Array.from({ length: 24 }, (_, n) => `F${n + 1}`), ...Array.from({ length: 10 }, (_, n) => `num${n}`)]
    .map((name) => [name.toLowerCase(), name] as const),
  ['enter', 'Return'], ['esc', 'Escape'],
]); // prettier-ignore
const ONE_CHARACTER = /^[0-9A-Z)!@#$%^&*(:;=<,_\->.?/~`{\][|\\}"']$/;
/** These do nothing else in any program, so they may stand alone: pedals and small keyboards send them. */
const ALONE = /^(F\d\d?|Media\w+|num\w+)$/;

export type ParsedAccelerator =
  | { readonly ok: true; readonly canonical: string; readonly key: string; readonly modifiers: readonly Modifier[] }
  | { readonly ok: false; readonly problem: Words };

const wrong = (zh: string, en: string): ParsedAccelerator => ({ ok: false, problem: { zh, en } });

/** An accelerator of Electron, brought to one spelling for the system it runs on: two that are the same compare equal. */
export function parseAccelerator(text: string, platform: KeyPlatform): ParsedAccelerator {
  const mac = platform === 'darwin';
  // A plus sign is written "Plus", so every "+" joins.
  const parts = text.split('+').map((part) => part.trim());
  const last = parts.pop() ?? '';
  const modifiers = new Set<Modifier>();
  for (const part of parts) {
    const found = MODIFIERS.get(part.toLowerCase());
    if (found === undefined) return wrong(`“${part}”不是修饰键`, `"${part}" is no modifier: use Control, Alt, Shift, Command or Super`); // prettier-ignore
    const modifier = found === 'CommandOrControl' ? (mac ? 'Command' : 'Control') : found === 'Super' && mac ? 'Command' : found; // prettier-ignore
    if (modifier === 'Command' && !mac) return wrong('Command 只在 macOS 上有', 'Command is a key of macOS alone: use Control'); // prettier-ignore
    if (modifiers.has(modifier)) return wrong(`“${part}”写了两次`, `"${part}" stands there twice`);
    modifiers.add(modifier);
  }
  const key = NAMED.get(last.toLowerCase()) ?? (ONE_CHARACTER.test(last.toUpperCase()) ? last.toUpperCase() : null);
  if (key === null) return wrong(`“${last}”不是按键名`, `"${last}" is no key: use a letter, a digit, F1 to F24 or a name such as Space`); // prettier-ignore
  const strong = [...modifiers].some((modifier) => modifier !== 'Shift');
  if (!strong && !ALONE.test(key)) return wrong('单独的键会在所有程序里失效：请加 Control、Alt 或 Command', 'it would be gone from every other program: add Control, Alt or Command'); // prettier-ignore
  const ordered = ORDER.filter((modifier) => modifiers.has(modifier));
  return { ok: true, canonical: [...ordered, key].join('+'), key, modifiers: ordered };
}

/** Keys that people need in every program; taking them would be felt far from here. */
const EVERYBODYS = ['C', 'V', 'X', 'Z', 'A', 'S', 'P', 'F', 'N', 'O', 'T', 'W', 'Q', 'R'].map((key) => `CommandOrControl+${key}`); // prettier-ignore
const OF_THE_SYSTEM: Readonly<Record<KeyPlatform, readonly string[]>> = {
  darwin: ['Command+Tab', 'Command+Space', 'Command+H', 'Command+M', 'Command+Alt+Escape', 'Command+Shift+3', 'Command+Shift+4', 'Command+Shift+5', 'Command+Control+Q'],
  win32: ['Alt+F4', 'Alt+Tab', 'Alt+Escape', 'Alt+Space', 'Control+Escape', 'Control+Shift+Escape', 'Control+Alt+Delete', 'Super+L', 'Super+D', 'Super+E', 'Super+R', 'Super+Tab', 'F12'],
  linux: ['Alt+F4', 'Alt+Tab', 'Alt+F2', 'Control+Alt+Delete', 'Control+Alt+T', 'Super+L', 'Super+D'],
}; // prettier-ignore

function takenBy(canonical: string, platform: KeyPlatform): Words | null {
  const is = (text: string) => {
    const parsed = parseAccelerator(text, platform);
    return parsed.ok && parsed.canonical === canonical;
  };
  if (EVERYBODYS.some(is)) return { zh: '所有程序都要用它（复制、保存等）', en: 'every program needs it (copy, save and the like)' }; // prettier-ignore
  // F12 alone is the debugger's on Windows and never reaches us.
  return OF_THE_SYSTEM[platform].some((text) => is(text) || text === canonical) ? { zh: '它属于操作系统', en: 'it belongs to the system' } : null; // prettier-ignore
}

export interface HotkeyProblem {
  readonly action: HotkeyAction;
  readonly accelerator: string;
  readonly problem: Words;
}
export interface CheckedHotkeys {
  /** What may be registered, in the order of the actions. */
  readonly good: readonly { readonly action: HotkeyAction; readonly accelerator: string }[];
  readonly problems: readonly HotkeyProblem[];
}

/** Of a whole map: spelled well, not needed by others, and no two alike; of two alike neither is taken. */
export function checkHotkeys(map: HotkeyMap, platform: KeyPlatform): CheckedHotkeys {
  const good: { action: HotkeyAction; accelerator: string; canonical: string }[] = [];
  const problems: HotkeyProblem[] = [];
  for (const action of HOTKEY_NAMES) {
    const accelerator = acceleratorOf(map, action);
    if (accelerator === null) continue;
    const parsed = parseAccelerator(accelerator, platform);
    if (!parsed.ok) {
      problems.push({ action, accelerator, problem: parsed.problem });
      continue;
    }
    const taken = takenBy(parsed.canonical, platform);
    if (taken === null) good.push({ action, accelerator, canonical: parsed.canonical });
    else problems.push({ action, accelerator, problem: taken });
  }
  const alike = (one: (typeof good)[number]) => good.find((other) => other !== one && other.canonical === one.canonical); // prettier-ignore
  for (const one of good) {
    const other = alike(one);
    if (other === undefined) continue;
    const { zh, en } = HOTKEY_ACTIONS[other.action].words;
    problems.push({ action: one.action, accelerator: one.accelerator, problem: { zh: `与“${zh}”相同`, en: `it is the same as for "${en}"` } }); // prettier-ignore
  }
  return {
    good: good.filter((one) => alike(one) === undefined).map(({ action, accelerator }) => ({ action, accelerator })),
    problems,
  };
}

/** Of each action that has the same key as another: the others, whatever the system. */
export function alikeHotkeys(map: HotkeyMap): ReadonlyMap<HotkeyAction, readonly HotkeyAction[]> {
  const keys = HOTKEY_NAMES.flatMap((action) => {
    const accelerator = acceleratorOf(map, action);
    if (accelerator === null) return [];
    const found = spelled(accelerator).find((one) => one.ok);
    return found?.ok === true ? [{ action, canonical: found.canonical }] : [];
  });
  const others = keys.map(({ action, canonical }) => [action, keys.filter((one) => one.action !== action && one.canonical === canonical).map((one) => one.action)] as const); // prettier-ignore
  return new Map(others.filter(([, alike]) => alike.length > 0));
}

/** What pages of the panel do with a key that may stand alone; null: nothing. Taken as a global key, it does that no more. */
export const pageUse = (canonical: string): Words | null =>
  /^num\d$/.test(canonical) ? { zh: '面板里用它输入数字、给评论选标签', en: 'pages of the panel take it to write numbers and to label comments' } : null; // prettier-ignore

/** What the desktop tells of the keys on its machine, again and again. */
export const HotkeyReport = z.strictObject({
  platform: z.enum(['darwin', 'win32', 'linux']),
  /** Keys that were asked for and not given: another program has them. */
  refused: z.array(z.strictObject({ action: z.enum(HOTKEY_NAMES), accelerator: z.string().max(64) })).max(HOTKEY_NAMES.length),
}); // prettier-ignore
export type HotkeyReport = z.infer<typeof HotkeyReport>;

/** A desktop that has told nothing for so long has ended. It tells every 10 s, and when keys change. */
export const DESKTOP_GONE_MS = 30_000;

export const HOTKEY_VERBS = {
  /** Null: no desktop runs, so no global key works. */
  'hotkeys.read': { args: z.strictObject({}), result: z.object({ desktop: HotkeyReport.nullable() }) },
  'hotkeys.report': { args: HotkeyReport, result: z.object({}) },
} as const;
