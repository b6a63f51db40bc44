import * as z from 'zod';

/** How often an agent may start with settings that have not proved themselves before those before them come back. */
export const STARTS_MAX = 2;
/** Versions that were taken back are remembered with their reasons, the newest. */
const TAKEN_BACK_KEPT = 20;

const Document = z.record(z.string(), z.unknown());

/**
 * What is remembered of settings beside their file and its versions: one file written whole. The settings file holds
 * what is in force, also on trial, so the two are changed one after the other; each order of a crash is told apart by
 * `hash`. Key of the state on disk: `settings/1`.
 */
export const SettingsState = z.strictObject({
  format: z.literal(1),
  /** `number` has not proved itself. `back`: it is being taken back, and why. */
  trial: z
    .strictObject({
      number: z.int(),
      /** Of the document on trial: another one in the file means that the trial never began, or somebody's hand. */
      hash: z.string(),
      /** The last that proved itself. */
      before: z.strictObject({ number: z.int().nullable(), settings: Document }),
      starts: z.int().min(0),
      errorRatio: z.number().nullable(),
      back: z.string().nullable(),
    })
    .nullable(),
  /** Waits for the end of the show; made on the state `basis`. */
  waiting: z
    .strictObject({ settings: Document, basis: z.string(), by: z.string(), note: z.string(), atMs: z.int() })
    .nullable(),
  last: z
    .strictObject({
      state: z.enum(['applied', 'taken-back', 'dropped']),
      number: z.int().nullable(),
      reason: z.string().nullable(),
      atMs: z.int(),
    })
    .nullable(),
  takenBack: z.array(z.strictObject({ number: z.int(), reason: z.string() })),
});
export type SettingsState = z.infer<typeof SettingsState>;
export type Before = NonNullable<SettingsState['trial']>['before'];

export const emptyState = (): SettingsState => ({ format: 1, trial: null, waiting: null, last: null, takenBack: [] });

/** A change waits for the end of the show, in place of one that waited before. */
export function wait(state: SettingsState, waiting: NonNullable<SettingsState['waiting']>): SettingsState {
  return { ...state, waiting };
}

/** What waited is given up; `reason` null: by hand. */
export function drop(state: SettingsState, reason: string | null, atMs: number): SettingsState {
  if (state.waiting === null) return state;
  return { ...state, waiting: null, last: { state: 'dropped', number: null, reason, atMs } };
}

/**
 * Version `number` is about to be written into the file, on trial. Over another trial the way back stays the one to
 * what proved itself. What waited was made on what is no longer in force.
 */
export function begin(
  state: SettingsState,
  version: { readonly number: number; readonly hash: string },
  before: Before,
  errorRatio: number | null,
): SettingsState {
  const trial = { ...version, before: state.trial?.before ?? before, starts: 0, errorRatio: state.trial?.errorRatio ?? errorRatio, back: null }; // prettier-ignore
  return { ...state, waiting: null, trial };
}

/** Before each start of an agent with the file as `hash` says. Too many starts without an end in good order: back. */
export function starting(state: SettingsState, hash: string): SettingsState {
  const { trial } = state;
  if (trial === null || trial.back !== null) return state;
  if (trial.hash !== hash) return { ...state, trial: null };
  if (trial.starts >= STARTS_MAX)
    return goBack(state, `the agent ended ${STARTS_MAX} times before the settings had proved themselves`);
  return { ...state, trial: { ...trial, starts: trial.starts + 1 } };
}

/** The agent was ended in good order while on trial: that start says nothing. */
export function stoppedWell(state: SettingsState): SettingsState {
  if (state.trial === null) return state;
  return { ...state, trial: { ...state.trial, starts: Math.max(0, state.trial.starts - 1) } };
}

/** The trial is over, and well. */
export function confirm(state: SettingsState, atMs: number): SettingsState {
  if (state.trial === null || state.trial.back !== null) return state;
  return { ...state, trial: null, last: { state: 'applied', number: state.trial.number, reason: null, atMs } };
}

/** The settings before are about to be written into the file. */
export function goBack(state: SettingsState, reason: string): SettingsState {
  return state.trial === null ? state : { ...state, trial: { ...state.trial, back: reason } };
}

/** They are there. */
export function wentBack(state: SettingsState, atMs: number): SettingsState {
  if (state.trial === null || state.trial.back === null) return state;
  const { number, back: reason } = state.trial;
  return {
    ...state,
    trial: null,
    last: { state: 'taken-back', number, reason, atMs },
    takenBack: [{ number, reason }, ...state.takenBack.filter((one) => one.number !== number)].slice(0, TAKEN_BACK_KEPT), // prettier-ignore
  };
}
