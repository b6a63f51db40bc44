/** Settings changed in a real browser on a real agent: tried, kept, taken back by itself, restored; secrets nowhere else. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../cloud/test/processes.ts';
import { buildPage } from '../desktop/test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../desktop/test/stage.ts';
import { startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const CANARY = 'zqx-canary-9153';
const chromium = findChromium();
if (chromium === null) console.warn('skipped: settings in a real browser, no Chromium found (set LIVECUE_CHROMIUM to its path)'); // prettier-ignore

describe.skipIf(chromium === null)('settings of a real agent from its page', { timeout: 120_000 }, () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let browser: Browser;
  let page: Page;
  let config: string;
  beforeAll(async () => {
    buildPage();
    config = writeConfig(folder, { uplink: { enabled: false }, panel: { httpPort: await freePort(), zmqPubPort: 0, zmqCallPort: 0 } }); // prettier-ignore
    browser = await playwright.launch({ executablePath: chromium!, args: CHROMIUM_FLAGS });
    agent = await startAgent(['--source', 'http', '--data', folder, '--config', config, '--trial-seconds', '4']);
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${agent.ready.panel!}#/pair?code=${agent.ready.code!}`);
    // Whatever page a new agent opens on.
    await page.locator('.operator').first().waitFor();
    await page.goto(`${agent.ready.panel!}#/settings`);
    await page.locator('.schema-field').first().waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await agent?.kill();
    remove();
  });

  const section = (name: string) => page.locator('.settings-side').getByRole('button', { name }).click();
  const field = (at: string) => page.locator(`[data-path="${at}"]`);
  const inFile = () => JSON.parse(readFileSync(config, 'utf8')) as { advise?: { cardsPer10Min?: number } };
  async function apply(note: string): Promise<void> {
    await page.getByRole('button', { name: /^What changes \(\d+\)$/ }).click();
    await page.getByRole('textbox', { name: 'Note' }).fill(note);
    await page.getByRole('button', { name: 'Apply now' }).click();
  }

  test('changed, on trial, the agent comes back with it, proved', async () => {
    await section('Cues');
    await field('advise.cardsPer10Min').getByRole('spinbutton').fill('3');
    await apply('calmer');
    await page.getByText('Version 2 is on trial.').waitFor();
    await page.getByText(/Version 2 proved itself/).waitFor();
    expect(inFile().advise).toEqual({ cardsPer10Min: 3 });
    expect(agent.words()).toContain('started again');
    await section('History');
    await page.locator('.versions').getByText('calmer').waitFor();
  });

  test('what the agent cannot start with is taken back by itself, and the page says why', async () => {
    // A port that somebody else has.
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await section('Ingress');
    await field('ingest.httpPort').getByRole('spinbutton').fill(String(port));
    await apply('wrong port');
    await page.getByText('Version 3 was taken back').waitFor();
    await page.getByText(`127.0.0.1:${port}: another program has this port`, { exact: false }).first().waitFor();
    expect(inFile().advise).toEqual({ cardsPer10Min: 3 });
    await new Promise((resolve) => other.close(resolve));
  });

  test('an earlier version is restored after a look at what that changes', async () => {
    await section('History');
    await page.getByRole('button', { name: 'Compare version 1 with what is in force' }).click();
    await page.locator('.version-diff .change-table').getByText('advise.cardsPer10Min').waitFor();
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await page.getByText(/Version 4 proved itself/).waitFor();
    expect(inFile().advise).toBeUndefined();
  });

  test('a source with its secret: it runs, and the secret stands in its own file alone', async () => {
    await section('Sources');
    await page.getByRole('combobox', { name: 'Add a source' }).selectOption('shopify');
    await page.getByRole('button', { name: 'Add a source' }).click();
    await field('connectors.0.settings.source').getByRole('textbox').fill('shop/shopify/a.example');
    await field('connectors.0.settings.currency').getByRole('textbox').fill('CNY');
    const secret = page.locator('[data-secret="shopify.secret"]');
    await secret.getByRole('button', { name: 'Set' }).click();
    await secret.locator('input').fill(CANARY);
    await page.keyboard.press('Enter');
    await secret.getByText('set, since').waitFor();
    // The address that a shop posts to stands on a port of its own.
    await section('Ingress');
    await field('ingest.hooksPort').getByRole('spinbutton').fill('0');
    await apply('shop');
    await page.getByText(/Version 5 proved itself/).waitFor();
    await page.goto(`${agent.ready.panel!}#/operator`);
    await page.locator('.sources').getByText('shopify').first().waitFor();
    const holding = filesOf(folder).filter((file) => readFileSync(file).includes(CANARY));
    expect(holding.map((file) => path.relative(folder, file))).toEqual(['connector-secrets.json']);
    if (process.platform !== 'win32') expect(statSync(holding[0]!).mode & 0o777).toBe(0o600);
    expect(agent.words()).not.toContain(CANARY);
    expect(readdirSync(path.join(folder, 'backups')).length).toBeGreaterThan(2);
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(at) : entry.isFile() ? [at] : [];
  });
}
