import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '@livecue/shared/contract';
import type { Agent } from '../assembly/agent-ports.ts';
import type { FleetControl } from '../assembly/fleet-part.ts';
import { openRemoteConfig, type RemoteConfig } from '../fleet/remote-config.ts';
import { errorRatio, watchTrial, type Tried } from '../fleet/trial.ts';
import type { Logger } from '../runtime/logger.ts';
import { DurableJsonFile } from '../store/json-file.ts';

/** The studio's own configuration over the life of the process. */
export interface OwnSettings extends Tried {
  /** What the next agent starts with; counts the start of settings on trial, or takes them back after too many. */
  starting(): Promise<AgentConfig>;
  /** A change waits that may be made now. */
  due(showRuns: boolean): boolean;
  /** Makes the change that waits. False: it was given up. */
  beginWaiting(errorRatio: number | null): Promise<boolean>;
}

export interface AgentRunPorts {
  readonly settings: OwnSettings;
  /** What the cloud side lays over the studio's own. */
  readonly remote: (own: AgentConfig) => Promise<RemoteConfig>;
  readonly create: (config: AgentConfig, control: FleetControl, onFatal: (error: unknown) => void) => Promise<Agent>;
  /** Of each agent, as soon as it runs; resolves when `signal` ends it. */
  readonly live: (agent: Agent, config: AgentConfig, signal: AbortSignal) => Promise<void>;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** A version from the cloud side must be well for so long. */
  readonly trialMs: number;
}

/** Whether a staged version may come into force is asked so often. */
const LOOK_MS = 1_000;
/** The answer to the panel's call leaves before the panel's server does. */
const LAST_WORD_MS = 100;
/** What the disk refused to take down is tried again so often. */
const AGAIN_MS = 10_000;

/** Opens the remote configuration of the data folder; anew when the studio's own configuration has changed. */
export function remoteConfigIn(
  folder: string,
  ports: { nowMs: () => number; logger: Logger },
): (own: AgentConfig) => Promise<RemoteConfig> {
  const file = path.join(folder, 'remote-config.json');
  const disk = new DurableJsonFile(file, 0o600);
  const setAside = () => {
    const kept = `${file}.unreadable-${ports.nowMs()}`;
    if (existsSync(file)) renameSync(file, kept);
    return kept;
  };
  let opened: { readonly own: string; readonly remote: RemoteConfig } | null = null;
  return async (own) => {
    const text = JSON.stringify(own);
    if (opened?.own !== text) {
      const stateFile = { read: () => disk.read(), write: (value: unknown) => disk.write(value), setAside };
      opened = { own: text, remote: await openRemoteConfig({ ...ports, file: stateFile }, own) };
    }
    return opened.remote;
  };
}

/**
 * One agent after the other in this process, each with the configuration that is then in force, until `signal`
 * ends it or one fails that is not on trial. What comes meanwhile waits at its senders; what was accepted is in the
 * journal, from which the next agent goes on.
 */
export async function runAgents(ports: AgentRunPorts, signal: AbortSignal): Promise<void> {
  let endedMs: number | null = null;
  while (!signal.aborted) {
    const run = new AgentRun(ports, signal);
    const started = await run.start();
    if (started && endedMs !== null)
      ports.logger.info(`started again with ${run.configuredBy} after ${ports.nowMs() - endedMs} ms`);
    if (started) await run.untilEnd(() => (endedMs = ports.nowMs()));
    else endedMs ??= ports.nowMs();
  }
}

class AgentRun {
  readonly #ports: AgentRunPorts;
  readonly #outer: AbortSignal;
  readonly #end = new AbortController();
  readonly #forward = () => this.#end.abort(this.#outer.reason);
  #agent: Agent | null = null;
  #config: AgentConfig | null = null;
  #remote: RemoteConfig | null = null;
  #fatal: { readonly error: unknown } | null = null;

  constructor(ports: AgentRunPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#outer = signal;
    signal.addEventListener('abort', this.#forward, { once: true });
  }

  get configuredBy(): string {
    const inForce = this.#remote?.report().inForce ?? null;
    return inForce === null ? "the studio's own configuration" : `configuration ${inForce}`;
  }

  /** False: it could not start with what is on trial, which was taken back. */
  async start(): Promise<boolean> {
    const { settings, create } = this.#ports;
    try {
      const own = await settings.starting();
      const remote = (this.#remote = await this.#ports.remote(own));
      this.#config = await remote.starting();
      this.#agent = await create(this.#config, this.#control(remote), (error) => this.#fail(error));
      await this.#agent.start(this.#end.signal);
      return true;
    } catch (error) {
      await this.#agent?.stop();
      this.#outer.removeEventListener('abort', this.#forward);
      if (this.#outer.aborted) await this.#stoppedWell();
      const tried = this.#tried;
      if (this.#outer.aborted || tried === null) throw error;
      await this.#takeBack(tried, `the agent could not start: ${(error as Error).message}`);
      return false;
    }
  }

  async untilEnd(onEnding: () => void): Promise<void> {
    const agent = this.#agent!;
    const beside = [this.#trial(agent), this.#lookForChanges(agent)];
    try {
      await this.#ports.live(agent, this.#config!, this.#end.signal);
    } finally {
      onEnding();
      this.#end.abort();
      await agent.stop();
      await Promise.all(beside);
      this.#outer.removeEventListener('abort', this.#forward);
    }
    const fatal = this.#fatal as { readonly error: unknown } | null;
    if (fatal === null) return this.#stoppedWell();
    const tried = this.#tried;
    if (tried === null) throw fatal.error;
    await this.#takeBack(tried, `the agent failed: ${(fatal.error as Error).message}`);
  }

  #control(remote: RemoteConfig): FleetControl {
    return {
      remote,
      apply: () => this.#change(() => this.#begin()),
      back: () => this.#change(() => remote.rollBack('by the operator')),
      again: (change) => this.#change(async () => change === undefined || change(await this.#errorRatio())),
      showRuns: () => this.#agent?.showRuns() ?? false,
    };
  }

  /** One at a time: what is on trial can be told to blame. */
  get #tried(): Tried | null {
    if (this.#ports.settings.onTrial) return this.#ports.settings;
    return this.#remote?.onTrial === true ? this.#remote : null;
  }

  #fail(error: unknown): void {
    this.#fatal ??= { error };
    this.#end.abort(error);
  }

  async #stoppedWell(): Promise<void> {
    await this.#ports.settings.stoppedWell();
    await this.#remote?.stoppedWell();
  }

  async #takeBack(tried: Tried, reason: string): Promise<void> {
    this.#ports.logger.error(`${tried.label} is taken back: ${reason}`);
    await tried.rollBack(reason);
  }

  /** A change on disk, and then the next agent. */
  async #change(change: () => Promise<boolean>): Promise<boolean> {
    if (this.#end.signal.aborted || !(await change())) return false;
    setTimeout(() => this.#end.abort(), LAST_WORD_MS);
    return true;
  }

  async #errorRatio(): Promise<number | null> {
    return this.#agent === null ? null : errorRatio(await this.#agent.health());
  }

  async #begin(): Promise<boolean> {
    if (this.#ports.settings.onTrial) return false;
    return this.#remote!.begin(await this.#errorRatio());
  }

  /** What waits for the end of the show, of the studio or of the cloud side. */
  async #lookForChanges(agent: Agent): Promise<void> {
    const { settings, logger } = this.#ports;
    while (!this.#end.signal.aborted) {
      await this.#wait(LOOK_MS);
      if (this.#end.signal.aborted || this.#tried !== null) continue;
      const ofStudio = settings.due(agent.showRuns());
      if (!ofStudio && !this.#remote!.due(agent.showRuns())) continue;
      const what = ofStudio ? 'the settings that waited' : `configuration ${this.#remote!.report().version}`;
      const begin = ofStudio ? async () => settings.beginWaiting(await this.#errorRatio()) : () => this.#begin();
      await this.#change(begin).then(
        (begun) => begun && logger.info(`${what}: now in force; the agent starts again`),
        (error: unknown) => {
          logger.error(`putting ${what} into force: ${(error as Error).message}; tried again`);
          return this.#wait(AGAIN_MS);
        },
      );
    }
  }

  async #trial(agent: Agent): Promise<void> {
    const { nowMs, trialMs, logger } = this.#ports;
    const tried = this.#tried;
    if (tried === null) return;
    const terms = { untilMs: nowMs() + trialMs, errorRatioBefore: tried.errorRatioBefore };
    tried.trialBegins(terms.untilMs);
    const reason = await watchTrial(
      { sample: () => agent.health(), nowMs, wait: (ms) => this.#wait(ms), ended: () => this.#end.signal.aborted },
      terms,
    );
    if (reason !== null) {
      await this.#takeBack(tried, reason);
      this.#end.abort();
    }
    for (let isTold = reason !== null; !isTold && !this.#end.signal.aborted;) {
      isTold = await tried.confirm().then(
        () => true,
        async (error: unknown) => {
          logger.error(`writing that ${tried.label} is well: ${(error as Error).message}`);
          await this.#wait(AGAIN_MS);
          return false;
        },
      );
    }
  }

  /** Ends early when the agent does; that is the way out, not a failure. */
  #wait(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }
}
