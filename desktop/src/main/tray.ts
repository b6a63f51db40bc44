import type { MenuItemConstructorOptions } from 'electron';
import { HOTKEY_ACTIONS, type HotkeyProblem } from '@livecue/shared/contract';
import type { AgentChildStatus } from './agent-child.ts';
import type { UpdateStatus } from './updates.ts';
import type { PanelWindows } from './windows.ts';

/** 32 × 32 amber bolt on dark; a data URL, so that the tray needs no file. */
// prettier-ignore
export const TRAY_ICON =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAA/klEQVR42mPg5hP5P5CYYdQBw8IBaV48A+cACx2B/4faWQfGAVISQv8fzGYaOAeALP6/geH/lEwO+jsAZCnIchBujeeirwPCHXjhloMwXRMhKNG9X8qI4gAPM376OACU6C5OZEaxHIRBjqKLAzbVsmFYDsJ0KYhKQ7ixWk4ILy5mp9wBoDgmx3JQdFEcAppKghiJjhgM0gNKMxQ7AFuiIwYTmzDxOgAUf+RYTkq5QHZJSG6io4oDQMFLbqKjigOw5QpiEx1N6gJKSkOyHACq/QasMkJ3AKmJjioOgNUJ5CQ6qjgA1BIiN9FRxQEgn1NSBVPsAEoS3WjPaNQB6BgASvp3pEkVO2MAAAAASUVORK5CYII=';

export interface TrayFacts {
  readonly windows: Pick<PanelWindows, 'showOperator' | 'showHost' | 'setHostOnTop' | 'setClickThrough' | 'chooseHostDisplay' | 'displays'>;
  readonly hostOnTop: boolean;
  readonly clickThrough: boolean;
  /** No display was chosen: the host's is whichever is not the desk's. */
  readonly anyDisplay: boolean;
  readonly keyProblems: readonly HotkeyProblem[];
  readonly update: UpdateStatus;
  readonly onAir: boolean;
  /** Null: the agent is not ours to run. */
  readonly agent: AgentChildStatus | null;
  readonly install: () => void;
  readonly quit: () => void;
} // prettier-ignore

/** Outside the page there is no chosen language, so both stand there. */
const both = (zh: string, en: string) => `${zh} · ${en}`;

const onlyTold = (label: string): MenuItemConstructorOptions => ({ label, enabled: false });

function displayMenu({ windows, anyDisplay }: TrayFacts): MenuItemConstructorOptions[] {
  const found = windows.displays();
  if (found.length < 2) return [];
  const items: MenuItemConstructorOptions[] = [
    { label: both('自动：另一块屏', 'Automatic: the other display'), type: 'radio', checked: anyDisplay, click: () => windows.chooseHostDisplay(null) },
    ...found.map(({ id, label, chosen }): MenuItemConstructorOptions => ({ label, type: 'radio', checked: chosen, click: () => windows.chooseHostDisplay(id) })),
  ]; // prettier-ignore
  return [{ label: both('主播屏放在', 'Host screen on'), submenu: items }];
}

function updateItems({ update, onAir, install }: TrayFacts): MenuItemConstructorOptions[] {
  if (update.kind === 'none') return [];
  if (update.kind === 'told') return [onlyTold(both(`新版本 ${update.version}，请自行安装`, `Version ${update.version} is there; install it as this one was`))]; // prettier-ignore
  if (onAir) return [onlyTold(both(`新版本 ${update.version}：下播后可安装`, `Version ${update.version}: can be installed after the show`))]; // prettier-ignore
  return [
    { label: both(`安装 ${update.version} 并重启`, `Install ${update.version} and start again`), click: install },
  ];
}

function troubleItems({ keyProblems, agent }: TrayFacts): MenuItemConstructorOptions[] {
  const keys = keyProblems.map(({ action, accelerator, problem }) => {
    const { zh, en } = HOTKEY_ACTIONS[action].words;
    return onlyTold(both(`${accelerator}（${zh}）不可用：${problem.zh}`, `${accelerator} (${en}) does not work: ${problem.en}`)); // prettier-ignore
  });
  if (agent?.kind !== 'waiting') return keys;
  const seconds = agent.waitMs / 1000;
  return [
    onlyTold(both(`代理已退出，${seconds} 秒后重启`, `The agent ended; it starts again in ${seconds} s`)),
    ...keys,
  ];
}

/** What stands in the tray: windows come back from here after they were closed; the agent goes on without them. */
export function trayMenu(facts: TrayFacts): MenuItemConstructorOptions[] {
  const { windows, hostOnTop, clickThrough, quit } = facts;
  const told = [...troubleItems(facts), ...updateItems(facts)];
  return [
    { label: both('场控', 'Operator'), click: () => windows.showOperator() },
    { label: both('主播屏', 'Host screen'), click: () => windows.showHost() },
    { type: 'separator' },
    { label: both('主播屏置顶', 'Host screen above all others'), type: 'checkbox', checked: hostOnTop, click: () => windows.setHostOnTop(!hostOnTop) }, // prettier-ignore
    { label: both('鼠标穿透主播屏', 'Mouse goes through the host screen'), type: 'checkbox', checked: clickThrough, click: () => windows.setClickThrough(!clickThrough) }, // prettier-ignore
    ...displayMenu(facts),
    { type: 'separator' },
    ...(told.length === 0 ? [] : [...told, { type: 'separator' as const }]),
    { label: both('退出', 'Quit'), click: quit },
  ];
}
