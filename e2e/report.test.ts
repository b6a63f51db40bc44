import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { wire } from './oracle.ts';
import { eventually, ROOT, runCommand, startAgent, temporaryFolder, writeConfig } from './program.ts';

const executablePath = findChromium();
if (executablePath === null) process.stderr.write('skipped: report in a browser, no Chromium on this machine\n');

/** `LIVECUE_SCREENS=1 npm test -- e2e/report` draws the pictures of the documentation again. */
const SCREENS = process.env.LIVECUE_SCREENS === '1' ? path.join(ROOT, 'docs/screens') : null;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test('a running agent is asked for the record of its show, a stopped one has it in its folder', async () => {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'data');
  const config = writeConfig(folder, { uplink: { enabled: false } });
  const agent = await startAgent(['--data', data, '--config', config, '--log', 'warn']);
  try {
    const events = Array.from({ length: 20 }, (_, n) => ({ id: `e2e:c-${n}`, timeMs: Date.now(), kind: 'comment' as const, minor: 0 })); // prettier-ignore
    const answer = await fetch(agent.ready.endpoints['http']!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(events.map(wire)),
    });
    expect(answer.status).toBe(202);
    const list = async () => (await runCommand(['report', '--list', '--data', data])).stdout.trim();
    const line = await eventually('the show stands in the list', 20_000, async () => (await list()) || undefined);
    const show = JSON.parse(line) as { showId: string; ended: boolean };
    expect(show).toMatchObject({ ended: false });
    const running = await runCommand([
      'report',
      '--show',
      'last',
      '--data',
      data,
      '--out',
      path.join(folder, 'running'),
    ]);
    expect(running.code, running.stderr).toBe(0);
    expect(running.stderr).toContain(show.showId);
    const wrong = await runCommand(['report', '--show', '20200101T000000Z-main', '--data', data, '--out', path.join(folder, 'no')]); // prettier-ignore
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining(`Kept are ${show.showId}`) });
    expect(await agent.end()).toBe(0);
    expect(JSON.parse(await list())).toMatchObject({ showId: show.showId, ended: false });
    const stopped = await runCommand(['report', '--show', show.showId, '--data', data, '--out', path.join(folder, 'stopped')]); // prettier-ignore
    expect(stopped.code, stopped.stderr).toBe(0);
    expect(readFileSync(path.join(folder, 'stopped/report.en.html'), 'utf8')).toContain('still running when this was made'); // prettier-ignore
  } finally {
    await agent.kill();
    remove();
  }
}, 90_000);

describe.skipIf(executablePath === null)('the report of a simulated room in a real browser', () => {
  const { folder, remove } = temporaryFolder();
  const out = (name: string) => path.join(folder, name);
  let browser: Browser;

  beforeAll(async () => {
    const commands = [
      ['simulate', '--seed', '7', '--minutes', '30', '--profile', 'troubled', '--start', '2026-05-01T12:00:30Z', '--out', out('show.jsonl'), '--catalogue-out', out('catalogue.json')],
      ['replay', out('show.jsonl'), '--catalogue', out('catalogue.json'), '--out', out('replay')],
      ['report', '--show', out('replay'), '--out', out('report'), '--zone', '480'],
    ]; // prettier-ignore
    for (const command of commands) {
      const { code, stderr } = await runCommand(command);
      expect(code, stderr).toBe(0);
    }
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_FLAGS });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    remove();
  });

  for (const [lang, width, colorScheme, picture] of [
    ['zh', 1280, 'dark', 'report-zh'],
    ['en', 1280, 'light', 'report-en'],
    ['zh', 390, 'light', null],
    ['en', 390, 'dark', 'report-phone'],
  ] as const) {
    test(`${lang} at ${width} px, ${colorScheme}: fits, loads nothing, says no error, and axe finds nothing`, async () => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const asked: string[] = [];
      const errors: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(`file://${out(`report/report.${lang}.html`)}`);
      expect(asked).toHaveLength(1);
      expect(errors).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.locator('figure svg').count()).toBeGreaterThan(1);
      expect(await page.locator('.gap').count()).toBeGreaterThan(0);
      if (SCREENS !== null && picture !== null) await page.screenshot({ path: path.join(SCREENS, `${picture}.png`) });
      await page.evaluate(AXE);
      const found = (await page.evaluate('axe.run(document)')) as AxeResults;
      expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([]);
      const other = await page.locator('header a').getAttribute('href');
      expect(other).toBe(lang === 'zh' ? 'report.en.html' : 'report.zh.html');
      await context.close();
    }, 60_000);
  }
});
