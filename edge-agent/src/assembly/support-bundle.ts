import { AgentConfig, isTroubleCode, PANEL_VERBS, PanelErrorCode, PanelRole, type ConnectorForm, type HealthItem, type LogRow, type PanelState, type Trouble } from '@livecue/shared/contract'; // prettier-ignore
import { masker, type Private } from './support-mask.ts';
import { toldSettings } from './support-settings.ts';

/** What a support file is made of, as it is; `supportBundle` takes out what is nobody else's. */
export interface SupportParts {
  readonly madeMs: number;
  readonly program: string;
  /** Node, system, processor, memory and disk: numbers and the makers' own words. */
  readonly machine: Readonly<Record<string, string | number | null>>;
  readonly config: AgentConfig;
  readonly schema: Record<string, unknown>;
  readonly forms: readonly ConnectorForm[];
  /** Of the agent that runs; null: none does, and there are its files alone. */
  readonly running: {
    readonly state: PanelState;
    readonly checks: readonly HealthItem[];
    readonly figures: Readonly<Record<string, unknown>>;
    /** Oldest first. */
    readonly log: readonly string[];
  } | null;
  /** What `livecue doctor` finds; empty beside an agent that runs. */
  readonly findings: readonly { readonly name: string; readonly level: string; readonly text: string }[];
  readonly audit: {
    readonly rows: readonly Pick<LogRow, 'atMs' | 'role' | 'verb' | 'outcome' | 'code'>[];
    readonly entries: number;
    readonly whole: boolean;
  };
  /** Secrets, names of people, devices and products, places: what takes their place. */
  readonly words: Private;
} // prettier-ignore

const HEAD = {
  what: 'Support file of LiveCue: how the program is, for somebody who helps.',
  contains: 'version, machine, settings without your own words, sources, health, figures, what was changed from panels and when, the newest log lines',
  leftOut: 'viewers’ words and names, product names, passwords and tokens, rooms and accounts, addresses, device names, arguments of what was changed. “(text, 12 characters)” stands for a text of yours, “…” for something taken out of a line',
}; // prettier-ignore
const FIGURES = ['counts', 'loop', 'rejects', 'queued', 'queueDropped', 'lostUpstream', 'eventToWindow', 'lastMinute', 'commentToPrompt', 'eventToPrompt', 'memory', 'cpu', 'mainCpu'] as const; // prettier-ignore
/** Dotted names in log lines that are no hosts: settings, verbs and their like. */
const KEYS = [...Object.keys(AgentConfig.shape), ...Object.keys(PANEL_VERBS).map((verb) => verb.split('.')[0]!)];

/**
 * One JSON text, indented, for people to read before they pass it on. What goes in is named one by one: numbers, words
 * from closed lists, and of free text only log lines and findings, masked.
 */
export function supportBundle(parts: SupportParts): string {
  const { settings, hidden, sources } = toldSettings(parts.config, parts.schema, parts.forms);
  const words = new Map(parts.words);
  for (const word of hidden) if (!words.has(word)) words.set(word, '…');
  for (const [name, label] of sources) words.set(name, label);
  const mask = masker(words, KEYS);
  const rows = (items: readonly HealthItem[]) => items.map(({ name, level }) => ({ name: mask(name), level }));
  const bundle = {
    ...HEAD,
    made: at(parts.madeMs),
    program: parts.program,
    machine: parts.machine,
    agent: parts.running === null ? 'not running: what its files tell' : started(parts.running.state),
    sources: parts.running?.state.sources.map((source) => toldSource(source, mask)) ?? [],
    health: rows(parts.running?.state.health ?? []),
    beforeAir: rows(parts.running?.checks ?? []),
    findings: parts.findings.map(({ name, level, text }) => ({ name, level, text: mask(text) })),
    cloud: parts.running === null ? null : toldUplink(parts.running.state.uplink),
    store: parts.running === null ? null : { state: stateOf(parts.running.figures['store']), ...(numbers(parts.running.figures['store']) as object) },
    counters: numbers(parts.running?.state.counters ?? {}),
    figures: Object.fromEntries(FIGURES.map((name) => [name, numbers(parts.running?.figures[name])])),
    models: parts.running === null ? [] : parts.running.state.health.filter(({ name }) => name === 'model').map(({ text }) => text.en),
    settings,
    changes: {
      entries: parts.audit.entries,
      chainWhole: parts.audit.whole,
      newest: parts.audit.rows.map(toldChange),
    },
    log: parts.running?.log.map(mask) ?? [],
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
} // prettier-ignore

const at = (ms: number): string => new Date(ms).toISOString();

function started({ mode, version, startedMs, nowMs, feed, stage }: PanelState) {
  return { version, mode, started: at(startedMs), runsForS: Math.round((nowMs - startedMs) / 1000), feed: feed.state, lastEvent: feed.lastEventMs === null ? null : at(feed.lastEventMs), cues: stage.quiet ?? 'on' }; // prettier-ignore
}

/** Neither where it listens or reads, nor the sentence of its problem: a platform may have put anything into that. */
function toldSource(source: PanelState['sources'][number], mask: (text: string) => string) {
  const { name, transport, state, lastEventMs, problem, trouble, ...figures } = source;
  return { name: mask(name), transport, state, lastEvent: lastEventMs === null ? null : at(lastEventMs), trouble: toldTrouble(problem, trouble), ...(numbers(figures) as object) }; // prettier-ignore
}

function toldUplink({ state, problem, trouble, lastAckMs, ...figures }: PanelState['uplink']) {
  return { state, lastAck: lastAckMs === null ? null : at(lastAckMs), trouble: toldTrouble(problem, trouble), ...(numbers(figures) as object) }; // prettier-ignore
}

function toldTrouble(problem: string | null, trouble: Trouble | undefined): string | null {
  if (problem === null) return null;
  if (trouble === undefined || !isTroubleCode(trouble.code)) return 'other';
  return trouble.retryS === null ? trouble.code : `${trouble.code}, again in ${trouble.retryS} s`;
}

/** Of an entry of the audit log, which an older or newer version may have written. */
function toldChange({ atMs, role, verb, outcome, code }: SupportParts['audit']['rows'][number]): string {
  const who = PanelRole.safeParse(role).data ?? 'other';
  const what = Object.hasOwn(PANEL_VERBS, verb) || verb === 'device.pair' ? verb : 'other';
  const why = code === null ? '' : ` ${PanelErrorCode.safeParse(code).data ?? 'other'}`;
  return `${at(atMs)} ${who} ${what} ${outcome}${why}`;
}

const STATES = ['open', 'full', 'failed', 'closed'];
function stateOf(store: unknown): string | null {
  const { state } = (store ?? {}) as { state?: unknown };
  return STATES.find((one) => one === state) ?? null;
}

/** Of a figure, however deep, the numbers alone. */
function numbers(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return value.map(numbers);
  return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one !== 'string').map(([key, one]) => [key, numbers(one)])); // prettier-ignore
}
