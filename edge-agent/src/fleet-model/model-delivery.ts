import { setTimeout as delay } from 'node:timers/promises';
import { DELIVERED_TASKS, modelTopics, type DeliveredTask, type ModelsState } from '@livecue/shared/contract'; // prettier-ignore
import type { Verifier } from '@livecue/shared/proof';
import type { Service } from '../runtime/service.ts';
import { GATES } from './canary-gates.ts';
import { FETCH } from './chunk-fetch.ts';
import { RefusedDelivery, removeOthers } from './delivered-files.ts';
import { runDelivery, type RunConfig } from './delivery-run.ts';
import { createDesired } from './desired.ts';
import type { ModelDeliveryPorts } from './model-ports.ts';
import type { OpenedMemory, TaskMemory } from './models-memory.ts';
import { createReportBoard } from './report-board.ts';
import { createServing } from './serving.ts';

export interface ModelDeliveryConfig extends RunConfig {
  readonly agentId: string;
  /** Whom deliveries must be signed by; null: none is taken. */
  readonly verifier: Verifier | null;
  /** After trouble with the disk. */
  readonly retryMs: number;
}

export const DELIVERY_TIMES = { fetch: FETCH, lookMs: 1_000, watchMs: 600_000, provedMs: 60_000, retryMs: 30_000 } as const; // prettier-ignore

export interface ModelDeliveries extends Service {
  state(): ModelsState;
  /** Ends a delivery that is under way, else goes back to the models before the newest one. False: nothing to leave. */
  rollback(): Promise<boolean>;
}

/** Why a delivery that is under way ends early. */
type End = 'operator' | 'newer' | 'stop';
class Ended extends Error {
  readonly by: End;

  constructor(by: End) {
    super(`the delivery was ended: ${by}`);
    this.by = by;
  }
}

/**
 * Takes signed models from the cloud side, one after the other: fetch, prove, try beside the one that serves, serve,
 * watch. Goes on where it was after any end of the process. `failedToOpen`: why the delivered models that served
 * before could not be opened at this start; null: they serve, or there are none.
 */
export function createModelDelivery(
  ports: ModelDeliveryPorts,
  config: ModelDeliveryConfig,
  memory: OpenedMemory,
  failedToOpen: string | null,
): ModelDeliveries {
  const deliveries = new Deliveries(ports, config, memory, failedToOpen);
  return {
    name: 'model delivery',
    start: (signal) => deliveries.start(signal),
    stop: () => deliveries.stop(),
    state: () => deliveries.state(),
    rollback: () => deliveries.rollback(),
  };
}

class Deliveries {
  readonly #ports;
  readonly #config;
  readonly #memory;
  readonly #failedToOpen;
  readonly #board;
  readonly #serving;
  readonly #stopping = new AbortController();
  readonly #closers: (() => void)[] = [];
  #current: { readonly task: DeliveredTask; readonly abort: AbortController } | null = null;
  #wake: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  /** Looks and rollbacks, one after the other. */
  #guarding: Promise<unknown> = Promise.resolve();

  constructor(
    ports: ModelDeliveryPorts,
    config: ModelDeliveryConfig,
    memory: OpenedMemory,
    failedToOpen: string | null,
  ) {
    this.#ports = ports;
    this.#config = config;
    this.#memory = memory;
    this.#failedToOpen = failedToOpen;
    this.#board = createReportBoard({ ...ports, memory }, config.agentId);
    this.#serving = createServing({ ...ports, memory, board: this.#board }, config.folders.models);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { channel } = this.#ports;
    const { agentId, verifier, lookMs, provedMs } = this.#config;
    if (this.#failedToOpen !== null) {
      await this.#serving.failedToOpen(this.#failedToOpen);
      this.#board.problem = `the delivered models could not be opened, the installed ones serve: ${this.#failedToOpen}`;
    }
    if (verifier !== null) {
      const onAccepted = (task: DeliveredTask) => this.#accepted(task);
      const desired = createDesired({ ...this.#ports, memory: this.#memory, board: this.#board, onAccepted }, agentId, verifier); // prettier-ignore
      for (const task of DELIVERED_TASKS)
        this.#closers.push(channel.subscribe(modelTopics.desired(agentId, task), (payload) => desired(task, payload)));
    }
    this.#closers.push(channel.onConnected(() => this.#board.tellAll()));
    this.#board.tellAll();
    const look = setInterval(() => this.#inTurn('watching the models', () => this.#look()), lookMs);
    const proved = setTimeout(() => this.#inTurn('remembering a good start', () => this.#serving.proved()), provedMs);
    this.#closers.push(
      () => clearInterval(look),
      () => clearTimeout(proved),
    );
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0)) close();
    this.#stopping.abort(new Ended('stop'));
    this.#wake?.();
    await this.#running;
    await this.#guarding;
    await this.#serving.proved();
    await this.#board.settled();
  }

  state(): ModelsState {
    const { before } = this.#memory.now;
    const delivered = this.#serving.folders;
    const under = this.#current === null ? null : 'stop-delivery';
    const back = Object.keys(before ?? {}).length > 0 ? 'models-before' : 'shipped-models';
    return {
      serving: this.#ports.models.version(),
      delivered: { ...delivered },
      back: under ?? (Object.keys(delivered).length === 0 ? null : back),
      reports: DELIVERED_TASKS.flatMap((task) => this.#board.report(task) ?? []),
      problem: this.#board.problem,
    };
  }

  rollback(): Promise<boolean> {
    const abort = this.#current?.abort;
    if (abort !== undefined) {
      abort.abort(new Ended('operator'));
      return Promise.resolve(true);
    }
    return this.#afterLooks(() => this.#serving.goBack('it was rolled back on the panel'));
  }

  #accepted(task: DeliveredTask): void {
    if (this.#current?.task === task) this.#current.abort.abort(new Ended('newer'));
    this.#wake?.();
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const task = DELIVERED_TASKS.find((one) => isUnderWay(this.#memory.now.tasks[one]));
      const known = task === undefined ? undefined : this.#memory.now.tasks[task];
      if (task !== undefined && known !== undefined) await this.#one(task, known);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async #one(task: DeliveredTask, known: TaskMemory): Promise<void> {
    const abort = new AbortController();
    this.#current = { task, abort };
    const signal = AbortSignal.any([abort.signal, this.#stopping.signal]);
    try {
      const parts = { memory: this.#memory, board: this.#board, serving: this.#serving };
      const waitsFor = (when: 'now' | 'between-shows') => this.#waitsFor(when);
      await runDelivery({ ...this.#ports, ...parts, waitsFor }, this.#config, known, signal);
      this.#ports.logger.info(`model ${known.report.modelVersion} of ${task} was delivered and serves`);
      // Said in the moment in which it went live.
      if (abort.signal.aborted && endOf(abort.signal) === 'operator') await this.#serving.goBack('it was rolled back on the panel'); // prettier-ignore
    } catch (error) {
      await this.#failed(task, known, error, signal).catch((cause: unknown) => this.#trouble(`delivery of ${task}`, cause)); // prettier-ignore
    }
    this.#current = null;
    this.#tidy();
  }

  async #failed(task: DeliveredTask, known: TaskMemory, error: unknown, signal: AbortSignal): Promise<void> {
    const { retryMs } = this.#config;
    if (error instanceof RefusedDelivery && !signal.aborted) {
      this.#ports.logger.warn(`delivery ${known.version} of ${task} was refused: ${error.message}`);
      return this.#board.tell(known, { state: 'refused', untilMs: null, reason: error.message });
    }
    if (!signal.aborted) {
      this.#trouble(`delivery of ${task}, tried again in ${retryMs / 1000} s`, error);
      await this.#board.tell(known, { reason: (error as Error).message });
      // An abort ends the wait early; what it means is read below.
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) return;
    }
    const by = endOf(signal);
    if (by === 'operator') await this.#board.tell(known, { state: 'rolled-back', untilMs: null, reason: 'it was stopped on the panel before it served' }); // prettier-ignore
    if (by !== 'stop') return;
    // An end that was asked for is no crash.
    known.attempts = 0;
    await this.#memory.save();
  }

  #waitsFor(when: 'now' | 'between-shows'): string | null {
    if (this.#watched() !== null) return 'waits until the delivery before it has been watched';
    return when === 'between-shows' && !this.#ports.isBetweenShows() ? 'waits for the end of the show' : null;
  }

  #watched(): TaskMemory | null {
    const all = DELIVERED_TASKS.map((task) => this.#memory.now.tasks[task]);
    return all.find((known) => known?.report.state === 'live' && known.report.untilMs !== null) ?? null;
  }

  async #look(): Promise<void> {
    const { models, nowMs } = this.#ports;
    const fault = models.fault();
    if (fault !== null && (await this.#serving.goBack(fault))) return;
    const known = this.#watched();
    if (known === null) return;
    const p95Ms = models.p95Ms() ?? 0;
    if (p95Ms > GATES.costMostMs)
      await this.#serving.goBack(`a batch costs ${p95Ms.toFixed(1)} ms (p95), at most ${GATES.costMostMs} are allowed`); // prettier-ignore
    else if (nowMs() >= (known.report.untilMs ?? 0)) {
      await this.#board.tell(known, { untilMs: null });
      await this.#memory.save();
    }
  }

  #afterLooks<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#guarding.then(work);
    // Its caller hears how it ended.
    this.#guarding = done.catch(() => undefined);
    return done;
  }

  #inTurn(what: string, work: () => Promise<void>): void {
    this.#afterLooks(work).catch((error: unknown) => this.#trouble(what, error));
  }

  #trouble(what: string, error: unknown): void {
    this.#board.problem = `${what}: ${(error as Error).message}`;
    this.#ports.logger.warn(this.#board.problem);
  }

  /** Whole models that neither serve, nor may come back, nor are under way. */
  #tidy(): void {
    const { live, before, tasks } = this.#memory.now;
    const open = DELIVERED_TASKS.filter((task) => isUnderWay(tasks[task])).map((task) => `${task}/${tasks[task]?.version}`); // prettier-ignore
    try {
      removeOthers(this.#config.folders, new Set([...Object.values(live), ...Object.values(before ?? {}), ...open]));
    } catch (error) {
      this.#trouble('removing models that were delivered before (they only take space)', error);
    }
  }
}

function isUnderWay(known: TaskMemory | undefined): boolean {
  return known !== undefined && !['live', 'refused', 'rolled-back'].includes(known.report.state);
}

function endOf(signal: AbortSignal): End {
  return signal.reason instanceof Ended ? signal.reason.by : 'stop';
}
