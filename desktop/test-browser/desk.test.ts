import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { anomaly, prompt, stockOut, surge } from '../test/scripted-show.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('the desk', '.answer');
/** axe looks at every element several times; on a machine with other work that takes a while. */
const AXE_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const NAMES = [
  ['冰丝防晒衣', 'Cooling sun hoodie'], ['轻便小白鞋', 'Light white sneakers'], ['亚麻衬衫', 'Linen shirt'],
  ['高腰阔腿裤', 'High-waist wide-leg pants'], ['桑蚕丝方巾', 'Mulberry silk scarf'], ['316不锈钢保温杯', '316 steel insulated bottle'],
  ['丝绒哑光口红', 'Velvet matte lipstick'], ['每日坚果礼盒', 'Daily nuts gift box'], ['便携榨汁机', 'Portable juicer'], ['家用大容量空气炸锅', 'Large family air fryer'],
] as const; // prettier-ignore

/** A long catalogue with full cells, as in a room that buys, and a strip that says it is not live. */
function crowd(): void {
  const now = Date.now();
  room.stage.show.change((state) => ({
    mode: 'simulated',
    products: NAMES.map(([zh, en], i) => ({
      ...state.products[3]!,
      productId: `p${i + 1}`,
      linkNumber: i + 1,
      name: { zh, en },
      questions: { size_spec: 34, price: 12 },
      stock: 1_204,
      unitsSold: 1_873,
      stockOutMinutes: 8.2,
    })),
    stage: { active: prompt({ promptId: 'c1' }, now), next: [surge(now), stockOut(now)], queued: [anomaly(now)] },
  }));
}

/** What is cut of the things that must be read whole. */
function cutWords(): Promise<string[]> {
  return room.page.evaluate(() => {
    const cut: string[] = [];
    const whole = (selector: string) => {
      for (const element of document.querySelectorAll<HTMLElement>(selector)) {
        if (element.offsetParent === null) continue;
        const tooWide = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
        if (tooWide || element.scrollHeight > element.clientHeight + 3)
          cut.push(`${selector} "${element.textContent?.slice(0, 40)}" ${element.scrollWidth}>${element.clientWidth} ${element.scrollHeight}>${element.clientHeight}`); // prettier-ignore
      }
    };
    whole('.product-open');
    whole('.tabs');
    whole('.top-bar');
    whole('.answer-filter');
    whole('.cue .actions');
    const table = document.querySelector<HTMLElement>('.section.products .section-body')!;
    if (table.scrollWidth > table.clientWidth) cut.push(`products ${table.scrollWidth}>${table.clientWidth}`);
    for (const box of document.querySelectorAll('html, .operator, .desk'))
      if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) cut.push(`${box.className || 'page'} scrolls`); // prettier-ignore
    return cut;
  });
}

/** Rows of comments that are seen whole. */
const wholeComments = () =>
  room.page.evaluate(() => {
    const list = document.querySelector('.comment-list')!.getBoundingClientRect();
    return [...document.querySelectorAll('.comment')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= list.top - 1 && bottom <= list.bottom + 1;
    }).length;
  });

/** Findings that stop somebody from using the page; each with what it is found on. */
async function findings(rules: axe.RuleObject = {}): Promise<string[]> {
  // As the page's own script would not be allowed to: its policy lets in no other script.
  await room.page.evaluate(AXE);
  // Half faded in, a card has half its contrast.
  await room.page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  const { violations } = (await room.page.evaluate(
    (options) => (window as unknown as { axe: typeof axe }).axe.run(document, options),
    { rules, resultTypes: ['violations'] } as axe.RunOptions,
  )) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`); // prettier-ignore
}

describe.skipIf(room.chromium === null)('the desk in a real browser', () => {
  test.each([
    [1280, 800, 'en', 8],
    [1280, 800, 'zh-CN', 8],
    [1440, 900, 'en', 10],
    [1440, 900, 'zh-CN', 10],
    [1920, 1080, 'en', 13],
    [1920, 1080, 'zh-CN', 13],
  ] as const)(
    'at %i × %i in %s nothing that matters is cut, and %i comments are seen whole',
    async (width, height, locale, comments) => {
      crowd();
      await room.open({ width, height, locale });
      await room.page.locator('.cue').nth(2).waitFor();
      await expect.poll(wholeComments).toBeGreaterThanOrEqual(comments);
      expect(await cutWords()).toEqual([]);
      expect(await room.page.evaluate(() => document.querySelector('.top-bar')!.getBoundingClientRect().height)).toBeLessThan(54); // prettier-ignore
      // Twelve letters fit even where the name is the one on air.
      const names = await room.page.locator('.product-open').evaluateAll((all) => all.map((name) => (name as HTMLElement).clientWidth)); // prettier-ignore
      expect(Math.min(...names)).toBeGreaterThanOrEqual(48);
    },
  );

  test('the room charts say the newest value, with its age once it is old, and no data only when there is none', async () => {
    await room.open({ locale: 'en' });
    const legend = (n: number) => room.page.locator('.chart-row figcaption').nth(n).innerText();
    await expect.poll(() => legend(0)).toMatch(/^\s*Comments\s+\d+ \/s$/);
    await expect.poll(() => legend(2)).toMatch(/^\s*Viewers\s+3,\d\d\d$/);
    room.stage.show.change({ feed: { state: 'stale', lastEventMs: Date.now() } });
    await expect.poll(() => legend(0), { timeout: 15_000 }).toMatch(/^\s*Comments\s+\d+ \/s · \d[.\d]* s ago$/);
  });

  test('everything is reached with Tab and shows that it has the focus', async () => {
    crowd();
    await room.open();
    const reached = new Map<string, boolean>();
    for (let i = 0; i < 90; i++) {
      await room.page.keyboard.press('Tab');
      const [name, seen] = await room.page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const outlined = (of: Element | null) => of !== null && getComputedStyle(of).outlineStyle !== 'none' && parseFloat(getComputedStyle(of).outlineWidth) >= 2; // prettier-ignore
        if (element === document.body) return ['the browser’s own', true] as const;
        const around = element.closest('.comment-list, .comment-search');
        return [`${element.className} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 20) ?? ''}`, outlined(element) || outlined(around)] as const; // prettier-ignore
      });
      if (reached.has(name) && i > 70) break;
      reached.set(name, (reached.get(name) ?? true) && seen);
    }
    const names = [...reached.keys()].join('\n');
    for (const part of ['hold', 'kill', 'pair-button', 'product-open', 'asked-button', 'comment-space', 'tab answers', 'answer-list', 'cue-scroll']) expect(names).toContain(part); // prettier-ignore
    expect([...reached].filter(([, seen]) => !seen).map(([name]) => name)).toEqual([]);
  });

  test.each(['en', 'zh-CN'])(
    'no serious finding on the operator’s screen in %s: answers, orders, light, message',
    async (locale) => {
      crowd();
      await room.open({ locale });
      await room.page.locator('.cue').first().waitFor();
      expect(await findings()).toEqual([]);
      await room.press('t');
      // The field takes the focus with the next frame, and would take the keys that come before.
      await room.page.locator('.message input:focus').waitFor();
      await room.press('Escape', 'o', 'ArrowDown');
      await room.page.locator('.order.active').waitFor();
      expect(await findings()).toEqual([]);
      await room.page.locator('.theme-button').click();
      await room.page.locator('.operator.light').waitFor();
      expect(await findings()).toEqual([]);
    },
    AXE_MS,
  );

  test(
    'no serious finding in the dialogs, on the shows, on what left, and on the host screen, where contrast is 7 : 1 at least',
    async () => {
      crowd();
      await room.open({ locale: 'en' });
      for (const keys of [['?'], ['k'], ['g', 'Enter'], ['l', 'ArrowDown', 'ArrowDown', 'c']]) {
        await room.press(...keys);
        await room.page.getByRole('dialog').waitFor();
        expect(await findings(), keys.join()).toEqual([]);
        await room.press('Escape');
        await room.page.getByRole('dialog').waitFor({ state: 'detached' });
        await room.press('Escape');
      }
      await room.page.goto(`${room.url}#/shows`);
      await room.page.locator('.shows-table tbody tr').last().click();
      await room.page.locator('.show-figures').waitFor();
      expect(await findings()).toEqual([]);
      room.stage.show.change(({ uplink }) => ({ uplink: { ...uplink, problem: 'record 42 is not what the agent wrote', broken: true } })); // prettier-ignore
      await room.page.goto(`${room.url}#/sent`);
      await room.page.locator('.not-as-signed').waitFor();
      await room.page.locator('.sent-table tbody tr').first().click();
      expect(await findings()).toEqual([]);
      const enhanced = { 'color-contrast-enhanced': { enabled: true } };
      for (const priority of ['act-now', 'advice', 'info'] as const) {
        room.stage.show.change((state) => ({
        mode: 'live',
        stage: { ...state.stage, active: prompt({ promptId: priority, priority, deadlineMs: Date.now() + 40_000 }, Date.now()) },
      })); // prettier-ignore
        await room.page.goto(`${room.url}#/host`);
        await room.page.locator(`.card.${priority}`).waitFor();
        expect(await findings(enhanced), priority).toEqual([]);
      }
      room.stage.show.change({ feed: { state: 'stale', lastEventMs: Date.now() - 20_000 } });
      await room.page.locator('.paused').waitFor();
      expect(await findings(enhanced)).toEqual([]);
    },
    AXE_MS,
  );
});
