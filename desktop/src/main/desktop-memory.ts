import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { HOTKEY_NAMES } from '@livecue/shared/contract';

const Area = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
const Place = z.object({ bounds: Area, maximized: z.boolean() });
export type Place = z.infer<typeof Place>;

/** What the desktop remembers of itself on this machine; nothing of any show. */
export const DesktopMemory = z.object({
  version: z.literal(1),
  /** By the arrangement of the displays, and in it by window. */
  places: z.record(z.string(), z.object({ operator: Place.optional(), host: Place.optional() })).default({}),
  /** The host's display as chosen; null: whichever is not the desk's. */
  hostDisplay: z.object({ id: z.number(), label: z.string(), bounds: Area }).nullable().default(null),
  hostOnTop: z.boolean().default(true),
  /** The mouse goes through the host's window to what lies below. */
  hostClickThrough: z.boolean().default(false),
  /** Keys as versions kept them here that did not have them in the settings; empty: none, or carried over. */
  hotkeys: z.partialRecord(z.enum(HOTKEY_NAMES), z.string().max(64).nullable()).default({}),
  /** Looks for updates where the package names a feed. */
  updates: z.boolean().default(true),
});
export type DesktopMemory = z.infer<typeof DesktopMemory>;

const PLACES_KEPT = 16;

export interface MemoryFile {
  readonly value: DesktopMemory;
  /** What was wrong with the file when it was read, in words, or null. */
  readonly problem: string | null;
  change(part: Partial<DesktopMemory>): void;
  place(arrangement: string, window: 'operator' | 'host', place: Place): void;
  /** Writes what has changed; called by a timer of its own and at the end. */
  flush(): void;
}

/** Temp file, fsync, rename: a kill leaves the old one or the new one. */
function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(`${file}.tmp`, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.tmp`, file);
}

function read(file: string): { value: DesktopMemory; problem: string | null } {
  const fresh = DesktopMemory.parse({ version: 1 });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { value: fresh, problem: null };
    throw error;
  }
  let detail: string;
  try {
    const parsed = DesktopMemory.safeParse(JSON.parse(text));
    if (parsed.success) return { value: parsed.data, problem: null };
    const issue = parsed.error.issues[0];
    detail = `${(issue?.path ?? []).join('.')}: ${issue?.message ?? 'not valid'}`;
  } catch (error) {
    detail = (error as Error).message;
  }
  renameSync(file, `${file}.unreadable`);
  return { value: fresh, problem: `What the desktop remembered in ${file} could not be read (${detail}); it is kept beside it as .unreadable, and windows stand where they stood at first.` }; // prettier-ignore
}

/** `saveAfterMs`: a window that is being dragged is written once. */
export function openMemory(file: string, log: (line: string) => void, saveAfterMs = 500): MemoryFile {
  const found = read(file);
  let value = found.value;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    try {
      writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
    } catch (error) {
      log(`writing ${file}: ${(error as Error).message}. Windows will stand where they were written last.`);
    }
  }
  function change(part: Partial<DesktopMemory>): void {
    value = { ...value, ...part };
    timer ??= setTimeout(flush, saveAfterMs);
    timer.unref();
  }
  return {
    get value() {
      return value;
    },
    problem: found.problem,
    change,
    place(arrangement, window, place) {
      const { [arrangement]: here, ...others } = value.places;
      const kept = Object.entries(others).slice(-(PLACES_KEPT - 1));
      change({ places: { ...Object.fromEntries(kept), [arrangement]: { ...here, [window]: place } } });
    },
    flush,
  };
}
