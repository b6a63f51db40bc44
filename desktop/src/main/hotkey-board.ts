import type { PanelMessage, PanelState, PanelVerb } from '@livecue/shared/contract';
import { CARD_VERBS, checkHotkeys, HOTKEY_ACTIONS, type HotkeyAction, type HotkeyMap, type HotkeyProblem } from './hotkeys.ts'; // prettier-ignore
import type { ShellPort } from './shell-port.ts';

/** A card this young was not what the hand was on its way to; the page's own keys wait as long. */
export const SETTLE_MS = 400;
/** A state older than this may show a card that is gone. */
const FRESH_MS = 5_000;

export interface HotkeyPorts {
  readonly shell: Pick<ShellPort, 'shortcuts' | 'platform'>;
  readonly call: (verb: PanelVerb, args: unknown) => Promise<PanelMessage>;
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
  /** What keys do to windows. */
  readonly window: Readonly<Record<'nextPage' | 'showOperator' | 'showHost' | 'clickThrough', () => void>>;
}

export interface HotkeyBoard {
  /** Keys that do not work, each with its reason; after `take`. */
  readonly problems: readonly HotkeyProblem[];
  /** Takes the keys of the map, instead of those taken before. */
  take(map: HotkeyMap): void;
  /** A state of the agent, as it came. */
  hear(state: PanelState): void;
  release(): void;
}

export function createHotkeyBoard({ shell, call, nowMs, log, window }: HotkeyPorts): HotkeyBoard {
  let problems: readonly HotkeyProblem[] = [];
  let heard: { state: PanelState; atMs: number } | null = null;
  let card: { promptId: string; sinceMs: number } | null = null;

  async function ask(verb: PanelVerb, args: unknown): Promise<void> {
    const message = await call(verb, args);
    if (message.type === 'error') log(`a global key asked for ${verb}: ${message.message}`);
  }

  function onCard(verb: PanelVerb): void {
    if (card === null || heard === null || nowMs() - heard.atMs > FRESH_MS) return;
    if (nowMs() - card.sinceMs >= SETTLE_MS) void ask(verb, { promptId: card.promptId });
  }

  function hold(): void {
    // The present state decides between on and off; without one nothing is known to be turned.
    if (heard === null || nowMs() - heard.atMs > FRESH_MS) return;
    void ask('cues.control', { hold: heard.state.stage.quiet !== 'do-not-disturb' });
  }

  const press: Record<HotkeyAction, () => void> = {
    ...window,
    hold,
    done: () => onCard(CARD_VERBS.done ?? 'prompt.done'),
    notNow: () => onCard(CARD_VERBS.notNow ?? 'prompt.snooze'),
    mute: () => onCard(CARD_VERBS.mute ?? 'prompt.mute'),
  };

  return {
    get problems() {
      return problems;
    },
    take(map) {
      shell.shortcuts.unregisterAll();
      const checked = checkHotkeys(map, shell.platform);
      const refused = checked.good
        .filter(({ action, accelerator }) => !shell.shortcuts.register(accelerator, press[action]))
        .map(({ action, accelerator }) => ({
          action,
          accelerator,
          problem: { zh: '另一个程序已占用它', en: 'another program has it' },
        }));
      problems = [...checked.problems, ...refused];
      for (const { action, accelerator, problem } of problems)
        log(`the key ${accelerator} for "${HOTKEY_ACTIONS[action].words.en}" does not work: ${problem.en}`);
    },
    hear(state) {
      heard = { state, atMs: nowMs() };
      const { active } = state.stage;
      if (active?.promptId !== card?.promptId) card = active === null ? null : { promptId: active.promptId, sinceMs: nowMs() }; // prettier-ignore
    },
    release: () => shell.shortcuts.unregisterAll(),
  };
}
