import path from 'node:path';
import type { AgentConfig, SettingsDocument, SettingsDone, SettingsPreview, SettingsVersion } from '@livecue/shared/contract'; // prettier-ignore
import type { Tried } from '../fleet/trial.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { settingsDiff, settingsWarnings } from '../setup/settings/settings-diff.ts';
import * as states from '../setup/settings/settings-state.ts';
import { SettingsState } from '../setup/settings/settings-state.ts';
import { DurableJsonFile } from '../store/json-file.ts';
import { hashOf, versionedJson } from '../store/versioned-json.ts';
import type { Checked } from './settings-check.ts';

export const SETTINGS_STATE_FILE = 'settings-state.json';

export interface SettingsBookPorts {
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** `schema`: as an agent asks at its start; `all`: as before a change. */
  readonly check: (settings: unknown, depth: 'schema' | 'all') => Checked;
}

export interface ChangeOrder {
  readonly by: string;
  readonly note: string;
}

/** Begins a change and starts the agent again with it; false: the agent ends already. */
export type Restart = (change: (errorRatio: number | null) => Promise<boolean>) => Promise<boolean>;

/** A change that was not made, and why. */
export const notDone = (reason: SettingsDone['reason'], problems: SettingsDone['problems'] = [], waits = false): SettingsDone => ({ version: null, waits, reason, problems }); // prettier-ignore

/** Settings in force with their versions: checked, changed as a trial, taken back when the agent is not well with them. */
export interface SettingsBook extends Tried {
  starting(): Promise<AgentConfig>;
  due(showRuns: boolean): boolean;
  beginWaiting(errorRatio: number | null): Promise<boolean>;
  /** As the file holds them. Throws `ConfigurationError` when somebody's hand left no JSON there. */
  present(): Promise<SettingsDocument>;
  basis(): Promise<string>;
  versions(): Promise<SettingsVersion[]>;
  readVersion(number: number): Promise<SettingsDocument | null>;
  preview(settings: unknown): Promise<Omit<SettingsPreview, 'showRuns'>>;
  /** `restart` null: for the end of the show. */
  apply(settings: SettingsDocument, basis: string | null, order: ChangeOrder, restart: Restart | null): Promise<SettingsDone>;
  /** Makes the change that waits now. */
  applyWaiting(restart: Restart): Promise<SettingsDone>;
  dropWaiting(): Promise<void>;
  readonly state: Pick<SettingsState, 'waiting' | 'last'> & { readonly trial: { number: number; untilMs: number | null } | null };
} // prettier-ignore

/**
 * @param file `config.json`, or where `--config` says.
 * @param without What is in force while there is no file.
 * Throws `ConfigurationError` that names the file when the state beside it cannot be written.
 */
export async function openSettingsBook(
  ports: SettingsBookPorts,
  places: { readonly file: string; readonly folder: string },
  without: SettingsDocument,
): Promise<SettingsBook> {
  const disk = new DurableJsonFile(path.join(places.folder, SETTINGS_STATE_FILE), 0o600);
  let state = states.emptyState();
  try {
    state = SettingsState.parse((await disk.read()) ?? state);
  } catch (error) {
    ports.logger.error(`${SETTINGS_STATE_FILE} cannot be read (${(error as Error).message}): the settings count as proved, and no change waits`); // prettier-ignore
  }
  return new StoredSettings(ports, places.file, disk, without, state);
}

class StoredSettings implements SettingsBook {
  readonly #ports: SettingsBookPorts;
  readonly #path: string;
  readonly #file: ReturnType<typeof versionedJson>;
  readonly #disk: DurableJsonFile;
  readonly #without: SettingsDocument;
  #state: SettingsState;
  #trialUntilMs: number | null = null;
  /** A change came over the one on trial, and no agent has run with it yet: what is well is the one before it. */
  #isOvertaken = false;
  /** What the agent runs with, without what the cloud side lays over it. */
  #running: { readonly settings: SettingsDocument; readonly config: AgentConfig } | null = null;
  /** What must be in force although the disk does not take it. */
  #instead: SettingsDocument | null = null;
  /** One change at a time: each is made on the state that it was checked against. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(
    ports: SettingsBookPorts,
    file: string,
    disk: DurableJsonFile,
    without: SettingsDocument,
    state: SettingsState,
  ) {
    // prettier-ignore
    this.#ports = ports;
    this.#path = file;
    this.#file = versionedJson(file, 0o600, ports.nowMs);
    this.#disk = disk;
    this.#without = without;
    this.#state = state;
  }

  get onTrial() {
    return this.#state.trial !== null;
  }

  get errorRatioBefore() {
    return this.#state.trial?.errorRatio ?? null;
  }

  get label() {
    return `settings ${this.#state.trial?.number ?? ''}`.trim();
  }

  get state() {
    const { trial, waiting, last } = this.#state;
    return { waiting, last, trial: trial === null ? null : { number: trial.number, untilMs: this.#trialUntilMs } };
  }

  starting() {
    return this.#oneByOne(async () => {
      this.#trialUntilMs = null;
      this.#isOvertaken = false;
      const settings = await this.#presentForStart();
      await this.#setAnyway(states.starting(this.#state, hashOf(settings)));
      // Taken back now, or by an agent that was killed in the middle of it.
      if (this.#state.trial?.back != null) await this.#writeBack();
      return this.#takeUp(this.#instead ?? (await this.#presentForStart()));
    });
  }

  due(showRuns: boolean) {
    return this.#state.waiting !== null && !showRuns;
  }

  beginWaiting(errorRatio: number | null) {
    return this.#oneByOne(async () => {
      const { waiting } = this.#state;
      if (waiting === null) return false;
      if ((await this.basis()) !== waiting.basis) return this.#giveUp('the settings were changed meanwhile');
      const { problems } = this.#ports.check(waiting.settings, 'all');
      if (problems.length > 0) return this.#giveUp(problems.map((one) => `${one.path}: ${one.message}`).join('; '));
      await this.#begin(waiting.settings, waiting, errorRatio);
      return true;
    });
  }

  trialBegins(untilMs: number) {
    this.#trialUntilMs = untilMs;
  }

  confirm() {
    return this.#oneByOne(async () => {
      if (!this.#isOvertaken) await this.#set(states.confirm(this.#state, this.#ports.nowMs()));
    });
  }

  rollBack(reason: string) {
    return this.#oneByOne(async () => {
      if (this.#state.trial === null) return false;
      await this.#setAnyway(states.goBack(this.#state, reason.slice(0, 2000)));
      await this.#writeBack();
      return true;
    });
  }

  stoppedWell() {
    return this.#oneByOne(() => this.#setAnyway(states.stoppedWell(this.#state)));
  }

  async present() {
    const settings = (await this.#file.read()) ?? this.#without;
    if (typeof settings !== 'object' || Array.isArray(settings))
      throw new ConfigurationError(`Configuration ${this.#path}: expected an object.`);
    return settings as SettingsDocument;
  }

  async basis() {
    return hashOf(await this.present());
  }

  async versions() {
    const inForce = this.#running === null ? null : await this.#file.numberOf(this.#running.settings);
    const reasons = new Map(this.#state.takenBack.map(({ number, reason }) => [number, reason]));
    return this.#file.versions().map((one) => ({ ...one, inForce: one.number === inForce, takenBack: reasons.get(one.number) ?? null })); // prettier-ignore
  }

  async readVersion(number: number) {
    return (await this.#file.readVersion(number)) as SettingsDocument | null;
  }

  async preview(settings: unknown) {
    const { config, problems } = this.#ports.check(settings, 'all');
    const basis = await this.basis();
    const before = this.#running?.config ?? this.#ports.check(await this.present(), 'schema').config;
    if (config === null || before === null) return { basis, problems: [...problems], changes: [], warnings: [] };
    return { basis, problems: [], changes: settingsDiff(before, config), warnings: settingsWarnings(before, config) };
  }

  apply(
    settings: SettingsDocument,
    basis: string | null,
    order: ChangeOrder,
    restart: Restart | null,
  ): Promise<SettingsDone> {
    // prettier-ignore
    return this.#oneByOne(async () => {
      const present = await this.basis();
      if (basis !== null && present !== basis) return notDone('changed-meanwhile');
      const { problems, changes } = await this.preview(settings);
      if (problems.length > 0) return notDone('problems', problems);
      if (changes.length === 0) return notDone('nothing-changes');
      if (restart !== null) return this.#now(settings, order, restart);
      await this.#set(states.wait(this.#state, { settings, basis: present, ...order, atMs: this.#ports.nowMs() }));
      return { version: null, waits: true, reason: null, problems: [] };
    });
  }

  async applyWaiting(restart: Restart) {
    const { waiting } = this.#state;
    if (waiting === null) return notDone('not-kept');
    const { settings, basis, by, note } = waiting;
    return this.apply(settings, basis, { by, note }, restart);
  }

  dropWaiting() {
    return this.#oneByOne(() => this.#set(states.drop(this.#state, null, this.#ports.nowMs())));
  }

  async #now(settings: SettingsDocument, order: ChangeOrder, restart: Restart): Promise<SettingsDone> {
    let version: number | null = null;
    const begun = await restart(async (errorRatio) => {
      version = await this.#begin(settings, order, errorRatio);
      return true;
    });
    return begun ? { version, waits: false, reason: null, problems: [] } : notDone('agent-ends');
  }

  /** The version, then the trial, then the file: a crash in between leaves the settings as they were, or on trial. */
  async #begin(settings: SettingsDocument, { by, note }: ChangeOrder, errorRatio: number | null): Promise<number> {
    const before = await this.present();
    const { number } = await this.#file.keep(settings, { atMs: this.#ports.nowMs(), by, note }, before);
    const old = { number: await this.#file.numberOf(before), settings: before };
    const state = this.#state;
    await this.#set(states.begin(state, { number, hash: hashOf(settings) }, old, errorRatio));
    try {
      await this.#file.put(settings);
    } catch (error) {
      await this.#setAnyway(state);
      throw error;
    }
    this.#instead = null;
    this.#isOvertaken = state.trial !== null;
    return number;
  }

  async #writeBack(): Promise<void> {
    const { before } = this.#state.trial!;
    try {
      await this.#file.put(before.settings);
    } catch (error) {
      this.#instead = before.settings;
      this.#ports.logger.error(`writing the settings before into ${this.#path}: ${(error as Error).message}; they are in force until the agent ends`); // prettier-ignore
    }
    await this.#setAnyway(states.wentBack(this.#state, this.#ports.nowMs()));
  }

  async #giveUp(reason: string): Promise<boolean> {
    this.#ports.logger.warn(`the settings that waited are given up: ${reason}`);
    await this.#set(states.drop(this.#state, reason, this.#ports.nowMs()));
    return false;
  }

  /** Somebody's hand may have left anything in the file: an agent that ran goes on with what it ran with. */
  async #presentForStart(): Promise<SettingsDocument> {
    try {
      return await this.present();
    } catch (error) {
      if (this.#running === null) throw error;
      this.#ports.logger.error(`${(error as Error).message} The settings in force stay.`);
      return this.#running.settings;
    }
  }

  #takeUp(settings: SettingsDocument): AgentConfig {
    const { config, problems } = this.#ports.check(settings, 'schema');
    if (config !== null) {
      this.#running = { settings, config };
      return config;
    }
    const words = `Configuration ${this.#path}: ${problems.map((one) => `${one.path || 'configuration'}: ${one.message}`).join('; ')}. Correct or remove these keys.`; // prettier-ignore
    if (this.#running === null) throw new ConfigurationError(words);
    this.#ports.logger.error(`${words} The settings in force stay.`);
    return this.#running.config;
  }

  #oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const work = this.#changes.then(change);
    this.#changes = work.catch(() => undefined); // Told to whoever asked for the change.
    return work;
  }

  /** On disk first, then in memory. */
  async #set(state: SettingsState): Promise<void> {
    if (state === this.#state) return;
    await this.#disk.write(state);
    this.#state = state;
  }

  /** For the way back and for starting: a full disk must not keep a studio under settings that are not well. */
  async #setAnyway(state: SettingsState): Promise<void> {
    await this.#set(state).catch((error: unknown) => {
      this.#ports.logger.error(`writing ${SETTINGS_STATE_FILE}: ${(error as Error).message}; it counts until the agent ends`); // prettier-ignore
      this.#state = state;
    });
  }
}
