import * as z from 'zod';
import { FLEET_VERBS } from './panel-fleet.ts';
import { MODEL_VERBS } from './fleet-model.ts';
import { SHOW_VERBS } from './panel-shows.ts';
import { Stage } from '../prompt/host-prompt.ts';
import { HealthItem, SourceHealth } from './health.ts';
import { RoomAnomaly } from '../insight/room-anomaly.ts';
import { ACTION_VERBS } from './panel-actions.ts';
import { HOTKEY_VERBS, Hotkeys } from './hotkeys.ts';
import { AIR_VERBS, HostLayout } from './panel-air.ts';
import { ANSWER_VERBS } from './panel-answers.ts';
import { CATALOGUE_VERBS } from './panel-catalogue.ts';
import { COMMENT_VERBS } from './panel-comments.ts';
import { CONTROL_VERBS } from './panel-control.ts';
import { CUE_VERBS, CueState } from './panel-cues.ts';
import { FIRST_RUN_VERBS } from './panel-setup.ts';
import { LOG_VERBS } from './panel-log.ts';
import { DEVICE_VERBS } from './panel-roles.ts';
import { REHEARSAL_VERBS, RehearsalNow } from './panel-rehearsal.ts';
import { SETTINGS_VERBS } from './panel-settings.ts';
import { OrderCounts, ProductInterest, SIGNAL_VERBS } from './panel-signals.ts';
import { SOURCE_VERBS } from './panel-sources.ts';
import { SentMessage, UplinkStatus } from './uplink.ts';

/** Raised when a panel of the old number could not read the new state. */
export const PANEL_CONTRACT_VERSION = 1;

/** One second of the room for the charts. Null in a gap: the feed was silent or stale. */
export const SeriesPoint = z.object({
  /** Start of the second, Unix ms. */
  tMs: z.int(),
  comments: z.number().nullable(),
  orders: z.number().nullable(),
  viewers: z.number().nullable(),
  /** Interest level by product id; products without any are absent. */
  interest: z.record(z.string(), z.number()),
});
export type SeriesPoint = z.infer<typeof SeriesPoint>;

export const ProductState = z.object({
  productId: z.string(),
  linkNumber: z.int().nullable(),
  name: z.object({ zh: z.string(), en: z.string() }),
  stock: z.int().nullable(),
  unitsSold: z.int(),
  /** Distinct viewers who asked in the last 60 s, by intent. */
  questions: z.record(z.string(), z.int()),
  /** Minutes until sold out at the present rate, or null. */
  stockOutMinutes: z.number().nullable(),
  /** Null when nobody paid attention in the last 10 min. */
  interest: ProductInterest.nullable(),
});
export type ProductState = z.infer<typeof ProductState>;

/** Everything a panel shows, pushed whole at most five times a second. Carries no viewer's words. */
export const PanelState = z.object({
  contractVersion: z.literal(PANEL_CONTRACT_VERSION),
  agentId: z.string(),
  version: z.string(),
  roomId: z.string(),
  roomName: z.string(),
  /** Anything but `live` is marked as not live on every screen. */
  mode: z.enum(['live', 'simulated', 'replay']),
  nowMs: z.int(),
  startedMs: z.int(),
  stage: Stage,
  feed: z.object({ state: z.enum(['waiting', 'ok', 'stale']), lastEventMs: z.int().nullable() }),
  explaining: z.object({ productId: z.string(), sinceMs: z.int() }).nullable(),
  viewers: z.int().nullable(),
  ordersLastHour: z.int(),
  products: z.array(ProductState),
  latest: SeriesPoint.nullable(),
  /** What is or was wrong with the room in the last 10 min, by its begin. */
  anomalies: z.array(RoomAnomaly).max(40),
  orders: OrderCounts,
  /** Running offers, what is left for them, and questions of patrons. Absent: an agent that tells none. */
  cues: CueState.optional(),
  sources: z.array(SourceHealth),
  uplink: UplinkStatus,
  health: z.array(HealthItem),
  counters: z.record(z.string(), z.number()),
  /** What the studio has set for its desktop and host screens. Absent: an agent that keeps none of it. */
  studio: z.object({ hotkeys: Hotkeys, hostScreen: HostLayout }).optional(),
  /** The rehearsal that runs beside the live room. Absent: none. */
  rehearsal: RehearsalNow.optional(),
});
export type PanelState = z.infer<typeof PanelState>;

const PromptArgument = z.strictObject({ promptId: z.string().min(1).max(128) });

/** The verbs a panel may call: arguments in, result out. Nothing else crosses. */
export const PANEL_VERBS = {
  'prompt.done': { args: PromptArgument, result: z.object({ closed: z.boolean() }) },
  'prompt.snooze': { args: PromptArgument, result: z.object({ closed: z.boolean() }) },
  'prompt.mute': { args: PromptArgument, result: z.object({ closed: z.boolean() }) },
  /** Wrong: neither this nor any card of its rule for its product comes again in this show. */
  'prompt.veto': { args: PromptArgument, result: z.object({ closed: z.boolean() }) },
  /** Do not disturb, and the kill switch; what is left out stays as it is. */
  'cues.control': { args: z.strictObject({ hold: z.boolean().optional(), off: z.boolean().optional() }), result: z.object({}) },
  /** The last 5 min of chart points. */
  'series.read': { args: z.strictObject({}), result: z.object({ points: z.array(SeriesPoint).max(600) }) },
  /** The newest messages that left for the cloud, byte for byte. */
  'uplink.sent': { args: z.strictObject({ limit: z.int().min(1).max(200).default(50) }), result: z.object({ messages: z.array(SentMessage) }) },
  ...DEVICE_VERBS,
  ...LOG_VERBS,
  ...FIRST_RUN_VERBS,
  ...COMMENT_VERBS,
  ...ANSWER_VERBS,
  ...CUE_VERBS,
  ...SIGNAL_VERBS,
  ...SHOW_VERBS,
  ...CATALOGUE_VERBS,
  ...SETTINGS_VERBS,
  ...ACTION_VERBS,
  ...CONTROL_VERBS,
  ...AIR_VERBS,
  ...SOURCE_VERBS,
  ...HOTKEY_VERBS,
  ...FLEET_VERBS,
  ...MODEL_VERBS,
  ...REHEARSAL_VERBS,
  /** What the rehearsed room is at now; null: none runs, or it has not begun. */
  'rehearsal.look': { args: z.strictObject({}), result: z.object({ state: PanelState.nullable() }) },
} as const; // prettier-ignore
export type PanelVerb = keyof typeof PANEL_VERBS;
export type PanelArgs<V extends PanelVerb> = z.input<(typeof PANEL_VERBS)[V]['args']>;
export type PanelResult<V extends PanelVerb> = z.infer<(typeof PANEL_VERBS)[V]['result']>;

/** Verbs that change nothing; calls of all others stand in the audit log. Who may call what: `VERB_ACCESS`. */
export const READING_VERBS: ReadonlySet<PanelVerb> = new Set([
  'self.read', 'devices.paired', 'log.read', 'log.check', 'log.export', 'firstrun.read', 'screens.read',
  'templates.read', 'templates.preview', 'series.read', 'uplink.sent', 'comments.after', 'comments.before', 'corrections.read', 'answers.read',
  'message.presets', 'offers.read', 'product.read', 'orders.read', 'labels.read', 'shows.list', 'shows.read',
  'fleet.read', 'models.read', 'actions.read', 'air.check', 'screen.report', 'hotkeys.read', 'hotkeys.report',
  'catalogue.read', 'catalogue.products',
  'catalogue.upload', 'catalogue.preview', 'catalogue.export', 'settings.read', 'settings.form', 'settings.preview',
  'settings.version', 'settings.secrets', 'setup.preview', 'backup.list', 'control.read',
  // What is done in a rehearsed room is done to nothing.
  'rehearsal.read', 'rehearsal.look', 'rehearsal.call', 'rehearsal.upload', 'report.read',
]); // prettier-ignore

export const PanelErrorCode = z.enum([
  'bad-request',
  'unknown-verb',
  'not-paired',
  /** The device's role may not call this verb. */
  'forbidden',
  'not-found',
  'internal',
]);
export type PanelErrorCode = z.infer<typeof PanelErrorCode>;

/** Panel → agent. */
export const PanelCall = z.strictObject({
  type: z.literal('call'),
  id: z.int().min(0),
  verb: z.string().max(64),
  args: z.unknown(),
});
export type PanelCall = z.infer<typeof PanelCall>;

/** Agent → panel. */
export const PanelMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), state: PanelState }),
  z.object({ type: z.literal('result'), id: z.int(), result: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int().nullable(), code: PanelErrorCode, message: z.string() }),
]);
export type PanelMessage = z.infer<typeof PanelMessage>;
