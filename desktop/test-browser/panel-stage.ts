import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Page } from 'playwright-core';
import { PanelState } from '@livecue/shared/contract';
import { SETTLE_MS } from '../src/renderer/host/host-gestures.ts';
import { prompt } from '../test/scripted-show.ts';
import { openStage, type Stage } from '../test/stage.ts';

const EMPTY = { active: null, next: [], queued: [] };

/** The scripted show for the tests of a `describe`: one browser, new devices and an empty stage for each test. */
export function panelStage(chromium: string | null) {
  let stage: Stage;
  let first: PanelState;
  let url: string;
  beforeAll(async () => {
    stage = await openStage(chromium ?? '');
    first = PanelState.parse(stage.show.state());
    url = stage.server.address().url;
  });
  afterEach(async () => {
    for (const context of stage.browser.contexts()) await context.close();
    stage.show.change({ ...first, stage: EMPTY });
    stage.show.calls.length = 0;
    // A policy violation, a thrown error or a failed load of any page ends its test.
    expect(stage.pageErrors.splice(0)).toEqual([]);
  });
  afterAll(() => stage.close());

  async function open(route: string, options: Parameters<Stage['device']>[0] = {}): Promise<Page> {
    const { page } = await stage.device(options);
    await page.goto(`${url}#/${route}`);
    await page.waitForSelector('.page');
    return page;
  }
  const show = (
    active: ReturnType<typeof prompt> | null,
    next: ReturnType<typeof prompt>[] = [],
    queued: ReturnType<typeof prompt>[] = [],
  ) => stage.show.change({ stage: { active, next, queued } });
  const card = (id = 'c1', part: Partial<ReturnType<typeof prompt>> = {}) =>
    prompt({ promptId: id, ...part }, Date.now());
  const verbs = () => stage.show.calls.filter((call) => call.verb.startsWith('prompt.'));
  /** The card is on the screen and old enough for a key to be meant for it. */
  async function settled(page: Page, id = 'c1'): Promise<void> {
    await page.waitForSelector(`[data-prompt="${id}"]`);
    await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLE_MS + 50);
  }

  return {
    get stage() {
      return stage;
    },
    get first() {
      return first;
    },
    get url() {
      return url;
    },
    open, show, card, verbs, settled,
  }; // prettier-ignore
}
