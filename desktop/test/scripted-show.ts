/** A scripted room for tests of the page: realistic states that change when the test says so. */
import {
  DEFAULT_PRESETS,
  PANEL_VERBS,
  type HotkeyReport,
  type OpenScreen,
  type PanelState,
  type PanelVerb,
  type SentMessage,
  type SeriesPoint,
  type SourceHealth,
} from '@livecue/shared/contract';
import type { HostPrompt } from '@livecue/shared/prompt';
import type { PanelBackend } from '../../edge-agent/src/ports.ts';
import type { COMMENTS_KEPT } from '../../edge-agent/src/assembly/comment-desk.ts';
import { PanelCallError } from '../../edge-agent/src/panel/panel-call-error.ts';
import { createScriptedActions, type ScriptedActions } from './scripted-actions.ts';
import { createScriptedCues, cueState, type ScriptedCues } from './scripted-cues.ts';
import { createScriptedDevices, type ScriptedDevices } from './scripted-devices.ts';
import { scriptedAir, scriptedSupport } from './scripted-air.ts';
import { createScriptedModels, type ScriptedModels } from './scripted-models.ts';
import { createScriptedRecords, type ScriptedRecords } from './scripted-records.ts';
import { createScriptedControl, type ScriptedControl } from './scripted-control.ts';
import { createScriptedCatalogue, type ScriptedCatalogue } from './scripted-catalogue.ts';
import { createScriptedSettings, type ScriptedSettings } from './scripted-settings.ts';
import { createScriptedComments, type ScriptedComments } from './scripted-comments.ts';
import { createScriptedOrders, detailOf, INTEREST, roomAnomalies, type ScriptedOrders } from './scripted-signals.ts';

const BUDGET = { started: 2, limit: 10, currency: 'CNY', discount: '420.00', discountLimit: '5000.00', closed: null };
const PRODUCTS = [
  ['p1', 1, '玻璃保鲜盒', 'Glass food box', 320, 66, {}, null],
  ['p2', 2, '真丝眼罩', 'Silk sleep mask', 14, 57, { stock: 3, purchase_signal: 2 }, 8.2],
  ['p3', 3, '亚麻衬衫', 'Linen shirt', 120, 41, { size_spec: 12, price: 2 }, null],
  ['p5', 5, '蓝色水杯', 'Blue water bottle', 31, 18, { price: 4 }, null],
  ['p7', 7, '便携榨汁机', 'Portable juicer', 0, 95, { stock: 6 }, null],
] as const;

export function prompt(part: Partial<HostPrompt> & { promptId: string }, nowMs: number): HostPrompt {
  return {
    key: `counted-questions/size_spec/p3`, rule: 'counted-questions', priority: 'act-now', roomId: 'main', productId: 'p3', linkNumber: 3,
    headline: { zh: '12 人问尺码', en: '12 viewers ask about size' },
    reason: { zh: '3号亚麻衬衫 · 60 秒内', en: 'No. 3 Linen shirt · within 60 s' },
    fact: { zh: 'S 155–160 · M 160–165 · L 165–170', en: 'S 155–160 · M 160–165 · L 165–170 cm' },
    raisedMs: nowMs - 7_000, updatedMs: nowMs - 1_000, expiresMs: nowMs + 38_000,
    evidence: {
      window: { openMs: nowMs - 61_000, closeMs: nowMs - 1_000 }, counts: { size_spec: 12, viewers: 12, comments: 15 }, threshold: { viewers: 8 },
      modelVersion: 'intent-hash-2.1', eventIds: ['douyin:7301', 'douyin:7342', 'douyin:7345'],
    },
    ...part,
  }; // prettier-ignore
}

export const surge = (nowMs: number) =>
  prompt({
    promptId: 'c-surge', key: 'interest-surge/p5', rule: 'interest-surge', priority: 'advice', productId: 'p5', linkNumber: 5, fact: null, expiresMs: nowMs + 80_000,
    headline: { zh: '5号 关注 ×4.2', en: 'No. 5 interest ×4.2' }, reason: { zh: '蓝色水杯 · 比平时', en: 'Blue water bottle · against its usual' },
    evidence: { window: { openMs: nowMs - 11_000, closeMs: nowMs - 1_000 }, counts: { level: 84.2, expected: 20 }, threshold: { surprise: 4 }, modelVersion: 'interest-1', eventIds: [] },
  }, nowMs); // prettier-ignore

export const stockOut = (nowMs: number) =>
  prompt({
    promptId: 'c-stock', key: 'stock-out/p2', rule: 'stock-out', priority: 'advice', productId: 'p2', linkNumber: 2, fact: null, expiresMs: nowMs + 64_000,
    headline: { zh: '2号 8 分钟后售罄', en: 'No. 2 sells out in 8 min' }, reason: { zh: '真丝眼罩 · 余 14 件', en: 'Silk sleep mask · 14 left' },
  }, nowMs); // prettier-ignore

export const anomaly = (nowMs: number) =>
  prompt({
    promptId: 'c-orders', key: 'order-anomaly', rule: 'order-anomaly', priority: 'info', productId: null, linkNumber: null, fact: null, expiresMs: nowMs + 52_000,
    headline: { zh: '17 单来自 3 个账号', en: '17 orders by 3 buyers' }, reason: { zh: '60 秒内 · 先核对再感谢', en: 'within 60 s · check before thanking' },
  }, nowMs); // prettier-ignore

/** Second `i` of the show, the same numbers for the same second; null while the feed was silent. */
export function point(tMs: number, i: number, gap = false): SeriesPoint {
  const wave = (period: number, phase = 0) => (1 + Math.sin((i + phase) / period)) / 2;
  const jitter = ((i * 7919) % 13) / 13;
  if (gap) return { tMs, comments: null, orders: null, viewers: null, interest: {} };
  return {
    tMs,
    comments: Math.round(4 + 10 * wave(23) + 6 * jitter),
    orders: (i * 31) % 7 < 2 ? Math.round(1 + 2 * wave(41)) : 0,
    viewers: Math.round(3100 + 400 * wave(90) + 12 * jitter),
    interest: {
      p3: Math.round(30 + 60 * wave(37) + 10 * jitter),
      p5: i > 210 ? Math.round(20 + (i - 210) * 0.9 + 8 * jitter) : 18 + Math.round(6 * jitter),
      p2: Math.round(12 + 14 * wave(29, 11)),
      p7: i < 120 ? Math.round(40 * wave(19)) : 0,
    },
  };
}

export function record(atMs: number, seq: number, acknowledged: boolean): SentMessage {
  const windowStartMs = Math.floor(atMs / 60_000) * 60_000 - 60_000;
  const payload = JSON.stringify({
    kind: 'window', roomId: 'main', group: seq % 3 === 0 ? { kind: 'room' } : { kind: 'product', productId: `p${seq % 5}` },
    windowStartMs, windowLengthMs: 60_000, revision: 0, counts: { events: 4120 + seq, comments: 611, commenters: 302, ordersPaid: 17 },
  }); // prettier-ignore
  return {
    atMs, topic: 'livecue/1/studio-1/records', payload, bytes: Buffer.byteLength(payload), acknowledged,
    properties: { specversion: '1.0', id: `studio-1/1/${seq}`, source: 'livecue/studio-1', type: 'livecue.window', epoch: '1', seq: String(seq) },
  }; // prettier-ignore
}

export interface ScriptedShow extends PanelBackend {
  /** What panels called, oldest first. */
  readonly calls: { verb: string; args: unknown }[];
  /** Changes the state that is shown from now on. */
  change(part: Partial<PanelState> | ((state: PanelState) => Partial<PanelState>)): void;
  sent: SentMessage[];
  readonly comments: ScriptedComments;
  readonly orders: ScriptedOrders;
  readonly cues: ScriptedCues;
  readonly records: ScriptedRecords;
  readonly catalogue: ScriptedCatalogue;
  readonly settings: ScriptedSettings;
  readonly control: ScriptedControl;
  readonly actions: ScriptedActions;
  readonly devices: ScriptedDevices;
  readonly models: ScriptedModels;
  /** Verbs that are answered, or fail, by the test's own word. */
  readonly instead: Map<PanelVerb, () => unknown>;
  /** What the desktop tells of its keys; null: none runs. */
  desktop: HotkeyReport | null;
  /** Host screens that are open, as they told of themselves. */
  readonly screens: Map<string, OpenScreen>;
  /** Cues that are refused as already closed although panels still see them. */
  readonly closed: Set<string>;
}

function firstState(nowMs: number): PanelState {
  return {
    contractVersion: 1, agentId: 'studio-1', version: '0.1.0', roomId: 'main', roomName: '夏日家居专场', mode: 'live', nowMs, startedMs: nowMs - 4_327_000,
    stage: { active: null, next: [], queued: [] },
    feed: { state: 'ok', lastEventMs: nowMs - 400 },
    explaining: { productId: 'p3', sinceMs: nowMs - 160_000 },
    viewers: 3412, ordersLastHour: 486,
    products: PRODUCTS.map(([productId, linkNumber, zh, en, stock, unitsSold, questions, stockOutMinutes]) => ({ productId, linkNumber, name: { zh, en }, stock, unitsSold, questions, stockOutMinutes, interest: INTEREST[productId] ?? null })),
    anomalies: [], orders: { session: 1, revision: 0, open: 0, kept: 0 },
    latest: null,
    sources: [
      { name: 'Douyin', transport: 'websocket', state: 'open', endpoint: 'ws://127.0.0.1:7421/ingest', lastEventMs: nowMs - 400, quietLimitMs: 8_000, eventsPerSecond: 61.4, events: 184_220, drops: { duplicate: 312, late: 4 }, lostUpstream: 0, refusedTokens: 0, problem: null },
      { name: 'Bilibili', transport: 'zmq', state: 'open', endpoint: 'tcp://127.0.0.1:7422', lastEventMs: nowMs - 1_100, quietLimitMs: 12_000, eventsPerSecond: 8.2, events: 20_114, drops: {}, lostUpstream: 1_640, refusedTokens: 0, problem: null },
      { name: 'TikTok', transport: 'http', state: 'open', endpoint: 'http://127.0.0.1:7421/events', lastEventMs: nowMs - 22_000, quietLimitMs: 9_000, eventsPerSecond: 0, events: 3_310, drops: {}, lostUpstream: 0, refusedTokens: 0, problem: 'connected, but nothing came for 22 s', trouble: { code: 'silent', about: '22', retryS: null } },
    ],
    uplink: { state: 'connected', brokerUrl: 'mqtt://127.0.0.1:7425', backlog: 3, sent: 1_204, resent: 2, acknowledged: 1_201, bytesSent: 1_482_330, lastAckMs: nowMs - 3_000, problem: null, verified: 1_150 },
    health: [
      { name: 'disk', level: 'ok', title: { zh: '磁盘', en: 'Disk' }, text: { zh: '写盘 p99 2.1 毫秒，剩余 212 GB', en: 'write p99 2.1 ms, 212 GB free' }, remedy: null },
      { name: 'model', level: 'ok', title: { zh: '模型', en: 'Model' }, text: { zh: 'intent-hash-2.1，每条 3 微秒', en: 'intent-hash-2.1, 3 µs an item' }, remedy: null },
      { name: 'clock', level: 'warn', title: { zh: '时钟', en: 'Clock' }, text: { zh: '平台比本机快 1.8 秒', en: 'The platform is 1.8 s ahead of this machine' }, remedy: { zh: '在系统设置里打开自动校时。', en: 'Turn on time synchronisation in the system settings.' } },
    ],
    counters: {},
  }; // prettier-ignore
}

/** `age`s stay as the script set them: all times move on with the clock. */
export function createScriptedShow(nowMs: () => number, kept?: typeof COMMENTS_KEPT): ScriptedShow {
  const startMs = nowMs();
  const calls: { verb: string; args: unknown }[] = [];
  let state = firstState(startMs);
  const comments = createScriptedComments(nowMs, kept);
  comments.say(40, undefined, 1_300);
  const orders = createScriptedOrders(nowMs);
  const cues = createScriptedCues(nowMs);
  const records = createScriptedRecords(startMs);
  const catalogue = createScriptedCatalogue(nowMs);
  const settings = createScriptedSettings(nowMs, catalogue);
  const control = createScriptedControl(nowMs);
  const actions = createScriptedActions(nowMs);
  const devices = createScriptedDevices(nowMs);
  const models = createScriptedModels(nowMs);
  state.anomalies = roomAnomalies(startMs);
  state.cues = cueState(startMs);
  const show: ScriptedShow = {
    calls,
    comments,
    orders,
    cues,
    records,
    catalogue,
    settings,
    control,
    actions,
    devices,
    models,
    instead: new Map(),
    desktop: null,
    screens: new Map(),
    closed: new Set(),
    sent: Array.from({ length: 24 }, (_, i) => record(startMs - i * 5_300, 1204 - i, i > 2)),
    change(part) {
      state = { ...state, ...(typeof part === 'function' ? part(state) : part) };
    },
    state() {
      const now = nowMs();
      const second = Math.floor(now / 1000);
      const stale = state.feed.state === 'stale';
      return {
        ...state,
        nowMs: now,
        orders: orders.desk.counts(),
        feed: stale ? state.feed : { ...state.feed, lastEventMs: state.feed.state === 'waiting' ? null : now - 400 },
        sources: state.sources.map((s, i) =>
          i === 0 && !stale
            ? { ...s, lastEventMs: now - 400 }
            : i === 1 && !stale
              ? { ...s, lastEventMs: now - 1_100 }
              : s,
        ),
        latest: state.feed.state === 'ok' ? point(second * 1000, 300 + second - Math.floor(startMs / 1000)) : null,
      };
    },
    async call(verb, args, caller) {
      const instead = show.instead.get(verb);
      if (instead !== undefined) return instead() as never;
      if (verb === 'comments.after') return comments.desk.after(PANEL_VERBS[verb].args.parse(args));
      // Told by every host screen again and again.
      if (verb === 'screen.report') {
        const report = PANEL_VERBS[verb].args.parse(args);
        show.screens.set(report.screenId, { ...report, atMs: nowMs() });
        return {};
      }
      if (verb === 'screens.read') return { screens: [...show.screens.values()], nowMs: nowMs() };
      if (verb === 'hotkeys.read') return { desktop: show.desktop };
      if (verb === 'hotkeys.report') {
        show.desktop = PANEL_VERBS[verb].args.parse(args);
        return {};
      }
      if (verb === 'source.switch' || verb === 'source.retry') {
        calls.push({ verb, args });
        const { name, on = true } = args as { name: string; on?: boolean };
        const set = ({ off: _off, trouble: _trouble, ...source }: SourceHealth): SourceHealth =>
          on ? { ...source, state: 'open', problem: null } : { ...source, state: 'idle', problem: null, off: true };
        state = { ...state, sources: state.sources.map((source) => (source.name === name ? set(source) : source)) };
        return {};
      }
      if (verb === 'air.check') return scriptedAir(show.state(), nowMs());
      if (verb === 'support.make') return scriptedSupport(show.state(), settings.folder, nowMs());
      const ofControl = control.call(verb, args, show.state());
      if (ofControl !== undefined) return ofControl as never;
      if (verb !== 'answers.read') calls.push({ verb, args });
      const own = (headline: HostPrompt['headline'], priority: 'act-now' | 'advice') =>
        prompt({ promptId: `own-${calls.length}`, key: 'operator-message', rule: 'operator-message', priority, headline, reason: { zh: '场控', en: 'From the desk' }, fact: null, productId: null, linkNumber: null }, nowMs()); // prettier-ignore
      const ofCues = cues.call(verb, args, state, own);
      if (ofCues !== undefined) {
        state = ofCues.state;
        return ofCues.result;
      }
      if (verb === 'comments.before') return comments.desk.before(PANEL_VERBS[verb].args.parse(args));
      if (verb === 'comments.correct') return comments.desk.correct(PANEL_VERBS[verb].args.parse(args));
      if (verb === 'corrections.read') return comments.desk.read(PANEL_VERBS[verb].args.parse(args));
      if (verb === 'message.presets') return { presets: DEFAULT_PRESETS };
      if (verb === 'message.send') return { promptId: 'operator-message/own/@1' };
      if (verb === 'message.clear') return { cleared: 0 };
      if (verb === 'prompt.show') return { shown: false, reason: 'rate-limit' };
      if (verb === 'offers.read') return { offers: [], budget: BUDGET };
      if (verb === 'offer.propose') return { promptId: null, refusals: ['floor-unknown'] };
      if (/^(actions?|overlay)\./.test(verb)) return actions.call(verb, args) as never;
      if (verb === 'orders.read') return orders.desk.read(PANEL_VERBS[verb].args.parse(args));
      if (verb === 'orders.label') return orders.desk.label(PANEL_VERBS[verb].args.parse(args));
      const recorded =
        records.call(verb, args) ?? devices.call(verb) ?? models.call(verb) ?? (await catalogue.call(verb, args));
      if (recorded !== undefined) return recorded as never;
      const ofSettings = await settings.call(verb, args, caller);
      if (ofSettings !== undefined) return ofSettings as never;
      if (verb === 'labels.read') return orders.desk.labels(PANEL_VERBS[verb].args.parse(args));
      if (verb === 'product.read') {
        const found = state.products.find(({ productId }) => productId === (args as { productId: string }).productId);
        if (found === undefined) throw new PanelCallError('not-found', 'No such product.');
        return detailOf(found, nowMs());
      }
      if (verb === 'series.read') {
        const started = Math.floor(startMs / 1000);
        const last = Math.floor(nowMs() / 1000);
        return {
          points: Array.from({ length: 300 }, (_, n) => last - 299 + n).map((second) =>
            point(second * 1000, 300 + second - started, second - started > -205 && second - started < -182),
          ),
        };
      }
      if (verb === 'uplink.sent') return { messages: show.sent.slice(0, (args as { limit: number }).limit) };
      const { promptId } = args as { promptId: string };
      const open = [state.stage.active, ...state.stage.next, ...state.stage.queued].some(
        (p) => p?.promptId === promptId,
      );
      if (!open || show.closed.has(promptId)) {
        throw new PanelCallError('not-found', 'This cue is already closed.');
      }
      const [next = null, ...rest] = state.stage.next;
      state = {
        ...state,
        stage: {
          ...state.stage,
          active: state.stage.active?.promptId === promptId ? next : state.stage.active,
          next: rest.filter((p) => p.promptId !== promptId),
        },
      };
      return { closed: true };
    },
  };
  return show;
}
