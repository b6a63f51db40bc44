/** What an agent under a new configuration is judged by. */
export interface AgentHealth {
  /** When the pipeline last closed a second. */
  readonly beatMs: number | null;
  readonly store: string;
  /** Whether the panel's server answers; null: this agent has none. */
  readonly panelAnswers: boolean | null;
  /** Since the start: events that came, and those of them that were refused or came too late. */
  readonly events: number;
  readonly refused: number;
}

/** A configuration that must prove itself, whoever brought it: the cloud side or the studio. */
export interface Tried {
  readonly onTrial: boolean;
  /** Share of refused events before it, or null. */
  readonly errorRatioBefore: number | null;
  /** What is on trial, for the log. */
  readonly label: string;
  /** The agent with it runs, and must be well until then. */
  trialBegins(untilMs: number): void;
  confirm(): Promise<void>;
  /** To what was before. False: there is nothing to go back to. */
  rollBack(reason: string): Promise<boolean>;
  /** The agent was ended in good order: that start says nothing. */
  stoppedWell(): Promise<void>;
}

export interface TrialPorts {
  readonly sample: () => Promise<AgentHealth>;
  readonly nowMs: () => number;
  /** Resolves after so long, and at once when the agent is to end. */
  readonly wait: (ms: number) => Promise<void>;
  readonly ended: () => boolean;
}

export interface TrialTerms {
  readonly untilMs: number;
  /** Share of refused events before the change; null: not known. */
  readonly errorRatioBefore: number | null;
}

/** The pipeline ticks five times a second; a busy machine may hold it up, but not for so long. */
const BEAT_LIMIT_MS = 10_000;
/** Fewer events say nothing of a share. */
const EVENTS_MIN = 50;
/** Worse: more than twice the share before, and five of a hundred on top. */
const worseThan = (before: number | null) => 2 * (before ?? 0) + 0.05;

export const errorRatio = ({ events, refused }: Pick<AgentHealth, 'events' | 'refused'>): number | null =>
  events < EVENTS_MIN ? null : refused / events;

/** What is wrong with an agent on trial, or null. */
export function whatIsWrong(
  health: AgentHealth,
  nowMs: number,
  { errorRatioBefore }: Pick<TrialTerms, 'errorRatioBefore'>,
): string | null {
  // prettier-ignore
  if (health.store === 'failed' || health.store === 'closed') return `the store is ${health.store}`;
  if (health.panelAnswers === false) return 'the panel does not answer';
  if (health.beatMs === null || nowMs - health.beatMs > BEAT_LIMIT_MS) return 'the pipeline stands still';
  const ratio = errorRatio(health);
  if (ratio === null || ratio <= worseThan(errorRatioBefore)) return null;
  const before = errorRatioBefore === null ? '' : `, ${percent(errorRatioBefore)} before`;
  return `${percent(ratio)} of the events are refused or too late${before}`;
}

const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`;

/** Looks at least six times, at most every 5 s; two bad looks in a row end the trial. Null: all was well, or the agent ends. */
export async function watchTrial(ports: TrialPorts, terms: TrialTerms): Promise<string | null> {
  const lastsMs = terms.untilMs - ports.nowMs();
  // Counted in looks: a clock that is set meanwhile makes no trial longer or shorter.
  const looks = Math.max(6, Math.ceil(lastsMs / 5_000));
  const everyMs = lastsMs / looks;
  let bad = 0;
  let why: string | null = null;
  for (let look = 1; ; look++) {
    await ports.wait(everyMs);
    if (ports.ended()) return null;
    why = whatIsWrong(await ports.sample(), ports.nowMs(), terms);
    bad = why === null ? 0 : bad + 1;
    if (bad >= 2) return why;
    if (bad === 0 && look >= looks) return null;
  }
}
