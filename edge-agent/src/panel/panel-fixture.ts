/** A small backend and two speaking clients, for the tests of this folder. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  PANEL_CONTRACT_VERSION,
  PANEL_STATE_TOPIC,
  type CommentRow,
  type OrderRow,
  type PanelMessage,
  type PanelResult,
  type PanelRole,
  type PanelState,
  type ProductDetail,
} from '@livecue/shared/contract';
import { Dealer, Subscriber, curveKeyPair } from 'zeromq';
import WebSocket from 'ws';
import type { AuditCall, PanelBackend, PanelCaller, StoredDevice, TokenStore } from '../ports.ts';
import { PanelCallError } from './panel-call-error.ts';
import type { PanelCurve, PanelPorts } from './panel-ports.ts';
import { TOKEN_COOKIE } from './peer-check.ts';
import { createPanelServer, type PanelServer } from './panel-server.ts';

const BUDGET = { started: 2, limit: 10, currency: 'CNY', discount: '420.00', discountLimit: '5000.00', closed: null };
const COUNTS = { session: 1, revision: 0, open: 0, kept: 0 };
/** Its number must reach no device of a host. */
export const ORDER: OrderRow = {
  orderId: '0123456789abcdef', orderRef: '…7731', eventTimeMs: 0, productId: 'p3', score: 0.81, by: 'rule', threshold: 0.56,
  reasons: [{ feature: 'sameProductOrders1H', value: 4, usual: 1, share: 1 }], modelVersion: 'order-fraud-1', verdict: null,
}; // prettier-ignore
const DETAIL: ProductDetail = {
  productId: 'p3', nowMs: 0, interest: null, forecast: null, forecastModel: 'demand-show-1',
  questions: { openMs: 0, closeMs: 60_000, comments: 0, viewers: {}, modelVersion: 'intent-1' },
  sales: { openMs: 0, closeMs: 300_000, units: 0, fromMs: 0, perMinute: [] },
}; // prettier-ignore

const CONTROL: PanelResult<'control.read'> = {
  tokens: [], httpUrl: null, osc: { state: 'closed', host: '127.0.0.1', port: 7427, problem: null }, presets: [],
  state: { version: 1, mode: 'live', feed: 'ok', hold: false, kill: false, quiet: false, card: null, next: 0, queued: 0, explaining: null, text: { zh: '无提示', en: 'No card' } },
}; // prettier-ignore

const DEVICES: PanelResult<'fleet.read'> = {
  agentId: 'studio-1', connected: false, problem: null, others: [], toldMs: null,
  own: { sentMs: 0, version: '0.1.0', startedMs: 0, mode: 'simulated', feedAgeMs: null, eventsPerSecond: 0, commentsPerSecond: 0, modelP95Ms: null, cpuShare: 0, rssBytes: 0, freeDiskBytes: null, queued: 0, outbox: 0, clock: null, lastSyncMs: null, configVersion: null, modelVersion: 'rules-1' },
  config: { state: 'off', version: null, inForce: null, before: null, seen: 0, when: null, note: '', reason: null, ignored: null, atMs: 0, trialUntilMs: null, hash: '0'.repeat(64), drift: [] },
}; // prettier-ignore

const ACTIONS = {
  targets: [], studio: [], asks: [], log: [], notRun: 0,
  overlay: { url: null, pages: 0, state: { version: 1, nowMs: 0, language: 'zh', simulated: true, product: null, offer: null, answer: null } },
}; // prettier-ignore

export function emptyState(nowMs: number): PanelState {
  return {
    contractVersion: PANEL_CONTRACT_VERSION, agentId: 'studio-1', version: '0.1.0', roomId: 'main', roomName: '', mode: 'simulated',
    nowMs, startedMs: 0, stage: { active: null, next: [], queued: [] }, feed: { state: 'waiting', lastEventMs: null },
    explaining: null, viewers: null, ordersLastHour: 0, products: [], anomalies: [], orders: COUNTS, latest: null, sources: [],
    uplink: { state: 'off', brokerUrl: '', backlog: 0, sent: 0, resent: 0, acknowledged: 0, bytesSent: 0, lastAckMs: null, problem: null },
    health: [], counters: {},
  }; // prettier-ignore
}

const NO_CHANGE = { basis: 'x', problems: [], changes: [], warnings: [], showRuns: false };
const CHAIN = { entries: 0, sinceMs: null, head: '0'.repeat(64), problem: null };
const PREVIEW = { basis: 'x', problems: [], changes: [], warnings: [], showRuns: false };
const MODELS = { serving: 'intent-1', delivered: {}, back: null, reports: [], problem: null };
const EXTENT = { session: 1, oldestSeq: 1, newestSeq: 1, letGo: 0, examples: 0 };
/** Its text must reach no device of a host. */
export const ROW: CommentRow = {
  seq: 1, eventTimeMs: 0, text: 'words of a viewer', moreCharacters: 0, viewer: '小**', corrected: null, removed: false,
  given: { intent: 'price', intentScore: 0.9, offensive: false, spam: null, sentiment: 'neutral', productIds: ['p3'] },
}; // prettier-ignore

export interface FixtureBackend extends PanelBackend {
  calls: { verb: string; args: unknown; caller?: PanelCaller }[];
  change(part: Partial<PanelState>): void;
}

export function fixtureBackend(nowMs: () => number): FixtureBackend {
  let part: Partial<PanelState> = {};
  const calls: FixtureBackend['calls'] = [];
  return {
    calls,
    change: (next) => (part = { ...part, ...next }),
    state: () => ({ ...emptyState(nowMs()), ...part }),
    call: async (verb, args, caller) => {
      calls.push({ verb, args, caller });
      if (verb === 'series.read') return { points: [] };
      if (verb === 'uplink.sent') return { messages: [] };
      if (verb === 'comments.after')
        return { extent: EXTENT, rows: [], skipped: 0, revision: 0, changed: [], changesLost: false };
      if (verb === 'comments.before') return { extent: EXTENT, rows: [ROW] };
      if (verb === 'comments.correct') return { row: ROW, examples: 1 };
      if (verb === 'corrections.read') return { examples: [] };
      if (verb === 'answers.read') return { rows: [] };
      if (verb === 'answers.close') return { closed: true };
      if (verb === 'product.read') return DETAIL;
      if (verb === 'orders.read') return { counts: COUNTS, rows: [ORDER], labels: 0 };
      if (verb === 'orders.label') return { row: ORDER, labels: 1 };
      if (verb === 'labels.read') return { labels: [] };
      if (verb === 'fleet.read') return DEVICES;
      if (verb === 'fleet.apply' || verb === 'fleet.back') return { begun: false };
      if (verb === 'actions.read') return ACTIONS;
      if (verb === 'action.do' || verb === 'action.permit') return { results: [] };
      if (verb === 'action.undo') return { undone: false, message: null };
      if (verb === 'actions.forget') return { forgotten: 0 };
      if (verb === 'overlay.clear') return {};
      if (verb === 'air.check') return { checks: [] };
      if (verb === 'firstrun.read') return { needed: false, step: 'room', done: false };
      if (verb === 'firstrun.save') return {};
      if (verb === 'screens.read') return { screens: [], nowMs: 0 };
      if (verb === 'templates.read') return { templates: [], undo: null };
      if (verb === 'templates.save') return { templateId: '0123456789ab', reason: null };
      if (verb === 'templates.rename') return { renamed: true };
      if (verb === 'templates.remove') return { removed: true };
      if (verb === 'templates.undo') return { undone: false };
      if (verb === 'templates.preview')
        return { preview: NO_CHANGE, catalogue: { added: 0, changed: 0, gone: 0 }, gone: [] };
      if (verb === 'templates.apply') return { version: null, waits: false, reason: 'nothing-changes', problems: [] };
      if (verb === 'log.read') return { rows: [], more: false, devices: [], chain: CHAIN };
      if (verb === 'log.check') return { chain: CHAIN };
      if (verb === 'log.export') return { text: '', last: 0, more: false };
      if (verb === 'support.make') return { name: 'support.json', text: '{}' };
      if (verb === 'source.switch' || verb === 'source.retry') return {};
      if (verb === 'screen.report' || verb === 'hotkeys.report') return {};
      if (verb === 'hotkeys.read') return { desktop: null };
      if (verb === 'report.make') return { made: false };
      if (verb === 'report.read') return { text: '' };
      if (verb === 'rehearsal.read')
        return { start: null, check: null, past: [], recordings: [], folder: '', products: 0 };
      if (verb === 'rehearsal.upload') return { receivedBytes: 3 };
      if (verb === 'rehearsal.start') return { rehearsalId: '20260501T120000Z-3f' };
      if (verb === 'rehearsal.control' || verb === 'rehearsal.stop') return {};
      if (verb === 'rehearsal.remove' || verb === 'recording.remove') return { removed: false };
      if (verb === 'rehearsal.look') return { state: null };
      if (verb === 'rehearsal.call') return { result: null };
      if (verb === 'shows.list') return { shows: [] };
      if (verb === 'shows.read') return { rows: [] };
      if (verb === 'models.read' || verb === 'models.rollback') return MODELS;
      if (verb === 'control.read') return CONTROL;
      if (verb === 'control.add') return { tokenId: '01234567', token: 'secret' };
      if (verb === 'control.remove') return { removed: true };
      if (verb === 'explain.tell') return { productId: 'p3' };
      if (verb === 'catalogue.read') return { products: 0, basis: 'x', currency: 'CNY', versions: [] };
      if (verb === 'catalogue.products') return { products: [] };
      if (verb === 'catalogue.upload') return { receivedBytes: 3 };
      if (verb === 'catalogue.preview') return { preview: null, unreadable: { zh: '空', en: 'empty' }, basis: 'x' };
      if (verb === 'catalogue.apply' || verb === 'catalogue.restore') return { version: null, reason: 'not-kept' };
      if (verb === 'catalogue.export') return { name: 'catalogue.csv', text: '' };
      if (verb === 'settings.read') return { settings: {}, basis: 'x', versions: [], over: [], trial: null, waiting: null, last: null, showRuns: false, nowMs: 0 }; // prettier-ignore
      if (verb === 'settings.form') return { schema: {}, connectors: [] };
      if (verb === 'settings.preview') return PREVIEW;
      if (verb === 'settings.version') return { settings: null, preview: PREVIEW };
      if (/^(settings\.(apply|restore|waiting)|setup\.import)$/.test(verb))
        return { version: null, waits: false, reason: 'not-kept', problems: [] };
      if (verb === 'settings.secrets') return { secrets: [], keystore: null, pending: false };
      if (verb === 'settings.secret') return { sinceMs: 1 };
      if (verb === 'settings.restart') return { begun: false };
      if (verb === 'setup.export') return { name: 'setup.json', text: '{}' };
      if (verb === 'setup.preview')
        return { unreadable: 'x', summary: null, preview: null, catalogue: null, missing: [] };
      if (verb === 'backup.list') return { backups: [] };
      if (verb === 'message.presets') return { presets: [] };
      if (verb === 'message.send') return { promptId: 'operator-message/own/@1' };
      if (verb === 'message.clear') return { cleared: 1 };
      if (verb === 'prompt.show') return { shown: false, reason: 'rate-limit' };
      if (verb === 'offers.read') return { offers: [], budget: BUDGET };
      if (verb === 'offer.propose') return { promptId: null, refusals: ['below-floor'] };
      const { promptId } = args as { promptId: string };
      if (promptId === 'gone') throw new PanelCallError('not-found', 'No open card has this id.');
      if (promptId === 'bug') throw new TypeError('secret detail');
      return { closed: true };
    },
  };
}

export function memoryTokens(): TokenStore & { clear(): void } {
  const devices = new Map<string, StoredDevice>();
  return {
    get: (hash) => devices.get(hash) ?? null,
    all: () => [...devices],
    put: async (hash, device) => void devices.set(hash, device),
    remove: async (hash) => devices.delete(hash),
    clear: () => devices.clear(),
  };
}

export interface Fixture {
  server: PanelServer;
  backend: FixtureBackend;
  tokens: ReturnType<typeof memoryTokens>;
  log: string[];
  /** Calls that were written down. */
  audited: AuditCall[];
  ports: PanelPorts;
  curve: PanelCurve & { clientSecretKey: string };
  pair(role?: PanelRole): Promise<string>;
  close(): Promise<void>;
}

export async function openFixture(): Promise<Fixture> {
  const pageFolder = await mkdtemp(join(tmpdir(), 'livecue-page-'));
  await mkdir(join(pageFolder, 'assets'));
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>LiveCue</title>');
  await writeFile(join(pageFolder, 'assets', 'page-abc123.js'), 'export {};');
  await writeFile(join(pageFolder, 'notes.txt'), 'not a page');
  const [serverKeys, clientKeys] = [curveKeyPair(), curveKeyPair()];
  const curve = {
    serverPublicKey: serverKeys.publicKey, serverSecretKey: serverKeys.secretKey,
    clientPublicKey: clientKeys.publicKey, clientSecretKey: clientKeys.secretKey,
  }; // prettier-ignore
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  const backend = fixtureBackend(Date.now);
  const tokens = memoryTokens();
  const audited: AuditCall[] = [];
  const ports = {
    backend,
    nowMs: Date.now,
    randomBytes,
    tokens,
    pageFolder,
    audit: { record: async (call: AuditCall) => audited.push(call) },
    logger: { debug: write, info: write, warn: write, error: write },
  };
  const server = createPanelServer(ports, { host: '127.0.0.1', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0, curve });
  await server.start(new AbortController().signal);
  return {
    server, backend, tokens, log, ports, curve, audited,
    pair: async (role) => {
      const { token } = (await (await postCode(server, server.createCode(role).code)).json()) as { token: string };
      return token;
    },
    close: async () => {
      await server.stop();
      await rm(pageFolder, { recursive: true });
    },
  }; // prettier-ignore
}

export function postCode(server: PanelServer, code: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const url = new URL('pair', server.address().url);
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify({ code }),
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

/** What tests need of a panel, whichever way it is connected. */
export interface Speaker {
  /** Sends text as it is and resolves with the next answer that is no state. */
  ask(text: string): Promise<PanelMessage>;
  nextState(): Promise<PanelState>;
  close(): void;
}

function inbox() {
  const waiting: { wants: (message: PanelMessage) => boolean; take: (message: PanelMessage) => void }[] = [];
  return {
    next: (wants: (message: PanelMessage) => boolean) =>
      new Promise<PanelMessage>((take) => waiting.push({ wants, take })),
    put(message: PanelMessage) {
      const index = waiting.findIndex((w) => w.wants(message));
      if (index >= 0) waiting.splice(index, 1)[0]?.take(message);
    },
  };
}

const stateOf = (message: PanelMessage) => (message as Extract<PanelMessage, { type: 'state' }>).state;

export async function speakWebSocket(
  server: PanelServer,
  token: string,
  headers: Record<string, string> = {},
): Promise<Speaker & { closed: Promise<number>; socket: WebSocket }> {
  const socket = new WebSocket(server.address().url.replace('http', 'ws') + 'panel', {
    headers: { Cookie: `${TOKEN_COOKIE}=${token}`, ...headers },
  });
  const box = inbox();
  socket.on('message', (data) => box.put(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    closed,
    ask: (text) => {
      const answer = box.next((message) => message.type !== 'state');
      socket.send(text);
      return answer;
    },
    nextState: async () => stateOf(await box.next((message) => message.type === 'state')),
    close: () => socket.terminate(),
  };
}

export async function speakZeroMq(
  server: PanelServer,
  curve: { serverPublicKey: string; clientPublicKey: string; clientSecretKey: string },
): Promise<Speaker> {
  const keys = {
    linger: 0,
    curveServerKey: curve.serverPublicKey,
    curvePublicKey: curve.clientPublicKey,
    curveSecretKey: curve.clientSecretKey,
  };
  const endpoints = server.address().zmq;
  if (endpoints === null) throw new Error('no desktop link');
  const [dealer, subscriber] = [new Dealer(keys), new Subscriber(keys)];
  dealer.connect(endpoints.callEndpoint);
  subscriber.connect(endpoints.pubEndpoint);
  subscriber.subscribe(PANEL_STATE_TOPIC);
  const box = inbox();
  void (async () => {
    for await (const [bytes] of dealer) box.put(JSON.parse(String(bytes)));
  })();
  void (async () => {
    for await (const [, bytes] of subscriber) box.put(JSON.parse(String(bytes)));
  })();
  return {
    ask: async (text) => {
      const answer = box.next((message) => message.type !== 'state');
      await dealer.send(text);
      return answer;
    },
    nextState: async () => stateOf(await box.next((message) => message.type === 'state')),
    close: () => [dealer, subscriber].forEach((socket) => socket.close()),
  };
}
