import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { buildPage } from '../test/build-page.ts';
import { findChromium, openStage, type Stage } from '../test/stage.ts';

export interface Room {
  /** Null: this machine has no browser, and the tests are skipped with a word of it. */
  readonly chromium: string | null;
  readonly stage: Stage;
  /** The page that was opened last. */
  readonly page: Page;
  readonly url: string;
  /** Opens the operator's screen on a device of its own and waits for the first `waitFor`. */
  open(options?: Parameters<Stage['device']>[0], waitFor?: string): Promise<void>;
  press(...keys: string[]): Promise<void>;
}

/**
 * A room of its own for each test of a file, in one browser: what one test corrects or says is not there in the next.
 * A test fails when any of its pages wrote an error. `flags` are for the browser of this file, `whole` takes the one that users have.
 */
export function freshRoom(
  what: string,
  first: string,
  { flags = [], whole = false, ...size }: { width?: number; height?: number; flags?: string[]; whole?: boolean } = {},
): Room {
  const chromium = findChromium({ whole });
  if (chromium === null)
    console.warn(`skipped: ${what} in a real browser, no Chromium found (set LIVECUE_CHROMIUM to its path)`);
  let stage: Stage | undefined;
  let page: Page | undefined;
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('The room is not open yet.');
    return thing;
  };
  beforeEach(async () => {
    if (chromium === null) return;
    buildPage();
    stage = await openStage(chromium, stage?.browser, flags);
  });
  afterEach(async () => {
    if (stage === undefined) return;
    for (const context of stage.browser.contexts()) await context.close();
    await stage.end();
    expect(stage.pageErrors.splice(0)).toEqual([]);
  });
  afterAll(() => stage?.browser.close());
  const room: Room = {
    chromium,
    get stage() {
      return there(stage);
    },
    get page() {
      return there(page);
    },
    get url() {
      return there(stage).server.address().url;
    },
    async open(options = {}, waitFor = first) {
      ({ page } = await room.stage.device({ ...size, ...options }));
      await page.goto(`${room.url}#/operator`);
      await page.locator(waitFor).first().waitFor();
    },
    async press(...keys) {
      for (const key of keys) await room.page.keyboard.press(key);
    },
  };
  return room;
}
