import { createHash } from 'node:crypto';
import { ConfigDocument, configOrigin, CONFIG_TEXT_MAX, overlay, settableValues, type AgentConfig, type ConfigReport } from '@livecue/shared/contract'; // prettier-ignore
import { openDocument, parseVerifier, SignedDocument, type Verifier } from '@livecue/shared/proof';
import { noteCrypto } from '../runtime/note-crypto.ts';
import type { Logger } from '../runtime/logger.ts';
import * as states from './config-state.ts';
import { ConfigFile } from './config-state.ts';
import type { Tried } from './trial.ts';

export interface RemoteConfigPorts {
  /** The state file, written whole: what `write` returned from is on disk. Null: there is none yet. */
  readonly file: { read(): Promise<unknown>; write(value: unknown): Promise<void>; setAside(): string };
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/**
 * Remote configuration over the life of the process, which is longer than an agent's: it says which configuration
 * the next agent gets, and asks for a next one by `onWanted`.
 */
export interface RemoteConfig extends Tried {
  /** Somebody may set something: `uplink.fleetKey` is there. */
  readonly on: boolean;
  /** What the cloud side has laid over the studio's own; empty: nothing. */
  readonly over: Readonly<Record<string, unknown>>;
  /** What the next agent starts with; counts the start of a version on trial, or takes it back after too many. */
  starting(): Promise<AgentConfig>;
  /** What came on the topic of desired configuration. */
  take(payload: Uint8Array): Promise<void>;
  /** A version waits that may be applied now, `showRuns` or not. */
  due(showRuns: boolean): boolean;
  /** Puts the staged version into force, on trial; the next `starting` gives it. False: none may begin. */
  begin(errorRatio: number | null): Promise<boolean>;
  report(): ConfigReport;
  /** After every change of the report. */
  onChange(listener: () => void): () => void;
}

/** `own` is the studio's configuration as its file says. Throws when the file of the state cannot be written. */
export async function openRemoteConfig(ports: RemoteConfigPorts, own: AgentConfig): Promise<RemoteConfig> {
  const { fleetKey } = own.uplink;
  const verifier = fleetKey === null ? null : parseVerifier(noteCrypto, fleetKey);
  if (fleetKey !== null && verifier === null)
    ports.logger.error('uplink.fleetKey is no verifier key: give the line that livecue fleet keygen prints; nothing is taken from the cloud side'); // prettier-ignore
  const state = verifier === null ? states.emptyState('') : await readState(ports, fleetKey!);
  return new StoredRemoteConfig(ports, own, verifier, state);
}

async function readState({ file, logger }: RemoteConfigPorts, fleetKey: string): Promise<ConfigFile> {
  const fresh = states.emptyState(fleetKey);
  let value: unknown;
  try {
    value = await file.read();
    if (value === null) return fresh;
    const stored = ConfigFile.parse(value);
    if (stored.verifier === fleetKey) return stored;
    logger.warn('uplink.fleetKey has changed: what was set with the key before is no longer in force');
  } catch (error) {
    logger.error(`the remote configuration cannot be read (${(error as Error).message}); it is kept as ${file.setAside()} and the studio's own configuration is in force`); // prettier-ignore
  }
  return fresh;
}

class StoredRemoteConfig implements RemoteConfig {
  readonly #ports: RemoteConfigPorts;
  readonly #own: AgentConfig;
  readonly #verifier: Verifier | null;
  readonly #listeners = new Set<() => void>();
  #state: ConfigFile;
  #ignored: string | null = null;
  #trialUntilMs: number | null = null;
  #sinceMs: number;
  #running: AgentConfig;
  /** One change at a time: each is on disk before it counts. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(ports: RemoteConfigPorts, own: AgentConfig, verifier: Verifier | null, state: ConfigFile) {
    this.#ports = ports;
    this.#own = own;
    this.#verifier = verifier;
    this.#state = state;
    this.#running = own;
    this.#sinceMs = state.last?.atMs ?? ports.nowMs();
  }

  get on() {
    return this.#verifier !== null;
  }

  get onTrial() {
    return this.#state.trial !== null;
  }

  get errorRatioBefore() {
    return this.#state.trial?.errorRatio ?? null;
  }

  get label() {
    return `configuration ${this.#state.inForce?.version ?? 0}`;
  }

  get over() {
    return this.#state.inForce?.settings ?? {};
  }

  async starting() {
    const { nowMs, logger } = this.#ports;
    this.#trialUntilMs = null;
    await this.#changeAnyway((state) => states.starting(state, nowMs()));
    for (;;) {
      const laid = overlay(this.#own, this.#state.inForce?.settings ?? {});
      if (laid.ok) return (this.#running = laid.config);
      // The studio's own configuration, or this program, has changed since it was taken.
      const reason = `it does not fit the studio's own configuration: ${laid.problems.join('; ')}`;
      logger.warn(`remote configuration ${this.#state.inForce?.version ?? 0}: ${reason}`);
      if (!(await this.rollBack(reason)))
        await this.#changeAnyway((state) => states.dropInForce(state, reason, nowMs()));
    }
  }

  async take(payload: Uint8Array) {
    if (this.#verifier === null || payload.length === 0) return;
    const opened = this.#open(payload, this.#verifier);
    if ('problem' in opened) return this.#ignore(`what came as desired configuration is not taken: ${opened.problem}`);
    const { version, text } = opened;
    const { seen } = this.#state;
    if (version <= seen) {
      if (version < seen) this.#ignore(`version ${version} came after version ${seen} and is not taken`);
      return;
    }
    this.#ignored = null;
    const checked = this.#check(text);
    const at = { version, note: checked.note };
    await this.#change((state) =>
      'problem' in checked
        ? states.refuse(state, at, checked.problem, this.#ports.nowMs())
        : states.stage(state, { ...at, settings: checked.settings, when: checked.when }),
    );
  }

  due(showRuns: boolean) {
    return states.mayBegin(this.#state) && (this.#state.staged?.when === 'now' || !showRuns);
  }

  async begin(errorRatio: number | null) {
    if (!states.mayBegin(this.#state)) return false;
    await this.#change((state) => states.begin(state, errorRatio));
    return true;
  }

  trialBegins(untilMs: number) {
    this.#trialUntilMs = untilMs;
    this.#tell();
  }

  async confirm() {
    this.#trialUntilMs = null;
    await this.#change((state) => states.confirm(state, settableValues(this.#own), this.#ports.nowMs()));
  }

  async rollBack(reason: string) {
    if (this.#state.before === null) return false;
    await this.#changeAnyway((state) => states.rollBack(state, reason.slice(0, 2000), this.#ports.nowMs()));
    return true;
  }

  async stoppedWell() {
    await this.#changeAnyway(states.stoppedWell);
  }

  report(): ConfigReport {
    const { seen, inForce, before, staged } = this.#state;
    return {
      ...this.#stands(),
      inForce: inForce?.version ?? null,
      before: before === null ? null : (before.overlay?.version ?? 0),
      seen,
      when: staged?.when ?? null,
      ignored: this.#ignored,
      atMs: this.#sinceMs,
      trialUntilMs: this.#trialUntilMs,
      hash: createHash('sha256').update(JSON.stringify(settableValues(this.#running))).digest('hex'),
      drift: this.#drift(),
    }; // prettier-ignore
  }

  onChange(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stands(): Pick<ConfigReport, 'state' | 'version' | 'note' | 'reason'> {
    const { inForce, staged, trial, last } = this.#state;
    const none = { version: null, note: '', reason: null };
    if (this.#verifier === null) return { ...none, state: 'off' };
    if (trial !== null && inForce !== null)
      return { state: this.#trialUntilMs === null ? 'applying' : 'on-trial', version: inForce.version, note: inForce.note, reason: null }; // prettier-ignore
    if (staged !== null) return { state: 'staged', version: staged.version, note: staged.note, reason: null };
    return last === null ? { ...none, state: 'none' } : { state: last.state, version: last.version, note: last.note, reason: last.reason }; // prettier-ignore
  }

  #drift(): string[] {
    const { ownValues, inForce } = this.#state;
    if (ownValues === null || inForce === null) return [];
    const before = new Map(ownValues.map(([key, value]) => [key, JSON.stringify(value)]));
    const changed = settableValues(this.#own).filter(([key, value]) => before.get(key) !== JSON.stringify(value));
    return changed.map(([key]) => key).slice(0, 100);
  }

  #open(payload: Uint8Array, verifier: Verifier): { version: number; text: string } | { problem: string } {
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(payload).toString('utf8'));
    } catch {
      return { problem: 'it is not JSON' };
    }
    const document = SignedDocument.safeParse(value);
    if (!document.success) return { problem: 'it is no signed document' };
    const opened = openDocument(noteCrypto, verifier, configOrigin(this.#own.agentId), document.data);
    return opened.ok ? opened : { problem: opened.problem };
  }

  #check(text: string): { problem: string; note: string } | ConfigDocument {
    if (text.length > CONFIG_TEXT_MAX) return { problem: `it has ${text.length} characters, at most ${CONFIG_TEXT_MAX} are read`, note: '' }; // prettier-ignore
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { problem: `it is not JSON: ${(error as Error).message}`, note: '' };
    }
    const document = ConfigDocument.safeParse(value);
    if (!document.success)
      return { problem: document.error.issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`).join('; ').slice(0, 2000), note: '' }; // prettier-ignore
    const laid = overlay(this.#own, document.data.settings);
    return laid.ok ? document.data : { problem: laid.problems.join('; ').slice(0, 2000), note: document.data.note };
  }

  #ignore(why: string): void {
    if (this.#ignored === why) return;
    this.#ignored = why.slice(0, 500);
    this.#ports.logger.warn(why);
    this.#tell();
  }

  /** On disk first, then in force; a disk that refuses leaves all as it was. */
  #change(next: (state: ConfigFile) => ConfigFile): Promise<void> {
    const work = this.#changes.then(async () => {
      const changed = next(this.#state);
      if (changed === this.#state) return;
      await this.#ports.file.write(changed);
      this.#state = changed;
      this.#sinceMs = this.#ports.nowMs();
      this.#tell();
    });
    this.#changes = work.catch(() => undefined); // Told to whoever asked for the change.
    return work;
  }

  /** For the way back and for starting: a full disk must not keep a studio under a version that is not well. */
  async #changeAnyway(next: (state: ConfigFile) => ConfigFile): Promise<void> {
    await this.#change(next).catch((error: unknown) => {
      this.#ports.logger.error(`writing the state of the remote configuration: ${(error as Error).message}; it counts until the agent ends`); // prettier-ignore
      this.#state = next(this.#state);
      this.#tell();
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
