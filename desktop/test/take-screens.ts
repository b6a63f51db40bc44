/**
 * Draws the screens of the documentation: `node desktop/test/take-screens.ts [FOLDER [NAME…]]`, by default all of
 * them into docs/screens.
 * Needs Chromium; look at them after every change of the page.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { PanelRole, RehearsalNow } from '@livecue/shared/contract';
import { SESSION } from './scripted-comments.ts';
import { REHEARSAL } from './scripted-rehearsal.ts';
import { anomaly, createScriptedShow, prompt, stockOut, surge } from './scripted-show.ts';
import { findChromium, openStage } from './stage.ts';

interface Screen {
  readonly name: string;
  readonly hash: string;
  readonly waitFor: string;
  readonly device: {
    readonly locale: string;
    readonly width: number;
    readonly height: number;
    readonly touch?: boolean;
    readonly paired?: boolean;
    readonly role?: PanelRole;
  };
  /** Pressed one after the other before the picture is taken. */
  readonly click?: readonly string[];
  /** Chosen after the clicks; then clicked on. */
  readonly choose?: { readonly in: string; readonly value: string; readonly then: string };
  /** Written into a field after the clicks; then clicked on. */
  readonly write?: { readonly into: string; readonly text: string; readonly then: readonly string[] };
  /** Keys, after the clicks. */
  readonly press?: readonly string[];
  /** A rehearsal runs beside the room. */
  readonly rehearsal?: Partial<RehearsalNow>;
  /** What the page has remembered of an earlier visit. */
  readonly remembered?: Readonly<Record<string, string>>;
  /** As a room that is open to its network, with a certificate of its own making. */
  readonly network?: boolean;
  /** A file that is chosen first. */
  readonly upload?: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };
}

/** One product that changes, two new ones, and three rows with problems. */
const PRODUCT_FILE = {
  name: '夏日家居.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    [
      '商品编号,商品名称,链接,直播价,底价,库存,SKU,备注栏',
      'p3,亚麻衬衫,3号,￥119,99,96,LS-S;LS-M;LS-L,主推',
      'p5,蓝色水杯,5号,59,,31,CUP,',
      'n9,竹凉席,9号,188,150,40,MAT-15;MAT-18,',
      'n10,桑蚕丝方巾,10号,"1,299",,12,SILK,礼盒',
      'n11,便携榨汁机,11号,免费,,有货,JUICE,',
      'n12,每日坚果礼盒,10号,79,,200,NUTS,',
      '6.92013E+12,藤编收纳篮,12号,45,,8,BASKET,',
    ].join('\n'),
  ),
};

const HOST = { width: 1280, height: 720 };
const DESK = { width: 1440, height: 900 };
const SCREENS: readonly Screen[] = [
  { name: 'host-zh', hash: '#/host', waitFor: '.card', device: { ...HOST, locale: 'zh-CN' } },
  { name: 'host-en', hash: '#/host', waitFor: '.card', device: { ...HOST, locale: 'en' } },
  { name: 'operator-zh', hash: '#/operator', waitFor: '.cue', device: { ...DESK, locale: 'zh-CN' } },
  {
    name: 'operator-en',
    hash: '#/operator',
    waitFor: '.cue',
    device: { ...DESK, locale: 'en' },
    click: ['.cue summary'],
  },
  {
    name: 'operator-light',
    hash: '#/operator',
    waitFor: '.cue',
    device: { ...DESK, locale: 'zh-CN' },
    click: ['.theme-button'],
  },
  {
    name: 'pair-device',
    hash: '#/operator',
    waitFor: '.cue',
    device: { ...DESK, locale: 'zh-CN' },
    click: ['.pair-button'],
  },
  ...(['zh', 'en'] as const).map((language): Screen => ({
    name: `pair-network-${language}`,
    hash: '#/operator',
    waitFor: '.cue',
    device: { ...DESK, locale: language === 'zh' ? 'zh-CN' : 'en' },
    network: true,
    click: ['.pair-button'],
  })),
  { name: 'phone', hash: '', waitFor: '.card', device: { locale: 'zh-CN', width: 390, height: 844, touch: true } },
  {
    name: 'operator-phone',
    hash: '#/operator',
    waitFor: '.cue',
    device: { locale: 'zh-CN', width: 390, height: 844, touch: true },
  },
  ...(['zh', 'en'] as const).flatMap((language): Screen[] => {
    const device = { ...DESK, locale: language === 'zh' ? 'zh-CN' : 'en' };
    const comments = { hash: '#/operator', waitFor: '.comment', device };
    return [
      // Two corrected, one of them spam by the operator's word, and a fold that is open.
      { ...comments, name: `comments-${language}`, press: ['l', 'f', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'c', 'b', 'ArrowDown', 'c', 'm', 'Enter'] },
      { ...comments, name: `comments-chooser-${language}`, press: ['l', 'ArrowDown', 'c', '3'] },
      { ...comments, name: `comments-keys-${language}`, press: ['?'] },
      // The third question chosen, the presets open.
      { ...comments, name: `answers-${language}`, waitFor: '.answer', press: ['t', 'Escape', 'q', 'ArrowDown', 'ArrowDown'] },
      // One accepted, one called a false alarm, the next one chosen.
      { ...comments, name: `orders-${language}`, press: ['o', 'a', 'x'] },
      { ...comments, name: `product-${language}`, press: ['g', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter'] },
      { name: `sent-${language}`, hash: '#/sent', waitFor: '.sent-table tbody tr', device, click: ['.sent-table tbody tr:nth-child(2)'] },
      { name: `pair-form-${language}`, hash: '', waitFor: 'form', device: { ...device, width: 1024, height: 700, paired: false } },
      { name: `air-${language}`, hash: '#/air', waitFor: '.air .row', device },
      // The last row of the page, saved.
      { name: `support-${language}`, hash: '#/air', waitFor: '.support', device: { ...device, role: 'operator', height: 1000 }, click: ['.support .button'] },
      { name: `shows-${language}`, hash: '#/shows', waitFor: '.shows-table tbody tr', device, click: ['.shows-table tbody tr:nth-child(2)'] },
      { name: `rehearsal-${language}`, hash: '#/rehearsal', waitFor: '.past-rehearsals', device, rehearsal: {}, click: ['input[name=from] >> nth=1', '.recording >> nth=0'] },
      { name: `rehearsal-operator-${language}`, hash: '#/operator', waitFor: '.cue', device, rehearsal: { liveMs: Date.now() + 3_600_000 }, click: ['.mode-strip .button'] },
      { name: `rehearsal-host-${language}`, hash: '#/host', waitFor: '.mode-strip.rehearsed', device: { ...device, ...HOST }, rehearsal: { onHosts: true, speed: 1, atMs: REHEARSAL.fromMs! + 134_000 } },
      { name: `devices-${language}`, hash: '#/devices', waitFor: '.device-table tbody tr', device },
      { name: `settings-${language}`, hash: '#/settings', waitFor: '.schema-field', device: { ...device, role: 'admin' }, click: ['.settings-link >> nth=2'], write: { into: '[data-path="advise.cardsPer10Min"] input', text: '3', then: ['.review-bar .button.main'] } },
      { name: `settings-source-${language}`, hash: '#/settings', waitFor: '.schema-field', device: { ...device, role: 'admin' }, click: ['.settings-link >> nth=1'], choose: { in: '.settings-work .row-line select', value: 'shopify', then: '.settings-work .row-line .button' } },
      { name: `hotkeys-${language}`, hash: '#/settings', waitFor: '.schema-field', device: { ...device, role: 'admin' }, click: ['.settings-link >> nth=7', '[data-path="hotkeys.done"] .button'], press: ['Control+Alt+h', 'Tab', 'Tab', 'Enter', 'F9', 'Tab', 'Tab', 'Enter', 'Control+Alt+h'] },
      { name: `host-layout-${language}`, hash: '#/settings', waitFor: '.schema-field', device: { ...device, role: 'admin' }, click: ['.settings-link >> nth=6'], choose: { in: '[data-path="hostScreen.distanceM"] select', value: '3', then: '.review-bar .button.main' } },
      { name: `ear-cue-${language}`, hash: '#/host', waitFor: '.card', device: { ...HOST, locale: device.locale }, click: ['.host-foot .icon-button', '.ear-choice label >> nth=2'] },
      { name: `ear-cue-gone-${language}`, hash: '#/host', waitFor: '.ear-line > *', device: { ...HOST, locale: device.locale }, remembered: { 'ear-output': 'pulled', 'ear-label': 'Bluetooth headphones' } },
      { name: `control-${language}`, hash: '#/control', waitFor: '[data-token]', device },
      { name: `catalogue-${language}`, hash: '#/catalogue', waitFor: '.product-rows', device, upload: PRODUCT_FILE },
    ];
  }), // prettier-ignore
];
/** Long enough for the charts and for the age of the last state to be those of a running show. */
const REST_MS = 1_200;

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/screens', import.meta.url));
const chromium = findChromium();
if (chromium === null) throw new Error('No Chromium: install it, or set LIVECUE_CHROMIUM to its path.');
mkdirSync(folder, { recursive: true });
// Outputs of Chromium's own making, where an ear cue is chosen.
const stage = await openStage(chromium, undefined, ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']); // prettier-ignore
const { url } = stage.server.address();

const names = new Set(process.argv.slice(3));

/** What one picture corrects or says of an order is not there in the next. */
async function forgetCorrections(): Promise<void> {
  const { desk } = stage.show.comments;
  const filter = { intent: null, productId: null, mark: 'corrected', text: '' } as const;
  for (const { seq } of desk.before({ before: 1e9, limit: 200, filter }).rows)
    await desk.correct({ session: SESSION, seq, labels: null });
  const orders = stage.show.orders.desk;
  for (const { orderId, verdict } of orders.read({ limit: 200 }).rows)
    if (verdict !== null) await orders.label({ orderId, verdict: null });
}

/** What is played beside the live room. */
function rehearsedRoom() {
  const room = createScriptedShow(Date.now);
  const now = Date.now();
  room.change({ stage: { active: prompt({ promptId: 'r1', expiresMs: now + 3_600_000 }, now), next: [surge(now)], queued: [] } }); // prettier-ignore
  return room;
}

/** The room of these pictures listens on this machine alone; a studio's agent tells addresses of its network. */
async function asOnNetwork(page: Page): Promise<void> {
  const fingerprint = `"fingerprint":"${Array.from({ length: 32 }, (_, n) => ((n * 37 + 11) % 256).toString(16).padStart(2, '0').toUpperCase()).join(':')}"`; // prettier-ignore
  await page.routeWebSocket(/\/panel$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => socket.send(String(text).replace(/"http:\/\/127\.0\.0\.1:\d+\/"/g, '"https://192.168.1.20:7420/"').replace('"fingerprint":null', fingerprint))); // prettier-ignore
  });
}

async function take(screen: Screen): Promise<void> {
  if (names.size > 0 && !names.has(screen.name)) return;
  const { page, context } = await stage.device(screen.device);
  stage.show.change({ rehearsal: screen.rehearsal === undefined ? undefined : { ...REHEARSAL, ...screen.rehearsal } });
  stage.show.records.rehearsals.room ??= rehearsedRoom();
  if (screen.network === true) await asOnNetwork(page);
  await context.addInitScript(
    (entries) => {
      for (const [key, value] of entries) localStorage.setItem(`livecue.${key}`, value);
    },
    Object.entries(screen.remembered ?? {}),
  );
  await page.goto(url + screen.hash);
  await page.waitForSelector(screen.waitFor);
  if (screen.upload !== undefined) {
    await page.setInputFiles('input[type=file]', screen.upload);
    await page.waitForSelector('.import-bar');
  }
  for (const selector of screen.click ?? []) await page.locator(selector).first().click();
  if (screen.choose !== undefined) {
    await page.locator(screen.choose.in).selectOption(screen.choose.value);
    await page.locator(screen.choose.then).first().click();
  }
  if (screen.write !== undefined) {
    await page.locator(screen.write.into).fill(screen.write.text);
    for (const selector of screen.write.then) await page.locator(selector).first().click();
  }
  for (const key of screen.press ?? []) await page.keyboard.press(key);
  await page.waitForTimeout(REST_MS);
  await page.screenshot({ path: join(folder, `${screen.name}.png`) });
  await context.close();
  await forgetCorrections();
}

for (const screen of SCREENS) {
  const now = Date.now();
  stage.show.change({
    stage: { active: prompt({ promptId: 'c1' }, now), next: [surge(now), stockOut(now)], queued: [anomaly(now)] },
  });
  await take(screen);
}
// The moods of the host screen without a card, and the strip of a room that is not live.
const host: Screen = { name: 'host-calm', hash: '#/host', waitFor: '.host', device: { ...HOST, locale: 'zh-CN' } };
stage.show.change({ stage: { active: null, next: [], queued: [] }, mode: 'simulated' });
await take(host);
const now = Date.now();
const { fact: _none, ...advice } = stockOut(now);
stage.show.change({ stage: { active: { ...advice, fact: null }, next: [], queued: [] }, mode: 'live' });
await take({ ...host, name: 'host-advice' });
stage.show.change({ feed: { state: 'stale', lastEventMs: now - 22_000 } });
await take({ ...host, name: 'host-stale' });
await stage.close();
if (stage.pageErrors.length > 0) throw new Error(`The pages wrote errors: ${stage.pageErrors.join(' · ')}`);
