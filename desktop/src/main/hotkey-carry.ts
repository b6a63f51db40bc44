import { HOTKEY_NAMES, Hotkeys, PANEL_VERBS, type HotkeyMap, type PanelMessage, type PanelResult, type PanelState, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore

/** The agent may be starting, a show may be on, the settings on trial: it is looked at again so often. */
const AGAIN_MS = 60_000;

export interface HotkeyCarryPorts {
  readonly call: (verb: PanelVerb, args: unknown) => Promise<PanelMessage>;
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
  /** Keys of an older version's file; null: there are none. */
  readonly own: () => HotkeyMap | null;
  /** Takes them out of that file. */
  readonly forget: () => void;
}

/**
 * Keys that an older version of the desktop kept in its own file become a version of the agent's settings, and never
 * while a show runs: until the settings have keys, those go on working from that file. Where the settings have keys
 * already, they count. Returns what is to be told every state of the agent.
 */
export function createHotkeyCarry({ call, nowMs, log, own, forget }: HotkeyCarryPorts): (state: PanelState) => void {
  let lookedMs = -Infinity;
  /** Each time costs a start of the agent: once for each of the desktop. */
  let asked = false;

  async function ask<V extends PanelVerb>(verb: V, args: unknown): Promise<PanelResult<V>> {
    const message = await call(verb, args);
    if (message.type !== 'result') throw new Error(message.type === 'error' ? message.message : 'no answer');
    return PANEL_VERBS[verb].result.parse(message.result) as PanelResult<V>;
  }

  async function look(keys: HotkeyMap): Promise<void> {
    const { settings, basis, trial, showRuns } = await ask('settings.read', {});
    if (settings['hotkeys'] !== undefined && trial === null) {
      log('the settings have the global keys now; those of desktop.json are removed');
      return forget();
    }
    if (asked || showRuns || trial !== null) return;
    asked = true;
    const hotkeys = Object.fromEntries(HOTKEY_NAMES.flatMap((name) => (isSpelledWell(keys[name]) ? [[name, keys[name]]] : []))); // prettier-ignore
    const done = await ask('settings.apply', { settings: { ...settings, hotkeys }, basis, when: 'now', note: 'desktop.json' }); // prettier-ignore
    if (done.reason === null) return;
    const why = [done.reason, ...done.problems.map(({ path, message }) => `${path}: ${message}`)].join('; ');
    log(`the global keys of desktop.json could not be taken into the settings (${why}); set them on the page Settings`);
  }

  return ({ studio }) => {
    const keys = own();
    if (keys === null || studio === undefined || nowMs() - lookedMs < AGAIN_MS) return;
    lookedMs = nowMs();
    look(keys).catch((error: unknown) => log(`carrying over the global keys: ${(error as Error).message}`));
  };
}

/** Absent is not: it has its default. */
const isSpelledWell = (text: string | null | undefined): boolean =>
  text === null || (text !== undefined && Hotkeys.shape.done.safeParse(text).success);
