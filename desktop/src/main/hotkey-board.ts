import { checkHotkeys, HOTKEY_ACTIONS, type HotkeyAction, type HotkeyMap, type HotkeyProblem, type HotkeyReport, type KeyPlatform, type PanelMessage, type PanelState, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import type { ShellPort } from './shell-port.ts';

/** A card this young was not what the hand was on its way to; the page's own keys wait as long. */
export const SETTLE_MS = 400;
/** A state older than this may show a card that is gone. */
const FRESH_MS = 5_000;
/** The agent is told again so often which keys do not work: it forgets a desktop that says nothing. */
const REPORT_MS = 10_000;

export interface HotkeyPorts {
  readonly shell: Pick<ShellPort, 'shortcuts' | 'platform'>;
  readonly call: (verb: PanelVerb, args: unknown) => Promise<PanelMessage>;
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
  /** Keys that an older version kept itself, which go before those of the agent until it has taken them. */
  readonly ownKeys: () => HotkeyMap | null;
  /** What keys do to windows. */
  readonly window: Readonly<Record<'nextPage' | 'showOperator' | 'showHost' | 'clickThrough', () => void>>;
}

export interface HotkeyBoard {
  /** Keys that do not work, each with its reason; after `take`. */
  readonly problems: readonly HotkeyProblem[];
  /** Takes the keys that are set as far as is known, instead of those taken before. */
  take(): void;
  /** A state of the agent, as it came; keys that are set anew are taken. */
  hear(state: PanelState): void;
  release(): void;
}

const systemOf = (platform: NodeJS.Platform): KeyPlatform => platform === 'darwin' || platform === 'win32' ? platform : 'linux'; // prettier-ignore

export function createHotkeyBoard({ shell, call, nowMs, log, ownKeys, window }: HotkeyPorts): HotkeyBoard {
  const platform = systemOf(shell.platform);
  let problems: readonly HotkeyProblem[] = [];
  let refused: HotkeyReport['refused'] = [];
  let taken = '';
  let reportedMs = -Infinity;
  let heard: { state: PanelState; atMs: number } | null = null;
  let card: { promptId: string; sinceMs: number } | null = null;

  async function ask(verb: PanelVerb, args: unknown): Promise<void> {
    const message = await call(verb, args);
    if (message.type === 'error') log(`the global keys asked for ${verb}: ${message.message}`);
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
    done: () => onCard('prompt.done'),
    notNow: () => onCard('prompt.snooze'),
    mute: () => onCard('prompt.mute'),
  };

  function take(): void {
    const map = ownKeys() ?? heard?.state.studio?.hotkeys ?? {};
    if (JSON.stringify(map) === taken) return;
    taken = JSON.stringify(map);
    shell.shortcuts.unregisterAll();
    const checked = checkHotkeys(map, platform);
    refused = checked.good.filter(({ action, accelerator }) => !shell.shortcuts.register(accelerator, press[action]));
    problems = [
      ...checked.problems,
      ...refused.map((one) => ({ ...one, problem: { zh: '另一个程序已占用它', en: 'another program has it' } })),
    ];
    for (const { action, accelerator, problem } of problems)
      log(`the key ${accelerator} for "${HOTKEY_ACTIONS[action].words.en}" does not work: ${problem.en}`);
    reportedMs = -Infinity;
  }

  return {
    get problems() {
      return problems;
    },
    take,
    hear(state) {
      heard = { state, atMs: nowMs() };
      const { active } = state.stage;
      if (active?.promptId !== card?.promptId) card = active === null ? null : { promptId: active.promptId, sinceMs: nowMs() }; // prettier-ignore
      take();
      // An agent that tells no keys knows nothing of this verb either.
      if (state.studio === undefined || nowMs() - reportedMs < REPORT_MS) return;
      reportedMs = nowMs();
      void ask('hotkeys.report', { platform, refused });
    },
    release: () => shell.shortcuts.unregisterAll(),
  };
}
