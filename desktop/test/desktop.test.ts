import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { agentAnswers } from '../src/main/agent-finder.ts';
import { DESK_PAGES } from '../src/main/windows.ts';
import { prompt } from './scripted-show.ts';
import { quit, startDesktop, type RunningDesktop } from './running-desktop.ts';
import { display, type ShellDouble, type WindowDouble } from './shell-double.ts';

let running: RunningDesktop | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});
const start = async (...given: Parameters<typeof startDesktop>) => (running = await startDesktop(...given));

const DESK = display(1, { x: 0, y: 0, width: 1920, height: 1080 });
const STUDIO = display(2, { x: 1920, y: 0, width: 1280, height: 720 });
const item = (shell: ShellDouble, words: string) => {
  const all = shell.menu.flatMap((one) => [one, ...((one.submenu as Electron.MenuItemConstructorOptions[]) ?? [])]);
  const found = all.find(({ label }) => label?.includes(words));
  if (found === undefined) throw new Error(`no "${words}" in ${all.map(({ label }) => label).join(' | ')}`);
  return found;
};
const choose = (shell: ShellDouble, words: string) =>
  item(shell, words).click?.(null as never, undefined, null as never);
const windowAt = (shell: ShellDouble, route: string) =>
  shell.windows.find((window) => window.webContents.loaded[0]?.endsWith(`#/${route}`)) as WindowDouble; // prettier-ignore
const states = (window: WindowDouble) =>
  window.webContents.sent.flatMap(({ args }) => args as { type: string; state: { roomName: string } }[]);

describe('the desktop', () => {
  test('opens the page, brings it the states of the agent and carries its verbs', async () => {
    const { shell, served } = await start();
    const desk = windowAt(shell, 'operator');
    await expect.poll(() => states(desk).find(({ type }) => type === 'state')?.state.roomName).toBe('夏日家居专场');
    expect(await shell.invoke('panel:series.read', desk, {})).toMatchObject({ type: 'result' });
    expect(served.show.calls.map(({ verb }) => verb)).toEqual(['series.read']);
    expect((await shell.pages.get('livecue')?.(new Request('livecue://panel/nothing.html')))?.status).toBe(404);
  });

  test('a second start shows the first and goes', async () => {
    const { shell } = await start();
    const desk = windowAt(shell, 'operator');
    const before = desk.shown;
    shell.app.emit('second-instance', {}, [], '');
    expect(desk.shown).toBe(before + 1);
    const other = await startDesktop((double) => void (double.app.second = true));
    expect(other.first).toBe(false);
    expect(other.shell.windows).toEqual([]);
    expect(other.shell.app.done).toEqual(['quit']);
    await other.close();
  });

  test('closing its windows ends nothing, and the tray brings them back', async () => {
    const { shell } = await start();
    windowAt(shell, 'operator').close();
    shell.app.emit('window-all-closed');
    expect(shell.app.done).toEqual(['ready']);
    choose(shell, 'Operator');
    expect(windowAt(shell, 'operator').shown).toBe(1);
    shell.app.emit('activate', {}, false);
    expect(shell.windows).toHaveLength(1);
  });

  test('a global key closes the card that the agent shows', async () => {
    const { shell, served } = await start((_shell, folder) => {
      writeFileSync(join(folder, 'desktop.json'), '{"version":1,"hotkeys":{"done":"F13"}}');
    });
    await expect.poll(() => states(windowAt(shell, 'operator')).length).toBeGreaterThan(0);
    served.show.change({ stage: { active: prompt({ promptId: 'key-1' }, Date.now()), next: [], queued: [] } });
    await expect
      .poll(() => {
        shell.keys.get('F13')?.();
        return served.show.calls.map(({ verb, args }) => ({ verb, args }));
      })
      .toContainEqual({ verb: 'prompt.done', args: { promptId: 'key-1' } });
    expect(shell.keys.size).toBe(3);
    await quit(shell);
    expect(shell.keys.size).toBe(0);
  });

  test('the key "next page" goes through the pages of the desk in their order', async () => {
    const routes = readFileSync(new URL('../src/renderer/parts/route.ts', import.meta.url), 'utf8');
    const listed = /MORE_ROUTES = \[([^\]]*)\]/.exec(routes)?.[1]?.match(/\w+/g);
    // Pages that are set up once need no key.
    expect(listed).toEqual(expect.arrayContaining(DESK_PAGES.slice(1)));
    const { shell } = await start((_shell, folder) => {
      writeFileSync(join(folder, 'desktop.json'), '{"version":1,"hotkeys":{"nextPage":"F13"}}');
    });
    const desk = windowAt(shell, 'operator').webContents;
    for (let n = 0; n < DESK_PAGES.length; n += 1) shell.keys.get('F13')?.();
    expect(desk.loaded.slice(1).map((url) => url.split('#/')[1])).toEqual([...DESK_PAGES.slice(1), 'operator']);
  });

  test('uses an agent that runs already, by its link file, and leaves it running when it ends', async () => {
    const { shell, served } = await start(undefined, 'linux', {
      linkFile: undefined,
      program: { entry: '/never/entry.mjs', main: '/never/main.js' },
    });
    await expect.poll(() => states(windowAt(shell, 'operator')).some(({ type }) => type === 'state')).toBe(true);
    expect(shell.children).toEqual([]);
    await quit(shell);
    expect(await agentAnswers(served.link)).toBe(true);
  });

  test('says in its log what it does about updates, and looks for none from its sources', async () => {
    const { folder } = await start();
    const log = readFileSync(join(folder, 'logs', 'desktop.log'), 'utf8');
    expect(log).toMatch(/^\d{4}-.*updates: off, it runs from its sources$/m);
    expect(log).toContain('the agent is the one of');
  });
});

describe("the host's window", () => {
  test('is what a page gets that would open the host screen beside itself', async () => {
    const { shell } = await start();
    const url = 'livecue://panel/index.html#/host';
    const open = () => windowAt(shell, 'operator').webContents.openHandler?.({ url } as Electron.HandlerDetails);
    expect([open(), open()]).toEqual([{ action: 'deny' }, { action: 'deny' }]);
    expect(shell.windows).toHaveLength(2);
    expect(windowAt(shell, 'host').protectedContent).toBe(true);
  });

  test('goes full onto the second display, above all others, out of captures', async () => {
    const { shell } = await start((double) => void (double.displays = [DESK, STUDIO]));
    choose(shell, 'Host screen');
    const host = windowAt(shell, 'host');
    expect(host.options).toMatchObject({ ...STUDIO.bounds, fullscreen: true });
    expect(host.onTop).toEqual({ flag: true, level: 'screen-saver' });
    expect(host.protectedContent).toBe(true);
    expect(host.ignoresMouse).toEqual({ ignore: false, forward: true });
  });

  test('on a single display stands in a window, and comes back to where it was put', async () => {
    const { shell, folder } = await start();
    choose(shell, 'Host screen');
    windowAt(shell, 'host').drag({ x: 40, y: 60, width: 700, height: 500 });
    windowAt(shell, 'host').close();
    choose(shell, 'Host screen');
    expect(windowAt(shell, 'host').options).toMatchObject({ x: 40, y: 60, width: 700, height: 500, fullscreen: false });
    await quit(shell);
    expect(JSON.parse(readFileSync(join(folder, 'desktop.json'), 'utf8'))).toMatchObject({
      places: { '1920x1080@0,0': { host: { bounds: { x: 40, y: 60, width: 700, height: 500 } } } },
    });
  });

  test('falls back when its display is unplugged, and returns when it is there again', async () => {
    const { shell } = await start((double) => void (double.displays = [DESK, STUDIO]));
    choose(shell, 'Host screen');
    const host = windowAt(shell, 'host');
    await expect.poll(() => shell.menu.length).toBeGreaterThan(0);
    choose(shell, 'Screen 2');
    shell.plug([DESK], 'display-removed');
    expect(host.fullscreen).toBe(false);
    expect(host.bounds.x).toBeLessThan(1920);
    const third = display(3, { x: -2560, y: 0, width: 2560, height: 1440 });
    shell.plug([DESK, third], 'display-added');
    expect([host.bounds.x, host.fullscreen]).toEqual([-2560, true]);
    shell.plug([DESK, third, STUDIO], 'display-added');
    expect([host.bounds.x, host.fullscreen]).toEqual([1920, true]);
  });

  test('lets the mouse through when asked, remembers it, and a key takes it back', async () => {
    const { shell, folder } = await start();
    choose(shell, 'Host screen');
    choose(shell, 'Mouse goes through');
    const host = windowAt(shell, 'host');
    expect(host.ignoresMouse).toEqual({ ignore: true, forward: true });
    shell.keys.get('CommandOrControl+Alt+Shift+T')?.();
    expect(host.ignoresMouse).toEqual({ ignore: false, forward: true });
    choose(shell, 'above all others');
    expect(host.onTop).toEqual({ flag: false, level: 'screen-saver' });
    await quit(shell);
    expect(JSON.parse(readFileSync(join(folder, 'desktop.json'), 'utf8'))).toMatchObject({ hostOnTop: false, hostClickThrough: false }); // prettier-ignore
  });

  test.each([
    ['win32', true],
    ['darwin', true],
    ['linux', false],
  ] as const)('on %s the page before air is told that it is hidden: %s', async (platform, hidden) => {
    const { shell, served } = await start(undefined, platform);
    choose(shell, 'Host screen');
    const heard = vi.spyOn(served.show, 'call');
    const report = { screenId: 'one', distanceM: 2, calibrated: true, hidden: !hidden };
    await expect.poll(() => states(windowAt(shell, 'operator')).length).toBeGreaterThan(0);
    await shell.invoke('panel:screen.report', windowAt(shell, 'host'), report);
    // A host page in the desk's window is not kept out of anything.
    await shell.invoke('panel:screen.report', windowAt(shell, 'operator'), { ...report, hidden: true });
    const told = heard.mock.calls.filter(([verb]) => verb === 'screen.report');
    expect(told.map(([, args]) => (args as { hidden: boolean }).hidden)).toEqual([hidden, false]);
  });
});

describe('the desk after a display is gone', () => {
  test('comes to where it can be seen', async () => {
    const { shell } = await start((double) => void (double.displays = [DESK, STUDIO]));
    const desk = windowAt(shell, 'operator');
    desk.drag({ x: 2_200, y: 100, width: 900, height: 600 });
    shell.plug([DESK], 'display-removed');
    expect(desk.bounds).toMatchObject({ x: 0, y: 24 });
    expect(existsSync(join(running?.folder ?? '', 'logs'))).toBe(true);
  });
});
