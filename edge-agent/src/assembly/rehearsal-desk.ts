import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { mayCall, PANEL_VERBS, type AgentConfig, type Catalogue, type PanelResult, type PanelState, type PanelVerb, type PastRehearsal, type RecordingCheck, type RehearsalNow } from '@livecue/shared/contract'; // prettier-ignore
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelBackend, PanelCaller } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { FromRehearsal, ToRehearsal } from './rehearsal-child.ts';
import type { RehearsalFiles } from './rehearsal-files.ts';
import type { RehearsalPlan, RehearsalProgress } from './rehearsal-run.ts';

const PROGRAM = fileURLToPath(new URL('./rehearsal-child.ts', import.meta.url));
/** A rehearsal that does not answer a call by then is busy; the screen asks again. */
const ANSWER_MS = 4_000;
/** Writing the report of a long rehearsal takes seconds; then it is ended. */
const END_MS = 20_000;
/** Host screens stay with the live room for so long after its newest event. */
const LIVE_MS = 60_000;

type RehearsalVerb = Extract<PanelVerb, `rehearsal.${string}` | `recording.${string}`>;
type Args<V extends RehearsalVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;
type Result<V extends RehearsalVerb> = PanelResult<V>;
type Verbs = { readonly [V in RehearsalVerb]: (args: Args<V>, caller: PanelCaller) => Promise<Result<V>> };

export interface Answering {
  answering<B extends PanelBackend>(backend: B): B;
}

export interface RehearsalDesk {
  /** The backend of the live agent, with the verbs of rehearsals, and the running one in its state. */
  answering<B extends PanelBackend>(backend: B, config: AgentConfig): B;
  /** The same behind another part that answers. */
  beside(desk: Answering, config: AgentConfig): Answering;
  /** Ends the rehearsal that runs. */
  stop(): Promise<void>;
}

interface Running {
  readonly told: Omit<PastRehearsal, 'report'>;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly waiting: Map<number, { take: (message: FromRehearsal) => void; timer: NodeJS.Timeout }>;
  progress: RehearsalProgress;
  check: RecordingCheck | null;
  stopping: boolean;
  onHosts: boolean;
  liveMs: number | null;
  /** Events that the live agent had admitted; null: not looked yet. */
  admitted: number | null;
}

/**
 * Rehearsals beside the live agent, one at a time, each in a process of its own. It outlives the agents of this
 * process: a change of the configuration starts them again, not the rehearsal.
 */
export function createRehearsalDesk(
  ports: {
    readonly files: RehearsalFiles;
    readonly catalogue: () => Promise<Catalogue>;
    readonly nowMs: () => number;
    readonly logger: Logger;
  },
  facts: { readonly version: string },
): RehearsalDesk {
  const { files, nowMs, logger } = ports;
  let running: Running | null = null;
  let lastId = 0;

  const send = (message: ToRehearsal) => {
    if (running?.child.connected === true) running.child.send(message);
  };

  /** Null: it did not answer in time, or ended meanwhile. */
  const ask = (message: (id: number) => ToRehearsal): Promise<FromRehearsal | null> => {
    const of = running;
    if (of === null || !of.child.connected) return Promise.resolve(null);
    const id = (lastId += 1);
    return new Promise((resolve) => {
      const take = (answer: FromRehearsal | null) => {
        clearTimeout(timer);
        of.waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => take(null), ANSWER_MS);
      of.waiting.set(id, { take, timer });
      of.child.send(message(id));
    });
  };

  const hear = (of: Running, message: FromRehearsal, told: { outcome: Partial<PastRehearsal> | null }) => {
    switch (message.kind) {
      case 'progress':
        of.progress = message.progress;
        return;
      case 'checked':
        of.check = message.check;
        return;
      case 'ended':
        told.outcome = { ...message.outcome, problem: isEmpty(of) ? { kind: 'no-events', detail: '' } : null };
        return;
      case 'failed':
        told.outcome = { problem: { kind: of.stopping ? 'stopped-early' : 'failed', detail: message.problem } };
        return;
      default:
        of.waiting.get(message.id)?.take(message);
    }
  };

  /** A file that cannot be removed now holds up neither the live agent nor a rehearsal; the next start tries again. */
  const tidy = ({ shows }: AgentConfig) => {
    try {
      files.tidy({ shows: shows.keep, days: shows.keepDays }, nowMs());
    } catch (error) {
      logger.warn(`tidying up ${files.folder} and the rehearsals beside it: ${(error as Error).message}. Close what has them open.`);
    }
  }; // prettier-ignore

  const begin = async (start: Args<'rehearsal.start'>, config: AgentConfig): Promise<string> => {
    if (running !== null) throw new PanelCallError('bad-request', 'A rehearsal runs already. Stop it first.');
    const file = start.from.kind === 'recording' ? files.recording(start.from.name) : '';
    const catalogue = await ports.catalogue();
    if (running !== null) throw new PanelCallError('bad-request', 'A rehearsal runs already. Stop it first.');
    tidy(config);
    const beganMs = nowMs();
    const rehearsalId = `${new Date(beganMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(1).toString('hex')}`; // prettier-ignore
    const nothing: RecordingCheck = { events: 0, refused: {}, lines: [] };
    const told = { rehearsalId, start, beganMs, playedMs: 0, cards: 0, check: nothing, problem: { kind: 'agent-ended', detail: '' } } as const; // prettier-ignore
    // Until its end is known; a crash leaves this.
    files.save(told);
    const plan: RehearsalPlan = { folder: files.of(rehearsalId), start, file, beganMs, config, catalogue, version: facts.version }; // prettier-ignore
    running = launch(told, plan);
    logger.info(`rehearsal ${rehearsalId} begins, in a process of its own (${running.child.pid})`);
    return rehearsalId;
  };

  const launch = (told: Running['told'], plan: RehearsalPlan): Running => {
    const child = fork(PROGRAM, [], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] }); // prettier-ignore
    stepBack(child);
    const said = { outcome: null as Partial<PastRehearsal> | null };
    let lastWords = '';
    createInterface({ input: child.stderr! }).on('line', (line) => {
      lastWords = line;
      logger.debug(`rehearsal: ${line}`);
    });
    const gone = Promise.withResolvers<void>();
    const of: Running = {
      told, child, ended: gone.promise, waiting: new Map(), check: null, stopping: false, onHosts: false, liveMs: null, admitted: null,
      progress: { phase: 'checking', speed: plan.start.speed, reached: null, fromMs: null, toMs: null, atMs: null, cards: 0 },
    }; // prettier-ignore
    child.on('message', (message) => hear(of, message as FromRehearsal, said));
    child.on('error', (error) => (said.outcome ??= { problem: { kind: 'failed', detail: error.message } }));
    child.once('close', (code, signal) => {
      for (const { take } of [...of.waiting.values()]) take({ kind: 'failed', problem: 'ended' });
      const detail = `its process ended with ${signal ?? `exit code ${code}`}: ${lastWords}`;
      const { report: _report, ...outcome } = said.outcome ?? { problem: { kind: 'failed', detail } };
      const result = { ...told, ...(of.check === null ? {} : { check: of.check }), cards: of.progress.cards, ...outcome }; // prettier-ignore
      running = null;
      try {
        files.save(result as Running['told']);
      } catch (error) {
        logger.error(`writing down the end of rehearsal ${told.rehearsalId}: ${(error as Error).message}`);
      }
      logger.info(
        `rehearsal ${told.rehearsalId} is over${result.problem == null ? '' : `: ${result.problem.kind} ${result.problem.detail}`}`,
      );
      gone.resolve();
    });
    child.send({ kind: 'begin', plan } satisfies ToRehearsal);
    return of;
  };

  const end = async (): Promise<void> => {
    const of = running;
    if (of === null) return;
    of.stopping = true;
    send({ kind: 'stop' });
    const timer = setTimeout(() => of.child.kill('SIGKILL'), END_MS);
    await of.ended;
    clearTimeout(timer);
  };

  const control = ({ onHosts, ...change }: Args<'rehearsal.control'>) => {
    if (running === null) throw new PanelCallError('not-found', 'No rehearsal runs.');
    if (onHosts === true && running.liveMs !== null && nowMs() - running.liveMs < LIVE_MS)
      throw new PanelCallError('bad-request', 'Live events are coming in: host screens stay with the live room.');
    running.onHosts = onHosts ?? running.onHosts;
    if (change.paused !== undefined || change.speed !== undefined) send({ kind: 'control', ...change });
  };

  /** Host screens go back to the live room with its first event: a cue must not be missed for a rehearsal. */
  const watchLive = (of: Running, { counters, mode }: PanelState) => {
    const admitted = counters['admitted'] ?? 0;
    const isNew = of.admitted !== null && admitted > of.admitted;
    of.admitted = admitted;
    if (!isNew || mode !== 'live') return;
    of.liveMs = nowMs();
    if (!of.onHosts) return;
    of.onHosts = false;
    logger.warn('live events come in: host screens go back from the rehearsal to the live room');
  };

  const now = (of: Running): RehearsalNow => ({
    ...of.progress, rehearsalId: of.told.rehearsalId, kind: of.told.start.from.kind, onHosts: of.onHosts, liveMs: of.liveMs,
  }); // prettier-ignore

  const call = async ({ verb, args }: Args<'rehearsal.call'>, caller: PanelCaller): Promise<{ result: unknown }> => {
    if (!mayCall(caller.role, verb)) throw new PanelCallError('forbidden', `This device is paired as ${caller.role} and may not call ${verb}, in a rehearsal neither.`); // prettier-ignore
    const parsed = PANEL_VERBS[verb].args.safeParse(args ?? {});
    if (!parsed.success) throw new PanelCallError('bad-request', `${verb}: ${parsed.error.issues[0]?.message ?? 'not valid'}`); // prettier-ignore
    const answer = await ask((id) => ({ kind: 'call', id, verb, args: parsed.data, caller }));
    if (answer?.kind === 'result') return { result: answer.result };
    if (answer?.kind === 'refused') throw new PanelCallError(answer.code, answer.message);
    throw new PanelCallError('not-found', 'The rehearsal did not answer, or is over.');
  };

  const verbs = (config: AgentConfig): Verbs => ({
    'rehearsal.read': async () => ({
      start: running?.told.start ?? null,
      check: running?.check ?? null,
      past: files.past().filter(({ rehearsalId }) => rehearsalId !== running?.told.rehearsalId),
      recordings: files.recordings(),
      folder: files.folder,
      products: (await ports.catalogue()).products.length,
    }),
    'rehearsal.upload': async (piece) => ({ receivedBytes: files.upload(piece) }),
    'recording.remove': async ({ name }) => ({ removed: files.removeRecording(name) }),
    'rehearsal.start': async (start) => ({ rehearsalId: await begin(start, config) }),
    'rehearsal.control': async (change) => (control(change), {}),
    'rehearsal.stop': async () => (await end(), {}),
    'rehearsal.remove': async ({ rehearsalId }) => {
      if (running?.told.rehearsalId === rehearsalId) throw new PanelCallError('bad-request', 'It still runs. Stop it first.'); // prettier-ignore
      return { removed: files.remove(rehearsalId) };
    },
    'rehearsal.look': async () => {
      const answer = await ask((id) => ({ kind: 'look', id }));
      return { state: answer?.kind === 'state' ? answer.state : null };
    },
    'rehearsal.call': call,
  });

  const desk: RehearsalDesk = {
    answering(backend, config) {
      const own = verbs(config);
      tidy(config);
      return {
        ...backend,
        state() {
          const state = backend.state();
          if (running === null) return state;
          watchLive(running, state);
          return { ...state, rehearsal: now(running) };
        },
        call: (verb, args, caller) =>
          Object.hasOwn(own, verb)
            ? (own[verb as RehearsalVerb] as (args: unknown, caller: PanelCaller) => Promise<unknown>)(args, caller)
            : backend.call(verb, args, caller),
      };
    },
    beside: (other, config) => ({ answering: (backend) => desk.answering(other.answering(backend), config) }),
    stop: end,
  };
  return desk;
}

/** Not a line of its recording could be used. */
const isEmpty = ({ check, told }: Running) => told.start.from.kind === 'recording' && check?.events === 0;

/** The live agent comes first. */
function stepBack({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    // It has ended already, which is told elsewhere.
    if ((error as { info?: { code?: string } }).info?.code !== 'ESRCH') throw error;
  }
}
