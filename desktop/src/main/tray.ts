import { Menu, Tray, nativeImage } from 'electron';
import type { PanelWindows } from './windows.ts';

/** 32 × 32 amber bolt on dark; a data URL, so that the tray needs no file. */
// prettier-ignore
const ICON =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAA/klEQVR42mPg5hP5P5CYYdQBw8IBaV48A+cACx2B/4faWQfGAVISQv8fzGYaOAeALP6/geH/lEwO+jsAZCnIchBujeeirwPCHXjhloMwXRMhKNG9X8qI4gAPM376OACU6C5OZEaxHIRBjqKLAzbVsmFYDsJ0KYhKQ7ixWk4ILy5mp9wBoDgmx3JQdFEcAppKghiJjhgM0gNKMxQ7AFuiIwYTmzDxOgAUf+RYTkq5QHZJSG6io4oDQMFLbqKjigOw5QpiEx1N6gJKSkOyHACq/QasMkJ3AKmJjioOgNUJ5CQ6qjgA1BIiN9FRxQEgn1NSBVPsAEoS3WjPaNQB6BgASvp3pEkVO2MAAAAASUVORK5CYII=';

/** Windows come back from here after they were closed; the agent goes on without them. */
export function createTray(windows: PanelWindows, quit: () => void): Tray {
  const tray = new Tray(nativeImage.createFromDataURL(ICON));
  tray.setToolTip('LiveCue');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: '场控 · Operator', click: () => windows.showOperator() },
      { label: '主播屏 · Host screen', click: () => windows.showHost() },
      {
        label: '主播屏置顶 · Host screen on top',
        type: 'checkbox',
        click: (item) => (item.checked = windows.toggleHostOnTop()),
      },
      { type: 'separator' },
      { label: '退出 · Quit', click: quit },
    ]),
  );
  tray.on('click', () => windows.showOperator());
  return tray;
}
