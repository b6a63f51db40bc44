import { statfsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { UplinkAck } from '@livecue/shared/contract';
import type { CorrectionTable } from './correction-table.ts';
import { createReserveFile, type ReserveFile } from './reserve-file.ts';
import { JournalDamage, type StoreDatabase } from './store-database.ts';
import { lockFolder, openAgain, openForStart, raiseGeneration, storeFiles, type Note } from './store-opening.ts';
import type { Labelled, OpenedStore, StoreTrouble, WorkerStatus, WriteBatch, WriteResult } from './store-protocol.ts';
import { readGeneration } from './store-identity.ts';
import { diskTrouble, TroubleError } from './store-trouble.ts';

export interface EnginePorts {
  readonly folder: string;
  readonly reserveBytes: number;
  readonly reopenAfterMs: number;
  readonly note: Note;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
  /** More waiting records than this are merged and, when that is not enough, dropped. Default 200,000. */
  readonly outboxRows?: number;
  /** How a file is opened; tests put a failing disk here. */
  readonly files?: { start: typeof openForStart; again: typeof openAgain };
}

/**
 * Room that closing a full database may need: the write-ahead log is copied into the file (some 4 MiB)
 * before the log is cut, and the open step comes on top.
 */
export const RESERVE_BYTES = 16 * 1024 * 1024;
/** Some 150 MB: a day without a cloud for a room with 20 products on air. */
const OUTBOX_ROWS = 200_000;

/**
 * The store with its troubles, synchronous: what the worker thread runs. After any error of the disk the
 * handle is closed and opened anew, at once when the reserve could be freed, else after a delay.
 */
export class StoreEngine {
  readonly #ports: EnginePorts;
  readonly #files: { start: typeof openForStart; again: typeof openAgain };
  readonly #reserve: ReserveFile;
  #lock: DatabaseSync | null = null;
  #database: StoreDatabase | null = null;
  #trouble: StoreTrouble | null = null;
  #retryAtMs = 0;
  #stepRefused = false;
  /** What the present backlog has cost so far; each is said once. */
  readonly #shrunk = new Set<string>();
  #freeBytes: number | null = null;
  #journalBytes = 0;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#files = ports.files ?? { start: openForStart, again: openAgain };
    this.#reserve = createReserveFile(storeFiles(ports.folder).reserve, ports.reserveBytes);
  }

  open(nowMs: number): OpenedStore {
    const { folder, note } = this.#ports;
    this.#lock = lockFolder(folder);
    try {
      this.#database = this.#files.start(folder, nowMs, note);
    } catch (error) {
      if (this.#classify(error).kind !== 'full' || !this.#reserve.release()) throw this.#asTrouble(error);
      this.#database = this.#guard(() => this.#files.start(folder, nowMs, note));
    }
    if (!this.#guard(() => this.#reserve.acquire())) {
      note('warn', `no room for ${this.#ports.reserveBytes} reserved bytes in ${folder}: free some space on that disk`);
    }
    this.#look();
    const { epoch, journal_position: journalPosition } = this.#database.meta();
    return { epoch, lastPosition: this.#database.lastPosition(), journalPosition };
  }

  get status(): WorkerStatus {
    const kind = this.#trouble?.kind;
    return {
      state: kind === 'full' ? 'full' : kind === undefined ? 'open' : 'failed',
      problem: this.#trouble?.message ?? null,
      journalBytes: this.#journalBytes,
      freeBytes: this.#freeBytes,
    };
  }

  /** While the disk is full steps are still tried, new frames are refused without a try. */
  write(batch: WriteBatch): WriteResult {
    const refused = this.#trouble !== null && batch.packs.length > 0 ? this.#trouble : null;
    if (refused !== null && batch.step === null) throw new TroubleError(refused);
    const accepted = refused === null ? batch : { packs: [], step: batch.step };
    const startedMs = this.#ports.monotonicMs();
    this.#stepRefused = accepted.step !== null;
    const addedRecords = this.#run((database) => database.write(accepted), accepted.step !== null);
    this.#stepRefused = false;
    this.#journalBytes = this.#database?.journalBytes ?? this.#journalBytes;
    return { commitMs: this.#ports.monotonicMs() - startedMs, addedRecords, framesRefused: refused };
  }

  recover = () => this.#run((database) => database.recover());
  readJournal = (after: number) => this.#run((database) => database.readJournal(after));
  readOutbox = (afterSeq: number, limit: number) => this.#run((database) => database.readOutbox(afterSeq, limit));
  readNewest = (beforeSeq: number, limit: number) => this.#run((database) => database.readNewest(beforeSeq, limit));
  unproven = (limit: number) => this.#run((database) => database.unproven(limit));
  prove = (epoch: number, size: number) => this.#run((database) => database.prove(epoch, size), true);
  backlog = () => this.#run((database) => database.backlog());
  /** A full disk refuses, and the operator is told: the reserve is kept for what nobody can repeat. */
  corrections = <T>(name: Labelled, work: (table: CorrectionTable) => T): T =>
    this.#run((database) => work(name === 'corrections' ? database.corrections : database.orderLabels));

  shows = () => this.#run((database) => database.showLog.shows());
  readShowLog = (showId: string, afterId: number) => this.#run((database) => database.showLog.read(showId, afterId));

  claim(agentId: string, nowMs: number): number {
    const { epoch, renewed } = this.#run((database) => database.claim(agentId, nowMs), true);
    if (renewed)
      this.#ports.note('info', `records of ${agentId} begin anew in epoch ${epoch}; what waits is sent in it`);
    return epoch;
  }

  acknowledge(ack: UplinkAck, nowMs: number): { epoch: number; left: number } {
    const { epoch, left, renewed } = this.#run((database) => database.acknowledge(ack, nowMs), true);
    if (renewed) {
      this.#ports.note(
        'warn',
        `the receiver knows records that this data folder does not (epoch ${ack.epoch}, up to ${ack.contiguous}): local data was restored or replaced; ${left} waiting records are sent in epoch ${epoch}`,
      );
    }
    return { epoch, left };
  }

  /** Recovery from trouble, and housekeeping where there is time for it; call twice a second or so. */
  tick(idle: boolean): void {
    if (this.#trouble !== null && this.#ports.monotonicMs() >= this.#retryAtMs) this.#recoverFromTrouble();
    this.#look();
    this.#shrinkOutbox();
    this.maintain(idle);
  }

  /** Housekeeping that a busy store needs too; cheap after every write. */
  maintain(idle: boolean): void {
    if (this.#database === null) return;
    try {
      this.#database.maintain(idle);
      this.#journalBytes = this.#database.journalBytes;
    } catch (error) {
      this.#fail(this.#classify(error));
    }
  }

  /** Of what waits for the cloud: merged when it is too much or the disk is full, dropped only when nothing else helps. */
  #shrinkOutbox(): void {
    const isFull = this.#trouble?.kind === 'full';
    if (this.#database === null) return;
    try {
      const rows = this.#database.backlog();
      const tooMany = rows - (this.#ports.outboxRows ?? OUTBOX_ROWS);
      if (tooMany <= 0 && !isFull) return this.#shrunk.clear();
      // One more for the record that tells of it; when a step cannot be written, as many as go into one transaction.
      const mayDrop = this.#stepRefused ? Number.POSITIVE_INFINITY : tooMany <= 0 ? 0 : tooMany + 1;
      const made = this.#database.shrinkOutbox(mayDrop);
      if (made === null || this.#shrunk.has(made.reason)) return;
      this.#shrunk.add(made.reason);
      const why = `${rows} records wait for the cloud in ${this.#ports.folder}`;
      if (made.reason === 'merged') this.#ports.note('warn', `${why}: their windows are merged into longer ones, first minutes, then hours`); // prettier-ignore
      else this.#ports.note('error', `${why}, and no more of them can be merged: the oldest are dropped, and the cloud is told which; connect the agent to its broker`); // prettier-ignore
    } catch (error) {
      this.#fail(this.#classify(error));
    }
  }

  close(): void {
    const database = this.#database;
    this.#database = null;
    const well = this.#trouble === null;
    try {
      const { folder } = this.#ports;
      if (database !== null && well) raiseGeneration(database, folder, readGeneration(storeFiles(folder).generation));
    } finally {
      try {
        database?.close(well);
      } finally {
        this.#lock?.close();
        this.#lock = null;
      }
    }
  }

  /** `mayUseReserve`: for what must be written even on a full disk. New frames are not: their sender is told. */
  #run<T>(work: (database: StoreDatabase) => T, mayUseReserve = false): T {
    for (;;) {
      try {
        // A full disk may have room again, and a step must not wait for the timer to find out.
        if (this.#database === null && this.#trouble?.kind === 'full')
          this.#database = this.#files.again(this.#ports.folder);
        if (this.#database === null) throw new TroubleError(this.#trouble ?? this.#closedTrouble());
        return work(this.#database);
      } catch (error) {
        const trouble = this.#classify(error);
        if (trouble.kind === 'bug') throw error;
        if (this.#database !== null || trouble.kind === 'full') this.#fail(trouble);
        if (trouble.kind !== 'full' || !mayUseReserve || !this.#reserve.release()) throw this.#asTrouble(error);
      }
    }
  }

  /** The handle is never used again: after a failed fsync nobody knows what it still holds. */
  #fail(trouble: StoreTrouble): void {
    if (this.#trouble?.message !== trouble.message) this.#ports.note('error', trouble.message);
    this.#trouble = trouble;
    this.#retryAtMs = this.#ports.monotonicMs() + this.#ports.reopenAfterMs;
    const database = this.#database;
    this.#database = null;
    try {
      database?.close(false);
    } catch (error) {
      this.#ports.note('warn', `closing the data file after that failed too: ${(error as Error).message}`);
    }
  }

  #reopen(): boolean {
    try {
      this.#database ??= this.#files.again(this.#ports.folder);
      return true;
    } catch (error) {
      this.#fail(this.#classify(error));
      return false;
    }
  }

  #recoverFromTrouble(): void {
    this.#retryAtMs = this.#ports.monotonicMs() + this.#ports.reopenAfterMs;
    if (!this.#reopen()) return;
    this.#look();
    if (this.#trouble?.kind === 'full') {
      const enough = this.#freeBytes === null || this.#freeBytes >= 2 * this.#ports.reserveBytes;
      if (!enough || !this.#refillReserve()) return;
    }
    this.#trouble = null;
    this.#ports.note('info', `the disk of ${this.#ports.folder} takes data again`);
  }

  #refillReserve(): boolean {
    try {
      return this.#reserve.acquire();
    } catch (error) {
      this.#fail(this.#classify(error));
      return false;
    }
  }

  #look(): void {
    try {
      const { bavail, bsize } = statfsSync(this.#ports.folder);
      this.#freeBytes = bavail * bsize;
    } catch {
      // Only a figure for the operator; a folder that is gone shows in the next write.
      this.#freeBytes = null;
    }
    this.#journalBytes = this.#database?.journalBytes ?? this.#journalBytes;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#asTrouble(error);
    }
  }

  #asTrouble(error: unknown): Error {
    if (error instanceof TroubleError) return error;
    const trouble = this.#classify(error);
    return trouble.kind === 'bug' ? (error as Error) : new TroubleError(trouble, { cause: error });
  }

  #classify(error: unknown): StoreTrouble {
    if (error instanceof TroubleError) return error.trouble;
    this.#look();
    const { folder } = this.#ports;
    const kind = error instanceof JournalDamage ? 'failed' : diskTrouble(error, this.#freeBytes);
    const detail = (error as Error).message;
    if (kind === null) return { kind: 'bug', message: detail };
    if (kind === 'full') {
      const free = this.#freeBytes === null ? 'an unknown number of' : String(this.#freeBytes);
      return {
        kind,
        message: `the disk of the data folder ${folder} is full (${free} bytes free): free some space there, or start with --data on another disk; nothing accepted so far is lost, new frames are refused until then`,
      };
    }
    return {
      kind,
      message: `the disk of the data folder ${folder} failed (${detail}): check the disk and its cable, then start again; it is tried anew every ${this.#ports.reopenAfterMs / 1000} s, new frames are refused until then`,
    };
  }

  #closedTrouble(): StoreTrouble {
    return { kind: 'failed', message: `the store in ${this.#ports.folder} is not open` };
  }
}
