/** The store's engine as the worker thread runs it, under random calls and with faults put below it. */
import { openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgentConfig } from '../../../shared/src/contract/agent-config.ts';
import { versionedJson } from '../../../edge-agent/src/store/versioned-json.ts';
import { FramePacker } from '../../../edge-agent/src/store/frame-pack.ts';
import { toSeenBlobs } from '../../../edge-agent/src/store/seen-blobs.ts';
import { StoreEngine } from '../../../edge-agent/src/store/store-engine.ts';
import type { StepWrite, WriteBatch } from '../../../edge-agent/src/store/store-protocol.ts';
import type { Dice } from './disk-log.ts';
import type { StoreOp } from './store-model.ts';
import { AGENT_ID, nextOp, SHOW_ID, START_MS, type Cursor } from './workload.ts';

const RESERVE_BYTES = 4096;
const REOPEN_MS = 5_000;

export interface Notes {
  readonly lines: string[];
}

export function openEngine(folder: string, notes: Notes, monotonicMs = () => 0): StoreEngine {
  const note = (level: string, text: string) => void notes.lines.push(`${level} ${text}`);
  const engine = new StoreEngine({ folder, reserveBytes: RESERVE_BYTES, reopenAfterMs: REOPEN_MS, note, monotonicMs });
  try {
    engine.open(START_MS);
    return engine;
  } catch (error) {
    engine.close();
    throw error;
  }
}

export class EngineDriver {
  readonly #folder: string;
  readonly #random: Dice;
  readonly #cursor: Cursor;
  readonly #mark: number;
  readonly #faulty: boolean;
  readonly #notes: Notes = { lines: [] };
  readonly findings: string[] = [];
  faults = 0;
  #engine: StoreEngine | null = null;
  #nowMs = 0;
  #config: number;

  constructor(parts: { root: string; folder: string; random: Dice; cursor: Cursor; config: number; faulty: boolean }) {
    this.#folder = parts.folder;
    this.#random = parts.random;
    this.#cursor = parts.cursor;
    this.#config = parts.config;
    this.#faulty = parts.faulty;
    this.#mark = openSync(join(parts.root, '.mark'), 'w');
  }

  async run(calls: number): Promise<void> {
    this.#say('!on');
    this.#open();
    for (let n = 0; n < calls; n++) {
      if (this.#faulty && this.#random(6) === 0) this.#breakDisk();
      const what = this.#random(30);
      if (what === 0) this.#reopen();
      else if (what === 1) await this.#saveConfig();
      else if (what < 5) this.#engine!.maintain(true);
      else this.#call(nextOp(this.#random, this.#cursor));
    }
    this.#say('!w 0 none 0');
    if (this.#random(2) === 0) this.#healed();
    this.#engine?.close();
    this.#say('!off');
    closeSync(this.#mark);
  }

  #say(text: string): void {
    writeSync(this.#mark, text);
  }

  /** Some next call of some kind fails, once or a few times. */
  #breakDisk(): void {
    const [calls, action] = [['s', 'EIO'], ['w', 'EIO'], ['w', 'short'], ['w', 'ENOSPC'], ['wot', 'ENOSPC'], ['s', 'ENOSPC'], ['t', 'EIO']][this.#random(7)]!; // prettier-ignore
    this.faults++;
    this.#say(`!${calls} ${1 + this.#random(6)} ${action} ${1 + this.#random(3)}`);
  }

  /** Until the disk lets it: faults are used up by tries. */
  #open(): void {
    for (let tries = 0; ; tries++) {
      try {
        this.#engine = openEngine(this.#folder, this.#notes, () => this.#nowMs);
        const epoch = this.#engine.claim(AGENT_ID, START_MS);
        return this.#say(`e ${epoch}`);
      } catch (error) {
        this.#engine?.close();
        this.#engine = null;
        if (!this.#faulty || tries > 50) throw error;
      }
    }
  }

  #reopen(): void {
    this.#close();
    this.#open();
  }

  #close(): void {
    try {
      this.#engine?.close();
    } catch (error) {
      if (!this.#faulty) throw error;
    }
    this.#engine = null;
  }

  async #saveConfig(): Promise<void> {
    const n = ++this.#config;
    const parsed = parseAgentConfig({ agentId: `studio-${n}` });
    if (!parsed.ok) throw new Error(parsed.problems.join());
    this.#say(`c ${n}`);
    try {
      await versionedJson(join(this.#folder, 'config.json'), 0o600, () => START_MS).write(
        parsed.config,
        { atMs: START_MS, by: 'admin', note: '' },
        {},
      );
      this.#say(`C ${n}`);
    } catch (error) {
      if (!this.#faulty) throw error;
    }
  }

  /** What a sender and the pipeline do: a refused frame comes again under the next number, all else is offered again. */
  #call(op: StoreOp): void {
    this.#say(`i ${JSON.stringify(op)}`);
    for (let tries = 0; ; tries++) {
      try {
        this.#perform(op);
        return this.#say(`s ${op.id}`);
      } catch (error) {
        if (!this.#faulty || tries > 50) throw error;
        if (this.#notes.lines.length === 0) this.findings.push(`${op.do} was refused and nothing was said: ${String(error)}`); // prettier-ignore
        if (this.#engine!.status.state === 'open') this.findings.push(`${op.do} was refused and the store says that it is open: ${String(error)}`); // prettier-ignore
        if (op.do === 'frame') this.#say(`r ${op.id}`);
        this.#healed();
        if (op.do === 'frame') return;
      }
    }
  }

  #healed(): void {
    for (let tries = 0; this.#engine!.status.state !== 'open' && tries < 50; tries++) {
      this.#nowMs += REOPEN_MS;
      this.#engine!.tick(this.#random(2) === 0);
    }
  }

  #perform(op: StoreOp): void {
    const engine = this.#engine!;
    switch (op.do) {
      case 'frame':
        return void engine.write(frameBatch(op));
      case 'step':
        return void engine.write({ packs: [], step: stepWrite(op) });
      case 'ack':
        return void engine.acknowledge({ epoch: engine.recover().epoch, contiguous: op.contiguous, ranges: op.ranges.map(([from, to]) => [from, to]) }, START_MS); // prettier-ignore
      case 'prove':
        return engine.prove(engine.recover().epoch, op.size);
      case 'correct':
        return void engine.corrections('corrections', (table) => table.save({ key: op.key, correctedMs: START_MS, example: op.example })); // prettier-ignore
      case 'uncorrect':
        return void engine.corrections('corrections', (table) => table.remove([op.key]));
      case 'claim':
        return void engine.claim(op.agentId, START_MS);
    }
  }
}

function frameBatch(op: StoreOp & { do: 'frame' }): WriteBatch {
  const packer = new FramePacker();
  packer.add(op.position, { sourceName: 'zmq', ingestTimeMs: START_MS, encoding: 'json', bytes: Buffer.from(op.text) });
  return { packs: [packer.take()!], step: null };
}

export function stepWrite(op: StoreOp & { do: 'step' }): StepWrite {
  return {
    offer: `step ${op.n}`,
    journalPosition: op.journalPosition,
    put: op.put,
    del: op.del,
    seen: toSeenBlobs(op.seen.map((id) => ({ id, scope: 'shop', seenMs: START_MS }))),
    outbox: op.outbox,
    showLog: op.showLog.map((entry) => ({ showId: SHOW_ID, atMs: START_MS, ends: false, entry })),
    keepShows: { shows: 30, days: 90 },
    nowMs: START_MS,
  };
}
