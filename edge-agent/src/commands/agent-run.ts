import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '@livecue/shared/contract';
import type { Agent } from '../assembly/agent.ts';
import type { FleetControl } from '../assembly/fleet-part.ts';
import { openRemoteConfig, type RemoteConfig } from '../fleet/remote-config.ts';
import { errorRatio, watchTrial } from '../fleet/trial.ts';
import type { Logger } from '../runtime/logger.ts';
import { DurableJsonFile } from '../store/json-file.ts';

export interface AgentRunPorts {
  readonly remote: RemoteConfig;
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

/** The state of the remote configuration in the data folder. */
export async function openRemoteConfigIn(
  folder: string,
  own: AgentConfig,
  ports: { nowMs: () => number; logger: Logger },
): Promise<RemoteConfig> {
  // prettier-ignore
  const file = path.join(folder, 'remote-config.json');
  const disk = new DurableJsonFile(file, 0o600);
  const setAside = () => {
    const kept = `${file}.unreadable-${ports.nowMs()}`;
    if (existsSync(file)) renameSync(file, kept);
    return kept;
  };
  return openRemoteConfig({ ...ports, file: { read: () => disk.read(), write: (value) => disk.write(value), setAside } }, own); // prettier-ignore
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
    if (started && endedMs !== null) {
      const { inForce } = ports.remote.report();
      ports.logger.info(`started again with ${inForce === null ? "the studio's own configuration" : `configuration ${inForce}`} after ${ports.nowMs() - endedMs} ms`); // prettier-ignore
    }
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
  #fatal: { readonly error: unknown } | null = null;

  constructor(ports: AgentRunPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#outer = signal;
    signal.addEventListener('abort', this.#forward, { once: true });
  }

  /** False: it could not start with a version on trial, which was taken back. */
  async start(): Promise<boolean> {
    const { remote, create } = this.#ports;
    const control: FleetControl = {
      remote,
      apply: () => this.#change(() => this.#begin()),
      back: () => this.#change(() => remote.rollBack('by the operator')),
      again: () => this.#change(() => Promise.resolve(true)),
    };
    try {
      this.#config = await remote.starting();
      this.#agent = await create(this.#config, control, (error) => this.#fail(error));
      await this.#agent.start(this.#end.signal);
      return true;
    } catch (error) {
      await this.#agent?.stop();
      this.#outer.removeEventListener('abort', this.#forward);
      if (this.#outer.aborted) await remote.stoppedWell();
      if (this.#outer.aborted || !remote.onTrial) throw error;
      await this.#takeBack(`the agent could not start: ${(error as Error).message}`);
      return false;
    }
  }

  async untilEnd(onEnding: () => void): Promise<void> {
    const { remote, live } = this.#ports;
    const agent = this.#agent!;
    const beside = [this.#trial(agent), this.#lookForStaged(agent)];
    try {
      await live(agent, this.#config!, this.#end.signal);
    } finally {
      onEnding();
      this.#end.abort();
      await agent.stop();
      await Promise.all(beside);
      this.#outer.removeEventListener('abort', this.#forward);
    }
    const fatal = this.#fatal as { readonly error: unknown } | null;
    if (fatal !== null) {
      if (!remote.onTrial) throw fatal.error;
      await this.#takeBack(`the agent failed: ${(fatal.error as Error).message}`);
    } else if (this.#outer.aborted) await remote.stoppedWell();
  }

  #fail(error: unknown): void {
    this.#fatal ??= { error };
    this.#end.abort(error);
  }

  async #takeBack(reason: string): Promise<void> {
    const { remote, logger } = this.#ports;
    logger.error(`configuration ${remote.report().inForce} is taken back: ${reason}`);
    await remote.rollBack(reason);
  }

  /** A change on disk, and then the next agent. */
  async #change(change: () => Promise<boolean>): Promise<boolean> {
    if (this.#end.signal.aborted || !(await change())) return false;
    setTimeout(() => this.#end.abort(), LAST_WORD_MS);
    return true;
  }

  async #begin(): Promise<boolean> {
    const before = this.#agent === null ? null : errorRatio(await this.#agent.health());
    return this.#ports.remote.begin(before);
  }

  async #lookForStaged(agent: Agent): Promise<void> {
    const { remote, logger } = this.#ports;
    while (!this.#end.signal.aborted) {
      await this.#wait(LOOK_MS);
      if (this.#end.signal.aborted || !remote.due(agent.showRuns())) continue;
      const version = remote.report().version;
      await this.#change(() => this.#begin()).then(
        (begun) => begun && logger.info(`configuration ${version} comes into force; the agent starts again`),
        (error: unknown) => {
          logger.error(`putting configuration ${version} into force: ${(error as Error).message}; tried again`);
          return this.#wait(AGAIN_MS);
        },
      );
    }
  }

  async #trial(agent: Agent): Promise<void> {
    const { remote, nowMs, trialMs, logger } = this.#ports;
    if (!remote.onTrial) return;
    const terms = { untilMs: nowMs() + trialMs, errorRatioBefore: remote.errorRatioBefore };
    remote.trialBegins(terms.untilMs);
    const reason = await watchTrial(
      { sample: () => agent.health(), nowMs, wait: (ms) => this.#wait(ms), ended: () => this.#end.signal.aborted },
      terms,
    );
    if (reason !== null) {
      await this.#takeBack(reason);
      this.#end.abort();
    }
    while (remote.onTrial && !this.#end.signal.aborted) {
      await remote.confirm().catch((error: unknown) => {
        logger.error(`writing that configuration ${remote.report().inForce} is well: ${(error as Error).message}`);
        return this.#wait(AGAIN_MS);
      });
    }
  }

  /** Ends early when the agent does; that is the way out, not a failure. */
  #wait(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }
}
