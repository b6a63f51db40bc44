/** A tablet's browser on a real agent that is open to the network: page, pairing and WebSocket over TLS. */
import path from 'node:path';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PanelResult } from '@livecue/shared/contract';
import { pairPanel, type PanelPeer } from '../../e2e/panel-peer.ts';
import { startAgent, temporaryFolder, writeConfig, type Program, type Ready } from '../../e2e/program.ts';
import { buildPage } from '../test/build-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../test/stage.ts';
import { seriousProblems } from './axe.ts';

const chromium = findChromium();
if (chromium === null) process.stderr.write('skipped: the panel over TLS, no Chromium on this machine\n');

describe.skipIf(chromium === null)('the panel over TLS', () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let browser: Browser;
  let home: string;
  let peer: PanelPeer;
  const errors: string[] = [];

  const newCode = async () => ((await peer.call('pairing.create', { role: 'admin' })) as PanelResult<'pairing.create'>).code; // prettier-ignore
  async function open(locale: string): Promise<Page> {
    // A person who has compared the fingerprint and gone on.
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale, ignoreHTTPSErrors: true }); // prettier-ignore
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
    return page;
  }

  beforeAll(async () => {
    buildPage();
    const config = writeConfig(folder, { uplink: { enabled: false }, panel: { host: '0.0.0.0', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 } }); // prettier-ignore
    browser = await playwright.launch({ executablePath: chromium!, args: CHROMIUM_FLAGS });
    agent = await startAgent(['--demo', '--data', path.join(folder, 'data'), '--config', config]);
    peer = await pairPanel(agent.ready.panel!, agent.ready.code!);
    home = `https://127.0.0.1:${new URL(agent.ready.panel!).port}/`;
  }, 180_000);
  afterAll(async () => {
    peer.close();
    await browser.close();
    await agent.kill();
    remove();
    expect(errors).toEqual([]);
  });

  test('a browser that does not know the certificate warns; one that was told pairs, and its WebSocket brings the room', async () => {
    const strange = await browser.newPage();
    await expect(strange.goto(home)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
    const desk = await open('en');
    const sockets: string[] = [];
    desk.on('websocket', (socket) => sockets.push(socket.url()));
    await desk.goto(`${home}#/pair?code=${await newCode()}`);
    await desk.locator('.desk').waitFor();
    await desk.locator('.products tbody tr').first().waitFor();
    expect(new Set(sockets)).toEqual(new Set([`${home.replace('https', 'wss')}panel`]));
    const [cookie] = await desk.context().cookies(home);
    expect(cookie).toMatchObject({ name: '__Host-livecue_panel', secure: true, httpOnly: true, sameSite: 'Strict' });

    await desk.locator('.pair-button').click();
    // Where this machine has no address on a network there is nothing that a tablet could open.
    await expect.poll(() => desk.locator('.fingerprint').count()).toBe(agent.ready.panels.length === 0 ? 0 : 1);
    if (agent.ready.panels.length > 0) expect(await desk.locator('.fingerprint').innerText()).toBe(agent.ready.fingerprint); // prettier-ignore
    expect(await seriousProblems(desk)).toEqual([]);

    const code = (await desk.locator('.device-code').innerText()).replace(/\D/g, '');
    const tablet = await open('zh-CN');
    await tablet.goto(`${home}#/pair?code=${code}`);
    await tablet.locator('.desk').waitFor();
    await tablet.goto(`${home}#/host`);
    await tablet.locator('.host').waitFor();
    await tablet.locator('.host .card').first().waitFor();
  }, 180_000);

  test('who was paired in the clear before stays paired, and its cookie is for TLS alone from then on', async () => {
    const desk = await open('en');
    await desk.goto(`${agent.ready.panel!}#/pair?code=${await newCode()}`);
    await desk.locator('.desk').waitFor();
    const names = async () => (await desk.context().cookies()).map(({ name, secure }) => [name, secure]);
    expect(await names()).toEqual([['livecue_panel', false]]);
    await desk.goto(home);
    await desk.locator('.desk').waitFor();
    expect(await names()).toEqual([['__Host-livecue_panel', true]]); // prettier-ignore
  }, 120_000);
});
