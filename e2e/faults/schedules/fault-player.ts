import { statfsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lane, LaneAgent, Place, Process } from './lane.ts';
import type { Fault, FaultKind } from './plan.ts';
import type { Weather } from './tcp-proxy.ts';

/** Does to one lane and its agent what a plan says, and undoes it. */
export class FaultPlayer {
  readonly done: Partial<Record<FaultKind, number>> = {};
  readonly #lane: Lane;
  readonly #agent: LaneAgent;
  readonly #smallDisk: string | null;
  /** Starts of processes follow one another: a second kill waits until the first one's victim is back. */
  readonly #busy: Record<Process, Promise<void>> = { agent: Promise.resolve(), broker: Promise.resolve(), receiver: Promise.resolve() }; // prettier-ignore
  readonly #undone: Promise<void>[] = [];

  constructor(lane: Lane, agent: LaneAgent, smallDisk: string | null) {
    [this.#lane, this.#agent, this.#smallDisk] = [lane, agent, smallDisk];
  }

  /** Resolves when everything is whole again: processes run, clocks are true, wires are good. */
  async play(faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) {
      await delay(fault.afterMs);
      this.done[fault.kind] = (this.done[fault.kind] ?? 0) + 1;
      this.#undone.push(this.#one(fault));
      // Told by the end, awaited together with all.
      this.#undone.at(-1)!.catch(() => undefined);
    }
    await Promise.all(this.#undone);
    await Promise.all(Object.values(this.#busy));
    for (const proxy of Object.values(this.#lane.proxies)) proxy.heal();
    this.#agent.setClock(0);
  }

  async #one(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        return this.#queue(fault.what, () => this.#kill(fault.what, fault.forMs / 3));
      case 'freeze':
        return this.#queue(fault.what, () => this.#freeze(fault.what, fault.forMs));
      case 'clock':
        this.#agent.setClock(fault.offsetMs);
        await delay(fault.forMs);
        return this.#agent.setClock(0);
      case 'database-crash':
        return this.#lane.crashDatabase().catch(() => undefined); // It may have crashed a moment ago already.
      case 'database-disconnect':
        return this.#lane.terminateBackends().catch(() => undefined);
      case 'commit-lost':
        // Whoever acknowledges before the answer to it has lost what it acknowledged.
        this.#lane.proxies.database.vanishAt('COMMIT');
        await delay(fault.forMs);
        return this.#lane.proxies.database.heal();
      case 'disk-full':
        return this.#fillDisk(fault.forMs);
      case 'cut':
        return this.#lane.proxies[fault.where].cut();
      case 'reset':
        return this.#lane.proxies[fault.where].resetAfter(fault.bytes);
      default:
        return this.#weather(fault);
    }
  }

  async #weather(fault: Fault & { readonly where: Place }): Promise<void> {
    const proxy = this.#lane.proxies[fault.where];
    proxy.weather(weatherOf(fault));
    await delay(fault.forMs);
    proxy.heal();
  }

  #queue(what: Process, work: () => Promise<void>): Promise<void> {
    return (this.#busy[what] = this.#busy[what].then(work));
  }

  async #kill(what: Process, downMs: number): Promise<void> {
    if (what !== 'agent') {
      await this.#lane.kill(what);
      await delay(downMs);
      return what === 'broker' ? this.#lane.startBroker() : this.#lane.startReceiver();
    }
    await this.#agent.kill();
    await delay(downMs);
    await this.#agent.start();
  }

  async #freeze(what: Process, forMs: number): Promise<void> {
    const signal = (name: NodeJS.Signals) => what === 'agent' ? this.#agent.signal(name) : this.#lane.signal(what, name); // prettier-ignore
    signal('SIGSTOP');
    await delay(forMs);
    signal('SIGCONT');
  }

  async #fillDisk(forMs: number): Promise<void> {
    if (this.#smallDisk === null)
      throw new Error('a full disk needs a small disk: the plan was made for another machine');
    const file = path.join(this.#smallDisk, 'filler');
    const { bavail, bsize } = statfsSync(this.#smallDisk);
    try {
      writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - 64 * 1024)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error; // The agent was quicker: it is full.
    }
    await delay(forMs);
    rmSync(file, { force: true });
  }
}

function weatherOf(fault: Fault): Weather {
  switch (fault.kind) {
    case 'partition':
      return { newcomers: 'refuse', vanish: ['up', 'down'] };
    case 'half-open':
      return { newcomers: 'vanish', vanish: fault.lost };
    case 'slow':
      return { delayMs: 60 };
    case 'trickle':
      return { trickleBytes: 40 };
    case 'shuffle':
      return { duplicateShare: 0.2, reorderShare: 0.2 };
    default:
      throw new Error(`${fault.kind} is no weather`);
  }
}
