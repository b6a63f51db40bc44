import * as z from 'zod';

/** How often an agent may start with a version that has not proved itself before the version before it comes back. */
export const STARTS_MAX = 2;

const Overlay = z.strictObject({
  version: z.int().min(1),
  settings: z.record(z.string(), z.unknown()),
  note: z.string(),
});
/** Settings over the studio's own configuration. */
export type Overlay = z.infer<typeof Overlay>;

const Values = z.array(z.tuple([z.string(), z.unknown()]));

/**
 * All that an agent remembers of its remote configuration, one file written whole: after a crash at any moment it is
 * the state before a change or the one after it. Key of the state on disk: `fleet-config/1`.
 */
export const ConfigFile = z.strictObject({
  format: z.literal(1),
  /** Whose versions these are; with another key all begins anew. */
  verifier: z.string(),
  /** Highest version that came signed. */
  seen: z.int().min(0),
  inForce: Overlay.nullable(),
  /** What was in force before it; absent: nothing to go back to. `null` inside: the studio's own alone. */
  before: z.strictObject({ overlay: Overlay.nullable() }).nullable(),
  staged: Overlay.extend({ when: z.enum(['now', 'between-shows']) }).nullable(),
  /** `inForce` has not proved itself: how often it was started, and the share of refused events before it. */
  trial: z.strictObject({ starts: z.int().min(0), errorRatio: z.number().nullable() }).nullable(),
  last: z
    .strictObject({
      state: z.enum(['refused', 'rolled-back', 'applied']),
      version: z.int().min(1),
      reason: z.string().nullable(),
      note: z.string(),
      atMs: z.int(),
    })
    .nullable(),
  /** The studio's own values by key, as they were when `inForce` was applied. */
  ownValues: Values.nullable(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

export const emptyState = (verifier: string): ConfigFile => ({ format: 1, verifier, seen: 0, inForce: null, before: null, staged: null, trial: null, last: null, ownValues: null }); // prettier-ignore

/** A newer version that nothing speaks against waits to be applied; what waited before is no longer wanted. */
export function stage(state: ConfigFile, staged: NonNullable<ConfigFile['staged']>): ConfigFile {
  return { ...state, seen: staged.version, staged };
}

/** A newer version that cannot be applied: nothing of it is. */
export function refuse(
  state: ConfigFile,
  { version, note }: { version: number; note: string },
  reason: string,
  atMs: number,
): ConfigFile {
  // prettier-ignore
  return { ...state, seen: version, staged: null, last: { state: 'refused', version, reason, note, atMs } };
}

/** May a staged version come into force? Not while another is on trial: the way back must lead to one that has proved itself. */
export const mayBegin = ({ staged, trial }: ConfigFile): boolean => staged !== null && trial === null;

/** The staged version comes into force, on trial. */
export function begin(state: ConfigFile, errorRatio: number | null): ConfigFile {
  if (state.staged === null || state.trial !== null) return state;
  const { when: _when, ...inForce } = state.staged;
  return { ...state, staged: null, inForce, before: { overlay: state.inForce }, trial: { starts: 0, errorRatio } };
}

/** Called before every start of an agent. A version that could not prove itself in `STARTS_MAX` starts gives way. */
export function starting(state: ConfigFile, atMs: number): ConfigFile {
  if (state.trial === null) return state;
  if (state.trial.starts >= STARTS_MAX)
    return rollBack(state, `the agent ended ${STARTS_MAX} times before the version had proved itself`, atMs);
  return { ...state, trial: { ...state.trial, starts: state.trial.starts + 1 } };
}

/** The agent was stopped in good order while on trial: that start says nothing. */
export function stoppedWell(state: ConfigFile): ConfigFile {
  if (state.trial === null) return state;
  return { ...state, trial: { ...state.trial, starts: Math.max(0, state.trial.starts - 1) } };
}

/** The trial is over, and well. */
export function confirm(state: ConfigFile, ownValues: ConfigFile['ownValues'], atMs: number): ConfigFile {
  const { inForce } = state;
  if (state.trial === null || inForce === null) return state;
  return { ...state, trial: null, ownValues, last: { state: 'applied', version: inForce.version, reason: null, note: inForce.note, atMs } }; // prettier-ignore
}

/** Back to what was in force before, on trial or not; the same state when there is nothing to go back to. */
export function rollBack(state: ConfigFile, reason: string, atMs: number): ConfigFile {
  const { before, inForce } = state;
  if (before === null || inForce === null) return state;
  return {
    ...state,
    inForce: before.overlay,
    before: null,
    trial: null,
    last: { state: 'rolled-back', version: inForce.version, reason, note: inForce.note, atMs },
  };
}

/** What is in force cannot be used any more and nothing was before it: the studio's own configuration alone. */
export function dropInForce(state: ConfigFile, reason: string, atMs: number): ConfigFile {
  return rollBack({ ...state, before: { overlay: null } }, reason, atMs);
}
