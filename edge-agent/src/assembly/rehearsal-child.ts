/** The process in which a rehearsal runs: apart from the live agent, so that nothing of it can hold up an order. */
import type { PanelErrorCode, PanelState, PanelVerb, RecordingCheck } from '@livecue/shared/contract';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelCaller } from '../ports.ts';
import { createLogger } from '../runtime/logger.ts';
import { createRehearsal, type RehearsalOutcome, type RehearsalPlan, type RehearsalProgress } from './rehearsal-run.ts';

export type ToRehearsal =
  | { readonly kind: 'begin'; readonly plan: RehearsalPlan }
  | { readonly kind: 'control'; readonly paused?: boolean; readonly speed?: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'look'; readonly id: number }
  | { readonly kind: 'call'; readonly id: number; readonly verb: PanelVerb; readonly args: unknown; readonly caller: PanelCaller }; // prettier-ignore

export type FromRehearsal =
  | { readonly kind: 'checked'; readonly check: RecordingCheck }
  | { readonly kind: 'progress'; readonly progress: RehearsalProgress }
  | { readonly kind: 'state'; readonly id: number; readonly state: PanelState | null }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly code: PanelErrorCode; readonly message: string }
  | { readonly kind: 'ended'; readonly outcome: RehearsalOutcome }
  | { readonly kind: 'failed'; readonly problem: string };

const PROGRESS_MS = 250;

const tell = (message: FromRehearsal) => process.send?.(message);
/** Settles when it has left: what is told last must not be lost with the channel. */
const tellLast = (message: FromRehearsal) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
const logger = createLogger({ write: (line) => process.stderr.write(line), nowMs: () => Date.now() }, 'info');
let rehearsal: ReturnType<typeof createRehearsal> | null = null;

async function run(plan: RehearsalPlan): Promise<void> {
  rehearsal = createRehearsal(plan, { monotonicMs: () => performance.now(), logger });
  const told = rehearsal;
  const timer = setInterval(() => tell({ kind: 'progress', progress: told.progress() }), PROGRESS_MS);
  try {
    const outcome = await rehearsal.run((check) => tell({ kind: 'checked', check }));
    await tellLast({ kind: 'ended', outcome });
  } catch (error) {
    await tellLast({ kind: 'failed', problem: error instanceof Error ? error.message : String(error) });
  } finally {
    clearInterval(timer);
    process.disconnect();
  }
}

async function answer(message: Extract<ToRehearsal, { kind: 'call' }>): Promise<void> {
  const { id, verb, args, caller } = message;
  try {
    tell({ kind: 'result', id, result: await rehearsal!.call(verb, args, caller) });
  } catch (error) {
    const code = error instanceof PanelCallError ? error.code : 'internal';
    tell({ kind: 'refused', id, code, message: (error as Error).message });
  }
}

process.on('message', (message: ToRehearsal) => {
  if (message.kind === 'begin') void run(message.plan);
  else if (rehearsal === null) return;
  else if (message.kind === 'control') rehearsal.control(message);
  else if (message.kind === 'stop') rehearsal.stop();
  else if (message.kind === 'look') tell({ kind: 'state', id: message.id, state: rehearsal.state() });
  else void answer(message);
});
// Without the agent nobody sees it.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group: the agent ends it when it is through.
process.on('SIGINT', () => undefined);
