/** The operator's hand wins: what he hides in OBS is not shown again by us. Items are told by scene and number. */
export interface SceneHands {
  /** We are about to do this: the event that follows is ours. */
  expect(item: Readonly<Record<string, unknown>>, visible: boolean): void;
  /** `SceneItemEnableStateChanged`, by us or by hand. */
  changed(item: Readonly<Record<string, unknown>>): void;
  isHidden(item: Readonly<Record<string, unknown>>): boolean;
  /** Numbers belong to one scene collection. */
  reset(): void;
}

/** Beyond it an event is not the echo of what we did. */
const ECHO_MS = 5_000;

export function createSceneHands(nowMs: () => number): SceneHands {
  const expected = new Map<string, { readonly visible: boolean; readonly untilMs: number }>();
  const hidden = new Set<string>();
  const keyOf = (item: Readonly<Record<string, unknown>>) => `${String(item.sceneItemId)} ${String(item.sceneName)}`;
  return {
    expect: (item, visible) => void expected.set(keyOf(item), { visible, untilMs: nowMs() + ECHO_MS }),
    changed(item) {
      const key = keyOf(item);
      const visible = item.sceneItemEnabled === true;
      const echo = expected.get(key);
      const isOurs = echo !== undefined && echo.visible === visible && nowMs() <= echo.untilMs;
      if (isOurs) expected.delete(key);
      if (visible || isOurs) hidden.delete(key);
      else hidden.add(key);
    },
    isHidden: (item) => hidden.has(keyOf(item)),
    reset() {
      expected.clear();
      hidden.clear();
    },
  };
}
