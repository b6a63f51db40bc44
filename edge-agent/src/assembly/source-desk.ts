import type { PanelArgs } from '@livecue/shared/contract';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelBackend, Source } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ConnectorMemoryFile } from '../store/connector-memory.ts';

/** In the memory: key of a source that the operator has switched off. */
const offKey = (name: string) => `off/${name}`;
/** Played from the beginning whenever they start: nothing that a switch could pause. */
const PLAYED: readonly string[] = ['replay', 'simulator'];

export interface SourceDeskPorts {
  readonly memory: Pick<ConnectorMemoryFile, 'get' | 'set' | 'flush'>;
  readonly logger: Logger;
}

export interface SourceDesk {
  /** The same sources; those that are switched off stay idle when they are started. */
  readonly sources: readonly Source[];
  /** The backend, with `source.switch` and `source.retry`. */
  answering<B extends PanelBackend>(backend: B): B;
}

/** Lets the operator switch sources off and on and have one try again at once, while all else goes on. */
export function createSourceDesk(sources: readonly Source[], ports: SourceDeskPorts): SourceDesk {
  const switched = new Map(sources.map((source) => [source.name, new SwitchedSource(source, ports)]));
  const named = (verb: string, name: string): SwitchedSource => {
    const found = switched.get(name);
    if (found === undefined) throw new PanelCallError('not-found', `${verb}: there is no source ${JSON.stringify(name)}.`);
    return found;
  }; // prettier-ignore
  return {
    sources: [...switched.values()],
    answering: (backend) => ({
      ...backend,
      async call(verb, args, caller) {
        if (verb === 'source.switch') {
          const { name, on } = args as PanelArgs<'source.switch'>;
          await named(verb, name).switch(on);
          ports.logger.info(`source ${name}: switched ${on ? 'on' : 'off'} by ${caller.role}`);
          return {};
        }
        if (verb === 'source.retry') {
          const { name } = args as PanelArgs<'source.retry'>;
          await named(verb, name).retry();
          return {};
        }
        return backend.call(verb, args, caller);
      },
    }),
  };
}

/** A source behind a switch. What is asked of it is done one after the other. */
class SwitchedSource implements Source {
  readonly #source: Source;
  readonly #ports: SourceDeskPorts;
  /** Between `start` and `stop` of the agent. */
  #wanted = false;
  #doing: Promise<unknown> = Promise.resolve();

  constructor(source: Source, ports: SourceDeskPorts) {
    this.#source = source;
    this.#ports = ports;
  }

  get name() {
    return this.#source.name;
  }

  get studio() {
    return this.#source.studio;
  }

  get #isOff() {
    return this.#ports.memory.get(offKey(this.name)) !== undefined;
  }

  start(signal: AbortSignal): Promise<void> {
    this.#wanted = true;
    return this.#inTurn(async () => {
      if (!this.#isOff) await this.#source.start(signal);
    });
  }

  stop(): Promise<void> {
    this.#wanted = false;
    return this.#inTurn(() => this.#source.stop());
  }

  health(nowMs: number) {
    const health = this.#source.health(nowMs);
    return this.#isOff ? { ...health, off: true as const } : health;
  }

  switch(on: boolean): Promise<void> {
    return this.#inTurn(async () => {
      this.#refusePlayed('source.switch');
      if (on !== this.#isOff) return;
      await this.#remember(on);
      if (on) await this.#begin();
      else await this.#source.stop();
    });
  }

  retry(): Promise<void> {
    return this.#inTurn(async () => {
      this.#refusePlayed('source.retry');
      if (this.#isOff) throw new PanelCallError('bad-request', `source.retry: ${this.name} is switched off; switch it on.`); // prettier-ignore
      await this.#source.stop();
      await this.#begin();
    });
  }

  /** On disk before it is done: a kill must not bring back what was switched off. */
  async #remember(on: boolean): Promise<void> {
    const { memory, logger } = this.#ports;
    memory.set(offKey(this.name), on ? undefined : 'off');
    try {
      await memory.flush();
    } catch (error) {
      logger.warn(`source ${this.name}: that it is ${on ? 'on' : 'off'} could not be written (${(error as Error).message}); it holds until the agent ends. Make room on the disk and switch it again.`); // prettier-ignore
    }
  }

  /** Ended by `stop` alone. */
  async #begin(): Promise<void> {
    if (!this.#wanted) return;
    try {
      await this.#source.start(new AbortController().signal);
    } catch (error) {
      throw new PanelCallError('bad-request', `Starting ${this.name}: ${(error as Error).message}`);
    }
  }

  #refusePlayed(verb: string): void {
    const { transport } = this.#source.health(0);
    if (PLAYED.includes(transport)) throw new PanelCallError('bad-request', `${verb}: ${this.name} is played from a file or made up; it has no connection.`); // prettier-ignore
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#doing.then(work);
    this.#doing = done.catch(() => undefined); // Told to whoever asked.
    return done;
  }
}
